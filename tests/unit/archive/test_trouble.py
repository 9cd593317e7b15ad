"""Full disks, stores and catalogues that fail: reported, not swallowed; nothing written is lost; all is tried again."""

from __future__ import annotations

import os
import resource
import signal
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from passerby.archive import Archive
from passerby.archive.retention import Space
from passerby.errors import OutputError, SourceError
from passerby.media.alarms import AlarmKind
from passerby.media.segments import TICKS_PER_S, ObjectState
from passerby.objects.store import MARK
from passerby.rules.retention import HOUR_90K, Keep, KeepAll
from passerby.testing.clock import MovingClock
from tests.recordings import BEGIN_90K, recorded, steady
from tests.unit.archive.checks import check_at_rest, rows_of, times_played
from tests.unit.archive.conftest import OBJECT_90K, OpenArchive
from tests.unit.archive.test_archive import ALL, FOREVER, LATER_90K, keep


@contextmanager
def files_end_at(length_bytes: int) -> Iterator[None]:
    """Every write beyond it fails, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (length_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


@contextmanager
def nothing_can_be_deleted_in(folder: Path) -> Iterator[None]:
    """A file system does it, so that root is held up too: something stands where the file was."""
    files = list(folder.rglob("*.mp4"))
    for path in files:
        path.rename(path.with_suffix(".aside"))
        (path / "in the way").mkdir(parents=True)
    try:
        yield
    finally:
        for path in files:
            (path / "in the way").rmdir()
            path.rmdir()
            path.with_suffix(".aside").rename(path)


@pytest.mark.parametrize("catalogue_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("limit_bytes", [0, 5_000, 9_000, 20_000])
def test_a_full_disk_is_told_and_what_was_written_stays(
    open_archive: OpenArchive, tmp_path: Path, limit_bytes: int
) -> None:
    """The catalogue is elsewhere, so that only recordings meet the limit."""
    archive = open_archive(object_90k=10**9)
    writer = archive.writer("gate")
    kept, refused = [], 0
    with files_end_at(limit_bytes):
        for fragment in recorded(steady(60)):
            try:
                if writer.append(fragment):
                    kept.append(fragment)
            except OutputError as error:
                assert "camera 'gate'" in error.message and "file too large" in error.message and error.hint
                refused += 1
    assert refused
    again = recorded(steady(10, BEGIN_90K + 100 * TICKS_PER_S))
    assert all(writer.append(fragment) for fragment in again), "it goes on as soon as there is room"
    writer.close()
    assert archive.maintain(FOREVER, LATER_90K) == []
    check_at_rest(archive, tmp_path / "archive")
    should = {time for each in [*kept, *again] for time in range(each.start_90k, each.end_90k, 18_000)}
    assert times_played(archive, "gate", *ALL) == sorted(should)


@pytest.mark.parametrize("catalogue_url", ["sqlite"], indirect=True)
def test_a_catalogue_that_fails_for_a_while_loses_nothing(open_archive: OpenArchive, tmp_path: Path) -> None:
    archive = open_archive()
    writer = archive.writer("gate")
    errors = 0
    fragments = recorded(steady(50))
    for number, fragment in enumerate(fragments):
        if number == 20:
            _break_catalogue(tmp_path, "hidden", "objects")
        if number == 90:
            _break_catalogue(tmp_path, "objects", "hidden")
        try:
            writer.append(fragment)
        except OutputError as error:
            errors += 1
            assert "in the catalogue" in error.message
    writer.close()
    assert errors > 5
    assert archive.maintain(FOREVER, LATER_90K) == []
    check_at_rest(archive, tmp_path / "archive")
    assert times_played(archive, "gate", *ALL) == list(steady(50))


def _break_catalogue(tmp_path: Path, new: str, old: str) -> None:
    connection = sqlite3.connect(tmp_path / "catalogue.sqlite3", timeout=10)
    connection.execute(f"ALTER TABLE {old} RENAME TO {new}")
    connection.close()


def test_a_store_that_is_away_is_told_and_gets_all_later(open_archive: OpenArchive, tmp_path: Path) -> None:
    archive = open_archive()
    folder = tmp_path / "archive" / "objects"
    folder.rmdir()
    folder.write_text("no folder")
    keep(archive, recorded(steady(30)))
    alarms = archive.maintain(FOREVER, LATER_90K)
    assert [(alarm.kind, alarm.camera) for alarm in alarms] == [(AlarmKind.STORE, None)] * 2, "one for all that wait"
    assert times_played(archive, "gate", *ALL) == list(steady(30)), "it plays from where it waits"
    folder.unlink()
    folder.mkdir()
    assert archive.maintain(FOREVER, LATER_90K) == []
    check_at_rest(archive, tmp_path / "archive")
    assert times_played(archive, "gate", *ALL) == list(steady(30))


@contextmanager
def no_store_at(folder: Path, *, file_there: bool = True) -> Iterator[None]:
    """A file stands where it was; or nothing, as where a disk is away, until an empty folder is made there."""
    aside = folder.with_name("aside")
    folder.rename(aside)
    if file_there:
        folder.write_text("no folder")
    try:
        yield
    finally:
        if folder.is_dir():
            folder.rmdir()
        else:
            folder.unlink(missing_ok=True)
        aside.rename(folder)


def test_an_empty_folder_where_the_store_should_be_is_not_taken_for_it(
    open_archive: OpenArchive, tmp_path: Path
) -> None:
    """As where a disk is not mounted: nothing is lost, stored in the wrong place, or taken for deleted."""
    archive, folder = open_archive(), tmp_path / "archive" / "objects"
    keep(archive, recorded(steady(30)))
    assert archive.maintain(FOREVER, LATER_90K) == []
    before = rows_of(archive)
    with no_store_at(folder, file_there=False):
        again = open_archive()
        keep(again, recorded(steady(10, BEGIN_90K + 100 * TICKS_PER_S)))
        again.recover_later()
        alarms = again.maintain(FOREVER, LATER_90K)
        assert {alarm.kind for alarm in alarms} == {AlarmKind.STORE}
        assert all("mounted" in alarm.says for alarm in alarms)
        assert rows_of(again)[: len(before)] == before and not list(folder.rglob("*"))
        gone_90k = before[0].start_90k + HOUR_90K
        assert AlarmKind.DELETE in {alarm.kind for alarm in again.maintain(KeepAll({"gate": Keep(1)}), gone_90k)}
    assert again.maintain(KeepAll({"gate": Keep(1)}), gone_90k) == []
    check_at_rest(again, tmp_path / "archive")
    assert not (folder / before[0].key).exists(), "what was over is gone"


def test_a_folder_that_is_not_there_any_more_is_told_and_all_else_is_tended(
    open_archive: OpenArchive, tmp_path: Path
) -> None:
    """As where a disk was taken out while the service runs."""
    archive, folder = open_archive(), tmp_path / "archive" / "objects"
    keep(archive, recorded(steady(30)))
    assert archive.maintain(FOREVER, LATER_90K) == []
    keep(archive, recorded(steady(10, BEGIN_90K + 100 * TICKS_PER_S)))
    (first, *_, last) = rows_of(archive)
    with no_store_at(folder, file_there=False):
        with pytest.raises(SourceError, match="mounted"):
            archive.read(first.key, 0, 10)
        alarms = archive.maintain(FOREVER, LATER_90K)
        assert {alarm.kind for alarm in alarms} == {AlarmKind.STORE}
        assert all("mounted" in alarm.says for alarm in alarms)
        archive.maintain(KeepAll({"gate": Keep(1)}), last.start_90k + HOUR_90K)
        assert not list((tmp_path / "archive" / "spool").glob("*.mp4")), "what waits goes at its limit"
    assert archive.maintain(FOREVER, LATER_90K) == []
    check_at_rest(archive, tmp_path / "archive")


def test_another_disk_that_is_full_gives_up_nothing_of_the_store(open_archive: OpenArchive, tmp_path: Path) -> None:
    archive, folder = open_archive(), tmp_path / "archive" / "objects"
    keep(archive, recorded(steady(30)))
    assert archive.maintain(FOREVER, LATER_90K) == []
    before = rows_of(archive)
    with no_store_at(folder, file_there=False):
        for space in (Space(min_free_bytes=2**60), Space(max_bytes=1)):
            full = open_archive(space=space)
            assert {alarm.kind for alarm in full.maintain(FOREVER, LATER_90K)} >= {AlarmKind.STORE}
            assert rows_of(full) == before
    check_at_rest(archive, tmp_path / "archive")


@pytest.mark.parametrize("catalogue_url", ["sqlite"], indirect=True)
def test_an_open_row_whose_bytes_are_on_a_disk_that_is_away_is_not_lost(
    open_archive: OpenArchive, tmp_path: Path
) -> None:
    """The power failed before the row said closed, and the next start is without the disk."""
    archive, folder = open_archive(), tmp_path / "archive" / "objects"
    keep(archive, recorded(steady(10)))
    assert archive.maintain(FOREVER, LATER_90K) == []
    with closing(sqlite3.connect(tmp_path / "catalogue.sqlite3")) as rows, rows:
        rows.execute("UPDATE objects SET state = 'open'")
    before = rows_of(archive)
    with no_store_at(folder, file_there=False):
        again = open_archive()
        again.recover_later()
        assert {alarm.kind for alarm in again.maintain(FOREVER, LATER_90K)} == {AlarmKind.STORE}
        assert rows_of(again) == before
    assert again.maintain(FOREVER, LATER_90K) == []
    check_at_rest(again, tmp_path / "archive")


def test_each_place_has_a_name_of_its_own(open_archive: OpenArchive, tmp_path: Path) -> None:
    """Or two disks that are mounted the wrong way round would pass for each other."""
    for place in ("first", "second"):
        archive = open_archive(store=tmp_path / place)
        keep(archive, recorded(steady(10)), place)
        assert archive.maintain(FOREVER, LATER_90K) == []
    assert (tmp_path / "first" / MARK).read_bytes() != (tmp_path / "second" / MARK).read_bytes()


def test_what_waits_for_a_store_goes_at_its_limit_and_what_is_being_written_stays(
    open_archive: OpenArchive, tmp_path: Path
) -> None:
    archive = open_archive()
    keep(archive, recorded(steady(30)))
    writer = archive.writer("yard")
    for fragment in recorded(steady(10)):
        writer.append(fragment)
    limit_90k = BEGIN_90K + 72 * HOUR_90K
    with no_store_at(tmp_path / "archive" / "objects"):
        archive.maintain(KeepAll(), limit_90k - 1)
        assert times_played(archive, "gate", *ALL) == list(steady(30)), "not a moment too early"
        for now_90k in (limit_90k, limit_90k + OBJECT_90K):
            assert {alarm.camera for alarm in archive.maintain(KeepAll(), now_90k)} == {"gate", None}
        assert archive.playlist("gate", *ALL).entries == ()
        assert {path.name.partition("~")[0] for path in (tmp_path / "archive" / "spool").glob("*.mp4")} == {"yard"}
        assert {row.state for row in rows_of(archive) if row.camera == "gate"} <= {ObjectState.DELETING}
    assert archive.maintain(KeepAll(), limit_90k + OBJECT_90K) == []
    assert [row.camera for row in rows_of(archive)] == ["yard"]
    writer.close()
    assert archive.maintain(KeepAll(), limit_90k - 1) == []
    assert [row.camera for row in check_at_rest(archive, tmp_path / "archive")] == ["yard"]


def test_a_full_spool_gives_up_the_oldest_that_waits(open_archive: OpenArchive, tmp_path: Path) -> None:
    keep(open_archive(), recorded(steady(100)))
    spool = tmp_path / "archive" / "spool"
    waiting = sorted(spool.glob("*.mp4"))
    free = os.statvfs(tmp_path).f_bavail * os.statvfs(tmp_path).f_frsize
    full = open_archive(space=Space(min_free_bytes=free * 2))
    held = full.writer("yard")
    for fragment in recorded(steady(10)):
        held.append(fragment)
    with no_store_at(tmp_path / "archive" / "objects"):
        alarms = full.maintain(KeepAll(), LATER_90K)
    assert [path.name.partition("~")[0] for path in spool.glob("*.mp4")] == ["yard"] and len(waiting) == 5
    raised = {(alarm.kind, alarm.camera) for alarm in alarms}
    assert raised >= {(AlarmKind.STORE, None), (AlarmKind.SPACE, "gate"), (AlarmKind.SPACE, None)}
    held.close()


def test_a_store_by_address_works_like_a_folder(open_archive: OpenArchive, tmp_path: Path) -> None:
    archive = open_archive(store="memory:///")
    keep(archive, recorded(steady(50)))
    assert archive.maintain(FOREVER, LATER_90K) == []
    assert times_played(archive, "gate", *ALL) == list(steady(50))
    assert {row.state for row in rows_of(archive)} == {ObjectState.CLOSED}
    assert archive.recover() == []
    assert sorted(archive._places.store.keys()) == [row.key for row in rows_of(archive)]
    assert archive.maintain(KeepAll({"gate": Keep(0.5)}), LATER_90K) == []
    assert list(archive._places.store.keys()) == [] and rows_of(archive) == []


def test_a_store_on_another_file_system_gets_a_copy(open_archive: OpenArchive, tmp_path: Path) -> None:
    other = Path("/dev/shm")
    if not other.is_dir() or other.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("there is no second file system in /dev/shm")
    with tempfile.TemporaryDirectory(dir=other) as folder:
        archive = open_archive(store=folder)
        keep(archive, recorded(steady(50)))
        assert archive.maintain(FOREVER, LATER_90K) == []
        stored = {path.relative_to(folder).as_posix(): path.stat().st_size for path in Path(folder).rglob("*.mp4")}
        assert stored == {row.key: row.size for row in rows_of(archive)}
        assert times_played(archive, "gate", *ALL) == list(steady(50))


def test_recordings_go_at_their_limit_bytes_first(open_archive: OpenArchive, tmp_path: Path) -> None:
    archive = open_archive()
    for camera in ("gate", "yard"):
        keep(archive, recorded(steady(60)), camera)
    policies = KeepAll({"gate": Keep(1), "yard": Keep(2)})
    clock = MovingClock(BEGIN_90K)
    for hours, left in ((0.9, ["gate"] * 3 + ["yard"] * 3), (0.1, ["gate"] * 2 + ["yard"] * 3), (0.1, ["yard"] * 3)):
        clock.sleep(hours * 3600)
        assert archive.maintain(policies, clock.now_90k()) == []
        assert [row.camera for row in check_at_rest(archive, tmp_path / "archive")] == left
    clock.sleep(3600)
    assert archive.maintain(policies, clock.now_90k()) == []
    assert check_at_rest(archive, tmp_path / "archive") == []
    assert not list((tmp_path / "archive" / "objects").rglob("*.mp4"))


def test_what_was_dated_too_late_goes_with_the_first_after_it_that_is_over(
    open_archive: OpenArchive, tmp_path: Path
) -> None:
    archive = open_archive()
    year_90k, limit_90k = 365 * 24 * HOUR_90K, BEGIN_90K + 72 * HOUR_90K
    keep(archive, recorded(steady(5, BEGIN_90K + year_90k)))
    keep(archive, recorded(steady(5)))
    keep(archive, recorded(steady(5, BEGIN_90K + 48 * HOUR_90K)))
    keep(archive, recorded(steady(5, limit_90k + year_90k)), "yard")
    for now_90k in (LATER_90K, limit_90k - 1):
        raised = [(alarm.kind, alarm.camera) for alarm in archive.maintain(KeepAll(), now_90k)]
        assert raised == [(AlarmKind.DELETE, "gate"), (AlarmKind.DELETE, "yard")]
        assert len(check_at_rest(archive, tmp_path / "archive")) == 4
    assert [alarm.camera for alarm in archive.maintain(KeepAll(), limit_90k)] == ["yard"], (
        "nothing over was made after it"
    )
    left = {row.start_90k for row in check_at_rest(archive, tmp_path / "archive")}
    assert left == {BEGIN_90K + 48 * HOUR_90K, limit_90k + year_90k}


def test_a_machine_that_starts_in_1970_deletes_nothing(open_archive: OpenArchive, tmp_path: Path) -> None:
    archive = open_archive()
    for hours in range(3):
        keep(archive, recorded(steady(5, BEGIN_90K + hours * HOUR_90K)))
    now_90k = HOUR_90K // 10
    keep(archive, recorded(steady(5, now_90k)))
    assert {alarm.kind for alarm in archive.maintain(KeepAll(), now_90k + 5 * TICKS_PER_S)} == {AlarmKind.DELETE}
    assert len(check_at_rest(archive, tmp_path / "archive")) == 4
    assert archive.maintain(KeepAll(), BEGIN_90K + 3 * HOUR_90K) == []
    assert len(check_at_rest(archive, tmp_path / "archive")) == 3


def test_what_cannot_be_deleted_is_an_alarm_each_time_until_it_is_gone(
    open_archive: OpenArchive, tmp_path: Path
) -> None:
    archive = open_archive()
    keep(archive, recorded(steady(20)))
    archive.maintain(FOREVER, LATER_90K)
    with nothing_can_be_deleted_in(tmp_path / "archive" / "objects"):
        for _ in range(2):
            alarms = archive.maintain(KeepAll({"gate": Keep(0.1)}), LATER_90K)
            assert [(alarm.kind, alarm.camera) for alarm in alarms] == [(AlarmKind.DELETE, "gate")]
            assert [row.state for row in rows_of(archive)] == [ObjectState.DELETING]
            assert archive.playlist("gate", *ALL).entries == (), "nobody reads it any more"
    assert archive.maintain(KeepAll({"gate": Keep(0.1)}), LATER_90K) == []
    assert check_at_rest(archive, tmp_path / "archive") == []


def test_too_little_space_takes_the_oldest_and_tells(open_archive: OpenArchive, tmp_path: Path) -> None:
    archive = open_archive()
    keep(archive, recorded(steady(100)))
    archive.maintain(FOREVER, LATER_90K)
    sizes = [row.size for row in rows_of(archive)]
    tight = open_archive(space=Space(max_bytes=sum(sizes[2:])))
    alarms = tight.maintain(KeepAll(), LATER_90K)
    assert [(alarm.kind, alarm.camera) for alarm in alarms] == [(AlarmKind.SPACE, "gate")]
    assert "72 hours" in alarms[0].says and "1.0 are left" in alarms[0].says
    assert [row.start_90k for row in check_at_rest(tight, tmp_path / "archive")] == [
        BEGIN_90K + i * OBJECT_90K for i in (2, 3, 4)
    ]
    assert tight.maintain(KeepAll(), LATER_90K) == []
    free = os.statvfs(tmp_path).f_bavail * os.statvfs(tmp_path).f_frsize
    full = open_archive(space=Space(min_free_bytes=free * 2))
    assert {(alarm.kind, alarm.camera) for alarm in full.maintain(KeepAll(), LATER_90K)} == {
        (AlarmKind.SPACE, "gate"), (AlarmKind.SPACE, None),
    }  # fmt: skip
    assert rows_of(full) == []


def test_while_deleting_fails_nothing_more_is_given_up_for_room(open_archive: OpenArchive, tmp_path: Path) -> None:
    archive = open_archive()
    keep(archive, recorded(steady(100)))
    archive.maintain(FOREVER, LATER_90K)
    sizes = [row.size for row in rows_of(archive)]
    tight = open_archive(space=Space(max_bytes=sum(sizes[3:])))
    raised = [(AlarmKind.DELETE, "gate"), (AlarmKind.SPACE, None)]
    with nothing_can_be_deleted_in(tmp_path / "archive" / "objects"):
        for lost in ([(AlarmKind.SPACE, "gate")], [], []):  # what was marked can be watched no more
            assert [(alarm.kind, alarm.camera) for alarm in tight.maintain(KeepAll(), LATER_90K)] == raised + lost
            assert [row.state for row in rows_of(tight)] == [ObjectState.DELETING] + [ObjectState.CLOSED] * 4
    assert [alarm.kind for alarm in tight.maintain(KeepAll(), LATER_90K)] == [AlarmKind.SPACE]
    assert [row.size for row in check_at_rest(tight, tmp_path / "archive")] == sizes[3:]


def test_an_object_deleted_while_it_plays_is_told(open_archive: OpenArchive) -> None:
    archive = open_archive()
    keep(archive, recorded(steady(50)))
    archive.maintain(FOREVER, LATER_90K)
    playing = archive.fragments("gate", *ALL)
    next(playing)
    archive.maintain(KeepAll({"gate": Keep(0.1)}), LATER_90K)
    with pytest.raises((SourceError, FileNotFoundError)):
        list(playing)


def test_days_of_recordings_come_and_go(tmp_path: Path) -> None:
    """Four days of two cameras, 4 s in every third hour: what is in the limit is there, and nothing else."""
    clock = MovingClock(BEGIN_90K)
    with Archive(tmp_path / "archive") as archive:
        writers = {name: archive.writer(name) for name in ("gate", "yard")}
        for hour in range(0, 96, 3):
            moved_90k = hour * HOUR_90K
            fragments = recorded(steady(4, BEGIN_90K + moved_90k))
            for writer in writers.values():
                for fragment in fragments:
                    writer.append(fragment)
            assert archive.maintain(KeepAll({"yard": Keep(24)}), clock.now_90k()) == []
            clock.sleep(3 * 3600)
            for name, hours in (("gate", 72), ("yard", 24)):
                first = max(0, hour + 3 - hours)
                closed = [row for row in rows_of(archive) if row.camera == name and row.state is ObjectState.CLOSED]
                assert [row.start_90k for row in closed] == [BEGIN_90K + h * HOUR_90K for h in range(first, hour, 3)]
