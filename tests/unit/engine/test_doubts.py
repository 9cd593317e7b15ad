"""What a person is asked to check: each entry is one thing in one place for a short while, and not hidden anyway."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from passerby.engine.covered_when import CoveredWhen
from passerby.engine.doubts import LONGEST_S, MAX_DOUBTS, Doubts
from passerby.media import Cover, CoverBox, Kind
from passerby.media.stream import StreamFormat
from passerby.track import Sighting, TrackSummary
from passerby.track.summary import MAX_PLACES, MAX_SIGHTINGS, Place, add_sighting

STREAM = StreamFormat(640, 360, "yuv420p", Fraction(1, 25), Fraction(25))
BOX = (100.0, 100.0, 140.0, 200.0)


def places_of(*seen: tuple[float, float]) -> tuple[Place, ...]:
    """Detections of a box: when, and how far to the right."""
    places: list[Place] = []
    for time_s, right in seen:
        add_sighting(places, Sighting(time_s, (BOX[0] + right, BOX[1], BOX[2] + right, BOX[3]), 0.2))
    return tuple(places)


def track(
    places: tuple[Place, ...], *, confirmed: bool = False, best: float = 0.2, kind: Kind = Kind.PERSON
) -> TrackSummary:
    seen = [each for place in places for each in place]
    return TrackSummary(1, kind, seen[0].time_s, seen[-1].time_s, 9, max(3, len(seen)), best, confirmed, places)


def test_somebody_who_walks_is_listed_place_by_place() -> None:
    doubts = Doubts(STREAM, 0.0)
    doubts.add(track(places_of(*((n / 5, 20.0 * n) for n in range(21)))))  # 400 px in 4 s
    entries = doubts.all()
    assert len(entries) == 4
    assert all(entry.xyxy[2] - entry.xyxy[0] <= 40 + 100 for entry in entries), "no more than a step of it"
    assert [entry.start_s for entry in entries] == sorted(entry.start_s for entry in entries)
    assert entries[0].start_s == 0 and entries[-1].end_s >= 4


def test_what_stays_for_long_is_listed_in_short_stretches() -> None:
    doubts = Doubts(STREAM, 5.0)
    doubts.add(track(places_of(*((5 + n, 0.0) for n in range(80)))))
    entries = doubts.all()
    assert len(entries) == 8 and all(entry.end_s - entry.start_s <= LONGEST_S + 1 for entry in entries)
    assert entries[0].start_s == 0 and entries[-1].end_s >= 79, "from the start of the source"
    assert {entry.xyxy for entry in entries} == {BOX}


def test_a_detector_that_blinks_at_one_thing_makes_one_entry() -> None:
    doubts = Doubts(STREAM, 0.0)
    for start_s in (0.0, 1.0, 2.0):
        doubts.add(track(places_of((start_s, 0.0), (start_s + 0.4, 3.0))))
    doubts.add(track(places_of((0.2, 300.0), (0.4, 300.0))))
    doubts.add(track(places_of((0.2, 0.0)), kind=Kind.FACE))
    assert [(entry.kind, entry.start_s, round(entry.end_s, 2)) for entry in doubts.all()] == [
        ("person", 0.0, 2.44), ("person", 0.2, 0.44), ("face", 0.2, 0.24),
    ]  # fmt: skip


def test_what_was_left_visible_comes_first() -> None:
    doubts = Doubts(STREAM, 0.0)
    doubts.add(track(places_of((1.0, 0.0)), confirmed=True))
    doubts.add(track(places_of((2.0, 200.0))))
    visible, covered = doubts.all()
    assert not visible.is_covered and "left visible" in visible.reason
    assert covered.is_covered and "check that the cover" in covered.reason


@pytest.mark.parametrize(
    "other", [{"best": 0.1}, {"confirmed": True, "best": 0.9}, {"kind": Kind.VEHICLE}, {"hits": 2}]
)
def test_what_is_sure_or_nothing_is_not_listed(other: dict[str, object]) -> None:
    doubts = Doubts(STREAM, 0.0)
    doubts.add(replace(track(places_of((1.0, 0.0))), **other))  # type: ignore[arg-type]
    assert not doubts.all()


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_places_are_of_the_upright_picture(turn: int) -> None:
    doubts = Doubts(replace(STREAM, turn=turn), 0.0)
    doubts.add(track(places_of((1.0, -90.0))))
    picture = np.zeros((360, 640), np.uint8)
    picture[100:200, 10:50] = 1
    rows, columns = np.nonzero(np.rot90(picture, -turn // 90))
    assert doubts.all()[0].xyxy == (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)


def test_what_leaves_the_picture_is_cut_to_it() -> None:
    doubts = Doubts(STREAM, 0.0)
    doubts.add(track(places_of((1.0, -120.0))))
    doubts.add(track(places_of((1.0, 900.0))))
    assert [entry.xyxy for entry in doubts.all()] == [(0, 100, 20, 200)]


def test_what_something_else_hides_is_not_called_visible() -> None:
    """A second box around somebody who is covered, or a cover drawn by hand."""
    for cover, is_listed in (
        (Cover(), True),
        (Cover((CoverBox((90, 90, 150, 210), Kind.PERSON),)), False),
        (Cover((CoverBox((90, 90, 150, 140), Kind.PERSON),)), True),
        (Cover((CoverBox((90, 90, 150, 210), Kind.PERSON),), keep=((95, 95, 145, 205),)), True),
        (Cover(cells=np.ones((36, 64), np.bool_)), False),
        (Cover(whole="dark"), False),
    ):
        doubts = Doubts(STREAM, 0.0)
        for index in range(50):
            doubts.covered_when.note(index / 25, cover)
        doubts.add(track(places_of((1.0, 0.0), (1.4, 5.0))))
        assert bool(doubts.all()) == is_listed, cover


def test_what_is_well_inside_another_cover_needs_no_check() -> None:
    """In a crowd hardly anybody is seen well, and the covers of others hide all around them."""
    for cover, is_listed in (
        (Cover((CoverBox(BOX, Kind.PERSON),)), True),
        (Cover((CoverBox((95, 90, 145, 210), Kind.PERSON),)), True),
        (Cover((CoverBox((60, 40, 180, 260), Kind.MANUAL),)), False),
        (Cover(cells=np.ones((36, 64), np.bool_)), False),
    ):
        doubts = Doubts(STREAM, 0.0)
        for index in range(50):
            doubts.covered_when.note(index / 25, cover)
        doubts.add(track(places_of((1.0, 0.0)), confirmed=True))
        assert bool(doubts.all()) == is_listed, cover


def test_a_part_of_somebody_is_listed_with_them() -> None:
    doubts = Doubts(STREAM, 0.0)
    doubts.add(track(([Sighting(1.0, BOX, 0.2)],)))
    doubts.add(track(([Sighting(1.2, (104.0, 100.0, 138.0, 140.0), 0.3)],)))
    doubts.add(track(([Sighting(1.2, (130.0, 100.0, 170.0, 200.0), 0.3)],)))
    assert [(entry.xyxy, entry.at_s) for entry in doubts.all()] == [(BOX, 1.2), ((130, 100, 170, 200), 1.2)]


def test_a_cover_that_comes_later_hides_nothing_before() -> None:
    doubts, cover = Doubts(STREAM, 0.0), Cover((CoverBox((80, 80, 200, 220), Kind.PERSON),))
    for index in range(100):
        doubts.covered_when.note(index / 25, cover if index >= 50 else Cover())
    doubts.add(track(places_of((1.0, 0.0), (3.0, 5.0))))
    (entry,) = doubts.all()
    assert (entry.start_s, round(entry.end_s, 2)) == (1.0, 1.04), "only while it could be seen"


def test_a_time_of_which_nothing_is_known_is_not_hidden() -> None:
    covered = CoveredWhen((640, 360))
    assert not covered.is_hidden(1.0, BOX)
    covered.note(0.0, Cover(whole="dark"))
    assert covered.is_hidden(0.15, BOX) and not covered.is_hidden(30.0, BOX)


def test_places_and_entries_are_bounded() -> None:
    places = places_of(*((n / 5, 90.0 * (n % 2) * 3) for n in range(3 * MAX_PLACES + MAX_SIGHTINGS)))
    assert len(places) == MAX_PLACES and all(len(place) <= MAX_SIGHTINGS for place in places)
    doubts = Doubts(STREAM, 0.0)
    for n in range(MAX_DOUBTS + 50):
        doubts.add(track(places_of((n * 20.0, 0.0)), confirmed=True))
    doubts.add(track(places_of((5.0, 300.0)), best=0.3))
    entries = doubts.all()
    assert len(entries) == 1 + MAX_DOUBTS and doubts.left_out == 50
    assert not entries[0].is_covered, "what was covered does not displace what may be visible"


def test_what_is_in_the_corner_of_a_rounded_cover_is_not_hidden() -> None:
    covered = CoveredWhen((640, 360))
    covered.note(0.0, Cover((CoverBox((100.0, 100.0, 500.0, 340.0), Kind.PERSON),)))
    assert covered.is_hidden(0.0, (200.0, 150.0, 400.0, 300.0))
    assert not covered.is_hidden(0.0, (100.0, 100.0, 122.0, 114.0))
    drawn = CoveredWhen((640, 360))
    drawn.note(0.0, Cover((CoverBox((100.0, 100.0, 500.0, 340.0), Kind.MANUAL),)))
    assert drawn.is_hidden(0.0, (100.0, 100.0, 122.0, 114.0)), "what is drawn by hand is hidden to its corners"


def test_in_a_slow_video_only_the_frame_itself_counts() -> None:
    covered = CoveredWhen((640, 360))
    for second, cover in enumerate((Cover(), Cover(whole="dark"), Cover())):
        covered.note(float(second), cover)
    assert [covered.is_hidden(time_s, BOX) for time_s in (0.0, 1.0, 1.5, 2.0)] == [False, True, False, False]
