"""Turns a mask of movement into a few convex pieces that contain all of it, so that a cover does not show a gait."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

Mask = npt.NDArray[np.uint8]
Points = npt.NDArray[np.int32]
"""(n, 2) x and y of mask pixels: the corners of a convex piece."""

GAP_PX = 5  # parts closer than this belong to one body
FULL_ENOUGH = 0.5  # of a hull must be filled: an emptier one is cut in two
CUT_DOWN_TO_PX = 14  # smaller pieces stay whole: finer cuts would draw an outline
MIN_AREA_PX = 12  # of a blob in the joined mask: less is noise


def joined(mask: Mask) -> Mask:
    """The mask with gaps closed and specks removed: nonzero where something moves. The mask itself if nothing moves."""
    left, top, width, height = cv2.boundingRect(mask)  # of nonzero pixels: mostly a small part
    if not width:
        return mask
    x0, y0 = max(0, left - GAP_PX), max(0, top - GAP_PX)
    part = slice(y0, top + height + GAP_PX), slice(x0, left + width + GAP_PX)
    closed = cv2.morphologyEx(mask[part], cv2.MORPH_CLOSE, np.ones((GAP_PX, GAP_PX), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(closed, connectivity=8, ltype=cv2.CV_16U)
    large = (stats[:, cv2.CC_STAT_AREA] >= MIN_AREA_PX).astype(np.uint8)
    large[0] = 0
    kept = np.zeros_like(mask)
    kept[part] = large[labels]
    return kept


def hull_of(mask: Mask) -> Points | None:
    """The corners of the hull of the nonzero pixels; None if there are none."""
    points = cv2.findNonZero(mask)
    return None if points is None else np.asarray(cv2.convexHull(points).reshape(-1, 2), np.int32)


def pieces_of(mask: Mask) -> list[Points]:
    """Convex pieces that together contain all of a mask: one per blob, or more if one would contain too much else."""
    left, top, width, height = cv2.boundingRect(mask)
    if not width:
        return []
    part = mask[top : top + height, left : left + width]
    count, labels, stats, _ = cv2.connectedComponentsWithStats(part, connectivity=8, ltype=cv2.CV_16U)
    pieces: list[Points] = []
    for label in range(1, count):
        x, y, wide, high, _ = (int(v) for v in stats[label])
        blob = (labels[y : y + high, x : x + wide] == label).view(np.uint8)
        pieces += [np.add(piece, (left + x, top + y)) for piece in _cut(blob)]
    return pieces


def _cut(blob: Mask) -> list[Points]:
    """Hulls over one blob: halved along the longer side until each is full enough or small."""
    hull = hull_of(blob)
    if hull is None:
        return []
    width, height = (int(side) + 1 for side in hull.max(axis=0) - hull.min(axis=0))
    area = cv2.contourArea(hull) + cv2.arcLength(hull, True) / 2 + 1  # pixels, whose centres are the corners
    if max(width, height) <= CUT_DOWN_TO_PX or cv2.countNonZero(blob) >= FULL_ENOUGH * area:
        return [hull]
    left, top = (int(side) for side in hull.min(axis=0))
    if width >= height:
        half = left + width // 2
        return [*_cut(blob[:, :half]), *(np.add(piece, (half, 0)) for piece in _cut(blob[:, half:]))]
    half = top + height // 2
    return [*_cut(blob[:half]), *(np.add(piece, (0, half)) for piece in _cut(blob[half:]))]
