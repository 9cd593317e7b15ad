"""Takes fingerprints of pictures, by which repeated footage is recognised. Nothing can be made out in them."""

from __future__ import annotations

import cv2
import numpy as np

from passerby.media import RawFrame
from passerby.media.health import Print
from passerby.rules.health.looped import CELLS_WH, DENSE_S
from passerby.rules.health.repeats import FINE_EVERY_S, FINE_WH

STEP_PX = 4
CODE_ROWS = CODE_COLUMNS = 64


class Printer:
    """Takes every frame of one source."""

    def __init__(self) -> None:
        self._dense_at_s = self._fine_at_s = float("-inf")

    def note(self, frame: RawFrame) -> Print:
        """Returns a code for every picture, and cells for some."""
        at_s, luma = frame.time_s, frame.planes()[0]
        rows, columns = luma.shape
        code = hash(luma[:: max(1, rows // CODE_ROWS), :: max(1, columns // CODE_COLUMNS)].tobytes())
        if at_s - self._fine_at_s < FINE_EVERY_S - 0.005:
            return Print(at_s, code, None)
        self._fine_at_s = at_s
        small = np.ascontiguousarray(luma[::STEP_PX, ::STEP_PX])
        fine = cv2.resize(small.astype(np.float32), FINE_WH, interpolation=cv2.INTER_AREA) / (1 << (frame.depth - 8))
        if at_s - self._dense_at_s < DENSE_S - 0.01:
            return Print(at_s, code, None, fine.astype(np.uint8).tobytes())
        self._dense_at_s = at_s
        cells = cv2.resize(fine, CELLS_WH, interpolation=cv2.INTER_AREA)
        return Print(at_s, code, cells.astype(np.uint8).tobytes(), fine.astype(np.uint8).tobytes())
