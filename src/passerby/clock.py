"""The one place where time comes from: a clock is passed in, so that tests can move it."""

from __future__ import annotations

import time
from typing import Protocol

from passerby.media.segments import TICKS_PER_S


class Clock(Protocol):
    """What time it is, and waiting."""

    def now_90k(self) -> int:
        """UTC in ticks of 1/90000 s since 1970. May jump when the system's clock is set."""

    def monotonic(self) -> float:
        """Seconds since some moment. Never jumps."""

    def sleep(self, seconds: float) -> None:
        """Come back after so long."""


class SystemClock:
    """The clock of this machine."""

    def now_90k(self) -> int:
        return time.time_ns() * TICKS_PER_S // 1_000_000_000

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)
