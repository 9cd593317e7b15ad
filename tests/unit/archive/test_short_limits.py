"""However short a limit is, what was recorded is gone at it: objects end in time, and it is looked for often enough."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passerby.archive import Archive
from passerby.archive.names import name_of
from passerby.media.segments import TICKS_PER_S, Fragment
from passerby.objects.names import name_of_key
from passerby.rules.retention import HOUR_90K, MIN_HOURS, OBJECT_90K, Keep, KeepAll, object_90k, round_s
from tests.recordings import BEGIN_90K, recorded, steady

MAINTAIN_EVERY_S = 10.0
LATE_SHARE = 1 / 20
LONGEST_S = 1000
YEAR_HOURS = 366 * 24.0

any_limit = st.floats(MIN_HOURS, YEAR_HOURS) | st.floats(MIN_HOURS, 2.0)


@given(hours=any_limit)
def test_an_object_is_a_quarter_of_its_limit_at_most_and_a_whole_number_of_gops(hours: float) -> None:
    length_90k = object_90k(Keep(hours, more_than_30_days=True))
    assert 10 * TICKS_PER_S <= length_90k <= min(OBJECT_90K, round(hours * HOUR_90K / 4))
    assert length_90k % (2 * TICKS_PER_S) == 0
    assert length_90k == OBJECT_90K or length_90k >= hours * HOUR_90K / 4 - 2 * TICKS_PER_S - 1


@given(some=st.dictionaries(st.sampled_from("abc"), any_limit), usual=any_limit)
def test_rounds_are_a_twentieth_of_the_shortest_limit(some: dict[str, float], usual: float) -> None:
    keep = KeepAll({name: Keep(hours, True) for name, hours in some.items()}, Keep(usual, True))
    every_s = round_s(keep, MAINTAIN_EVERY_S)
    assert every_s <= MAINTAIN_EVERY_S and all(every_s <= each.hours * 3600 * LATE_SHARE for each in keep.all())
    assert every_s >= 5.0, "a round is work"


@cache
def stream() -> list[Fragment]:
    return recorded(steady(LONGEST_S))


@pytest.mark.slow
@settings(max_examples=8)
@given(hours=st.floats(MIN_HOURS, 0.2), begin_s=st.floats(0, 900), phase=st.floats(0, 1), delay_s=st.floats(0, 10))
def test_a_picture_is_gone_at_its_limit_and_most_are_kept_until_then(
    hours: float, begin_s: float, phase: float, delay_s: float
) -> None:
    """Recorded, stored and deleted as a service does it. delay_s: pictures come later than they are dated."""
    keep = KeepAll({"gate": Keep(hours)})
    every_90k = round(round_s(keep, MAINTAIN_EVERY_S) * TICKS_PER_S)
    limit_90k, length_90k = round(hours * HOUR_90K), object_90k(Keep(hours))
    moved_90k = round(begin_s) * TICKS_PER_S
    with TemporaryDirectory() as name, Archive(Path(name)) as archive:
        writer = archive.writer("gate", length_90k)
        next_90k = BEGIN_90K + moved_90k + round(phase * every_90k)
        for fragment in stream():
            now_90k = fragment.end_90k + round(delay_s * TICKS_PER_S)
            writer.append(fragment)
            while next_90k <= now_90k:
                assert archive.maintain(keep, next_90k) == []
                oldest_90k = min(starts_in(Path(name)), default=next_90k)
                assert oldest_90k > next_90k - limit_90k, "older than its limit"
                if next_90k - limit_90k > BEGIN_90K:
                    assert oldest_90k <= next_90k - limit_90k + length_90k + 2 * TICKS_PER_S, "gone too soon"
                next_90k += every_90k
            if now_90k > BEGIN_90K + 2 * limit_90k:
                break
        writer.close()
        assert archive.maintain(keep, next_90k + limit_90k) == [] and not starts_in(Path(name))


def starts_in(folder: Path) -> list[int]:
    """When what is kept begins, wherever it is."""
    opened = [name_of(path) for path in (folder / "spool").glob("*.mp4")]
    stored = folder / "objects"
    closed = [name_of_key(path.relative_to(stored).as_posix()) for path in stored.rglob("*.mp4")]
    return [found.start_90k for found in (*opened, *closed) if found]


def test_a_short_limit_holds_when_the_clock_was_a_few_minutes_ahead(tmp_path: Path) -> None:
    """For what is kept for days nobody minds ten minutes; of three they are too many."""
    keep, behind_90k = KeepAll({"gate": Keep(0.05)}), 10 * 60 * TICKS_PER_S
    limit_90k, begin_90k = round(0.05 * HOUR_90K), BEGIN_90K - behind_90k
    with Archive(tmp_path) as archive:
        writer = archive.writer("gate", object_90k(Keep(0.05)))
        for fragment in recorded(steady(60)):
            writer.append(fragment)
        for fragment in recorded(steady(60, begin_90k)):  # set right
            writer.append(fragment)
        writer.close()
        alarms = archive.maintain(keep, begin_90k + 60 * TICKS_PER_S)
        assert [alarm.camera for alarm in alarms] == ["gate"] and "dated in the future" in alarms[0].says
        assert archive.maintain(keep, begin_90k + 60 * TICKS_PER_S + limit_90k) == [] and not starts_in(tmp_path)


def test_nothing_of_a_camera_is_left_in_the_store_when_its_last_recording_goes(tmp_path: Path) -> None:
    objects = tmp_path / "objects"
    with Archive(tmp_path) as archive:
        for camera, begin_90k in (("gate", BEGIN_90K), ("yard", BEGIN_90K + HOUR_90K)):
            writer = archive.writer(camera)
            for fragment in recorded(steady(4, begin_90k)):
                writer.append(fragment)
            writer.close()
        assert archive.maintain(KeepAll(), BEGIN_90K + HOUR_90K) == []
        assert {path.name for path in objects.iterdir() if path.is_dir()} == {"gate", "yard"}
        assert archive.maintain(KeepAll({"gate": Keep(1), "yard": Keep(1)}), BEGIN_90K + HOUR_90K) == []
        assert {path.name for path in objects.iterdir() if path.is_dir()} == {"yard"}
        (objects / "gate" / "2026-09-21").mkdir(parents=True)  # a crash, or an earlier passerby, left these
        (objects / "hall").mkdir()
        assert archive.recover() == []
        assert {path.name for path in objects.iterdir() if path.is_dir()} == {"yard"}
        assert list(objects.glob("yard/*/*.mp4")), "what is recorded stays"
