"""Remembers coarsely what was hidden when, so that nothing is reported as visible that something else hides."""

from __future__ import annotations

import bisect
import zlib
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from passerby.media import Cover, CoverBox, Kind
from passerby.media.cover import CORE_SHARE

Box = tuple[float, float, float, float]
Grid = npt.NDArray[np.uint8]

COLUMNS, ROWS = 128, 72
EVERY_S = 0.1  # a cover that follows somebody goes no further than its padding meanwhile
HIDDEN_SHARE = 0.9  # a second box around somebody who is covered often sticks out a little
MAX_RECORDS = 200_000  # 5 hours of video, some 30 MB; what comes later counts as visible


class CoveredWhen:
    """Boxes are in pixels of the coded picture, times on the source's own clock."""

    def __init__(self, size_wh: tuple[int, int]) -> None:
        self._scale = np.array([COLUMNS / size_wh[0], ROWS / size_wh[1]])
        self._times_s: list[float] = []
        self._packed: list[bytes] = []
        self._grid = lru_cache(maxsize=64)(self._unpacked)  # many are asked about the same moments

    def note(self, time_s: float, cover: Cover) -> None:
        """Call for every frame, in order; only some are remembered."""
        is_due = not self._times_s or time_s - self._times_s[-1] >= EVERY_S
        if is_due and len(self._times_s) < MAX_RECORDS:
            self._times_s.append(time_s)
            self._packed.append(zlib.compress(np.packbits(self._grid_of(cover)).tobytes(), 1))

    def is_hidden(self, time_s: float, box: Box) -> bool:
        """Whether nearly all of the box is hidden at that time, or in the remembered moments just before and after."""
        after = bisect.bisect_left(self._times_s, time_s)
        is_exact = after < len(self._times_s) and self._times_s[after] == time_s
        moments = range(after if is_exact else max(0, after - 1), min(after + 1, len(self._times_s)))
        is_known = bool(moments) and (after < len(self._times_s) or time_s - self._times_s[-1] < 2 * EVERY_S)
        left, top, right, bottom = self._cells(box)
        return is_known and all(self._grid(moment)[top:bottom, left:right].mean() >= HIDDEN_SHARE for moment in moments)

    def _unpacked(self, moment: int) -> Grid:
        packed = np.frombuffer(zlib.decompress(self._packed[moment]), np.uint8)
        return np.unpackbits(packed, count=ROWS * COLUMNS).reshape(ROWS, COLUMNS)

    def _cells(self, box: Box) -> tuple[int, int, int, int]:
        """The cells of which it holds at least half, along and across; at least one."""
        columns, rows = self._scale
        left, right = sorted(min(max(round(x * columns), 0), COLUMNS) for x in (box[0], box[2]))
        top, bottom = sorted(min(max(round(y * rows), 0), ROWS) for y in (box[1], box[3]))
        left, top = min(left, COLUMNS - 1), min(top, ROWS - 1)
        return left, top, max(right, left + 1), max(bottom, top + 1)

    def _grid_of(self, cover: Cover) -> Grid:
        if cover.whole:
            return np.ones((ROWS, COLUMNS), np.uint8)
        grid = np.zeros((ROWS, COLUMNS), np.uint8)
        if cover.cells is not None:
            grid = np.asarray(cv2.resize(cover.cells.astype(np.uint8), (COLUMNS, ROWS), interpolation=cv2.INTER_AREA))
        for box in cover.boxes:
            _fill(grid, _corners(box) * self._scale, 1)
        for left, top, right, bottom in cover.keep:
            _fill(grid, np.array([(left, top), (right, top), (right, bottom), (left, bottom)]) * self._scale, 0)
        return grid


def _corners(box: CoverBox) -> npt.NDArray[np.float64]:
    """Of a shape that the cover certainly fills: of a rounded one, an octagon inside it."""
    if box.hull:
        return np.array(box.hull, np.float64).reshape(-1, 2)
    left, top, right, bottom = box.xyxy
    if box.kind is Kind.MANUAL:
        return np.array([(left, top), (right, top), (right, bottom), (left, bottom)], np.float64)
    middle, half = np.array([left + right, top + bottom]) / 2, np.array([right - left, bottom - top]) / 2
    return middle + half * _OCTAGON


_OCTAGON = np.array([(0, -1), (1, -1), (1, 0), (1, 1), (0, 1), (-1, 1), (-1, 0), (-1, -1)], np.float64)
_OCTAGON[1::2] *= CORE_SHARE  # where the rounded shape reaches along the diagonals


def _fill(grid: Grid, corners: npt.NDArray[np.float64], value: int) -> None:
    """Sets the cells between corners given in cells. OpenCV also draws the edge, so the right and lower one come in."""
    corners = corners - (corners > corners.mean(axis=0))
    cv2.fillConvexPoly(grid, np.clip(np.round(corners), -COLUMNS, 2 * COLUMNS).astype(np.int32), value)
