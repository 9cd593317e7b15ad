"""Smooth convex shapes as arrays: how far each reaches in a fixed number of directions.

The maximum or a weighted mean of two shapes' reaches is again a convex shape. So shapes are joined, padded and smoothed
over time direction by direction, and never get a dent.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from passerby.media.cover import SHAPE_POWER

Boxes = npt.NDArray[np.float64]
Reach = npt.NDArray[np.float64]
"""(..., DIRECTIONS): how far a shape reaches in each direction, pixels from the picture's corner."""

DIRECTIONS = 32
"""This many corners look round on a person as high as the picture. A multiple of 4 makes a box's sides exact."""

_ANGLES = np.arange(DIRECTIONS) * (2 * np.pi / DIRECTIONS)
WAYS = np.round(np.stack([np.cos(_ANGLES), np.sin(_ANGLES)], axis=1), 12)
"""(DIRECTIONS, 2): the unit vector of each direction, starting right, then turning downwards."""

_DUAL = SHAPE_POWER / (SHAPE_POWER - 1)
_NEXT = np.roll(np.arange(DIRECTIONS), -1)
_TURN = np.sin(2 * np.pi / DIRECTIONS)
_SIDES = [DIRECTIONS // 2, 3 * DIRECTIONS // 4, 0, DIRECTIONS // 4]  # left, top, right, bottom


def of_boxes(xyxy: Boxes) -> Reach:
    """The rounded shapes, (n, DIRECTIONS), as which boxes (n, 4) are drawn."""
    middles, halves = (xyxy[:, :2] + xyxy[:, 2:]) / 2, np.maximum(xyxy[:, 2:] - xyxy[:, :2], 0) / 2
    around = (np.abs(halves[:, None] * WAYS) ** _DUAL).sum(axis=2) ** (1 / _DUAL)
    return np.asarray(middles @ WAYS.T + around, np.float64)


def of_pixels(corners_xy: npt.NDArray[np.float64], size_wh: tuple[float, float]) -> Reach:
    """The hull of pixels of this size, given by their top left corners (n, 2)."""
    return np.asarray((corners_xy @ WAYS.T).max(axis=0) + (np.maximum(WAYS, 0) * size_wh).sum(axis=1), np.float64)


def padding(across: npt.NDArray[np.float64], down: npt.NDArray[np.float64]) -> Reach:
    """What to add to reaches (n, DIRECTIONS) to pad each shape by an ellipse with these half axes (n,)."""
    return np.asarray(np.hypot(WAYS[:, 0] * across[:, None], WAYS[:, 1] * down[:, None]), np.float64)


def sides(reach: Reach) -> npt.NDArray[np.float64]:
    """(n, 4): the boxes around shapes (n, DIRECTIONS)."""
    return np.asarray(reach[:, _SIDES] * (-1, -1, 1, 1), np.float64)


def corners(reach: Reach) -> npt.NDArray[np.float64]:
    """(n, DIRECTIONS, 2): where the edges of shapes (n, DIRECTIONS) in neighbouring directions meet."""
    after = reach[:, _NEXT]
    met = np.empty((*reach.shape, 2))
    met[..., 0] = (reach * WAYS[_NEXT, 1] - after * WAYS[:, 1]) / _TURN
    met[..., 1] = (after * WAYS[:, 0] - reach * WAYS[_NEXT, 0]) / _TURN
    return met


def areas(reach: Reach) -> npt.NDArray[np.float64]:
    """(n,): the areas of shapes (n, DIRECTIONS), square pixels."""
    points = corners(reach)
    x, y = points[..., 0], points[..., 1]
    return np.asarray(np.abs((x * y[:, _NEXT] - x[:, _NEXT] * y).sum(axis=1)) / 2, np.float64)


def roundest(reach: Reach, at_most: float) -> Reach:
    """Replaces each shape by the rounded one that fills its bounding box and still contains it, unless that is more
    than `at_most` times as large. A lean, a stride or an arm then does not show."""
    around = np.maximum(of_boxes(sides(reach)), reach)
    return np.where((areas(around) <= at_most * areas(reach))[:, None], around, reach)
