"""What a node gives to machines with the page: pieces of recordings that are not in the store yet.

Who may see them is decided there, where the catalogue is. It has a connection of its own, so that pieces delay neither
live pictures nor the renewal of a session, and it gives one piece after another.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from passerby.config.cluster import Cluster
from passerby.fleet.nats.connection import Connection
from passerby.fleet.nats.subjects import FETCHED
from passerby.fleet.piece_messages import pack_piece, unpack_asked_piece
from passerby.pace import Pace

LISTENS_EVERY_S = 2.0
MAX_WAITING = 32
"""Requests: more are not answered, and whoever asked asks again."""
MAX_WAITING_BYTES = 128_000
WAITS_S = 0.05


class SpoolLink:
    """Of one node. Runs until it is closed."""

    def __init__(
        self, settings: Cluster, node: str, read: Callable[[str, int, int], bytes | None], pace: Pace | None = None
    ) -> None:
        """read: bytes of an object in the spool, by key, start and length; None if it is not there. pace: of all that
        goes out."""
        self._node, self._read, self._pace = node, read, pace or Pace(None)
        self._listens_on: Client | None = None
        self._connection = Connection(settings, f"passerby {node} recordings", self._listen)
        self._connection.go_on(self._listen, LISTENS_EVERY_S)

    def close(self) -> None:
        self._connection.close()

    async def _listen(self, client: Client) -> None:
        if self._listens_on is not client:  # a subscription outlives reconnecting
            await client.subscribe(f"{FETCHED}.{self._node}", cb=self._give, pending_msgs_limit=MAX_WAITING)
            self._listens_on = client

    async def _give(self, message: Msg) -> None:
        try:
            asked = unpack_asked_piece(message.data)
            piece = self._read(asked.key, asked.start, asked.length)
        except (ValueError, OSError):
            return
        if piece is not None:
            await asyncio.sleep(self._pace.wait_s(len(piece)))
        client = self._listens_on
        while client is not None and client.is_connected and client.pending_data_size > MAX_WAITING_BYTES:
            await asyncio.sleep(WAITS_S)
        with suppress(NatsError):
            await message.respond(pack_piece(piece))
