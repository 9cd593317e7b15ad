import math
import random
from collections.abc import Sequence

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from passerby.media import Kind
from passerby.rules.events.geometry import Point
from passerby.rules.events.line import Line, Way
from tests.unit.rules.events.walkers import RATE, SIZE_WH, Walker, moments, straight

DOOR = ((320.0, 360.0), (320.0, 100.0))  # from the bottom up: right is the right half of the picture

inner = st.tuples(st.floats(60, SIZE_WH[0] - 60), st.floats(100, SIZE_WH[1] - 30))


def crossings(
    walkers: Sequence[Walker], seconds: float = 12, rate: int = RATE, line: tuple[Point, Point] = DOOR
) -> list[Way]:
    counter = Line(*line, kinds=(Kind.PERSON, Kind.VEHICLE))
    return [crossing.way for moment in moments(walkers, seconds, rate) for crossing in counter.note(moment)]


def test_each_way_counts_for_itself() -> None:
    to_the_right = Walker(straight((200, 250), (440, 250)))
    to_the_left = Walker(straight((440, 200), (200, 200), from_s=1), 2)
    assert sorted(crossings([to_the_right, to_the_left])) == [Way.LEFT, Way.RIGHT]


def test_who_passes_beside_the_end_of_a_line_does_not_cross_it() -> None:
    assert crossings([Walker(straight((200, 90), (440, 90)))]) == []


@pytest.mark.parametrize("speed", [8, 60, 400])
def test_slow_and_fast_crossings_count_once(speed: float) -> None:
    assert crossings([Walker(straight((200, 250), (440, 250), speed=speed))], seconds=40) == [Way.RIGHT]


def test_who_comes_back_crosses_twice() -> None:
    there, back = straight((250, 250), (390, 250)), straight((390, 250), (250, 250), from_s=140 / 60)
    assert crossings([Walker(lambda t: there(t) or back(t))]) == [Way.RIGHT, Way.LEFT]


def test_who_stands_on_a_line_and_sways_does_not_cross() -> None:
    jitter = random.Random(1)
    sway = [(jitter.gauss(320, 1.2), jitter.gauss(250, 1)) for _ in range(200)]
    assert crossings([Walker(lambda t: sway[round(t * RATE)])], seconds=30) == []


def test_one_box_on_the_other_side_is_no_crossing() -> None:
    def at(time_s: float) -> Point:
        return (380.0, 250.0) if round(time_s * RATE) == 20 else (260.0, 250.0)

    assert crossings([Walker(at)]) == []


@pytest.mark.parametrize(("x", "way"), [(12.0, Way.RIGHT), (628.0, Way.LEFT)])
def test_a_line_near_the_border_counts_who_is_found_beyond_it(x: float, way: Way) -> None:
    into, out = straight((30, 250), (300, 250)), straight((610, 250), (300, 250))
    assert crossings([Walker(into if x < 100 else out)], line=((x, 360.0), (x, 0.0))) == [way]


def test_a_line_near_the_border_counts_who_is_lost_before_it() -> None:
    assert crossings([Walker(straight((300, 250), (600, 250)))], line=((628.0, 360.0), (628.0, 0.0))) == [Way.RIGHT]


def test_who_stays_near_the_border_does_not_leave() -> None:
    assert crossings([Walker(lambda t: (20.0, 250.0) if t < 5 else None)], line=((8.0, 360.0), (8.0, 0.0))) == []


def test_other_kinds_are_not_counted() -> None:
    car = Walker(straight((200, 250), (440, 250)), kind=Kind.VEHICLE)
    line = Line(*DOOR)
    assert [crossing for moment in moments([car], 8) for crossing in line.note(moment)] == []


@given(inner, inner, st.floats(20, 200))
def test_a_mirrored_picture_exchanges_the_ways(a: Point, b: Point, speed: float) -> None:
    assume(math.dist(a, b) > 1)

    def mirrored(point: Point) -> Point:
        return SIZE_WH[0] - point[0], point[1]

    seen = crossings([Walker(straight(a, b, speed=speed))], 30)
    other = {Way.LEFT: Way.RIGHT, Way.RIGHT: Way.LEFT}
    assert crossings([Walker(straight(mirrored(a), mirrored(b), speed=speed))], 30) == [other[way] for way in seen]


@given(st.tuples(st.floats(60, 240), inner), st.tuples(st.floats(400, 580), inner), st.floats(20, 90))
def test_dropped_frames_leave_the_counts(a: tuple[float, Point], b: tuple[float, Point], speed: float) -> None:
    path = straight((a[0], a[1][1]), (b[0], b[1][1]), speed=speed)
    assert crossings([Walker(path)], 40, RATE) == crossings([Walker(path)], 40, 2 * RATE) == [Way.RIGHT]


@given(st.floats(0.05, 0.95))
def test_a_track_that_is_split_anywhere_counts_once(share: float) -> None:
    path = straight((200, 250), (440, 250))
    split_s = share * 4.0
    first = Walker(lambda t: path(t) if t < split_s else None)
    second = Walker(lambda t: path(t) if t >= split_s else None, 2)
    assert crossings([first, second]) == [Way.RIGHT]
