"""Measures how much a picture stirs within a third of a second. A real sensor always has some noise.

Two pictures between two key frames are compared: an encoder changes all of the picture a little at a key frame, even
where it is given the same one, and nearly nothing between two.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from passerby.media import RawFrame
from passerby.media.frames import Plane
from passerby.media.health import Stirred

EVERY_S = 1.0
APART_S = 0.3
GIVE_UP_S = 2.0  # where key frames leave no room between them, as in Motion JPEG, any two must do
STEP_PX, BLOCK = 4, 4  # a block is 16 × 16 pixels

Samples = npt.NDArray[np.uint8] | npt.NDArray[np.uint16]


class Stir:
    """Fed every frame. Keeps two sixteenths of a luma plane, which are clear: they live as a `RawFrame` does."""

    def __init__(self) -> None:
        self._first: Samples | None = None
        self._first_at_s = self._told_at_s = float("-inf")
        self._told: Samples | None = None
        self._keys = 0

    def note(self, frame: RawFrame) -> Stirred | None:
        """About once a second what was measured; None in between."""
        at_s, is_key = frame.time_s, bool(frame.picture.key_frame)
        self._keys += is_key
        if frame.damaged:
            self._first = None
            return None
        if at_s - self._told_at_s < EVERY_S - APART_S:
            return None
        crosses = is_key and at_s - self._told_at_s < GIVE_UP_S
        if self._first is None or crosses:
            self._first, self._first_at_s = _samples(frame), at_s
            return None
        if at_s - self._first_at_s < APART_S - 1e-3:
            return None
        return self._tell(self._first, _samples(frame), at_s)

    def _tell(self, before: Samples, now: Samples, at_s: float) -> Stirred:
        apart = cv2.absdiff(before, now)
        blocks_wh = (max(1, apart.shape[1] // BLOCK), max(1, apart.shape[0] // BLOCK))
        blocks = cv2.resize(apart.astype(np.float32), blocks_wh, interpolation=cv2.INTER_AREA)
        is_same = self._told is not None and np.array_equal(now, self._told)
        told = Stirred(cv2.countNonZero(apart) / apart.size, float(blocks.max()), self._keys, is_same)
        self._told, self._told_at_s, self._first, self._keys = now, at_s, None, 0
        return told


def _samples(frame: RawFrame) -> Samples:
    luma: Plane = frame.planes()[0][::STEP_PX, ::STEP_PX]
    return luma.copy()
