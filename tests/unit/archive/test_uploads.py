"""A site whose line is thin: recordings stay, or leave at night, are known all the same, and go at their limit also
while nothing of the rest can be reached."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from passerby.archive import Archive
from passerby.archive.names import name_of
from passerby.archive.retention import LOST_AFTER_90K
from passerby.archive.uploads import UploadStopped
from passerby.clock import Clock
from passerby.config.cluster import Cluster
from passerby.errors import OutputError
from passerby.media.segments import TICKS_PER_S, ObjectState
from passerby.objects import Store
from passerby.objects.names import ObjectName
from passerby.rules.retention import Keep, KeepAll
from passerby.rules.upload import Upload
from passerby.service.uploads import PolicyUploads
from passerby.testing.clock import MovingClock
from tests.cluster import BUCKET, s3_server
from tests.postgresql import PostgreSql
from tests.recordings import BEGIN_90K, recorded, steady
from tests.unit.archive.checks import rows_of

TOKEN, HOUR_90K = 1000, 3600 * TICKS_PER_S
KEEP = KeepAll(usual=Keep(24.0))
NOWHERE = "postgresql+psycopg://nobody@127.0.0.1:1/nothing?connect_timeout=2"


class Uploads(PolicyUploads):
    """Waits by the clock of the test."""

    def __init__(self, settings: Cluster, clock: Clock) -> None:
        super().__init__(settings, clock)
        self.clock = clock

    def wait(self, size: int) -> None:
        self.clock.sleep(self.pace.wait_s(size))


class Site:
    """Its clock says noon, by the clock on the wall."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder, self.url, self.store = folder, url, str(folder / "store")
        self.clock = MovingClock(BEGIN_90K + HOUR_90K)
        local = self.clock.now_utc().astimezone()
        self.clock.move((12 - local.hour) % 24 * 3600 - local.minute * 60)
        self.opened: list[Archive] = []

    def open(self, name: str, upload: Upload | None = None, kilobytes_per_s: float | None = None) -> Archive:
        gate = None
        if upload is not None:
            gate = Uploads(Cluster(upload=upload.value, max_upload_kilobytes_per_s=kilobytes_per_s), self.clock)
        found = Archive(self.folder / name, catalogue_url=self.url, store=self.store, uploads=gate)
        self.opened.append(found)
        return found

    def record(self, archive: Archive, *begins_90k: int) -> None:
        for begin_90k in begins_90k:
            writer = archive.writer("gate", token=TOKEN)
            for fragment in recorded(steady(4, begin_90k)):
                writer.append(fragment)
            writer.close()

    def now_90k(self) -> int:
        return self.clock.now_90k()


@pytest.fixture
def site(tmp_path: Path, postgresql: PostgreSql) -> Iterator[Site]:
    found = Site(tmp_path, postgresql.new_database())
    yield found
    for each in found.opened:
        each.close()


