"""Detects when a fixed camera's picture stays the same except for noise, so that earlier results still hold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, TypeVar

import cv2
import numpy as np
import numpy.typing as npt

from passerby.background import small_size
from passerby.media import RawFrame, hdr
from passerby.media.frames import Plane
from passerby.paint.bytemaps import halved

CELL_PX = 4  # of the small picture: the smallest person that can be found is two cells across
MAX_APART = (6, 3, 2)
"""Grey levels by which the averages of one, 2 x 2 and 4 x 4 cells may differ as noise. This is less than what counts as
different from a background, so anybody who appears ends the stretch before anything else notices."""

Cells = npt.NDArray[np.uint8]
T = TypeVar("T")


class Stillness:
    """Takes every frame of one source, in order. Keeps one clear picture of a few thousand cells, which is treated like
    a `RawFrame`."""

    def __init__(self, size_wh: tuple[int, int]) -> None:
        width, height = small_size(*size_wh)
        self._cells_wh = max(1, width // CELL_PX), max(1, height // CELL_PX)
        self._first: list[Cells] | None = None
        self._stretch = 0

    def note(self, frame: RawFrame) -> int:
        """The number of the stretch that the frame belongs to. Every picture is compared with the first of its stretch,
        so even slow changes end it. A damaged frame is a stretch of its own."""
        sizes = None if frame.damaged else list(self._sizes(frame))
        if sizes is None or self._first is None or _apart(sizes, self._first):
            self._first = sizes
            self._stretch += 1
        return self._stretch

    def _sizes(self, frame: RawFrame) -> Iterator[Cells]:
        """(rows, columns, 3): Y, U and V of each cell, then averages over more and more cells."""
        luma, *chroma = (self._cells(plane, frame.depth) for plane in frame.planes())
        if frame.hdr is not None:
            luma = np.asarray(cv2.LUT(luma, hdr.luma_table(frame.hdr, full_range=frame.full_range)), np.uint8)
            tables = hdr.chroma_tables(frame.hdr)
            chroma = [np.asarray(cv2.LUT(*pair), np.uint8) for pair in zip(chroma, tables, strict=True)]
        cells = np.asarray(cv2.merge([luma, *chroma]), np.uint8)
        for _ in MAX_APART:
            yield cells
            cells = halved(cells)

    def _cells(self, plane: Plane, depth: int) -> Cells:
        """Reduces by halves, which is three times as fast as in one step."""
        columns, rows = self._cells_wh
        while plane.shape[1] > 2 * columns and plane.shape[0] > 2 * rows:
            plane = halved(plane)
        cells = cv2.resize(plane, self._cells_wh, interpolation=cv2.INTER_AREA)
        if depth == 8:
            return np.asarray(cells, np.uint8)
        return np.asarray(np.right_shift(np.asarray(cells, np.uint16), depth - 8), np.uint8)


def _apart(now: list[Cells], first: list[Cells]) -> bool:
    pairs = zip(now, first, MAX_APART, strict=True)
    return any(cv2.norm(this, that, cv2.NORM_INF) > most for this, that, most in pairs)


class Lasting(Generic[T]):
    """A result about a picture. It holds while the picture stays the same, but no longer than `for_s`."""

    def __init__(self, for_s: float) -> None:
        self._for_s = for_s
        self._known: tuple[int, float, T] | None = None

    def get(self, stretch: int | None, at_s: float) -> T | None:
        """The result that holds for a frame of that stretch, or None."""
        if self._known is None or self._known[0] != stretch or at_s - self._known[1] >= self._for_s - 0.01:
            return None
        return self._known[2]

    def set(self, stretch: int | None, at_s: float, value: T) -> T:
        """stretch: None if unknown; then nothing is kept."""
        self._known = None if stretch is None else (stretch, at_s, value)
        return value

    def forget(self) -> None:
        self._known = None
