"""What was recorded can be played by time, from objects that are open and closed, on SQLite and PostgreSQL."""

from __future__ import annotations

import fcntl
import itertools
import multiprocessing
import os
from pathlib import Path

import av
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from passerby.archive import Archive
from passerby.archive.spool import waiting_in
from passerby.errors import OutputError, SettingsError, SourceError
from passerby.media.segments import GOP_90K, TICKS_PER_S, Fragment, ObjectState
from passerby.rules.retention import TEN_YEARS_HOURS, Keep, KeepAll
from tests.recordings import BEGIN_90K, FRAME_90K, recorded, steady
from tests.unit.archive.checks import check_at_rest, rows_of, times_played
from tests.unit.archive.conftest import OBJECT_90K, OpenArchive
from tests.unit.archive.victim import be_patient

ALL = (BEGIN_90K - 10**9, BEGIN_90K + 10**9)
FOREVER = KeepAll(usual=Keep(TEN_YEARS_HOURS, more_than_30_days=True))
LATER_90K = BEGIN_90K + 3600 * TICKS_PER_S


def keep(archive: Archive, fragments: list[Fragment], camera: str = "gate") -> None:
    """Write fragments and end the object."""
    writer = archive.writer(camera)
    for fragment in fragments:
        assert writer.append(fragment)
    writer.close()


def test_what_was_recorded_plays_at_its_times(open_archive: OpenArchive, tmp_path: Path) -> None:
    archive = open_archive()
    keep(archive, recorded(steady(70)))
    assert times_played(archive, "gate", *ALL) == list(steady(70)), "from the spool"
    assert archive.maintain(FOREVER, LATER_90K) == []
    assert times_played(archive, "gate", *ALL) == list(steady(70)), "from the store"
    rows = check_at_rest(archive, tmp_path / "archive")
    assert [row.start_90k for row in rows] == [BEGIN_90K + i * OBJECT_90K for i in range(4)]


def test_an_object_being_written_plays_up_to_its_last_whole_gop(open_archive: OpenArchive) -> None:
    archive = open_archive()
    writer = archive.writer("gate")
    for fragment in recorded(steady(31)):
        writer.append(fragment)
    played = times_played(open_archive(), "gate", *ALL)  # as another process would
    assert played == list(steady(30))
    writer.close()
    assert times_played(archive, "gate", *ALL) == list(steady(31))


