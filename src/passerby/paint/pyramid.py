"""A picture at smaller and smaller sizes, and how far two of them are apart."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from passerby.media.frames import Plane
from passerby.paint.bytemaps import ByteMap, halved

Planes = tuple[Plane, Plane, Plane]


class Pyramid:
    """Y, U and V at 1/2, 1/4 and so on of the luma's size.

    Every sample is the average of its own square of pixels alone, at odd edges too: a hidden pixel reaches no sample
    of a block that holds none. The memory is used again for every picture: fresh memory costs more than the averages.
    """

    def __init__(self, like: Planes, levels: int) -> None:
        height, width = like[0].shape
        self.levels: list[list[Plane]] = [
            [np.zeros((-(-height >> level), -(-width >> level)), plane.dtype) for plane in like]
            for level in range(1, levels + 1)
        ]
        # Which directions are to be halved for the first level: those in which the plane is not smaller than luma.
        self._first = [(plane.shape[0] == height, plane.shape[1] == width) for plane in like]

    def update(self, planes: Planes, rows: slice, columns: slice) -> None:
        """Takes over a part of new planes: luma pixels, from multiples of 2 ** levels on."""
        for i, plane in enumerate(planes):
            down, across = self._first[i]
            at = _scaled(rows, 1), _scaled(columns, 1)
            if down or across:
                part = rows if down else at[0], columns if across else at[1]
                halved(plane[part], down=down, across=across, out=self.levels[0][i][at])
            else:
                self.levels[0][i] = plane  # it has this size already
            for level in range(1, len(self.levels)):
                before, at = at, (_scaled(rows, level + 1), _scaled(columns, level + 1))
                halved(self.levels[level - 1][i][before], out=self.levels[level][i][at])


class Differ:
    """Compares pyramids of one shape."""

    def __init__(self, like: Pyramid) -> None:
        shapes = [level[0].shape for level in like.levels]
        self._memory = [(np.zeros(shape, np.uint8), np.zeros(shape, np.uint8)) for shape in shapes]

    def compare(self, now: Pyramid, before: Pyramid) -> Iterator[ByteMap]:
        """For each level the difference of Y, U or V, whichever is most, in 255ths. Overwritten by the next call."""
        for these, those, (most, other) in zip(now.levels, before.levels, self._memory, strict=True):
            _apart(these[0], those[0], most)
            for i in (1, 2):
                _apart(these[i], those[i], other)
                cv2.max(most, other, most)
            yield most


def _apart(now: Plane, before: Plane, out: ByteMap) -> None:
    if now.dtype == np.uint8:
        cv2.absdiff(now, before, out)
    else:
        cv2.convertScaleAbs(cv2.absdiff(now, before), out, alpha=0.25)


def _scaled(part: slice, level: int) -> slice:
    return slice(part.start >> level, -(-part.stop >> level))
