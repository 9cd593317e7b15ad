"""kill -9 at any moment: afterwards every object is found and finished, and nothing that was written is lost."""

from __future__ import annotations

import itertools
import multiprocessing
import os
import random
import signal
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from passerby.archive import Archive
from passerby.media.alarms import AlarmKind
from passerby.media.mp4.index import ROOM_BYTES
from passerby.media.segments import TICKS_PER_S, ObjectState
from passerby.objects.names import ObjectName
from tests.recordings import BEGIN_90K, recorded, steady
from tests.unit.archive import victim
from tests.unit.archive.checks import check_at_rest, rows_of, times_played
from tests.unit.archive.conftest import OpenArchive
from tests.unit.archive.test_archive import ALL, FOREVER, LATER_90K, keep
from tests.unit.archive.victim import KEEP, begin_of, open_archive

PACE_S = 0.015  # of over 100 fragments: 2 s at least, so that even a busy machine kills it in the middle
KILLS = int(os.environ.get("PASSERBY_KILLS", "12"))
HEAD_BYTES = len(recorded(steady(1))[0].init.data) + ROOM_BYTES
CLEAN = multiprocessing.get_context("forkserver")
CLEAN.set_forkserver_preload(["tests.unit.archive.victim"])


def run_until_killed(target: Any, *args: Any, after_s: float | None = None) -> bool:
    """Whether it was killed, rather than coming to its end. after_s: from when it has written something."""
    said: Path = args[0] / "said"
    if after_s is not None:
        said.unlink(missing_ok=True)  # of the run before
    process = CLEAN.Process(target=target, args=args)
    process.start()
    if after_s is not None:
        while process.is_alive() and not (said.exists() and said.stat().st_size):
            time.sleep(0.001)
        time.sleep(after_s)
        process.kill()
    process.join(60)
    assert process.exitcode in (0, -signal.SIGKILL)
    return process.exitcode != 0


def check_recovered(folder: Path, url: str, run: int) -> None:
    """Nothing of the camera that is kept is missing, up to the last fragment that was written before the kill."""
    with open_archive(folder, url) as archive:
        assert archive.recover() == []
        rows = check_at_rest(archive, folder)
        said = (folder / "said").read_text() if (folder / "said").exists() else ""
        written_until = int(said or 0)
        played = times_played(archive, "gate", begin_of(run), begin_of(run + 1))
        should = [time for time in steady(victim.RUN_S, begin_of(run)) if time < written_until]
        assert played[: len(should)] == should
        assert played == list(steady(victim.RUN_S, begin_of(run)))[: len(played)]
        assert sum(row.camera == "gate" for row in rows) >= run
        now = begin_of(run + 1)
        assert archive.maintain(KEEP, now + victim.LATER_90K) == []
        assert not [row for row in check_at_rest(archive, folder) if row.camera == "yard"]
        assert archive.recover() == []
    (folder / "said").unlink(missing_ok=True)


def lines_of(folder: Path) -> int:
    return int((folder / "lines").read_text())


@pytest.mark.parametrize("catalogue_url", ["sqlite"], indirect=True)
def test_killed_at_any_line_of_the_archive(tmp_path: Path, catalogue_url: str) -> None:
    """And at any line of the recovery that follows."""
    folder = tmp_path / "archive"
    chance = random.Random(7)
    run_until_killed(victim.write, folder, catalogue_url, 0, None)
    lines = lines_of(folder)
    check_recovered(folder, catalogue_url, 0)
    killed = recoveries_killed = 0
    for run in range(1, KILLS + 1):
        killed += run_until_killed(victim.write, folder, catalogue_url, run, chance.randrange(1, lines))
        if run % 2:
            recoveries_killed += run_until_killed(victim.recover, folder, catalogue_url, chance.randrange(1, 900))
        check_recovered(folder, catalogue_url, run)
    assert killed >= KILLS * 3 // 4 and recoveries_killed >= KILLS // 4


