"""Time as something that is passed in, so that tests can move it."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Protocol

from passerby.media.segments import TICKS_PER_S


class Clock(Protocol):
    """What anything that waits or dates is given."""

    def now_90k(self) -> int:
        """UTC in ticks of 1/90000 s since 1970. It may be set, so it may jump."""
        ...

    def now_utc(self) -> datetime:
        """The same for people: UTC, with its time zone."""
        ...

    def monotonic(self) -> float:
        """Seconds from no particular start. It only grows: for time-outs and steps."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait; not at all for less than nothing."""
        ...


def ticks_of(at: datetime) -> int:
    """A time with its zone in ticks of 1/90000 s since 1970."""
    return round(at.timestamp() * TICKS_PER_S)


class SystemClock:
    """The clock of the machine."""

    def now_90k(self) -> int:
        return time.time_ns() * TICKS_PER_S // 1_000_000_000

    def now_utc(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        if seconds > 0:
            time.sleep(seconds)
