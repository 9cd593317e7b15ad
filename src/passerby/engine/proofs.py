"""Proves detectors while they are in use: at first, every few seconds, and before one that failed is trusted again."""

from __future__ import annotations

import time
from collections.abc import Callable

from passerby.detect import Detector
from passerby.detect.errors import DeafError
from passerby.detect.proof import WORDS, prove

EVERY_S = 10.0  # costs two small pictures; every answer in between has its own canary
DETECTOR_FAILED = "detector failed"


def failure_of(error: BaseException) -> str:
    """The reason that is given for frames that a detector's error leaves unexamined."""
    return WORDS if isinstance(error, DeafError) else DETECTOR_FAILED


class Proof:
    """The proof of one detector. Use it in the same thread as the detector."""

    def __init__(self, detector: Detector, now_s: Callable[[], float] = time.monotonic) -> None:
        self._detector, self._now_s = detector, now_s
        self._proved_s: float | None = None
        self._rounds = 0
        self.keeps_network = True
        """Whether the network of the proof's size is kept from one proof to the next. To build it takes 0.1 s."""

    def renew(self, *, at_once: bool = False) -> None:
        """Proves the detector if that is due. Raises DetectorError; then it is due again."""
        if not at_once and self._proved_s is not None and self._now_s() - self._proved_s < EVERY_S:
            return
        self._proved_s = None
        self._rounds += 1
        prove(self._detector, self._rounds, keeps_network=self.keeps_network)
        self._proved_s = self._now_s()

    def doubt(self) -> None:
        """Call it when the detector failed: it must be proved before it is trusted again."""
        self._proved_s = None
