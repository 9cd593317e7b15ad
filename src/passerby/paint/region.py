"""A cover in pixels: for every luma and chroma sample of one picture, the kind that hides it, or none."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from passerby.media import Cover, CoverBox, Kind
from passerby.media.cover import SHAPE_POWER
from passerby.paint.bytemaps import BLOCK_PX, ByteMap, above, any_in_blocks, bands

Xyxy = tuple[float, float, float, float]
Corners = tuple[int, int, int, int]

POINTS_A_QUARTER = 12
"""Points on a quarter of a shape's edge: lines between them are at most half a pixel off for a shape 300 px high."""

MARGIN_PX = 4
"""Beyond the picture, always 0: in an odd-sized one, the last chroma sample reads from it."""

FARTHEST_PX = 16_000
"""OpenCV draws with 16 bits before the point."""

MAX_AREAS = 24
"""More separate areas of cells than this are handled as one, since each costs a few calls."""


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of the picture: rows and columns of luma, starting at even ones."""

    rows: slice
    columns: slice

    @staticmethod
    def whole(width: int, height: int) -> Area:
        return Area(slice(0, height), slice(0, width))

    @staticmethod
    def of_blocks(rows: slice, columns: slice, width: int, height: int) -> Area:
        """The part of some rows and columns of blocks that is inside the picture."""
        return Area(
            slice(rows.start * BLOCK_PX, min(rows.stop * BLOCK_PX, height)),
            slice(columns.start * BLOCK_PX, min(columns.stop * BLOCK_PX, width)),
        )

    @staticmethod
    def of_span(span: Corners, width: int, height: int) -> Area:
        """The part of a shape that is inside the picture. span: left, top, right, bottom of the shape."""
        left, top, right, bottom = span
        return Area(slice(max(top, 0) & ~1, min(bottom, height)), slice(max(left, 0) & ~1, min(right, width)))

    @property
    def of_luma(self) -> tuple[slice, slice]:
        return self.rows, self.columns

    def of_chroma(self, shift_x: int, shift_y: int) -> tuple[slice, slice]:
        return _halved(self.rows, shift_y), _halved(self.columns, shift_x)


class Region:
    """The cover of one picture. `draw` redraws it for every frame in the same memory.

    luma, chroma: marks, 0 where shown, kind + 1 where hidden. A chroma sample is hidden if any of its luma pixels is;
    so a shown luma pixel at the edge may get hidden chroma, never the reverse. blocks: 1 for each block that may
    contain a hidden pixel. areas: a few that contain all such blocks. spans: left, top, right, bottom of every shape in
    luma pixels, also outside the picture. kinds: those that may occur in the marks.
    """

    def __init__(self, width: int, height: int, shift_x: int, shift_y: int) -> None:
        m = MARGIN_PX
        self._field = np.zeros((height + 2 * m, width + 2 * m), np.uint8)
        self.shift_x, self.shift_y = shift_x, shift_y
        self.width, self.height = width, height
        self.luma: ByteMap = self._field[m : m + height, m : m + width]
        chroma_shape = -(-height >> shift_y), -(-width >> shift_x)
        self.chroma: ByteMap = self.luma if not shift_x else np.zeros(chroma_shape, np.uint8)
        self.blocks: ByteMap = np.zeros((-(-height // BLOCK_PX), -(-width // BLOCK_PX)), np.uint8)
        self.areas: list[Area] = []
        self.spans: list[Corners] = []
        self.kinds: list[Kind] = []
        # The cells of the last frame and their result: a background's cells are the same array for minutes.
        self._cells: npt.NDArray[np.bool_] | None = None
        self._cell_marks: list[tuple[Corners, ByteMap]] = []
        self._cell_blocks = self.blocks.copy()

    @property
    def hidden(self) -> float:
        """The share of luma pixels that is hidden, 0..1."""
        hidden_px = sum(cv2.countNonZero(self.luma[area.of_luma]) for area in self.areas)
        return hidden_px / (self.width * self.height)

    def draw(self, cover: Cover) -> None:
        """Marks what the boxes and cells of a cover hide, except inside its `keep` boxes."""
        self._wipe()
        if cover.cells is not None and cover.cells.any():
            self._add_cells(cover.cells)
        for box in cover.boxes:
            self._add_box(box)
        self.kinds += {box.kind for box in cover.boxes} - {*self.kinds}
        for xyxy in cover.keep:
            self._keep(xyxy)
        for rows, columns in bands(self.blocks):
            self.areas.append(Area.of_blocks(rows, columns, self.width, self.height))
            self._mark_chroma(self.areas[-1])

    def _wipe(self) -> None:
        for area in self.areas:
            self.luma[area.of_luma] = 0
            self.chroma[area.of_chroma(self.shift_x, self.shift_y)] = 0
        self.blocks[:] = 0
        self.areas, self.spans, self.kinds = [], [], []

    def _add_box(self, box: CoverBox) -> None:
        span = self._outer(box.xyxy)
        if span is None:
            return
        left, top, right, bottom = span
        if box.kind is Kind.MANUAL or any(math.isnan(edge) for edge in box.xyxy):
            # A box drawn by hand has no padding, so it is hidden to its corners; as is one whose place is unknown.
            self.luma[max(top, 0) : bottom, max(left, 0) : right] = box.kind + 1
        else:
            cv2.fillConvexPoly(self.luma, self._corners(box, span), box.kind + 1)
        x0, y0 = max(left, 0) // BLOCK_PX, max(top, 0) // BLOCK_PX
        self.blocks[y0 : -(-bottom // BLOCK_PX), x0 : -(-right // BLOCK_PX)] = 1
        self.spans.append(span)

    def _corners(self, box: CoverBox, span: Corners) -> npt.NDArray[np.int32]:
        """(points, 2) x and y of the outermost pixels of a shape."""
        middle = np.array([(span[0] + span[2]) / 2, (span[1] + span[3]) / 2])
        if box.hull:
            points = np.clip(np.array(box.hull).reshape(-1, 2), -FARTHEST_PX, FARTHEST_PX)
        else:
            points = middle + _unit_shape() * (middle - span[:2])
        # Rounded outwards to whole pixels, so that every pixel that the shape touches is included.
        return np.asarray(np.where(points < middle, np.floor(points), np.ceil(points) - 1), np.int32)

    def _outer(self, xyxy: Xyxy) -> Corners | None:
        """The whole pixels around a box, in whatever order its corners are; at most a picture's size outside. None if
        none of them is in the picture. If the place of the box is unknown, the whole picture.
        """
        left, top, right, bottom = xyxy
        width, height = self.width, self.height
        if left != left or top != top or right != right or bottom != bottom:  # not a number
            return 0, 0, width, height
        if left > right:
            left, right = right, left
        if top > bottom:
            top, bottom = bottom, top
        if left >= width or top >= height or right <= 0 or bottom <= 0:
            return None
        return (
            math.floor(left) if left > -width else -width,
            math.floor(top) if top > -height else -height,
            math.ceil(right) if right < 2 * width else 2 * width,
            math.ceil(bottom) if bottom < 2 * height else 2 * height,
        )

    def _keep(self, xyxy: Xyxy) -> None:
        """Shows the pixels that lie completely inside a box."""
        if any(math.isnan(edge) for edge in xyxy):
            return
        left, right = (min(max(x, 0), self.width) for x in (xyxy[0], xyxy[2]))
        top, bottom = (min(max(y, 0), self.height) for y in (xyxy[1], xyxy[3]))
        self.luma[math.ceil(top) : math.floor(bottom), math.ceil(left) : math.floor(right)] = 0

    def _add_cells(self, cells: npt.NDArray[np.bool_]) -> None:
        """Adds the cells. Nothing else may be drawn yet."""
        is_new = cells is not self._cells
        if is_new:
            self._cells, self._cell_marks = cells, list(self._spread_cells(cells))
        for span, marks in self._cell_marks:
            self.luma[span[1] : span[3], span[0] : span[2]] = marks
            self.spans.append(span)
        if is_new:
            self._cell_blocks = any_in_blocks(above(self.luma, 0))
        self.blocks |= self._cell_blocks
        self.kinds = [Kind.MOTION]

    def _spread_cells(self, cells: npt.NDArray[np.bool_]) -> Iterator[tuple[Corners, ByteMap]]:
        """Each area of cells, in pixels, with its marks."""
        rows, columns = _pixels_of(cells.shape[0], self.height), _pixels_of(cells.shape[1], self.width)
        marks = cells * np.uint8(Kind.MOTION + 1)
        by_row = _spread(marks, columns, axis=1)
        for left, top, right, bottom in _areas(marks):
            x0, x1 = left * self.width // cells.shape[1], -(-right * self.width // cells.shape[1])
            y0, y1 = top * self.height // cells.shape[0], -(-bottom * self.height // cells.shape[0])
            yield (x0, y0, x1, y1), _spread(by_row[:, x0:x1], rows[:, y0:y1], axis=0)

    def _mark_chroma(self, area: Area) -> None:
        """Takes the largest mark of each 2 x 2 pixels, or of 2 across."""
        shift_x, shift_y = self.shift_x, self.shift_y
        if not shift_x:
            return
        m = MARGIN_PX
        rows, columns = area.of_chroma(shift_x, shift_y)
        marks = self._field[
            m + (rows.start << shift_y) : m + (rows.stop << shift_y), m + 2 * columns.start : m + 2 * columns.stop + 2
        ]
        if shift_y:
            marks = np.asarray(cv2.max(marks[0::2], marks[1::2]), np.uint8)
        # OpenCV has no column step, and NumPy's is slow: so compare every pixel with its right neighbour, then take
        # half.
        pairs = np.asarray(cv2.max(marks[:, :-2], marks[:, 1:-1]), np.uint8)
        self.chroma[rows, columns] = pairs.view("<u2")  # keeps the low byte of the two, which is the left pixel's


@lru_cache(maxsize=1)
def _unit_shape() -> npt.NDArray[np.float64]:
    """(points, 2): the edge of the shape that fills the box from -1 to 1. Points on the diagonals are exact."""
    at = np.arange(4 * POINTS_A_QUARTER) * (np.pi / 2 / POINTS_A_QUARTER)
    across, down = np.cos(at), np.sin(at)
    return np.stack([np.sign(side) * np.abs(side) ** (2 / SHAPE_POWER) for side in (across, down)], axis=1)


@lru_cache(maxsize=8)
def _pixels_of(cells: int, pixels: int) -> npt.NDArray[np.intp]:
    """(2 or more, pixels): the cells that reach into each pixel, repeated if there are fewer."""
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
    """The bounding boxes, in cells, of the connected areas; one box around all of them if there are many."""
    count, _, stats, _ = cv2.connectedComponentsWithStats(cells, connectivity=8)
    left, top, right, bottom = (stats[1:, 0], stats[1:, 1], stats[1:, 0] + stats[1:, 2], stats[1:, 1] + stats[1:, 3])
    if count - 1 > MAX_AREAS:
        yield int(left.min()), int(top.min()), int(right.max()), int(bottom.max())
        return
    yield from zip(left.tolist(), top.tolist(), right.tolist(), bottom.tolist(), strict=True)


def _halved(part: slice, shift: int) -> slice:
    return slice(part.start >> shift, -(-part.stop >> shift))
