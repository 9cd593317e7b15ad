"""Notices that a source shows the same picture over and over. A real sensor always has some noise."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from passerby.media import RawFrame
from passerby.media.frames import Plane

FROZEN_FROM_S = 8.0  # longer than the usual wait for a key frame: between two, an encoder may leave out all noise
EVERY_S = 1.0
STEP_PX = 4


class Sameness:
    """Fed every frame. Keeps a sixteenth of one luma plane, which is clear: it lives as a `RawFrame` does."""

    def __init__(self) -> None:
        self._kept: npt.NDArray[np.uint8] | npt.NDArray[np.uint16] | None = None
        self._since_s = self._next_s = float("-inf")
        self.frozen_s = 0.0
        """How long every picture has been the same, to the last bit."""

    def note(self, frame: RawFrame) -> None:
        """About every second one is compared."""
        if frame.time_s < self._next_s or frame.damaged:
            return
        self._next_s = frame.time_s + EVERY_S
        luma: Plane = frame.planes()[0][::STEP_PX, ::STEP_PX]
        if self._kept is not None and np.array_equal(luma, self._kept):
            self.frozen_s = frame.time_s - self._since_s
            return
        self._kept, self._since_s, self.frozen_s = luma.copy(), frame.time_s, 0.0
