"""A site with a thin line: its recordings stay there, and whoever may see them fetches them from another machine."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import insert

from passerby.access.users import UserFacts
from passerby.capture.drawn import draw_street
from passerby.catalogue.schema.events import events
from passerby.media.segments import TICKS_PER_S
from passerby.rules.access import Role
from tests.cluster import Cluster, NatsServer, s3_server, wait_for
from tests.cluster_page import PASSWORD, PageMachine, add_user, installation_of
from tests.postgresql import PostgreSql
from tests.wire import Messages

pytestmark = pytest.mark.slow
CAMERA = "gate"
SITE = '\nsite = "school-7"\nupload = "on-demand"\nmax_upload_kilobytes_per_s = 2000\n'


@dataclass
class Scene:
    cluster: Cluster
    page: PageMachine
    wire: Messages
    video: str

    def since_90k(self) -> int:
        """When what is in the catalogue of the camera begins; 0: there is nothing whole yet."""
        return min((row.start_90k for row in self.cluster.rows() if row.size), default=0)

    def fetched(self) -> list[str]:
        return [subject for _, subject, _ in list(self.wire.said) if subject.startswith("passerby.fetch.")]


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory, postgresql: PostgreSql) -> Iterator[Scene]:
    folder: Path = tmp_path_factory.mktemp("site")
    video = folder / "street.mp4"
    draw_street(video, seconds=20, size=(160, 120), fps=2)
    with s3_server() as s3:
        nats = NatsServer(folder / "nats")
        cluster = Cluster(folder, nats, postgresql.new_database(), s3, {CAMERA: f"file:{video}"})
        plain = cluster.file.read_text()
        add_user(cluster, "kim", Role.VIEWER, Role.OPERATOR)
        installation = installation_of(cluster)
        try:
            hashed = installation.passwords.hash(PASSWORD, "lee")
            installation.users.add("lee", UserFacts(frozenset({Role.OPERATOR}), frozenset(), False), hashed)
        finally:
            installation.close()
        wire, pages = Messages(nats.address), list[PageMachine]()
        try:
            pages.append(PageMachine(cluster, "page-1"))
            cluster.file.write_text(plain.replace("slots = 16\n", f"slots = 16{SITE}"))
            cluster.start("school")
            pages[0].sign_in("kim")
            found = Scene(cluster, pages[0], wire, str(video))
            wait_for(lambda: found.since_90k() > 0, "recording", 90)
            yield found
        finally:
            for each in pages:
                each.kill()
            cluster.close()
            wire.close()
            nats.kill()


def still(scene: Scene, at_90k: int) -> tuple[int, bytes]:
    done = scene.page.client.get(f"/api/cameras/{CAMERA}/timeline/still.jpg", params={"at_90k": at_90k})
    return done.status_code, done.content


def timeline(scene: Scene, from_90k: int) -> dict[str, object]:
    done = scene.page.client.get(
        f"/api/cameras/{CAMERA}/timeline", params={"from_90k": from_90k, "to_90k": from_90k + 3600 * TICKS_PER_S}
    )
    assert done.is_success, done.text
    (stretch,) = done.json()["elsewhere"]
    return dict(stretch)


def happened(scene: Scene, at_90k: int) -> int:
    installation = installation_of(scene.cluster)
    row = {
        "camera": CAMERA, "rule": "door", "kind": "line-crossed", "objects": "people", "way": "right",
        "start_90k": at_90k, "end_90k": at_90k, "is_open": False, "count": 1, "state": "new", "state_who": "",
        "state_90k": 0,
    }  # fmt: skip
    try:
        with installation.rows.transaction("test") as connection:
            return int(connection.execute(insert(events).returning(events.c.id), row).scalar_one())
    finally:
        installation.close()


def test_recordings_of_a_site_are_fetched_when_looked_at_and_stay_there(scene: Scene) -> None:
    begin_90k = scene.since_90k()
    assert scene.fetched() == [], "nobody has looked yet"
    wait_for(lambda: still(scene, begin_90k)[0] == 200, "the still", 30)  # once its report was heard
    status, jpeg = still(scene, begin_90k)
    assert status == 200 and jpeg[:2] == b"\xff\xd8"
    assert timeline(scene, begin_90k) | {"from_90k": 0, "to_90k": 0, "heard_90k": 0} == {
        "from_90k": 0, "to_90k": 0, "heard_90k": 0, "place": "school-7", "is_there": True,
    }  # fmt: skip
    (worker,) = scene.cluster.workers
    worker_spool = list((worker.data / "spool").glob("*.open.mp4"))
    assert worker_spool and scene.cluster.keys() == set(), "nothing is in the store"
    playlist = scene.page.client.get(
        f"/api/cameras/{CAMERA}/timeline/playlist.m3u8",
        params={"from_90k": begin_90k, "to_90k": begin_90k + 4 * TICKS_PER_S},
    ).text
    (line, *_) = [each for each in playlist.splitlines() if each.startswith("objects/")]
    piece = scene.page.client.get(f"/api/cameras/{CAMERA}/timeline/{line}", headers={"Range": "bytes=0-9999"})
    assert piece.status_code == 206 and piece.content == worker_spool[0].read_bytes()[: len(piece.content)]


def test_who_may_not_see_it_is_refused_and_the_site_is_not_asked(scene: Scene) -> None:
    asked = len(scene.fetched())
    scene.page.sign_in("lee")
    try:
        assert still(scene, scene.since_90k() + 2 * TICKS_PER_S)[0] == 403
        time.sleep(0.5)
        assert len(scene.fetched()) == asked
    finally:
        scene.page.sign_in("kim")


def test_nothing_clear_and_no_secret_crosses_the_line(scene: Scene) -> None:
    said = [(subject, data) for _, subject, data in list(scene.wire.said)]
    pieces = [data for subject, data in said if subject.startswith("passerby.answer.school.page-1.")]
    assert any(b"moof" in each for each in pieces) and max(map(len, pieces)) <= 32_001, "encoded, in small pieces"
    told = b"\n".join(data for _, data in said)
    assert b"school-7" in told
    for word in (scene.video, "street.mp4", "postgresql", "track_id", "password"):
        assert word.encode() not in told, f"{word} is on the wire"


def test_a_site_that_is_gone_is_said_and_all_is_there_when_it_is_back(scene: Scene) -> None:
    (worker,) = scene.cluster.workers
    begin_90k = scene.since_90k()
    wait_for(lambda: max(row.end_90k for row in scene.cluster.rows()) > begin_90k + 8 * TICKS_PER_S, "ten seconds", 60)
    event = happened(scene, begin_90k + 2 * TICKS_PER_S)
    sent = f"SELECT * FROM event_stills WHERE event_id = {event}"
    wait_for(lambda: bool(scene.cluster.read(sent)), "the picture of the event", 30)
    worker.kill()
    wait_for(lambda: timeline(scene, begin_90k)["is_there"] is False, "seeing that it is gone", 30)
    done = scene.page.client.get(
        f"/api/cameras/{CAMERA}/timeline/still.jpg", params={"at_90k": begin_90k + 6 * TICKS_PER_S}
    )
    assert done.status_code == 503, done.text
    says = done.json()
    assert says["message"].startswith("'school-7' has not been reachable since ")
    assert says["message"].endswith(" UTC: its recordings stay there")
    assert says["said"]["code"] == "place-away" and says["said"]["params"]["place"] == "school-7"
    picture = scene.page.client.get(f"/api/events/{event}/still.jpg")
    assert picture.status_code == 200 and picture.content[:2] == b"\xff\xd8", "it was sent when it happened"
    scene.cluster.start("school")
    wait_for(lambda: still(scene, begin_90k + 6 * TICKS_PER_S)[0] == 200, "what was recorded before", 90)
    assert scene.cluster.keys() == set()
