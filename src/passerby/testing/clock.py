"""A clock that moves when told to, and by itself when somebody sleeps on it."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

from passerby.media.segments import TICKS_PER_S

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_START_90K = 1_900_000_000 * TICKS_PER_S


class MovingClock:
    """A `Clock` without waiting: sleeping advances it at once. Several threads share one clock.

    start_90k: UTC in ticks of 1/90000 s since 1970.
    """

    def __init__(self, start_90k: int = _START_90K) -> None:
        self._lock = threading.Lock()
        self._utc_90k = start_90k
        self._monotonic_s = 1000.0
        self.slept_s: list[float] = []
        """Every requested wait, in order."""

    def now_90k(self) -> int:
        return self._utc_90k

    def now_utc(self) -> datetime:
        return _EPOCH + timedelta(seconds=self._utc_90k / TICKS_PER_S)

    def monotonic(self) -> float:
        return self._monotonic_s

    def sleep(self, seconds: float) -> None:
        self.slept_s.append(seconds)
        self.move(max(0.0, seconds))

    def move(self, seconds: float) -> None:
        """Lets time pass."""
        with self._lock:
            self._monotonic_s += seconds
            self._utc_90k += round(seconds * TICKS_PER_S)

    def set_utc(self, by_s: float) -> None:
        """Sets the wall clock forwards or back, without time passing."""
        with self._lock:
            self._utc_90k += round(by_s * TICKS_PER_S)
