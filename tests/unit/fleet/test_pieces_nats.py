"""Recordings that are not stored yet, fetched over a real NATS server: whole, bounded, and in time or not at all."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from passerby.config.cluster import Cluster
from passerby.fleet.control import ControlAway
from passerby.fleet.piece_messages import PIECE_BYTES
from passerby.objects.names import ObjectName
from passerby.pace import Pace
from tests.cluster import NatsServer, wait_for

if TYPE_CHECKING:
    from passerby.fleet.nats.fetching import PieceLink
    from passerby.fleet.nats.giving import SpoolLink

KEY = ObjectName("gate", 90_000, 7, 7).key
DATA = b"".join(hashlib.sha256(str(number).encode()).digest() for number in range(20 * PIECE_BYTES // 32))


@pytest.fixture
def server(tmp_path: Path) -> Iterator[NatsServer]:
    found = NatsServer(tmp_path / "nats")
    yield found
    found.kill()


@pytest.fixture
def settings(server: NatsServer) -> Cluster:
    return Cluster(servers=(server.address,))


class Node:
    """One with a single recording in its spool."""

    def __init__(self, settings: Cluster, pace: Pace | None = None) -> None:
        from passerby.fleet.nats.giving import SpoolLink

        self.asked: list[tuple[str, int, int]] = []
        self.link: SpoolLink = SpoolLink(settings, "a", self.read, pace)

    def read(self, key: str, start: int, length: int) -> bytes | None:
        self.asked.append((key, start, length))
        return DATA[start : start + length] if key == KEY else None


@pytest.fixture
def node(settings: Cluster) -> Iterator[Node]:
    found = Node(settings)
    yield found
    found.link.close()


@pytest.fixture
def page(settings: Cluster) -> Iterator[PieceLink]:
    from passerby.fleet.nats.fetching import PieceLink

    found = PieceLink(settings, "page")
    yield found
    found.close()


def is_given(page: PieceLink) -> bool:
    try:
        return page.fetch("a", KEY, [5], [10], 5.0) == [DATA[5:15]]
    except ControlAway:
        return False


def test_ranges_come_whole_and_in_pieces(node: Node, page: PieceLink) -> None:
    wait_for(lambda: is_given(page), "the node")
    node.asked.clear()
    starts, lengths = [7, 6 * PIECE_BYTES, 100], [5 * PIECE_BYTES, 3 * PIECE_BYTES + 1, 1]
    found = page.fetch("a", KEY, starts, lengths, 20.0)
    assert found == [DATA[start : start + length] for start, length in zip(starts, lengths, strict=True)]
    assert max(length for _, _, length in node.asked) == PIECE_BYTES and len(node.asked) == 5 + 4 + 1


def test_what_is_not_there_or_not_answered_is_told_apart(server: NatsServer, node: Node, page: PieceLink) -> None:
    wait_for(lambda: is_given(page), "the node")
    with pytest.raises(FileNotFoundError):
        page.fetch("a", ObjectName("gate", 180_000, 7, 7).key, [0], [10], 5.0)
    with pytest.raises(ControlAway):
        page.fetch("b", KEY, [0], [10], 5.0)  # there is no such node
    with pytest.raises(ControlAway):
        page.fetch("a", KEY, [len(DATA) - 5], [10], 5.0)  # fewer bytes than were asked for are no answer
    server.kill()
    begun_s = time.monotonic()
    with pytest.raises(ControlAway):
        page.fetch("a", KEY, [5], [10], 5.0)
    assert time.monotonic() - begun_s < 10.0
    server.start()
    wait_for(lambda: is_given(page), "the node again", 30.0)


def test_nothing_but_pieces_of_recordings_is_read(settings: Cluster, node: Node, page: PieceLink) -> None:
    import asyncio

    import nats

    from passerby.fleet.piece_messages import PieceAsked, pack_asked_piece

    wait_for(lambda: is_given(page), "the node")
    node.asked.clear()

    async def send() -> None:
        client = await nats.connect(settings.servers[0])
        bad = [PieceAsked(KEY, 0, PIECE_BYTES + 1), PieceAsked(KEY, -1, 5), PieceAsked(KEY, 0, 0)]
        bad += [PieceAsked(key, 0, 5) for key in ("../secrets.key", "gate/../../name", "", KEY + "\n", "/etc/passwd")]
        for data in (*map(pack_asked_piece, bad), b"", b"[]", b"{}", b"\xff", b'{"key": 3, "start": "x"}'):
            await client.publish("passerby.fetch.a", data, reply="passerby.answer.a.page.1")
        await client.close()

    asyncio.run(send())
    assert is_given(page)
    assert node.asked == [(KEY, 5, 10)], "the others were before it, and are not answered"


def test_several_who_fetch_go_out_at_the_pace_of_the_line(settings: Cluster, page: PieceLink) -> None:
    node = Node(settings, Pace(10 * PIECE_BYTES))
    try:
        wait_for(lambda: is_given(page), "the node")
        found: list[bytes] = []
        begun_s = time.monotonic()
        fetching = [
            threading.Thread(target=lambda: found.extend(page.fetch("a", KEY, [0], [8 * PIECE_BYTES], 30.0)))
            for _ in range(2)
        ]
        for each in fetching:
            each.start()
        for each in fetching:
            each.join()
        assert found == [DATA[: 8 * PIECE_BYTES]] * 2
        assert time.monotonic() - begun_s > 1.4, "16 pieces at 10 a second"
    finally:
        node.link.close()
