"""Byte maps: (rows, columns) uint8, used as masks (255 is yes), as marks and as small differences."""

from __future__ import annotations

from typing import TypeVar, cast

import cv2
import numpy as np
import numpy.typing as npt

ByteMap = npt.NDArray[np.uint8]
Samples = TypeVar("Samples", bound=npt.NDArray[np.uint8] | npt.NDArray[np.uint16])


def above(values: ByteMap, level: int) -> ByteMap:
    """255 where a value is above a level, 0 elsewhere."""
    return np.asarray(cv2.threshold(values, level, 255, cv2.THRESH_BINARY)[1], np.uint8)


def zero(values: ByteMap) -> ByteMap:
    """255 where a value is 0, 0 elsewhere."""
    return np.asarray(cv2.threshold(values, 0, 255, cv2.THRESH_BINARY_INV)[1], np.uint8)


def halved(values: Samples, *, down: bool = True, across: bool = True, out: Samples | None = None) -> Samples:
    """Averages of 2 x 2 values, or of 2 in one direction; an odd last line is averaged with itself.

    Four times over, a lone 255 among zeros becomes 64, 16, 4, 1: never 0.
    """
    odd_row, odd_column = values.shape[0] % 2 if down else 0, values.shape[1] % 2 if across else 0
    if odd_row or odd_column:  # OpenCV would mix neighbours at a scale that is not exactly 2
        values = cast(Samples, cv2.copyMakeBorder(values, 0, odd_row, 0, odd_column, cv2.BORDER_REPLICATE))
    size = values.shape[1] >> across, values.shape[0] >> down
    return cast(Samples, cv2.resize(values, size, out, interpolation=cv2.INTER_AREA))


def any_in_blocks(mask: ByteMap, halvings: int) -> ByteMap:
    """255 for each square, of a side of 2 ** halvings (4 at most), in which any value of a mask is 255.

    Averaging by halves is many times faster than a maximum.
    """
    for _ in range(halvings):
        mask = halved(mask)
    return above(mask, 0)


def enlarged(blocks: ByteMap, shape: tuple[int, ...], down: int, across: int) -> ByteMap:
    """Each value of a map as a block of `down` x `across`, cut to a shape."""
    return blocks.repeat(across, axis=1)[:, : shape[1]].repeat(down, axis=0)[: shape[0]]
