"""Lines, areas and directions on the ground, in picture pixels: x to the right, y down. Pure arithmetic."""

from __future__ import annotations

import math
from collections.abc import Sequence

Point = tuple[float, float]

TOO_SMALL = 1e-9


def signed_distance(point: Point, a: Point, b: Point) -> float:
    """How far a point is from the line through a and b, in pixels. Positive: to the right of somebody who goes from a
    to b, as the picture shows it. Raises ValueError if a and b are the same point."""
    along = (b[0] - a[0], b[1] - a[1])
    length = math.hypot(*along)
    if length < TOO_SMALL:
        raise ValueError("a line needs two different points")
    return (along[0] * (point[1] - a[1]) - along[1] * (point[0] - a[0])) / length


def segments_meet(p: Point, q: Point, a: Point, b: Point) -> bool:
    """Whether the segments p–q and a–b have a point in common. Touching counts; parallel segments never meet."""
    way, line = (q[0] - p[0], q[1] - p[1]), (b[0] - a[0], b[1] - a[1])
    across = _cross(way, line)
    if abs(across) < TOO_SMALL:
        return False
    offset = (a[0] - p[0], a[1] - p[1])
    return 0 <= _cross(offset, line) / across <= 1 and 0 <= _cross(offset, way) / across <= 1


def is_inside(point: Point, polygon: Sequence[Point]) -> bool:
    """Whether a point lies in a polygon, by the even-odd rule (Shimrat, 1962)."""
    x, y = point
    inside = False
    for (x0, y0), (x1, y1) in zip(polygon, (*polygon[1:], polygon[0]), strict=True):
        if (y0 > y) != (y1 > y) and x < x0 + (y - y0) / (y1 - y0) * (x1 - x0):
            inside = not inside
    return inside


def distance_to_border(point: Point, polygon: Sequence[Point]) -> float:
    """How far a point is from the nearest side of a polygon, in pixels. Never negative."""
    ends = zip(polygon, (*polygon[1:], polygon[0]), strict=True)
    return min(_distance_to_segment(point, a, b) for a, b in ends)


def polygon_area(polygon: Sequence[Point]) -> float:
    """In square pixels, by the shoelace formula. 0 for a polygon that is a line."""
    ends = zip(polygon, (*polygon[1:], polygon[0]), strict=True)
    return abs(sum(_cross(a, b) for a, b in ends)) / 2


def crosses_itself(polygon: Sequence[Point]) -> bool:
    """Whether two sides of a polygon that are not neighbours meet."""
    sides = list(zip(polygon, (*polygon[1:], polygon[0]), strict=True))
    return any(
        segments_meet(*sides[i], *sides[j])
        for i in range(len(sides))
        for j in range(i + 2, len(sides))
        if (j + 1) % len(sides) != i
    )


def _distance_to_segment(point: Point, a: Point, b: Point) -> float:
    along = (b[0] - a[0], b[1] - a[1])
    square = along[0] ** 2 + along[1] ** 2
    to = (point[0] - a[0], point[1] - a[1])
    share = 0.0 if square < TOO_SMALL else max(0.0, min(1.0, (to[0] * along[0] + to[1] * along[1]) / square))
    return math.hypot(to[0] - share * along[0], to[1] - share * along[1])


def _cross(u: Point, v: Point) -> float:
    return u[0] * v[1] - u[1] * v[0]
