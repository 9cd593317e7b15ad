"""Live pictures over a real NATS server: sent only while somebody watches, and nobody waits for a slow network."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from passerby.config.cluster import Cluster
from passerby.fleet.interest import LAPSES_AFTER_S
from passerby.fleet.live_feed import LiveFeed
from passerby.fleet.state_messages import StatesHeard
from passerby.media.camera import CameraState, CameraStatus
from passerby.media.requests import CameraRequest, Rebase, Watched
from passerby.media.segments import Fragment, InitSegment
from tests.cluster import NatsServer, wait_for

if TYPE_CHECKING:
    from passerby.fleet.nats.sending import NodeLink
    from passerby.fleet.nats.watching import PageLink

CAMERA, IN_GOP = "yard", 4
WELL = CameraState(CameraStatus.RECORDING, "all is well", 7)


def fragment(number: int, size: int = 5) -> Fragment:
    init = InitSegment("one", b"the init", 320, 192, "avc1.64001e")
    return Fragment(init, number, 1, number % IN_GOP == 0, f"{number:05}".encode() * (size // 5))


class Node:
    """One that has the camera."""

    def __init__(self, settings: Cluster) -> None:
        from passerby.fleet.nats.sending import NodeLink

        self.feed, self.asked = LiveFeed(), list[CameraRequest]()
        self.link: NodeLink = NodeLink(settings, "a", "a-1", self.feed, self.token_of, lambda: {CAMERA: WELL}, self.ask)
        self.number = 0

    def token_of(self, camera: str) -> int | None:
        return 3 if camera == CAMERA else None

    def ask(self, camera: str, request: CameraRequest) -> bool:
        self.asked.append(request)
        return camera == CAMERA

    def record(self, count: int = 1, size: int = 5) -> None:
        for _ in range(count):
            self.feed.publish(CAMERA, fragment(self.number, size))
            self.number += 1


class Page:
    """A machine with the page, and what one viewer there has got."""

    def __init__(self, settings: Cluster, name: str) -> None:
        from passerby.fleet.nats.watching import PageLink

        self.heard = StatesHeard(5.0, lambda: 0)
        self.link: PageLink = PageLink(settings, name, f"{name}-1", self.heard)
        self.got: list[int] = []
        self._over = threading.Event()
        self._viewers: list[threading.Thread] = []
        self._is_lost = False

    def watch(self) -> None:
        self._over.clear()
        viewer = threading.Thread(target=lambda: asyncio.run(self._watch()))
        viewer.start()
        self._viewers.append(viewer)

    async def _watch(self) -> None:
        feed = self.link.subscribe(CAMERA)
        while not self._over.is_set():
            more = asyncio.ensure_future(anext(feed))
            while not more.done() and not self._over.is_set():
                await asyncio.wait({more}, timeout=0.05)
            if more.done() and more.result() != b"the init":
                self.got.append(int(more.result()[:5]))
            more.cancel()
            await asyncio.gather(more, return_exceptions=True)
        await feed.aclose()

    def leave(self) -> None:
        self._over.set()
        for viewer in self._viewers:
            viewer.join()

    def lose(self) -> None:
        """It says nothing any more."""
        if not self._is_lost:
            self._is_lost = True
            self.link.close()

    def close(self) -> None:
        self.leave()
        self.lose()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[NatsServer]:
    found = NatsServer(tmp_path / "nats")
    yield found
    found.kill()


@pytest.fixture
def settings(server: NatsServer) -> Cluster:
    return Cluster(servers=(server.address,))


@pytest.fixture
def node(settings: Cluster) -> Iterator[Node]:
    found = Node(settings)
    yield found
    found.link.close()


@pytest.fixture
def pages(settings: Cluster) -> Iterator[list[Page]]:
    found = [Page(settings, name) for name in ("one", "two")]
    yield found
    for each in found:
        each.close()


def test_pictures_are_sent_only_while_somebody_watches(node: Node, pages: list[Page]) -> None:
    one, two = pages
    wait_for(lambda: one.heard.states([CAMERA])[CAMERA] == WELL, "states")
    node.record(6)
    assert node.feed.watched == frozenset()
    one.watch()
    wait_for(lambda: one.got == [4, 5], "the newest key frame and on")
    assert node.feed.watched == {CAMERA}, "the worker makes short pieces"
    node.record(1)
    wait_for(lambda: one.got == [4, 5, 6], "what comes")
    two.watch()
    wait_for(lambda: two.got == [4, 5, 6], "the same from the key frame on")
    node.record(3)
    wait_for(lambda: one.got == [4, 5, 6, 7, 8, 9] == two.got, "each piece once")
    one.leave()
    two.leave()
    wait_for(lambda: node.feed.watched == frozenset(), "the end of it")


def test_the_interest_of_a_machine_that_is_lost_lapses(node: Node, pages: list[Page]) -> None:
    one, _ = pages
    node.record(4)
    one.watch()
    wait_for(lambda: one.got != [], "pictures")
    one.lose()
    lapsed_s = wait_for(lambda: node.feed.watched == frozenset(), "lapsing")
    assert LAPSES_AFTER_S - 1.5 < lapsed_s < LAPSES_AFTER_S + 3


def test_a_network_that_hangs_holds_up_nobody(server: NatsServer, node: Node, pages: list[Page]) -> None:
    one, _ = pages
    node.record(4)
    one.watch()
    wait_for(lambda: one.got == [0, 1, 2, 3], "pictures")
    assert server._process
    os.kill(server._process.pid, signal.SIGSTOP)
    try:
        begun_s = time.monotonic()
        for _ in range(100):
            node.record(1, 400_000)
            time.sleep(0.01)
        assert time.monotonic() - begun_s < 15.0, "recording waits for nobody"
    finally:
        os.kill(server._process.pid, signal.SIGCONT)
    node.record(IN_GOP)
    newest = node.number - 1
    wait_for(lambda: one.got[-1] == newest, "the newest")
    assert len(one.got) < 80, "what was between was left out"
    for before, after in zip(one.got, one.got[1:], strict=False):
        assert after == before + 1 or after % IN_GOP == 0


def test_a_node_passes_on_what_changes_no_cover(node: Node, pages: list[Page]) -> None:
    one, _ = pages
    wait_for(lambda: one.link.ask(CAMERA, Rebase()), "passing on")
    assert node.asked == [Rebase()]
    assert not one.link.ask("gate", Rebase()), "a camera that no node has"
    assert not one.link.ask(CAMERA, Watched(True)) and len(node.asked) == 1