def test_only_the_range_that_is_asked_for_is_given_by_whole_gops(open_archive: OpenArchive) -> None:
    archive = open_archive()
    keep(archive, recorded(steady(70)))
    for start, stop in ((0, 1), (3, 5), (19, 21), (39.9, 40.1), (60, 200)):
        from_90k, to_90k = BEGIN_90K + round(start * TICKS_PER_S), BEGIN_90K + round(stop * TICKS_PER_S)
        first = from_90k // GOP_90K * GOP_90K
        last = -(-to_90k // GOP_90K) * GOP_90K
        assert times_played(archive, "gate", from_90k, to_90k) == [t for t in steady(70) if first <= t < last]
    assert archive.playlist("gate", BEGIN_90K - 900, BEGIN_90K).entries == ()
    assert archive.playlist("yard", *ALL).entries == ()


def test_gaps_are_told_and_continue_nothing(open_archive: OpenArchive) -> None:
    archive = open_archive()
    times = [*steady(10), *steady(10, BEGIN_90K + 100 * TICKS_PER_S)]
    keep(archive, recorded(times))
    playlist = archive.playlist("gate", BEGIN_90K - 50, BEGIN_90K + 200 * TICKS_PER_S)
    assert playlist.gaps_90k == (
        (BEGIN_90K - 50, BEGIN_90K),
        (BEGIN_90K + 10 * TICKS_PER_S, BEGIN_90K + 100 * TICKS_PER_S),
        (BEGIN_90K + 110 * TICKS_PER_S, BEGIN_90K + 200 * TICKS_PER_S),
    )
    assert [entry.gop.start_90k for entry in playlist.entries if entry.is_discontinuous] == [
        BEGIN_90K + 100 * TICKS_PER_S
    ]
    assert len(rows_of(archive)) == 2


def test_a_short_loss_stays_in_the_object_and_leaves_no_hole(open_archive: OpenArchive, tmp_path: Path) -> None:
    archive = open_archive()
    again = BEGIN_90K + 5 * TICKS_PER_S + 2 * TICKS_PER_S
    keep(archive, [*recorded(steady(5)), *recorded(steady(5, again))])
    archive.maintain(FOREVER, LATER_90K)
    (row,) = check_at_rest(archive, tmp_path / "archive")
    assert row.end_90k == again + 5 * TICKS_PER_S
    assert times_played(archive, "gate", *ALL) == [*steady(5), *steady(5, again)]


@pytest.mark.parametrize("again_size", [(96, 64), (160, 90)])
def test_a_source_that_is_back_at_once_loses_nothing(
    open_archive: OpenArchive, tmp_path: Path, again_size: tuple[int, int]
) -> None:
    """Sooner than its last frame was thought to be shown."""
    archive = open_archive()
    again = steady(7, BEGIN_90K + 5 * TICKS_PER_S - FRAME_90K // 2)
    first, second = recorded(steady(5)), recorded(again, again_size)
    assert second[0].start_90k < first[-1].end_90k
    keep(archive, [*first, *second])
    archive.maintain(FOREVER, LATER_90K)
    assert times_played(archive, "gate", *ALL) == [*steady(5), *again]
    assert archive.playlist("gate", BEGIN_90K, again[-1]).gaps_90k == ()
    rows = check_at_rest(archive, tmp_path / "archive")
    assert len(rows) == (1 if again_size == (96, 64) else 2)


def test_a_clock_set_back_begins_another_object_and_nothing_plays_twice(open_archive: OpenArchive) -> None:
    archive = open_archive()
    keep(archive, [*recorded(steady(10)), *recorded(steady(10, BEGIN_90K + 6 * TICKS_PER_S))])
    played = times_played(archive, "gate", *ALL)
    assert played == list(steady(16))
    assert len(rows_of(archive)) == 2


def test_another_size_is_another_object(open_archive: OpenArchive, tmp_path: Path) -> None:
    archive = open_archive()
    half = BEGIN_90K + 5 * TICKS_PER_S
    keep(archive, [*recorded(steady(5)), *recorded(steady(5, half), (160, 90))])
    archive.maintain(FOREVER, LATER_90K)
    assert len(check_at_rest(archive, tmp_path / "archive")) == 2
    entries = archive.playlist("gate", *ALL).entries
    assert [entry.gop.start_90k for entry in entries if entry.is_discontinuous] == [half]
    assert {(archive.init(e.init_id).width, archive.init(e.init_id).height) for e in entries} == {(96, 64), (160, 90)}
    with pytest.raises(OutputError, match="another size"):
        archive.export("gate", *ALL, tmp_path / "out.mp4")
    assert not (tmp_path / "out.mp4").exists()


def test_nothing_begins_without_a_key_frame(open_archive: OpenArchive) -> None:
    writer = open_archive().writer("gate")
    fragments = recorded(steady(5))
    first_key = next(i for i, fragment in enumerate(fragments) if i and fragment.is_key)
    assert [writer.append(f) for f in fragments[1 : first_key + 1]] == [False] * (first_key - 1) + [True]
    writer.close()


def test_cameras_are_kept_apart(open_archive: OpenArchive, tmp_path: Path) -> None:
    archive = open_archive()
    keep(archive, recorded(steady(10)))
    keep(archive, recorded(steady(20)), "yard")
    archive.maintain(FOREVER, LATER_90K)
    assert times_played(archive, "gate", *ALL) == list(steady(10))
    assert times_played(archive, "yard", *ALL) == list(steady(20))
    assert [row.camera for row in check_at_rest(archive, tmp_path / "archive")] == ["gate", "yard"]


@pytest.mark.parametrize("name", ["", "..", "a/b", "a~1", "a b", "x" * 65, "gäte"])
def test_a_camera_that_could_lead_elsewhere_is_refused(open_archive: OpenArchive, name: str) -> None:
    with pytest.raises(SettingsError, match="couldn't record"):
        open_archive().writer(name)


def test_activity_is_where_something_was_active(open_archive: OpenArchive) -> None:
    archive = open_archive()
    halves = [(0, 0.0), (20, 0.25), (40, 0.01)]
    for start, active in halves:
        keep(archive, recorded(steady(20, BEGIN_90K + start * TICKS_PER_S), active=active))
    activity = archive.activity("gate", BEGIN_90K - 20 * TICKS_PER_S, BEGIN_90K + 80 * TICKS_PER_S, 10)
    assert list(activity) == [0, 0, 0, 0, 128, 128, 26, 26, 0, 0]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(st.sampled_from([18_000, 90_000, 400_000, 3_000_000]), min_size=1, max_size=60),
    number=st.integers(0, 2**30),
)
def test_any_recording_plays_whole(open_archive: OpenArchive, steps: list[int], number: int) -> None:
    archive, camera = open_archive(), f"c{number}-{os.urandom(4).hex()}"
    times = list(itertools.accumulate(steps, initial=BEGIN_90K))
    keep(archive, recorded(times), camera)
    archive.maintain(FOREVER, LATER_90K)
    playlist = archive.playlist(camera, BEGIN_90K, times[-1] + 1)
    assert times_played(archive, camera, *ALL) == times
    spans = [(e.gop.start_90k, e.gop.end_90k) for e in playlist.entries] + list(playlist.gaps_90k)
    spans.sort()
    assert all(before[1] == after[0] for before, after in itertools.pairwise(spans)), "each moment is listed once"


def test_an_export_has_the_same_pictures_and_says_when_they_were(open_archive: OpenArchive, tmp_path: Path) -> None:
    archive = open_archive()
    second = BEGIN_90K + 60 * TICKS_PER_S
    keep(archive, recorded([*steady(30), *steady(10, second)]))
    done = archive.export("gate", BEGIN_90K + 3 * TICKS_PER_S, second + 200 * TICKS_PER_S, tmp_path / "out.mp4")
    assert (done.start_90k, done.end_90k) == (BEGIN_90K + 2 * TICKS_PER_S, second + 10 * TICKS_PER_S)
    assert done.gaps_90k[0] == (BEGIN_90K + 30 * TICKS_PER_S, second)
    recorded_bytes = b"".join(f.data for f in archive.fragments("gate", *ALL))
    with av.open(str(tmp_path / "out.mp4")) as file:
        assert [chapter["metadata"]["title"] for chapter in file.chapters()] == [
            "2026-09-21 14:15:02 UTC", "2026-09-21 14:16:00 UTC",
        ]  # fmt: skip
        packets = [packet for packet in file.demux(video=0) if packet.pts is not None]
        assert [packet.pts for packet in packets] == [i * FRAME_90K for i in range(38 * 5)]
        assert all(bytes(packet) in recorded_bytes for packet in packets), "not encoded again"
    with av.open(str(tmp_path / "out.mp4")) as file:
        assert len(list(file.decode(video=0))) == 38 * 5
    with pytest.raises(OutputError, match="nothing is recorded"):
        archive.export("gate", 0, 1, tmp_path / "none.mp4")
    with pytest.raises(OutputError, match="exists already"):
        archive.export("gate", *ALL, tmp_path / "out.mp4")


def test_names_that_are_no_recordings_are_not_read(open_archive: OpenArchive) -> None:
    archive = open_archive()
    for key in ("../catalogue.sqlite3", "/etc/passwd", "gate/2026-01-01/000000-1.mp4"):
        with pytest.raises(FileNotFoundError):
            archive.read(key, 0, 10)
    with pytest.raises(SourceError, match="no init segment"):
        archive.init("0123456789abcdef")


def test_a_catalogue_that_is_none_is_told_without_its_password(tmp_path: Path) -> None:
    for url in ("nonsense", "mystery://user:hunter2@host/x", "postgresql+psycopg://user:hunter2@127.0.0.1:1/x"):
        with pytest.raises((SettingsError, OutputError)) as caught:
            Archive(tmp_path / "archive", catalogue_url=url)
        assert "hunter2" not in str(caught.value)


def _write_one(folder: Path, url: str, camera: str) -> None:
    be_patient()
    with Archive(folder, catalogue_url=url, object_90k=OBJECT_90K) as archive:
        keep(archive, recorded(steady(45)), camera)
        assert archive.maintain(FOREVER, LATER_90K) == []


def test_several_processes_write_and_tend_one_archive(
    open_archive: OpenArchive, tmp_path: Path, catalogue_url: str
) -> None:
    """From the very first moment: they make the tables together."""
    clean = multiprocessing.get_context("forkserver")
    names = ["gate", "yard", "hall"]
    writers = [
        clean.Process(target=_write_one, args=(tmp_path / "archive", catalogue_url, name)) for name in names
    ]  # fmt: skip
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    assert [writer.exitcode for writer in writers] == [0, 0, 0]
    archive = open_archive()
    rows = check_at_rest(archive, tmp_path / "archive")
    assert len(rows) == 9 and len({row.spool for row in rows}) == 1
    for name in names:
        assert times_played(archive, name, *ALL) == list(steady(45))


def test_a_new_object_that_another_process_takes_for_left_over_is_made_again(
    open_archive: OpenArchive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the moment before it is locked, nothing tells it from what a crash left."""
    archive, lock, spool = open_archive(), fcntl.flock, tmp_path / "archive" / "spool"
    interfered: list[int] = []

    def lock_late(handle: int, how: int) -> None:
        if not interfered:
            interfered.append(handle)
            assert len(list(spool.glob("*.new"))) == 1
            assert waiting_in(spool) == [] and not list(spool.glob("*.new"))
        lock(handle, how)

    monkeypatch.setattr(fcntl, "flock", lock_late)
    keep(archive, recorded(steady(5)))
    assert interfered and times_played(archive, "gate", *ALL) == list(steady(5))


def test_rows_say_what_state_they_are_in(open_archive: OpenArchive) -> None:
    archive = open_archive()
    keep(archive, recorded(steady(5)))
    assert [row.state for row in rows_of(archive)] == [ObjectState.OPEN]
    archive.maintain(FOREVER, LATER_90K)
    assert [row.state for row in rows_of(archive)] == [ObjectState.CLOSED]
