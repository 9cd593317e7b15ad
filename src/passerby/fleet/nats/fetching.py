"""Fetches pieces of recordings from the node that has them, for a machine with the page."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.errors import NoRespondersError

from passerby.config.cluster import Cluster
from passerby.fleet.nats.asking import ask_node
from passerby.fleet.nats.connection import Connection
from passerby.fleet.nats.subjects import FETCHED
from passerby.fleet.piece_messages import PieceAsked, pack_asked_piece, pieces_of, unpack_piece

AT_ONCE = 4
"""Pieces on their way from one node: on a line with 50 ms there and back, 2 MB/s."""
PIECE_WITHIN_S = 10.0
TRIES = 2


class BadPiece(NatsError):
    """The node answered with something else."""


class PieceLink:
    """Of one machine with the page. Thread-safe. It has a connection of its own, so that live pictures do not wait."""

    def __init__(self, settings: Cluster, name: str) -> None:
        """name: of this machine."""
        self._connection = Connection(settings, f"passerby {name} fetching", self._prepare)
        self._name = self._connection.joined_as or name
        self._at_once: dict[str, asyncio.Semaphore] = {}

    def close(self) -> None:
        self._connection.close()

    def fetch(self, node: str, key: str, starts: Sequence[int], lengths: Sequence[int], within_s: float) -> list[bytes]:
        """Blocks. Raises FileNotFoundError if the node does not have it, or no longer; ControlAway if it does not
        answer."""

        async def fetched(client: Client) -> list[bytes | None]:
            asked = (self._piece(client, node, PieceAsked(key, *each)) for some in ranges for each in some)
            return await asyncio.gather(*asked)

        ranges = [pieces_of(start, length) for start, length in zip(starts, lengths, strict=True)]
        pieces = self._connection.ask(fetched, within_s)
        there = iter([each for each in pieces if each is not None])
        if None in pieces:
            raise FileNotFoundError(f"'{key}' is not there")
        return [b"".join(next(there) for _ in some) for some in ranges]

    async def _prepare(self, client: Client) -> None:
        """Answers come to subjects of each request."""

    async def _piece(self, client: Client, node: str, asked: PieceAsked) -> bytes | None:
        async with self._at_once.setdefault(node, asyncio.Semaphore(AT_ONCE)):
            message = await self._answer(client, node, pack_asked_piece(asked))
        try:
            return unpack_piece(message, asked.length)
        except ValueError as error:
            raise BadPiece from error

    async def _answer(self, client: Client, node: str, data: bytes) -> bytes:
        for tries_left in reversed(range(TRIES)):
            try:
                return await ask_node(client, f"{FETCHED}.{node}", node, self._name, data, PIECE_WITHIN_S)
            except NoRespondersError:  # it is not there
                raise
            except TimeoutError:  # the answer was lost, or too many ask
                if not tries_left:
                    raise
        raise AssertionError
