"""What crosses the wire between machines: nothing clear, no credential and no track is in any byte of it."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import cv2
import numpy as np
import pytest

from passerby.fleet.live_messages import LiveReader
from passerby.rules.access import Role
from passerby.testing.patterns import FOUND_AT, found_in_bytes, found_in_media, likeness
from passerby.testing.rtsp import RtspServer
from tests.cluster import Cluster, NatsServer, Worker, s3_server, wait_for
from tests.cluster_page import PASSWORD, PageMachine, add_user
from tests.planted import SIZE_WH, revealed, walked
from tests.postgresql import PostgreSql
from tests.wire import Messages, Relay

pytestmark = pytest.mark.slow
CAMERA_PASSWORD = "hunter2-planted"
JPEG = b"\xff\xd8\xff"
LARGEST_STILL_BYTES = 1 << 20


class Scene:
    """Two machines that record somebody who walks, and one with the page on which both cameras are watched."""

    def __init__(self, folder: Path, postgresql: PostgreSql, ends: ExitStack) -> None:
        self.folder = folder
        login = ("admin", CAMERA_PASSWORD)
        cameras = ends.enter_context(RtspServer({"/yard": walked(), "/gate": walked(7)}, login=login))
        s3 = ends.enter_context(s3_server())
        self.nats = NatsServer(folder / "nats")
        ends.callback(self.nats.kill)
        address, _, socket_folder = postgresql.new_database().partition("?host=")
        host, port = s3.env["AWS_ENDPOINT"].removeprefix("http://").split(":")
        here = ("127.0.0.1", 0)
        self.relays = {
            "nats": Relay(here, ("127.0.0.1", self.nats.port), keeps=True),
            "postgresql": Relay(here, f"{socket_folder}/.s.PGSQL.5432", keeps=True),
            "s3": Relay(here, (host, int(port)), keeps=True),
        }
        for each in self.relays.values():
            ends.callback(each.close)
        self.messages = Messages(self.nats.address)
        ends.callback(self.messages.close)
        self.nats.port_of_clients = self.relays["nats"].port
        s3.env["AWS_ENDPOINT"] = f"http://127.0.0.1:{self.relays['s3'].port}"
        self.cluster = Cluster(
            folder,
            self.nats,
            address.replace("@/", f"@127.0.0.1:{self.relays['postgresql'].port}/"),
            s3,
            {each: cameras.url(f"/{each}", *login) for each in ("yard", "gate")},
            mode="reveal",
        )
        ends.callback(self.cluster.close)
        add_user(self.cluster, "kim", Role.VIEWER, Role.ADMIN)
        self.cluster.workers = [Worker(self.cluster, each, quick=True) for each in ("a", "b")]
        self.page = PageMachine(self.cluster, "page")
        ends.callback(self.page.kill)

    def live_videos(self) -> Iterator[Path]:
        """What was sent of each camera to whoever watches, as files."""
        readers: dict[str, LiveReader] = defaultdict(LiveReader)
        videos: dict[str, bytes] = defaultdict(bytes)
        for _, subject, data in self.messages.said:
            if subject.startswith("passerby.live.") and (fragment := readers[subject].read(data)) is not None:
                videos[subject] += (b"" if videos[subject] else fragment.init.data) + fragment.data
        for subject, video in videos.items():
            path = self.folder / f"{subject}.mp4"
            path.write_bytes(video)
            yield path


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory, postgresql: PostgreSql) -> Iterator[Scene]:
    with ExitStack() as ends:
        found = Scene(tmp_path_factory.mktemp("wire"), postgresql, ends)
        found.page.sign_in("kim")
        wait_for(lambda: set(found.page.states().values()) == {"recording"}, "recording what was learned", 120)
        for camera in ("yard", "gate"):
            watched = found.page.watch(camera)
            until_s = time.monotonic() + 6
            while time.monotonic() < until_s:
                watched.next(1.0)
            watched.leave()
            found.page.client.get(f"/api/cameras/{camera}/still.jpg")
        assert [each.stop() for each in found.cluster.workers] == [0, 0]
        yield found


def test_nobody_is_to_be_seen_in_what_is_watched_and_kept(scene: Scene) -> None:
    live = list(scene.live_videos())
    assert len(live) == 2 and all(path.stat().st_size > 10_000 for path in live)
    stored = scene.folder / "stored"
    stored.mkdir()
    for key in sorted(scene.cluster.keys()):
        (stored / key.replace("/", "-")).write_bytes(scene.cluster.stored(key))
    assert len(list(stored.iterdir())) >= 2
    assert revealed(stored) > 10, "the place is shown, so a background was learned"
    assert [str(path) for path in (*live, *stored.iterdir()) if found_in_media(path)] == []


def test_no_picture_is_in_the_bytes(scene: Scene) -> None:
    for name, relay in scene.relays.items():
        streams = relay.streams
        assert sum(map(len, streams)) > 10_000, name
        assert not any(found_in_bytes(each, (SIZE_WH[0],)) for each in streams), name
        assert not any(likeness(still) >= FOUND_AT for each in streams for still in stills_in(each)), name


def stills_in(data: bytes) -> Iterator[np.ndarray]:
    """Every JPEG, in grey."""
    at = data.find(JPEG)
    while at >= 0:
        still = cv2.imdecode(np.frombuffer(data[at : at + LARGEST_STILL_BYTES], np.uint8), cv2.IMREAD_GRAYSCALE)
        if still is not None:
            yield still
        at = data.find(JPEG, at + 1)


def test_no_credential_and_no_track_is_in_the_bytes(scene: Scene) -> None:
    key = (scene.folder / "secrets.key").read_bytes()
    for name, relay in scene.relays.items():
        for said in relay.streams:
            for secret in (CAMERA_PASSWORD.encode(), PASSWORD.encode(), key, key.hex().encode()):
                assert secret not in said, name
            for word in (b"track_id", b'"track"', b"tracks"):
                assert word not in said, f"{name} carries {word.decode()}"
    assert any(b"yard" in said for said in scene.relays["nats"].streams), "it is not coded in a way that hides words"
    assert any(b"yard" in said for said in scene.relays["postgresql"].streams)
