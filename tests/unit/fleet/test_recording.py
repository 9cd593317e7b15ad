"""Nobody watches what there is no record of, what is not recorded is reported, and no recording waits for a camera."""

from __future__ import annotations

from pathlib import Path

import pytest

from passerby.archive import Archive
from passerby.fleet.recording import LONGEST_AWAY_S, Recording
from passerby.media.segments import TICKS_PER_S, Fragment
from passerby.testing.clock import MovingClock
from tests.postgresql import PostgreSql
from tests.recordings import BEGIN_90K, recorded, steady
from tests.unit.archive.test_archive import ALL, FOREVER, LATER_90K
from tests.unit.archive.test_trouble import files_end_at


@pytest.mark.parametrize("limit_bytes", [0, 9_000, 9_500, 20_000])
def test_on_a_full_disk_nothing_is_said_to_be_recorded_nor_shown_that_is_not(
    postgresql: PostgreSql, tmp_path: Path, limit_bytes: int
) -> None:
    """The catalogue is elsewhere, so that only recordings meet the limit."""
    shown: list[Fragment] = []
    with Archive(tmp_path, catalogue_url=postgresql.new_database(), object_90k=10**9) as archive:
        recording = Recording("gate", archive.writer("gate"), lambda _, fragment: shown.append(fragment))
        with files_end_at(limit_bytes):
            for fragment in recorded(steady(60)):
                before = len(shown)
                recording.keep(fragment)
                assert (len(shown) > before) is (recording.trouble is None)
        assert recording.trouble is not None and "camera 'gate'" in recording.trouble
        again = recorded(steady(10, BEGIN_90K + 100 * TICKS_PER_S))
        for fragment in again:
            recording.keep(fragment)
            assert recording.trouble is None, "it goes on as soon as there is room"
        recording.close()
        assert archive.maintain(FOREVER, LATER_90K) == []
        kept = archive.playlist("gate", *ALL).entries
    assert sum(fragment.duration_90k for fragment in shown) == sum(entry.gop.duration_90k for entry in kept)
    assert shown[-len(again) :] == again


def test_a_camera_that_is_away_leaves_no_open_object(tmp_path: Path) -> None:
    clock = MovingClock(BEGIN_90K)
    first, second = recorded(steady(5)), recorded(steady(5, BEGIN_90K + 60 * TICKS_PER_S))
    with Archive(tmp_path) as archive:
        recording = Recording("gate", archive.writer("gate"), lambda *_: None, clock.monotonic)
        for fragment in first:
            recording.keep(fragment)
        clock.sleep(LONGEST_AWAY_S / 2)
        recording.end_if_away(LONGEST_AWAY_S / 2)
        assert archive.maintain(FOREVER, LATER_90K) == []
        assert list((tmp_path / "spool").glob("*.mp4")), "one that comes back at once goes on in the same object"
        recording.end_if_away(LONGEST_AWAY_S)
        assert archive.maintain(FOREVER, LATER_90K) == []
        assert not list((tmp_path / "spool").glob("*.mp4"))
        for fragment in second:
            recording.keep(fragment)
        recording.close()
        recording.end_if_away(60.0)
        assert archive.maintain(FOREVER, LATER_90K) == []
        assert len(archive.playlist("gate", *ALL).entries) == 6


def test_a_camera_that_another_machine_took_is_kept_no_more(tmp_path: Path) -> None:
    """Nothing is shown either: nobody may watch what is not recorded."""
    shown: list[Fragment] = []
    fragments = recorded(steady(6))
    with Archive(tmp_path) as archive:
        recording = Recording("gate", archive.writer("gate", token=7), lambda _, fragment: shown.append(fragment))
        recording.keep(fragments[0])
        archive.raise_fences(["gate"], 8)
        for fragment in fragments[1:]:
            recording.keep(fragment)
        recording.close()
        assert recording.is_superseded and "another machine" in str(recording.trouble)
        last = next(at for at, fragment in enumerate(fragments) if at and fragment.is_key)
        assert shown == fragments[:last]
