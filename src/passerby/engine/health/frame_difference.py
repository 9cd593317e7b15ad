"""Measures how much a picture changes within a third of a second. A real sensor always has some noise.

It compares two pictures between key frames: at a key frame an encoder changes the whole picture a little, even if its
input is the same, and in between it changes nearly nothing. It also compares each key frame with the one before, since
key frames keep the sensor's noise even if the encoder drops it from all others.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from passerby.media import RawFrame
from passerby.media.frames import Plane
from passerby.media.health import FrameDifference

EVERY_S = 1.0
APART_S = 0.3
SETTLED_S = 0.25  # after a key frame: in the frames that follow, an encoder adds what the key frame lacked
GIVE_UP_S = 1.4  # if key frames leave no room in between, as in Motion JPEG, any two frames are used
STEP_PX, BLOCK = 4, 4  # a block is 16 × 16 pixels
KEYS_APART_S = 0.8
KEY_QUANTILE = 0.5
CALM_QUANTILE = 0.75  # of the blocks: in most pictures nothing moves in most of them

Samples = npt.NDArray[np.uint8] | npt.NDArray[np.uint16]


class FrameDifferences:
    """Takes every frame. Keeps three sixteenths of a luma plane. They are clear, and are treated like a `RawFrame`."""

    def __init__(self, *, is_coded: bool = True) -> None:
        """is_coded: the source comes through an encoder. Otherwise each picture is complete, as a key frame is."""
        self._is_coded = is_coded
        self._last_key: tuple[float, Samples] | None = None
        self._key_calm: float | None = None
        self._first: Samples | None = None
        self._first_at_s = self._last_at_s = float("-inf")
        self._last: Samples | None = None
        self._keys, self._key_at_s = 0, float("-inf")

    def note(self, frame: RawFrame) -> FrameDifference | None:
        """What was measured, about once a second; None in between."""
        at_s, is_key = frame.time_s, self._is_coded and bool(frame.picture.key_frame)
        self._keys += is_key or not self._is_coded
        self._key_at_s = at_s if is_key else self._key_at_s
        if frame.damaged:
            self._first = None
            return None
        if is_key:
            self._note_key(frame)
        if at_s - self._last_at_s < EVERY_S - APART_S:
            return None
        crosses = (is_key or at_s - self._key_at_s < SETTLED_S) and at_s - self._last_at_s < GIVE_UP_S
        if self._first is None or crosses:
            self._first, self._first_at_s = _samples(frame), at_s
            return None
        if at_s - self._first_at_s < APART_S - 1e-3:
            return None
        return self._tell(self._first, _samples(frame), at_s, frame.depth)

    def _note_key(self, frame: RawFrame) -> None:
        if self._last_key is None or frame.time_s - self._last_key[0] >= KEYS_APART_S:
            before, now = self._last_key, _samples(frame)
            self._last_key = frame.time_s, now
            if before is not None:
                self._key_calm = float(np.quantile(_blocks_apart(before[1], now, frame.depth), KEY_QUANTILE))

    def _tell(self, before: Samples, now: Samples, at_s: float, depth: int) -> FrameDifference:
        blocks = _blocks_apart(before, now, depth)
        is_same = self._last is not None and np.array_equal(now, self._last)
        calm = float(np.quantile(blocks, CALM_QUANTILE))
        leap = 0.0 if self._last is None else float(np.quantile(_blocks_apart(self._last, now, depth), KEY_QUANTILE))
        difference = FrameDifference(calm, float(blocks.max()), self._keys, is_same, self._key_calm, leap)
        self._last, self._last_at_s, self._first, self._keys, self._key_calm = now, at_s, None, 0, None
        return difference


def _blocks_apart(before: Samples, now: Samples, depth: int) -> npt.NDArray[np.float32]:
    """Mean change of each block, grey levels of 256."""
    apart = cv2.absdiff(before, now)
    blocks_wh = (max(1, apart.shape[1] // BLOCK), max(1, apart.shape[0] // BLOCK))
    level = 1 << (depth - 8)
    return np.asarray(cv2.resize(apart.astype(np.float32) / level, blocks_wh, interpolation=cv2.INTER_AREA), np.float32)


def _samples(frame: RawFrame) -> Samples:
    luma: Plane = frame.planes()[0][::STEP_PX, ::STEP_PX]
    return luma.copy()
