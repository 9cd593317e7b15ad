"""Proves detectors while they are used: at first, every few seconds, and before one that failed is believed again."""

from __future__ import annotations

import time
from collections.abc import Callable

from passerby.detect import Detector
from passerby.detect.errors import DeafError
from passerby.detect.proof import WORDS, prove

EVERY_S = 10.0  # costs two small pictures; every answer in between has its own canary
DETECTOR_FAILED = "detector failed"


def failure_of(error: BaseException) -> str:
    """What is told of frames that a detector's error leaves unexamined."""
    return WORDS if isinstance(error, DeafError) else DETECTOR_FAILED


class Proof:
    """Of one detector, used in the thread that it is used in."""

    def __init__(self, detector: Detector, now_s: Callable[[], float] = time.monotonic) -> None:
        self._detector, self._now_s = detector, now_s
        self._proved_s: float | None = None
        self._rounds = 0

    def renew(self, *, at_once: bool = False) -> None:
        """Proves it if that is due. Raises DetectorError, and then it is due again."""
        if not at_once and self._proved_s is not None and self._now_s() - self._proved_s < EVERY_S:
            return
        self._proved_s = None
        self._rounds += 1
        prove(self._detector, self._rounds)
        self._proved_s = self._now_s()

    def doubt(self) -> None:
        """It failed: it is to be proved before it is believed again."""
        self._proved_s = None
