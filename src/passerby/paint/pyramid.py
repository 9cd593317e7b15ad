"""Keeps a picture at smaller and smaller sizes, and compares two of them."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from passerby.media.frames import Plane
from passerby.paint.bytemaps import ByteMap, halved

Planes = tuple[Plane, Plane, Plane]


class Pyramid:
    """Y, U and V at 1/2, 1/4 and so on of the luma's size, side by side, so that one call handles all three.

    Every sample is the average of its own square of pixels only, also at odd edges: a hidden pixel affects no sample of
    a block without hidden pixels. Memory is reused for every picture: fresh memory costs more than the averages.

    levels: (rows, 3 x columns), padded to whole samples of the last level by repeating the planes' last lines. halves:
    where Y, U and V are in the first level, without the padding.
    """

    def __init__(self, like: Planes, levels: int) -> None:
        height, width = like[0].shape
        rows, columns = -(-height >> levels), -(-width >> levels)
        self.levels: list[Plane] = [
            np.zeros((rows << more, 3 * (columns << more)), like[0].dtype) for more in reversed(range(levels))
        ]
        self._shapes = [(-(-height >> level), -(-width >> level)) for level in range(1, levels + 1)]
        third = self.levels[0].shape[1] // 3
        half_height, half_width = self._shapes[0]
        self.halves: list[Plane] = [
            self.levels[0][:half_height, i * third : i * third + half_width] for i in range(len(like))
        ]
        # Which directions to halve for the first level: those in which the plane is not smaller than luma.
        self._first = [(plane.shape[0] == height, plane.shape[1] == width) for plane in like]

    def places(self, like: Planes) -> Planes:
        """Memory for planes. Planes of the first level's size are placed in it, so that `update` need not copy them."""
        y, u, v = (
            np.zeros_like(plane) if down or across else half
            for plane, half, (down, across) in zip(like, self.halves, self._first, strict=True)
        )
        return y, u, v

    def update(self, planes: Planes, rows: slice) -> None:
        """Takes over new planes or a part of them. rows: of the last level."""
        fine = _scaled(rows, len(self.levels) - 1)
        for plane, half, (down, across) in zip(planes, self.halves, self._first, strict=True):
            if down or across:
                halved(plane[_scaled(fine, int(down))], down=down, across=across, out=half[fine])
            elif plane is not half:
                np.copyto(half[fine], plane[fine])
        for before, after, shape in zip(self.levels, self.levels[1:], self._shapes, strict=False):
            _fill_up(before, shape, fine)
            coarse = slice(fine.start >> 1, fine.stop >> 1)
            halved(before[fine], out=after[coarse])
            fine = coarse


class Differ:
    """Compares pyramids of one shape."""

    def __init__(self, like: Pyramid) -> None:
        self._memory: list[ByteMap] = [np.zeros(level.shape, np.uint8) for level in like.levels]

    def compare(self, now: Pyramid, before: Pyramid) -> Iterator[ByteMap]:
        """For each level the largest difference of Y, U and V, in 255ths. Overwritten by the next call."""
        for this, that, apart in zip(now.levels, before.levels, self._memory, strict=True):
            if this.dtype == np.uint8:
                cv2.absdiff(this, that, apart)
            else:
                cv2.convertScaleAbs(cv2.absdiff(this, that), apart, alpha=0.25)
            third = apart.shape[1] // 3
            most = apart[:, :third]
            cv2.max(most, apart[:, third : 2 * third], most)
            cv2.max(most, apart[:, 2 * third :], most)
            yield most


def _fill_up(level: Plane, shape: tuple[int, int], rows: slice) -> None:
    """Pads a level by repeating the last line and column of each of its three planes of this shape."""
    height, width = shape
    if 3 * width < level.shape[1]:
        thirds = level[rows].reshape(-1, 3, level.shape[1] // 3)
        thirds[:, :, width:] = thirds[:, :, width - 1 : width]
    if height < rows.stop:
        level[height:] = level[height - 1]


def _scaled(part: slice, halvings: int) -> slice:
    return slice(part.start << halvings, part.stop << halvings)