def spooled(archive: Archive) -> list[int]:
    """When what is in its spool begins, in hours."""
    names = [name_of(path) for path in archive._places.spool.glob("*.open.mp4")]
    return sorted((each.start_90k - BEGIN_90K) // HOUR_90K for each in names if each)


def states(archive: Archive) -> list[tuple[int, str]]:
    return sorted(((row.start_90k - BEGIN_90K) // HOUR_90K, str(row.state)) for row in rows_of(archive))


def test_recordings_stay_on_demand_and_their_rows_say_all_there_is(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = site.open("a", Upload.ON_DEMAND)
    site.record(archive, BEGIN_90K)
    whole = rows_of(archive)
    (path,) = archive._places.spool.glob("*.open.mp4")
    archive._places.rows.forget([whole[0].key], ObjectState.OPEN)  # the catalogue was away when it was recorded
    site.record(archive, BEGIN_90K + HOUR_90K)
    assert archive.maintain(KEEP, site.now_90k()) == [] == archive.finish_ended()
    (first, second) = rows_of(archive)
    assert first == whole[0] and first.size == path.stat().st_size
    assert (second.state, second.end_90k) == (ObjectState.OPEN, BEGIN_90K + HOUR_90K + 4 * TICKS_PER_S)
    assert not list((site.folder / "store").rglob("*.mp4")), "nothing left the site"

    again = site.open("a", Upload.ON_DEMAND)

    def read(*_: object) -> None:
        raise AssertionError("what the rows say is not read again after a restart")

    monkeypatch.setattr("passerby.archive.closing.SpoolFile.take", read)
    assert again.keep_spool(KEEP, site.now_90k()) == []


def test_what_stays_is_handed_in_where_another_machine_took_the_camera_meanwhile(site: Site) -> None:
    archive = site.open("a", Upload.ON_DEMAND)
    site.record(archive, BEGIN_90K)
    archive._places.rows.forget([rows_of(archive)[0].key], ObjectState.OPEN)
    archive.raise_fences(["gate"], 2 * TOKEN)
    (alarm,) = archive.keep_spool(KEEP, site.now_90k())
    assert "another machine records camera 'gate' now" in alarm.says, "it has no token to hand it in under"
    archive._hand_in = lambda: 3 * TOKEN
    assert archive.keep_spool(KEEP, site.now_90k()) == []
    (row,) = rows_of(archive)
    assert (row.token, row.recorded_token, row.state) == (3 * TOKEN, TOKEN, ObjectState.OPEN)
    assert archive.still("gate", BEGIN_90K) is not None and spooled(archive) == [0]


def test_at_night_the_oldest_leave_first_until_morning(site: Site) -> None:
    archive = site.open("a", Upload.AT_NIGHT)
    site.record(archive, *(BEGIN_90K + number * HOUR_90K for number in reversed(range(5))))
    size = max(path.stat().st_size for path in archive._places.spool.glob("*.open.mp4"))
    archive = site.open("a", Upload.AT_NIGHT, size / 1000 / (3 * 3600))  # each takes three hours
    assert archive.finish_ended() == [] and spooled(archive) == [0, 1, 2, 3, 4], "it is noon"
    site.clock.move(10 * 3600)
    assert archive.finish_ended() == []
    assert spooled(archive) == [4], "at 22:00, 1:00, 4:00, and what is begun then is sent; at 7:00 nothing more"
    assert states(archive) == [(0, "closed"), (1, "closed"), (2, "closed"), (3, "closed"), (4, "open")]
    assert archive.finish_ended() == [] and spooled(archive) == [4]
    site.clock.move(16 * 3600)
    assert archive.finish_ended() == [] and spooled(archive) == []
    assert archive.still("gate", BEGIN_90K + 4 * HOUR_90K) is not None, "it is whole in the store"


def test_what_is_due_goes_while_the_site_is_cut_off_and_its_row_follows(site: Site) -> None:
    archive, upkeep = site.open("a", Upload.ON_DEMAND), site.open("b")
    site.record(archive, BEGIN_90K, BEGIN_90K + 2 * HOUR_90K)
    due_90k = BEGIN_90K + 25 * HOUR_90K
    engine = archive._places.rows._engine
    archive._places.rows._engine = create_engine(NOWHERE)
    alarms = archive.keep_spool(KEEP, due_90k)
    assert spooled(archive) == [2], "the people in it were promised that it goes"
    assert [each.says.partition(":")[0] for each in alarms] == [
        f"Recordings are waiting in '{archive._places.spool}'"
    ], "one for all"
    assert states(upkeep) == [(0, "open"), (2, "open")]

    archive._places.rows._engine = engine
    archive.recover_later()
    archive = site.open("a", Upload.ON_DEMAND)  # after a restart too
    archive.recover_later()
    assert archive.maintain(KEEP, due_90k) == [], "nothing was lost"
    assert states(upkeep) == [(2, "open")]
    assert {path.name for path in archive._places.spool.iterdir()} == {
        "name",
        f"gate~{BEGIN_90K + 2 * HOUR_90K}~{TOKEN}.open.mp4",
    }


def test_without_a_catalogue_of_its_own_a_machine_marks_the_row_first(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        writer = archive.writer("gate")
        for fragment in recorded(steady(4)):
            writer.append(fragment)
        writer.close()
        archive._places.rows._engine = create_engine(f"sqlite:///{tmp_path / 'no' / 'such.sqlite3'}")
        (alarm,) = archive.keep_spool(KEEP, BEGIN_90K + 25 * HOUR_90K)
        assert "A recording that should be gone is still in" in alarm.says and spooled(archive) == [0]


def test_rows_of_a_machine_that_never_comes_back_go_at_their_limit(site: Site) -> None:
    lost, upkeep = site.open("a", Upload.ON_DEMAND), site.open("b")
    site.record(lost, BEGIN_90K, BEGIN_90K + HOUR_90K)
    due_90k = BEGIN_90K + 24 * HOUR_90K
    assert upkeep.maintain(KEEP, due_90k + LOST_AFTER_90K - 1) == []
    assert states(upkeep) == [(0, "open"), (1, "open")], "its machine deletes it, if it is there"
    assert upkeep.maintain(KEEP, due_90k + LOST_AFTER_90K) == []
    assert states(upkeep) == [(1, "open")]


@pytest.mark.slow
def test_a_slow_upload_that_is_stopped_leaves_nothing_and_is_not_begun_twice(tmp_path: Path) -> None:
    file, key = tmp_path / "object.mp4", ObjectName("gate", BEGIN_90K, 7, 7).key
    file.write_bytes(bytes(range(256)) * 40_000)  # two parts
    with s3_server() as s3, pytest.MonkeyPatch.context() as environment:
        for name, value in s3.env.items():
            environment.setenv(name, value)
        store = Store(f"s3://{BUCKET}/x", tmp_path / "memory")
        sent: list[int] = []

        def stopping(size: int) -> None:
            sent.append(size)
            if sum(sent) > 6_000_000:
                raise UploadStopped

        with pytest.raises(UploadStopped):
            store.put(file, key, wait=stopping)
        assert store.size(key) is None
        sent.clear()
        store.put(file, key, wait=sent.append)
        assert sum(sent) == store.size(key) == file.stat().st_size and max(sent) <= 1 << 16
        sent.clear()
        store.put(file, key, wait=sent.append)
        assert sent == [], "it is there"
        file.write_bytes(b"another")
        with pytest.raises(OutputError, match="something else is there already"):
            store.put(file, key, wait=sent.append)
