"""The page of several machines, on those that record nothing: live within moments, true, and closed to who may not."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from passerby.access.users import UserFacts
from passerby.capture.drawn import draw_street
from passerby.fleet.interest import LAPSES_AFTER_S
from passerby.rules.access import Role
from tests.cluster import Cluster, NatsServer, s3_server, wait_for
from tests.cluster_page import PageMachine, add_user, installation_of
from tests.postgresql import PostgreSql
from tests.wire import Messages

pytestmark = pytest.mark.slow
CAMERAS = 4
RECORDS = {"recording", "learning", "strained", "covered"}


@dataclass
class Scene:
    cluster: Cluster
    pages: list[PageMachine]
    wire: Messages
    secret: str

    def on(self, node: str) -> list[str]:
        """The cameras that it said last that it has."""
        said = [data for _, subject, data in list(self.wire.said) if subject == f"passerby.states.{node}"]
        return sorted(json.loads(said[-1])["cameras"]) if said else []


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory, postgresql: PostgreSql) -> Iterator[Scene]:
    folder: Path = tmp_path_factory.mktemp("page")
    video = folder / "street.mp4"
    draw_street(video, seconds=20, size=(160, 120), fps=2)
    with s3_server() as s3:
        nats = NatsServer(folder / "nats")
        cameras = {f"gate-{number}": f"file:{video}" for number in range(CAMERAS)}
        cluster = Cluster(folder, nats, postgresql.new_database(), s3, cameras)
        for name in ("kim", "lee"):
            add_user(cluster, name, Role.VIEWER, Role.ADMIN)
        wire, pages = Messages(nats.address), list[PageMachine]()
        try:
            cluster.start("a", "b")
            pages += [PageMachine(cluster, "page-1"), PageMachine(cluster, "page-2")]
            for each in pages:
                each.sign_in("kim")
            found = Scene(cluster, pages, wire, str(video))
            wait_for(lambda: set(pages[0].states().values()) <= RECORDS, "recording", 60)
            wait_for(lambda: bool(found.on("a") and found.on("b")), "recording on both", 30)
            yield found
        finally:
            for each in pages:
                each.kill()
            cluster.close()
            wire.close()
            nats.kill()


def test_the_first_picture_comes_at_once_on_every_machine(scene: Scene) -> None:
    for page in scene.pages:
        wait_for(lambda page=page: set(page.states().values()) <= RECORDS, "states", 10)  # type: ignore[misc]
    assert scene.wire.live_since(0.0) == [], "nobody watches, and nothing is sent"
    took_s = []
    for page in scene.pages:
        for camera in scene.cluster.cameras:
            viewing = page.watch(camera)
            took_s.append(viewing.first_picture_s())
            viewing.leave()
    assert sorted(took_s)[len(took_s) // 2] < 1.5, took_s
    sent = [data for _, subject, data in scene.wire.said if subject.startswith("passerby.live.")]
    assert sent and all(b"moof" in data[:1200] or b'"part":0' not in data[:300] for data in sent)
    told = b"\n".join(data for _, subject, data in scene.wire.said)
    assert b'"cameras"' in told and b"gate-0" in told
    for word in (scene.secret, "street.mp4", "postgresql", "track_id", "password"):
        assert word.encode() not in told, f"{word} is on the wire"


def test_a_right_that_is_taken_closes_the_view_on_every_machine(scene: Scene) -> None:
    for page in scene.pages:
        page.sign_in("lee")
    viewings = [page.watch("gate-0") for page in scene.pages]
    for each in viewings:
        each.first_picture_s()
    installation = installation_of(scene.cluster)
    try:
        installation.users.change("lee", UserFacts(frozenset({Role.ADMIN}), frozenset(), True))
    finally:
        installation.close()
    taken_s = time.monotonic()
    for each in viewings:
        each.until_closed(5.0)
        assert each.closed == 4403
    assert time.monotonic() - taken_s < 5.0
    for page in scene.pages:
        page.sign_in("kim")


def test_nothing_is_sent_for_a_machine_that_is_lost(scene: Scene) -> None:
    lost = PageMachine(scene.cluster, "page-3")
    scene.pages.append(lost)
    lost.sign_in("kim")
    viewing = lost.watch("gate-1")
    viewing.first_picture_s()
    lost.kill()
    lapsed_s = time.monotonic() + LAPSES_AFTER_S + 3.0
    wait_for(lambda: time.monotonic() > lapsed_s + 1.0, "lapsing")
    assert scene.wire.live_since(lapsed_s) == []


def test_a_view_goes_on_where_the_camera_is_recorded_elsewhere(scene: Scene) -> None:
    a, b = scene.cluster.workers
    page, camera = scene.pages[0], scene.on("a")[0]
    viewing = page.watch(camera)
    viewing.first_picture_s()
    b.send(signal.SIGSTOP)  # so that for a while there is nobody to take over
    a.kill()
    wait_for(lambda: set(page.states().values()) == {"unknown"}, "saying so", 15)
    says = {each["camera"]: each["reason"] for each in page.get("/api/states")}
    assert says[camera] == "nothing was heard of it from node a"
    while viewing.next(0.1) is not None:
        pass  # what was on its way
    b.send(signal.SIGCONT)
    assert viewing.first_picture_s() and viewing.closed is None, "the same view goes on"
    wait_for(lambda: set(page.states().values()) <= RECORDS, "all of them elsewhere", 20)
    viewing.leave()