@pytest.mark.parametrize("catalogue_url", ["sqlite", "postgresql"], indirect=True)
def test_killed_at_any_time(tmp_path: Path, catalogue_url: str) -> None:
    """Inside of system calls and libraries too."""
    folder = tmp_path / "archive"
    chance = random.Random(11)
    killed = 0
    for run in range(KILLS // 2):
        after_s = chance.uniform(0, 0.5)
        killed += run_until_killed(victim.write, folder, catalogue_url, run, None, PACE_S, after_s=after_s)
        check_recovered(folder, catalogue_url, run)
    assert killed >= KILLS // 4


def only_file(folder: Path) -> Path:
    (path,) = folder.glob("*.open.mp4")
    return path


def crashed_writer(archive: Archive, seconds: float) -> bytes:
    """What a writer that died leaves, after so long; what it wrote."""
    writer = archive.writer("gate")
    for fragment in recorded(steady(seconds)):
        writer.append(fragment)
    writer._give_up()  # the lock is all that goes with a process
    return only_file(archive._places.spool).read_bytes()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cut=st.floats(0, 1), garbage=st.binary(max_size=200), zeros=st.booleans())
def test_a_torn_tail_is_cut_at_the_last_whole_fragment(
    open_archive: OpenArchive, tmp_path: Path, cut: float, garbage: bytes, zeros: bool
) -> None:
    """As a power failure leaves it: cut anywhere, followed by what was on the disk before."""
    archive = open_archive()
    whole = crashed_writer(archive, 9)
    path = only_file(tmp_path / "archive" / "spool")
    keep_bytes = round(cut * len(whole))
    ends = list(itertools.accumulate((len(f.data) for f in recorded(steady(9))), initial=HEAD_BYTES))
    assert ends[-1] == len(whole)
    torn = whole[:keep_bytes] + (bytes(len(garbage)) if zeros else garbage)
    # Garbage may begin with the very bytes that are missing. Where it is just as long as what is missing of a fragment,
    # nothing tells them apart: that fragment is kept, and its last picture is damaged, redacted all the same.
    sound_bytes = sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], zip(whole, torn, strict=False)))
    left_bytes = max((end for end in ends[1:] if end <= sound_bytes), default=None)
    filled_up = next((end for end in ends[1:] if keep_bytes < end <= len(torn)), left_bytes)
    path.write_bytes(torn)
    alarms = archive.recover()
    rows = check_at_rest(archive, tmp_path / "archive")
    played = times_played(archive, "gate", *ALL)
    assert played == list(steady(9))[: len(played)]
    assert [row.size for row in rows] in ([left_bytes] if left_bytes else [], [filled_up])
    assert bool(rows) == bool(played)
    if rows:
        assert alarms == []
    for row in rows:
        archive._places.store.delete(row.key)
        archive._places.rows.forget([row.key], row.state)


def test_a_written_row_without_any_bytes_is_a_loss_that_is_told(open_archive: OpenArchive, tmp_path: Path) -> None:
    archive = open_archive()
    keep(archive, recorded(steady(5)))
    archive.maintain(FOREVER, LATER_90K)
    keep(archive, recorded(steady(5, BEGIN_90K + 100 * TICKS_PER_S)))
    (tmp_path / "archive" / "objects" / ObjectName("gate", BEGIN_90K).key).unlink()
    only_file(tmp_path / "archive" / "spool").unlink()
    alarms = archive.recover()
    assert [(alarm.kind, alarm.camera) for alarm in alarms] == [(AlarmKind.LOST, "gate")] * 2
    assert rows_of(archive) == [] and archive.recover() == []


