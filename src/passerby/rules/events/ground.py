"""Measures areas on the ground in square metres, by a rectangle on it whose size is known: four points of the picture.

A plane seen by a camera without distortion is a homography of the picture (Hartley and Zisserman, 2004, 4.1). The unit
of the picture's points does not matter, nor that it is another one across than down.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from passerby.rules.events.geometry import Point, crosses_itself, polygon_area

REACH = 5.0
"""How many times as far from the camera as the farthest marked corner a zone may reach: beyond it, a pixel more or less
in the marks makes another area."""
MIN_CORNER = 0.02  # sine of the smallest corner of the marked rectangle in a picture: less is a line


class Ground:
    """A plane on the ground, seen in the picture."""

    def __init__(self, corners: Sequence[Point], size_m: tuple[float, float]) -> None:
        """corners: of a rectangle on the ground, in order. size_m: how long the side from the first to the second is,
        and the one from the second to the third. Raises ValueError if they cannot be those of a rectangle."""
        if len(corners) != 4 or min(size_m) <= 0:
            raise ValueError("a ground needs four corners, and two sides that are longer than nothing")
        if not _is_convex(corners):
            raise ValueError("the corners of the ground must be those of a rectangle, in order, all the way round")
        width, depth = size_m
        self._to_m = _homography(corners, ((0, 0), (width, 0), (width, depth), (0, depth)))
        self._least_nearness = min(self._seen(corner)[2] for corner in corners) / REACH

    def area_m2(self, polygon: Sequence[Point]) -> float:
        """Of a polygon in the picture. Raises ValueError if it reaches to the horizon, or nearly."""
        seen = [self._seen(corner) for corner in polygon]
        if min(nearness for _, _, nearness in seen) < self._least_nearness:
            raise ValueError("the zone reaches too far from the marked ground, towards the horizon or over it")
        return polygon_area([(x / nearness, y / nearness) for x, y, nearness in seen])

    def _seen(self, point: Point) -> tuple[float, float, float]:
        """A point on the ground, in homogeneous coordinates. The third is inversely proportional to its distance from
        the camera, 0 on the horizon and below 0 beyond it."""
        x, y, nearness = self._to_m @ (point[0], point[1], 1.0)
        return float(x), float(y), float(nearness)


def _homography(source: Sequence[Point], target: Sequence[Point]) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """That maps four points to four others, none of them on the far side of the horizon."""
    rows, right = [], []
    for (x, y), (u, v) in zip(source, target, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        right += [u, v]
    try:
        solved = np.linalg.solve(np.array(rows, np.float64), np.array(right, np.float64))
    except np.linalg.LinAlgError:
        raise ValueError("the corners of the ground must be those of a rectangle") from None
    matrix = np.append(solved, 1.0).reshape(3, 3)
    # Both it and its negative map the points; of a convex figure, all corners have the same sign.
    return matrix if matrix[2] @ (*source[0], 1.0) > 0 else -matrix


def _is_convex(corners: Sequence[Point]) -> bool:
    """Whether all four turn the same way, and none is on the line between its neighbours."""
    turns = []
    for n in range(4):
        before, here, after = np.array(corners[n - 1]), np.array(corners[n]), np.array(corners[(n + 1) % 4])
        first, second = here - before, after - here
        lengths = float(np.hypot(*first) * np.hypot(*second))
        if not lengths:
            return False
        turns.append(float(first[0] * second[1] - first[1] * second[0]) / lengths)
    return not crosses_itself(corners) and (min(turns) > MIN_CORNER or max(turns) < -MIN_CORNER)
