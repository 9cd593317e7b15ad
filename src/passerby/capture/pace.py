"""Gives pictures out at the pace of their own times, for sources that would give them all at once."""

from __future__ import annotations

from passerby.clock import Clock

LATE_S = 2.0
"""Later than this is not caught up with: a new start."""


class Pace:
    """One stream's pace."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._start_s: float | None = None  # monotonic time at which the source's time was 0
        self._told_s = 0.0

    def wait(self, told_s: float) -> None:
        """Sleep until a picture of this time is due. A time that went back starts anew."""
        now_s = self._clock.monotonic()
        due_s = None if self._start_s is None or told_s < self._told_s else self._start_s + told_s
        if due_s is None or now_s - due_s > LATE_S:
            self._start_s = now_s - told_s
        else:
            self._clock.sleep(due_s - now_s)
        self._told_s = told_s
