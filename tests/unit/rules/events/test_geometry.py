import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.rules.events.geometry import (
    Point,
    crosses_itself,
    distance_to_border,
    is_inside,
    polygon_area,
    segments_meet,
    signed_distance,
)

coordinate = st.floats(-1000, 1000).map(lambda x: round(x, 2))
point = st.tuples(coordinate, coordinate)
SQUARE = ((0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0))


def test_right_is_the_right_hand_on_the_way_from_the_first_point_to_the_second() -> None:
    up = ((5.0, 10.0), (5.0, 0.0))  # y is down
    assert signed_distance((8, 5), *up) == 3
    assert signed_distance((1, 5), *up) == -4


def test_a_line_through_one_point_is_refused() -> None:
    with pytest.raises(ValueError, match="two different points"):
        signed_distance((0, 0), (1, 1), (1, 1))


@given(point, point, point)
def test_the_other_way_round_the_sides_are_exchanged(p: Point, a: Point, b: Point) -> None:
    if math.dist(a, b) < 0.1:
        return
    assert signed_distance(p, a, b) == pytest.approx(-signed_distance(p, b, a), abs=1e-6)


@given(point, point, point, point)
def test_segments_meet_whichever_is_named_first(p: Point, q: Point, a: Point, b: Point) -> None:
    assert segments_meet(p, q, a, b) == segments_meet(a, b, p, q)


def test_segments_that_end_before_the_other_do_not_meet() -> None:
    assert segments_meet((0, 0), (2, 2), (0, 2), (2, 0))
    assert not segments_meet((0, 0), (0.5, 0.5), (0, 2), (2, 0))
    assert not segments_meet((0, 0), (1, 0), (0, 1), (1, 1))


@given(coordinate, coordinate)
def test_inside_a_square(x: float, y: float) -> None:
    if min(abs(x), abs(x - 10), abs(y), abs(y - 10)) > 1e-6:
        assert is_inside((x, y), SQUARE) == (0 < x < 10 and 0 < y < 10)


def test_a_notch_is_outside() -> None:
    notched = ((0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (5.0, 2.0), (0.0, 10.0))
    assert not is_inside((5, 5), notched)
    assert is_inside((1, 5), notched)


def test_distance_area_and_crossing_sides() -> None:
    assert distance_to_border((5, 4), SQUARE) == 4
    assert distance_to_border((13, 14), SQUARE) == 5
    assert polygon_area(SQUARE) == 100
    assert not crosses_itself(SQUARE)
    assert crosses_itself((SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3]))
