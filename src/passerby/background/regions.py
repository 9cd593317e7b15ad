"""Turns a mask of what moves into a few boxes that hold all of it, so that a cover does not show a gait."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

Mask = npt.NDArray[np.uint8]
Rect = tuple[int, int, int, int]
"""Left, top, width, height in mask pixels."""

GAP_PX = 5  # parts of one body that lie closer than this belong together
FULL_ENOUGH = 0.5  # a box emptier than this is cut in two
CUT_DOWN_TO_PX = 14  # smaller boxes stay whole: finer cuts would draw an outline
LEAST_AREA_PX = 12  # of a blob in the mask after joining: less is noise


def boxes_of(mask: Mask) -> list[Rect]:
    """Boxes that together hold every blob of the mask, apart from specks."""
    left, top, width, height = cv2.boundingRect(mask)  # of what is not 0: mostly a small part
    if not width:
        return []
    x0, y0 = max(0, left - GAP_PX), max(0, top - GAP_PX)
    part = mask[y0 : top + height + GAP_PX, x0 : left + width + GAP_PX]
    joined = cv2.morphologyEx(part, cv2.MORPH_CLOSE, np.ones((GAP_PX, GAP_PX), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8, ltype=cv2.CV_16U)
    boxes: list[Rect] = []
    for label in range(1, count):
        left, top, width, height, area = (int(v) for v in stats[label])
        if area >= LEAST_AREA_PX:
            blob = labels[top : top + height, left : left + width] == label
            boxes += [(x0 + left + x, y0 + top + y, w, h) for x, y, w, h in _cut(blob)]
    return boxes


def _cut(blob: npt.NDArray[np.bool_]) -> list[Rect]:
    """Boxes over one blob: halved along the longer side until each is full enough or small."""
    height, width = blob.shape
    if max(width, height) <= CUT_DOWN_TO_PX or blob.mean() >= FULL_ENOUGH:
        return [(0, 0, width, height)]
    boxes: list[Rect] = []
    across = width >= height
    half = (width if across else height) // 2
    for part, x, y in (
        (blob[:, :half] if across else blob[:half], 0, 0),
        (blob[:, half:] if across else blob[half:], half if across else 0, 0 if across else half),
    ):
        rows, columns = np.flatnonzero(part.any(axis=1)), np.flatnonzero(part.any(axis=0))
        if not len(rows):
            continue
        tight = part[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        boxes += [(x + int(columns[0]) + a, y + int(rows[0]) + b, w, h) for a, b, w, h in _cut(tight)]
    return boxes
