import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from passerby.rules.events.geometry import Point, polygon_area
from passerby.rules.events.ground import Ground

ROOM = [(0.0, 0.0), (4.0, 0.0), (4.0, 6.0), (0.0, 6.0)]
"""In metres."""

Matrix = np.ndarray[tuple[int, ...], np.dtype[np.float64]]


def camera(height_m: float = 4.0, tilt: float = 0.5, away_m: float = 5.0, turned: float = 0.2) -> Matrix:
    """From metres on the ground to shares of the picture: a camera that looks down by `tilt` radians."""
    cos, sin = np.cos(turned), np.sin(turned)
    plan = np.array([[cos, -sin, -2], [sin, cos, away_m], [0, 0, 1.0]])
    down, along = np.sin(tilt), np.cos(tilt)
    across = np.array([1, 0, 0])
    lower = np.array([0, -down, height_m * along])
    depth = np.array([0, along, height_m * down])
    seen = np.array([across + 0.5 * depth, lower + 0.5 * depth, depth])
    return np.asarray(seen @ plan, np.float64)


def picture(points_m: list[Point], matrix: Matrix) -> list[Point]:
    seen = [matrix @ (x, y, 1.0) for x, y in points_m]
    assert all(each[2] > 0 for each in seen), "all of it must be before the camera"
    return [(float(each[0] / each[2]), float(each[1] / each[2])) for each in seen]


metres = st.floats(0, 6, allow_subnormal=False)


@given(
    st.lists(st.tuples(metres, metres), min_size=3, max_size=3),
    st.floats(2, 8), st.floats(0.3, 1.2), st.floats(4, 12), st.floats(-0.5, 0.5),
)  # fmt: skip
def test_an_area_is_what_it_is_on_the_ground_wherever_the_camera_hangs(
    triangle: list[Point], height_m: float, tilt: float, away_m: float, turned: float
) -> None:
    assume(polygon_area(triangle) > 0.5)
    matrix = camera(height_m, tilt, away_m, turned)
    ground = Ground(picture(ROOM, matrix), (4, 6))
    assert ground.area_m2(picture(triangle, matrix)) == pytest.approx(polygon_area(triangle), rel=1e-4)


@given(st.lists(st.tuples(metres, metres), min_size=3, max_size=3), st.integers(0, 3))
def test_mirroring_stretching_and_naming_corners_from_another_one_leaves_an_area(
    triangle: list[Point], first: int
) -> None:
    assume(polygon_area(triangle) > 0.5)
    marks, zone = picture(ROOM, camera()), picture(triangle, camera())
    area = Ground(marks, (4, 6)).area_m2(zone)

    def mirrored(points: list[Point]) -> list[Point]:
        return [(1920 - 1920 * x, 1080 * y) for x, y in points]

    assert Ground(mirrored(marks), (4, 6)).area_m2(mirrored(zone)) == pytest.approx(area)
    others = marks[first:] + marks[:first]
    assert Ground(others, (4, 6) if first % 2 == 0 else (6, 4)).area_m2(zone) == pytest.approx(area)
    assert Ground(marks[::-1], (4, 6)).area_m2(zone[::-1]) == pytest.approx(area)


@given(st.floats(0.1, 0.9))
def test_the_parts_of_a_zone_are_as_large_as_the_whole(share: float) -> None:
    matrix, cut_m = camera(), 6 * share
    ground = Ground(picture(ROOM, matrix), (4, 6))
    near, far = (
        [(0.0, 0.0), (4.0, 0.0), (4.0, cut_m), (0.0, cut_m)],
        [(0.0, cut_m), (4.0, cut_m), (4.0, 6.0), (0.0, 6.0)],
    )
    parts = [ground.area_m2(picture(part, matrix)) for part in (near, far)]
    assert sum(parts) == pytest.approx(24)
    assert parts[0] == pytest.approx(4 * cut_m)


@pytest.mark.parametrize(
    "corners",
    [
        [(0, 0), (1, 0), (0, 1), (1, 1)],  # crosses itself
        [(0, 0), (1, 0), (0.5, 0), (0, 1)],  # three on a line
        [(0, 0), (1, 0), (0.3, 0.3), (0, 1)],  # an arrow head
        [(0, 0), (0, 0), (1, 1), (0, 1)],
        [(0.5, 0.5)] * 4,
        [(0, 0), (1, 0), (1, 0.005), (0, 0.005)][:3],
        [(0, 0), (1, 0), (2, 0.001), (0.5, 0.002)],
    ],
)
def test_what_cannot_be_a_rectangle_on_the_ground_is_refused(corners: list[Point]) -> None:
    with pytest.raises(ValueError, match="corners"):
        Ground(corners, (4, 6))


def test_a_zone_that_reaches_to_the_horizon_or_over_it_is_refused() -> None:
    """The sides of this ground meet at y = 0.25: that is the horizon."""
    ground = Ground([(0.4, 0.5), (0.6, 0.5), (0.8, 1.0), (0.2, 1.0)], (4, 6))
    assert ground.area_m2([(0.4, 0.32), (0.6, 0.32), (0.6, 0.9)]) > 0
    for top in (0.28, 0.25, 0.2, 0.0):
        with pytest.raises(ValueError, match="horizon"):
            ground.area_m2([(0.4, top), (0.6, top), (0.6, 0.9)])
