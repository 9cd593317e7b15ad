"""Mosaic and blur: reduce a patch to at most 8 averages across it.

Both keep traces of what they hide, so neither is irreversible: they are offered with a warning and never the default.
"""

from __future__ import annotations

from typing import Any, Literal

import cv2
import numpy.typing as npt

from passerby.media.frames import Plane
from passerby.paint.region import Corners

MAX_CELLS_ACROSS = 8
"""Cells across the longer side of a cover. A face in a person's box then takes about one cell."""

Softening = Literal["mosaic", "blur"]


def soften(plane: Plane, span: Corners, shift: tuple[int, int], how: Softening) -> Plane:
    """The part of a plane inside a span (luma pixels, possibly outside the picture), as averages of whole cells.

    The grid begins at the top left of the span, so it moves with the object. shift: powers of 2 by which the plane is
    smaller than luma (across, down). Returns the part inside the picture, starting at an even pixel as in `Area`.
    """
    left, top, right, bottom = span
    left, top = left & ~1, top & ~1
    cell_px = 2 * -(-max(right - left, bottom - top) // (2 * MAX_CELLS_ACROSS))
    across, down = cell_px >> shift[0], cell_px >> shift[1]
    height, width = plane.shape
    rows = _Part.of(top >> shift[1], -(-bottom >> shift[1]), height, down)
    columns = _Part.of(left >> shift[0], -(-right >> shift[0]), width, across)
    whole_cells = cv2.copyMakeBorder(
        plane[rows.start : rows.stop, columns.start : columns.stop],
        rows.before,
        rows.after,
        columns.before,
        columns.after,
        cv2.BORDER_REPLICATE,
    )
    size = columns.cells, rows.cells
    averages = cv2.resize(whole_cells, size, interpolation=cv2.INTER_AREA)
    how_back = cv2.INTER_NEAREST if how == "mosaic" else cv2.INTER_LINEAR
    soft = cv2.resize(averages, (columns.cells * across, rows.cells * down), interpolation=how_back)
    return _as_plane(
        soft[
            rows.before : rows.before + rows.stop - rows.start,
            columns.before : columns.before + columns.stop - columns.start,
        ]
    )


class _Part:
    """One direction of a span: the samples inside the picture, and how many to add at each end to fill cells."""

    def __init__(self, start: int, stop: int, before: int, after: int, cells: int) -> None:
        self.start, self.stop, self.before, self.after, self.cells = start, stop, before, after, cells

    @staticmethod
    def of(begin: int, end: int, limit: int, cell: int) -> _Part:
        start, stop = max(begin, 0), min(end, limit)
        before = (start - begin) % cell
        cells = -(-(before + stop - start) // cell)
        return _Part(start, stop, before, cells * cell - before - (stop - start), cells)


def _as_plane(array: npt.NDArray[Any]) -> Plane:
    return array
