"""A cover in pixels: for every luma and chroma sample of one picture, which kind hides it, or none."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from passerby.media import Cover, CoverBox, Kind
from passerby.paint.bytemaps import ByteMap, above, any_in_blocks

Xyxy = tuple[float, float, float, float]
Corners = tuple[int, int, int, int]

CORNER_SHARE = 0.18
"""Corner radius as a share of the shorter side: a square loses (4 - pi) * 0.18^2 = 2.8 % of its area, others less."""

MAX_CORNER_PX = 32
"""Rounder than this looks no calmer, and uncovers more of a large box. Also the margin that `Region` draws in."""

MAX_AREAS = 24
"""More separate areas of cells than this are handled as one: each costs a few calls."""


@dataclass(frozen=True, slots=True)
class Patch:
    """One part of the picture that holds covered samples.

    rows, columns: of luma, inside the picture, beginning on even ones. span: left, top, right, bottom of the whole
    shape, in luma pixels, also outside the picture: what a mosaic fixes its grid to. filled: a box, all of which is
    hidden but for corners.
    """

    rows: slice
    columns: slice
    span: Corners
    filled: bool = True

    @staticmethod
    def whole(width: int, height: int) -> Patch:
        return Patch(slice(0, height), slice(0, width), (0, 0, width, height))

    def of_chroma(self, shift_x: int, shift_y: int) -> tuple[slice, slice]:
        return _halved(self.rows, shift_y), _halved(self.columns, shift_x)


class Region:
    """The cover of one picture, drawn anew with `draw` for every frame into the same memory.

    luma, chroma: marks, 0 where shown, kind + 1 where hidden. A chroma sample is hidden if any of its luma pixels is;
    so a shown luma pixel at the edge may get hidden chroma, never the other way. patches: where marks may be.
    """

    def __init__(self, width: int, height: int, shift_x: int, shift_y: int) -> None:
        m = MAX_CORNER_PX
        # A margin all around, so that no corner ever needs clipping: what is cut off lies in the margin.
        self._field = np.zeros((height + 2 * m, width + 2 * m), np.uint8)
        self.shift_x, self.shift_y = shift_x, shift_y
        self.width, self.height = width, height
        self.luma: ByteMap = self._field[m : m + height, m : m + width]
        chroma_shape = -(-height >> shift_y), -(-width >> shift_x)
        self.chroma: ByteMap = self.luma if not shift_x else np.zeros(chroma_shape, np.uint8)
        self.patches: list[Patch] = []
        # The cells of the last frame and what they come to: a background's are the same array for minutes.
        self._cells: npt.NDArray[np.bool_] | None = None
        self._cell_marks: list[tuple[Corners, ByteMap]] = []
        self._drawn: list[tuple[slice, slice]] = []  # where the field may not be 0, for the next frame to wipe

    @property
    def hidden(self) -> float:
        """The share of luma pixels that is hidden, 0..1."""
        if not self.patches:
            return 0.0
        return float(cv2.countNonZero(self.luma)) / (self.width * self.height)

    def draw(self, cover: Cover) -> None:
        """ByteMap what the boxes and cells of a cover hide and its `keep` boxes do not."""
        self._wipe()
        if cover.cells is not None:
            self._add_cells(cover.cells)
        for box in cover.boxes:
            self._add_box(box)
        for xyxy in cover.keep:
            self._keep(xyxy)
        self._wipe_margin()
        for patch in self.patches:
            self._mark_chroma(patch)

    def in_blocks(self, patch: Patch, halvings: int) -> tuple[slice, slice, ByteMap]:
        """The rows and columns of squares (side 2 ** halvings) that a patch touches, and 255 where any pixel is hidden.

        A box counts as filling its corners too: that is quicker, and a square too many does no harm.
        """
        side = 1 << halvings
        top, bottom = patch.rows.start // side, -(-patch.rows.stop // side)
        left, right = patch.columns.start // side, -(-patch.columns.stop // side)
        rows, columns = slice(top, bottom), slice(left, right)
        if patch.filled:
            return rows, columns, np.full((bottom - top, right - left), 255, np.uint8)
        m = MAX_CORNER_PX
        marks = self._field[m + top * side : m + bottom * side, m + left * side : m + right * side]
        return rows, columns, any_in_blocks(above(marks, 0), halvings)

    def _wipe(self) -> None:
        for rows, columns in self._drawn:
            self._field[rows, columns] = 0
        for patch in self.patches:
            self.chroma[patch.of_chroma(self.shift_x, self.shift_y)] = 0
        self._drawn, self.patches = [], []

    def _wipe_margin(self) -> None:
        """Of an odd picture, the last chroma reads a line beyond it: nothing is hidden there."""
        m = MAX_CORNER_PX
        self._field[:, m + self.width] = 0
        self._field[m + self.height] = 0

    def _add_patch(self, span: Corners, *, filled: bool = True) -> None:
        left, top, right, bottom = span
        rows = slice(max(top, 0) & ~1, min(bottom, self.height))
        columns = slice(max(left, 0) & ~1, min(right, self.width))
        if rows.start < rows.stop and columns.start < columns.stop:
            self.patches.append(Patch(rows, columns, span, filled))

    def _add_box(self, box: CoverBox) -> None:
        if any(math.isnan(edge) for edge in box.xyxy):  # nobody knows where it is: hide everything
            box = CoverBox((0, 0, self.width, self.height), box.kind)
        left, top, right, bottom = span = self._outer(box.xyxy)
        if left >= self.width or top >= self.height or right <= 0 or bottom <= 0:
            return
        radius = min(int(CORNER_SHARE * min(right - left, bottom - top)), MAX_CORNER_PX)
        m = MAX_CORNER_PX
        x0, y0 = max(left, -m) + m, max(top, -m) + m
        x1, y1 = min(right, self.width + m) + m, min(bottom, self.height + m) + m
        self._drawn.append((slice(y0, y1), slice(x0, x1)))
        _fill_rounded(self._field, (x0, y0, x1, y1), radius, box.kind + 1)
        self._add_patch(span)

    def _outer(self, xyxy: Xyxy) -> Corners:
        """Whole pixels around a box, whichever way round its corners are; at most a picture's size outside."""
        across = sorted(min(max(x, -self.width), 2 * self.width) for x in (xyxy[0], xyxy[2]))
        down = sorted(min(max(y, -self.height), 2 * self.height) for y in (xyxy[1], xyxy[3]))
        return math.floor(across[0]), math.floor(down[0]), math.ceil(across[1]), math.ceil(down[1])

    def _keep(self, xyxy: Xyxy) -> None:
        """Shows the pixels that lie wholly inside a box."""
        if any(math.isnan(edge) for edge in xyxy):
            return
        left, right = (min(max(x, 0), self.width) for x in (xyxy[0], xyxy[2]))
        top, bottom = (min(max(y, 0), self.height) for y in (xyxy[1], xyxy[3]))
        self.luma[math.ceil(top) : math.floor(bottom), math.ceil(left) : math.floor(right)] = 0

    def _add_cells(self, cells: npt.NDArray[np.bool_]) -> None:
        if not cells.any():
            return
        if cells is not self._cells:
            self._cells, self._cell_marks = cells, list(self._spread_cells(cells))
        m = MAX_CORNER_PX
        for (x0, y0, x1, y1), marks in self._cell_marks:
            self.luma[y0:y1, x0:x1] = marks
            self._drawn.append((slice(y0 + m, y1 + m), slice(x0 + m, x1 + m)))
            self._add_patch((x0, y0, x1, y1), filled=False)

    def _spread_cells(self, cells: npt.NDArray[np.bool_]) -> Iterator[tuple[Corners, ByteMap]]:
        """Each area of cells in pixels, with its marks."""
        rows, columns = _pixels_of(cells.shape[0], self.height), _pixels_of(cells.shape[1], self.width)
        marks = cells * np.uint8(Kind.MOTION + 1)
        by_row = _spread(marks, columns, axis=1)
        for left, top, right, bottom in _areas(marks):
            x0, x1 = left * self.width // cells.shape[1], -(-right * self.width // cells.shape[1])
            y0, y1 = top * self.height // cells.shape[0], -(-bottom * self.height // cells.shape[0])
            yield (x0, y0, x1, y1), _spread(by_row[:, x0:x1], rows[:, y0:y1], axis=0)

    def _mark_chroma(self, patch: Patch) -> None:
        shift_x, shift_y = self.shift_x, self.shift_y
        if not shift_x:
            return
        m = MAX_CORNER_PX
        rows, columns = patch.of_chroma(shift_x, shift_y)
        marks = self._field[
            m + (rows.start << shift_y) : m + (rows.stop << shift_y), m + (columns.start << 1) : m + (columns.stop << 1)
        ]
        if shift_y:
            marks = np.asarray(cv2.max(marks[0::2], marks[1::2]), np.uint8)
        np.maximum(marks[:, 0::2], marks[:, 1::2], out=self.chroma[rows, columns])


