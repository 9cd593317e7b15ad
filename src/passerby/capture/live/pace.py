"""Outputs pictures at the pace of their own times, for sources that would deliver them all at once."""

from __future__ import annotations

import math
from collections.abc import Callable

from passerby.clock import Clock

LATE_S = 2.0
"""A longer delay is not caught up: pacing starts afresh."""
LEAP_S = 5.0
"""No camera is this slow: its times jumped ahead, as when an encoder restarts."""
PIECE_S = 0.25  # how often a wait checks for a stop request


class Pace:
    """The pace of one stream."""

    def __init__(self, clock: Clock, stopped: Callable[[], bool], leap_s: float = math.inf) -> None:
        """leap_s: a picture that would have to wait longer is due at once, and so are those after it."""
        self._clock, self._stopped, self._leap_s = clock, stopped, leap_s
        self._start_s: float | None = None  # monotonic time at which the source's time was 0
        self._last_s = 0.0

    def wait(self, time_s: float) -> None:
        """Sleeps until a picture with this time is due, or it is stopped. A time that goes back starts afresh."""
        now_s = self._clock.monotonic()
        due_s = None if self._start_s is None or time_s < self._last_s else self._start_s + time_s
        if due_s is None or now_s - due_s > LATE_S or due_s - now_s > self._leap_s:
            self._start_s = now_s - time_s
        else:
            self._sleep_until(due_s)
        self._last_s = time_s

    def _sleep_until(self, due_s: float) -> None:
        while (left_s := due_s - self._clock.monotonic()) > 0 and not self._stopped():
            self._clock.sleep(min(left_s, PIECE_S))
