"""A clock that stands still until it is moved; sleeping moves it."""

from __future__ import annotations

from passerby.media.segments import TICKS_PER_S


class MovingClock:
    """For whatever takes a `passerby.clock.Clock`. start_90k: UTC in ticks of 1/90000 s."""

    def __init__(self, start_90k: int = 0) -> None:
        self._start_90k = start_90k
        self._elapsed_s = 0.0

    def now_90k(self) -> int:
        return self._start_90k + round(self._elapsed_s * TICKS_PER_S)

    def monotonic(self) -> float:
        return self._elapsed_s

    def sleep(self, seconds: float) -> None:
        self._elapsed_s += seconds