def _fill_rounded(field: ByteMap, corners: Corners, radius: int, mark: int) -> None:
    x0, y0, x1, y1 = corners
    field[y0 + radius : y1 - radius, x0:x1] = mark
    if not radius:
        return
    field[y0 : y0 + radius, x0 + radius : x1 - radius] = mark
    field[y1 - radius : y1, x0 + radius : x1 - radius] = mark
    corner = _corner(radius)
    np.copyto(field[y0 : y0 + radius, x0 : x0 + radius], mark, where=corner)
    np.copyto(field[y0 : y0 + radius, x1 - radius : x1], mark, where=corner[:, ::-1])
    np.copyto(field[y1 - radius : y1, x0 : x0 + radius], mark, where=corner[::-1])
    np.copyto(field[y1 - radius : y1, x1 - radius : x1], mark, where=corner[::-1, ::-1])


@lru_cache(maxsize=MAX_CORNER_PX + 1)
def _corner(radius: int) -> npt.NDArray[np.bool_]:
    """The top left corner of a rounded box: True where any part of the pixel is inside the arc."""
    inward = radius - 1 - np.arange(radius)
    return np.asarray(inward[:, None] ** 2 + inward[None, :] ** 2 < radius**2)


@lru_cache(maxsize=8)
def _pixels_of(cells: int, pixels: int) -> npt.NDArray[np.intp]:
    """(2 or more, pixels): the cells that reach into each pixel; repeated where there are fewer."""
    at = np.arange(pixels)
    first, last = at * cells // pixels, ((at + 1) * cells - 1) // pixels
    most = int((last - first).max()) + 1
    return np.asarray(np.minimum(first + np.arange(most)[:, None], last), np.intp)


def _spread(marks: ByteMap, cells_of_pixels: npt.NDArray[np.intp], axis: int) -> ByteMap:
    spread: ByteMap = marks.take(cells_of_pixels[0], axis=axis)
    for more in cells_of_pixels[1:]:
        spread |= marks.take(more, axis=axis)
    return spread


def _areas(cells: ByteMap) -> Iterator[Corners]:
    """The bounding boxes, in cells, of the connected areas; one box around all of them if they are many."""
    count, _, stats, _ = cv2.connectedComponentsWithStats(cells, connectivity=8)
    left, top, right, bottom = (stats[1:, 0], stats[1:, 1], stats[1:, 0] + stats[1:, 2], stats[1:, 1] + stats[1:, 3])
    if count - 1 > MAX_AREAS:
        yield int(left.min()), int(top.min()), int(right.max()), int(bottom.max())
        return
    yield from zip(left.tolist(), top.tolist(), right.tolist(), bottom.tolist(), strict=True)


def _halved(part: slice, shift: int) -> slice:
    return slice(part.start >> shift, -(-part.stop >> shift))
