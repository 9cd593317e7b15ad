"""Time passed in as an argument, so that tests can control it."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

from passerby.media.segments import TICKS_PER_S

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def utc_of(time_90k: int) -> datetime:
    """A time in ticks as a `datetime` in UTC. Raises OverflowError for a year outside the calendar's range."""
    return _EPOCH + timedelta(microseconds=time_90k * 1_000_000 // TICKS_PER_S)


class Clock(Protocol):
    """Passed to everything that waits or needs the time."""

    def now_90k(self) -> int:
        """UTC in ticks of 1/90000 s since 1970. It may jump when the machine's clock is set."""
        ...

    def now_utc(self) -> datetime:
        """The same as a `datetime` in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds from an arbitrary start. It never goes back: use it for time-outs and intervals."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait. A negative time does not wait at all."""
        ...


class SystemClock:
    """The machine's clock."""

    def now_90k(self) -> int:
        return time.time_ns() * TICKS_PER_S // 1_000_000_000

    def now_utc(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        if seconds > 0:
            time.sleep(seconds)
