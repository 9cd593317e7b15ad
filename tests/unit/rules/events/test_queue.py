import random
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passerby.rules.events.geometry import Point
from passerby.rules.events.paths import Paths
from passerby.rules.events.queue import Queue
from passerby.rules.events.spell import Happening
from passerby.rules.events.zone import Zone
from tests.unit.rules.events.walkers import RATE, SIZE_WH, Walker, standing, straight, views

COUNTER = ((200.0, 100.0), (440.0, 100.0), (440.0, 340.0), (200.0, 340.0))


def served(
    walkers: Sequence[Walker], seconds: float, queue: Queue, rate: int = RATE
) -> tuple[list[Happening], list[float], int]:
    """Every event, whole; how long each who left waited; the most who waited at once."""
    paths, happened, waited_s, most = Paths(), [], list[float](), 0
    for view in views(walkers, seconds, rate):
        happened.append(queue.note(paths.note(view)))
        waited_s += queue.waited_s
        most = max(most, queue.waiting)
    happened.append(queue.end())
    return [each for each in happened if each is not None and each.end_s is not None], waited_s, most


def waits(place: Point, from_s: float, to_s: float, tracker_id: int) -> Walker:
    """Waits, then walks out of the zone and of the picture."""
    leaves = straight(place, (640, place[1]), from_s=to_s)
    return Walker(lambda t: standing(place, from_s, to_s)(t) or leaves(t), tracker_id)


def test_too_many_who_wait_are_one_event() -> None:
    people = [waits((230.0 + 50 * n, 250.0), 2.0 * n, 40 + 3.0 * n, n + 1) for n in range(4)]
    (event,) = served(people, 70, Queue(Zone(COUNTER), limit=2))[0]
    assert event.peak == 4
    assert event.start_s == pytest.approx(2 * 2 + 5, abs=2)
    assert event.end_s == pytest.approx(43 + 4, abs=3)
    assert served(people, 70, Queue(Zone(COUNTER), limit=4))[0] == []


def test_who_waits_for_too_long_is_an_event() -> None:
    people = [waits((300.0, 250.0), 1, 31, 1)]
    (event,) = served(people, 60, Queue(Zone(COUNTER), longest_s=20))[0]
    assert event.peak == 1
    assert event.start_s == pytest.approx(21, abs=1)
    assert served(people, 60, Queue(Zone(COUNTER), longest_s=40))[0] == []


def test_the_time_waited_is_that_of_those_who_left_after_waiting() -> None:
    people = [waits((230.0 + 60 * n, 250.0), 1, 11 + 10 * n, n + 1) for n in range(3)]
    passer_by = Walker(straight((100, 320), (600, 320), speed=120), 9)
    _, waited_s, most = served([*people, passer_by], 60, Queue(Zone(COUNTER)))
    # Until they have walked out of the zone; it counts from their third box.
    assert [round(each) for each in sorted(waited_s)] == [pytest.approx(of, abs=4) for of in (11, 21, 31)]
    assert most == 3


def test_who_is_lost_behind_others_still_waits() -> None:
    before, after = Walker(standing((300, 250), 1, 10), 1), waits((302.0, 250.0), 14, 30, 2)
    _, waited_s, most = served([before, after], 60, Queue(Zone(COUNTER)))
    assert (len(waited_s), most) == (1, 1)
    assert waited_s[0] == pytest.approx(30, abs=3)


stays = st.lists(st.tuples(st.floats(0, 5), st.floats(16, 25)), min_size=1, max_size=4)


@settings(max_examples=25, deadline=None)
@given(stays)
def test_mirroring_and_dropping_frames_leave_a_queue_as_it_is(times: list[tuple[float, float]]) -> None:
    people = [waits((215.0 + 60 * n, 250.0), from_s, to_s, n + 1) for n, (from_s, to_s) in enumerate(times)]
    events, waited_s, most = served(people, 45, Queue(Zone(COUNTER), limit=1))

    def mirror(point: Point) -> Point:
        return SIZE_WH[0] - point[0], point[1]

    def back(walker: Walker) -> Walker:
        return replace(walker, at=lambda t: None if (at := walker.at(t)) is None else mirror(at))

    zone = Zone([mirror(corner) for corner in COUNTER])
    assert served([back(walker) for walker in people], 45, Queue(zone, limit=1)) == (events, waited_s, most)
    fewer, waited_too_s, most_too = served(people, 45, Queue(Zone(COUNTER), limit=1), rate=3)
    assert (len(waited_too_s), most_too) == (len(waited_s), most)
    # Of two who go at once, one past the other, each may be given the other's time: together they waited as long.
    assert sum(waited_too_s) == pytest.approx(sum(waited_s), abs=1.0 * len(waited_s))
    assert [event.peak for event in fewer] == [event.peak for event in events]


@settings(max_examples=25, deadline=None)
@given(st.floats(6, 20), st.integers(0, 10_000))
def test_splitting_a_track_leaves_a_queue_as_it_is(cut_s: float, seed: int) -> None:
    """Lost for up to four seconds, and found under another id, a few pixels away."""
    lost_s, aside = random.Random(seed).uniform(0, 4), random.Random(seed).uniform(-8, 8)
    whole = waits((300.0, 250.0), 1, 26, 1)
    parts = [
        Walker(lambda t: whole.at(t) if t < cut_s else None, 1),
        Walker(lambda t: None if t < cut_s + lost_s or not (at := whole.at(t)) else (at[0] + aside, at[1]), 2),
    ]
    one, two = (served(people, 45, Queue(Zone(COUNTER), longest_s=15)) for people in ([whole], parts))
    assert (len(two[0]), len(two[1])) == (len(one[0]), len(one[1])) == (1, 1)
    assert two[1] == pytest.approx(one[1], abs=0.5)
