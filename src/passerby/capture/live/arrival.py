"""Gives live pictures a time in UTC: their arrival, smoothed by the source's own clock, and always increasing."""

from __future__ import annotations

from fractions import Fraction

from passerby.clock import Clock
from passerby.media.segments import TICKS_PER_S

WINDOW_S = 2.0
"""Delays are judged over this long: within it, at least one picture passes a busy network without waiting."""
STEP_FROM_S = 0.5
"""If every picture of a window came this much later, the source will not catch up: its clock stood still."""
SLEW = 0.01
"""A clock that is only slow is followed by at most this share of time, so that no step is visible."""
BACK_S = 0.5
"""A step back by more than this is a new clock, not a picture out of order."""
AHEAD_S = 2.0
"""If the source's time advances this much more than ours between two pictures, its clock jumped."""
SET_BY_S = 1.0
"""If this machine's clock and its monotonic clock differ by this much, the clock was set."""


class WallTime:
    """UTC from a start time plus the monotonic clock, so that setting the machine's clock does not affect pictures."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._start_90k = clock.now_90k()
        self._start_s = clock.monotonic()

    def now_90k(self) -> int:
        return self._start_90k + round((self._clock.monotonic() - self._start_s) * TICKS_PER_S)

    def was_set(self) -> bool:
        """Whether the machine's clock has been set since the start."""
        return abs(self._clock.now_90k() - self.now_90k()) > SET_BY_S * TICKS_PER_S


class ArrivalTimes:
    """Times of one live stream, in ticks of 1/90000 s UTC.

    A picture cannot be younger than its arrival, and the fastest one shows best how far the source's clock is from
    ours. So the offset is the minimum recent delay. It falls at once, and rises only when a whole window came later.
    """

    def __init__(self, time_base: Fraction | None) -> None:
        """time_base: seconds per tick of the source's times; None if it has none."""
        self._ticks = None if time_base is None else time_base * TICKS_PER_S
        self._offset: int | None = None  # added to the source's time to get ours
        self._last = -(2**62)
        self._source = self._arrived = 0
        self._window_from = 0
        self._least_before = self._least_now = 0
        self.clock_jumps = 0
        """How often the source's clock jumped."""

    def next(self, source_pts: int | None, arrived_90k: int) -> int:
        """The time of the next picture. source_pts: its own time; None if it has none."""
        time = arrived_90k
        if source_pts is not None and self._ticks is not None:
            time = self._by_source(int(source_pts * self._ticks), arrived_90k)
        self._last = max(time, self._last + 1)
        return self._last

    def _by_source(self, source: int, arrived: int) -> int:
        delay = arrived - source
        if self._offset is None or self._leapt(source, arrived):
            self._begin(delay, arrived)
        else:
            self._offset = min(self._offset, delay)
            self._least_now = min(self._least_now, delay)
            if arrived - self._window_from >= WINDOW_S * TICKS_PER_S:
                self._next_window(delay, arrived)
        self._source, self._arrived = source, arrived
        assert self._offset is not None
        return source + self._offset

    def _leapt(self, source: int, arrived: int) -> bool:
        step = source - self._source
        back = step < -BACK_S * TICKS_PER_S
        ahead = step - (arrived - self._arrived) > AHEAD_S * TICKS_PER_S and arrived - source < self._floor()
        self.clock_jumps += back or ahead
        return back or ahead

    def _floor(self) -> int:
        """The minimum plausible offset: less delay than this is not catching up, but a jump."""
        assert self._offset is not None
        return self._offset - int(AHEAD_S * TICKS_PER_S)

    def _begin(self, delay: int, arrived: int) -> None:
        self._offset = self._least_before = self._least_now = delay
        self._window_from = arrived

    def _next_window(self, delay: int, arrived: int) -> None:
        assert self._offset is not None
        later = min(self._least_before, self._least_now) - self._offset
        follow = int(SLEW * (arrived - self._window_from))
        self._offset += later if later > STEP_FROM_S * TICKS_PER_S else min(later, follow)
        self._least_before, self._least_now = self._least_now, delay
        self._window_from = arrived
