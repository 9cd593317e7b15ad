"""Byte maps: (rows, columns) uint8, used as masks (nonzero means yes), as marks and as small differences."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar, cast

import cv2
import numpy as np
import numpy.typing as npt

ByteMap = npt.NDArray[np.uint8]
Samples = TypeVar("Samples", bound=npt.NDArray[np.uint8] | npt.NDArray[np.uint16])


def above(values: ByteMap, level: int, yes: int = 255, out: ByteMap | None = None) -> ByteMap:
    """255, or another `yes`, where a value is above a level, 0 elsewhere. out: the destination, possibly `values`."""
    return np.asarray(cv2.threshold(values, level, yes, cv2.THRESH_BINARY, out)[1], np.uint8)


def halved(values: Samples, *, down: bool = True, across: bool = True, out: Samples | None = None) -> Samples:
    """Averages of 2 x 2 values, or of 2 in one direction. An odd last line is averaged with itself.

    Applied four times, a single 255 among zeros becomes 64, 16, 4, 1: never 0.
    """
    odd_row, odd_column = values.shape[0] % 2 if down else 0, values.shape[1] % 2 if across else 0
    if odd_row or odd_column:  # OpenCV would mix neighbours at a scale that is not exactly 2
        values = cast(Samples, cv2.copyMakeBorder(values, 0, odd_row, 0, odd_column, cv2.BORDER_REPLICATE))
    size = values.shape[1] >> across, values.shape[0] >> down
    return cast(Samples, cv2.resize(values, size, out, interpolation=cv2.INTER_AREA))


BLOCK_HALVINGS = 4
BLOCK_PX = 1 << BLOCK_HALVINGS
"""Size of an H.264 macroblock, the unit that an encoder can skip."""

MAX_GAP_BLOCKS = 3
"""Up to this many empty rows of blocks are processed rather than starting another band, which costs some 20 calls."""


def any_in_blocks(mask: ByteMap, shift_x: int = 0, shift_y: int = 0) -> ByteMap:
    """1 for each block of pixels in which any value of a mask of 0 and 255 is 255.

    shift_x, shift_y: powers of 2 by which the mask is smaller than the picture. Averaging by halves is many times
    faster than taking a maximum.
    """
    for halving in range(min(shift_x, shift_y), BLOCK_HALVINGS):
        mask = halved(mask, down=halving >= shift_y, across=halving >= shift_x)
    return above(mask, 0, 1)


def bands(blocks: ByteMap) -> Iterator[tuple[slice, slice]]:
    """A few rectangles, as rows and columns, that contain every nonzero value of a map. No two share a row."""
    full: list[int] = np.bitwise_or.reduce(blocks, axis=1).nonzero()[0].tolist()
    begin = 0
    for end, row in enumerate(full):
        if end + 1 == len(full) or full[end + 1] - row > MAX_GAP_BLOCKS + 1:
            rows = slice(full[begin], row + 1)
            left, _, width, _ = cv2.boundingRect(blocks[rows])  # of nonzero values
            yield rows, slice(left, left + width)
            begin = end + 1


class BlockMask:
    """A mask as large as a plane, made of blocks minus what must be left out of them. It reuses the same memory.

    mask: (rows, columns) 255 where yes. shift_x, shift_y: powers of 2 by which the plane is smaller than luma.
    """

    def __init__(self, shape: tuple[int, ...], shift_x: int, shift_y: int) -> None:
        height, width = shape
        self._down, self._across = BLOCK_PX >> shift_y, BLOCK_PX >> shift_x
        self._blocks = np.zeros((-(-height // self._down), self._down, width), np.uint8)
        self.mask: ByteMap = self._blocks.reshape(-1, width)[:height]

    def set(self, part: tuple[slice, slice], blocks: ByteMap, without: ByteMap) -> None:
        """Sets a part that begins at a block: to yes in blocks that are 1, where the other map is 0."""
        rows, columns = part
        lines = blocks.repeat(self._across, axis=1)[:, : columns.stop - columns.start]
        self._blocks[rows.start // self._down :][: len(lines), :, columns] = lines[:, None]
        cv2.compare(self.mask[part], without, cv2.CMP_GT, self.mask[part])