def test_a_lost_catalogue_is_made_again_from_the_objects(tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    with Archive(folder, object_90k=20 * TICKS_PER_S) as archive:
        keep(archive, recorded(steady(50), active=0.1))
        archive.maintain(FOREVER, LATER_90K)
        before = check_at_rest(archive, folder)
    for path in folder.glob("catalogue.sqlite3*"):
        path.unlink()
    with Archive(folder, object_90k=20 * TICKS_PER_S) as archive:
        assert archive.recover() == []
        assert check_at_rest(archive, folder) == before and before[0].gops[0].activity > 0
        assert times_played(archive, "gate", *ALL) == list(steady(50))


def test_recovery_goes_on_in_tend_until_the_store_could_be_listed(tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    with Archive(folder) as archive:
        keep(archive, recorded(steady(5)))
        archive.maintain(FOREVER, LATER_90K)
        before = check_at_rest(archive, folder)
    for path in folder.glob("catalogue.sqlite3*"):
        path.unlink()
    (folder / "objects" / "loop").symlink_to("loop")
    with Archive(folder) as archive:
        archive.recover_later()
        writer = archive.writer("yard")
        for fragment in recorded(steady(5)):
            assert writer.append(fragment), "nobody waits for it"
        for _ in range(2):
            alarms = archive.maintain(FOREVER, LATER_90K)
            assert [alarm.kind for alarm in alarms] == [AlarmKind.STORE] and "list the store" in alarms[0].says
            assert [row.camera for row in rows_of(archive)] == ["yard"]
        (folder / "objects" / "loop").unlink()
        assert archive.maintain(FOREVER, LATER_90K) == []
        assert [row for row in rows_of(archive) if row.camera == "gate"] == before
        (folder / "objects" / "loop").symlink_to("loop")
        assert archive.maintain(FOREVER, LATER_90K) == [], "once was enough"
        writer.close()


@pytest.mark.parametrize("catalogue_url", ["sqlite"], indirect=True)
def test_half_a_copy_into_the_store_goes(open_archive: OpenArchive, tmp_path: Path) -> None:
    """As a kill leaves it where the store is on another disk, and as no listing shows it."""
    archive = open_archive()
    keep(archive, recorded(steady(5)))
    archive.maintain(FOREVER, LATER_90K)
    (whole,) = (tmp_path / "archive" / "objects").rglob("*.mp4")
    half, own = whole.with_name(f"{whole.name}#1"), whole.with_name("notes.mp4#1")
    half.write_bytes(whole.read_bytes()[:9000])
    own.write_bytes(b"something else")
    assert archive.recover() == []
    assert own.exists() and not half.exists()
    assert len(check_at_rest(archive, tmp_path / "archive")) == 1


def test_strange_files_are_left_and_told_of(open_archive: OpenArchive, tmp_path: Path) -> None:
    archive = open_archive()
    for name in ("notes.txt", ObjectName("gate", BEGIN_90K).key):
        path = tmp_path / "archive" / "objects" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"something else" * 1000)
    alarms = archive.recover()
    assert len(alarms) == 2 and {alarm.kind for alarm in alarms} == {AlarmKind.STRANGE}
    assert (tmp_path / "archive" / "objects" / "notes.txt").exists() and rows_of(archive) == []


def test_a_file_that_is_being_written_is_left_alone(open_archive: OpenArchive) -> None:
    archive = open_archive()
    writer = archive.writer("gate")
    fragments = recorded(steady(15))
    for number, fragment in enumerate(fragments):
        writer.append(fragment)
        if number % 5 == 0:
            assert open_archive().recover() == []
    writer.close()
    assert times_played(archive, "gate", *ALL) == list(steady(15))
    assert [row.state for row in rows_of(archive)] == [ObjectState.OPEN]


def test_another_machines_open_objects_are_left_alone(open_archive: OpenArchive, tmp_path: Path) -> None:
    archive = open_archive()
    writer = archive.writer("gate")
    for fragment in recorded(steady(5)):
        writer.append(fragment)
    url = archive._places.rows._engine.url.render_as_string(hide_password=False)
    with Archive(tmp_path / "other", catalogue_url=url, store=tmp_path / "archive" / "objects") as other:
        assert other.recover() == []
    assert len(rows_of(archive)) == 1
    writer.close()


def test_what_was_being_made_when_it_crashed_goes(open_archive: OpenArchive, tmp_path: Path) -> None:
    archive = open_archive()
    unborn = tmp_path / "archive" / "spool" / f"gate~{BEGIN_90K}.open.mp4.new"
    unborn.write_bytes(b"half")
    assert archive.recover() == []
    assert not unborn.exists()
    assert os.listdir(tmp_path / "archive" / "spool") == ["name"]  # noqa: PTH208
