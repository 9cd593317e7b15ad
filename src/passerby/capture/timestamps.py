"""Gives every frame a presentation time that always increases. Valid times pass through unchanged."""

from __future__ import annotations

from fractions import Fraction

from passerby.capture.problems import ProblemLog
from passerby.media.stream import max_step

JUMP_BACK_S = 1.0  # a larger step back is a new clock (joined recordings), not a frame out of order
EVEN_STEPS = 10  # after this many equal steps, a longer one is reported
GUESSED_RATE = Fraction(25)
TS_TICK = Fraction(1, 90_000)

ORDERED = "frames without a time got one from their order"
JUMPED = "the clock of the source jumped back: later times are moved to follow on"
AHEAD = "the clock of the source jumped ahead by {}: later times are moved to follow on"
CODED = "the source tells when frames are decoded, not when they are shown: they are timed by their order"
MOVED = "repeated or backward times were moved to the next free tick"
GAP = "a gap in time: frames seem to be missing"


class Timestamps:
    """Repairs missing, repeated and backward times of one stream, and notes each repair."""

    def __init__(self, time_base: Fraction, start: int, rate: Fraction | None, log: ProblemLog, shift: int = 0) -> None:
        """start: the tick at which the source starts. rate: frames per second or None. shift: added to all times."""
        self._time_base = time_base
        self._start = start
        self._step = max(1, round(1 / ((rate or GUESSED_RATE) * time_base)))
        self._log = log
        self._last: int | None = None
        self._shift = shift
        self._max_step = max_step(time_base)
        self.clock_jumps = 0
        """How often all later times were shifted to continue from the last one."""
        self._behind: int | None = None  # given time of the last frame, if it was before an earlier frame's
        self._faulty_pts = self._faulty_dts = 0
        self._last_pts: int | None = None
        self._last_dts: int | None = None
        self._dts_offset: int | None = None  # added to the decoding time, if that is used
        self._even_step = 0
        self._even_run = 0

    def next(self, pts: int | None, dts: int | None) -> int:
        """The time for the next frame in ticks: its own if that is after the last one, else the nearest that is."""
        self._watch_order(pts, dts)
        if self._dts_offset is not None:
            pts = None if dts is None else dts + self._dts_offset
        time = (pts if pts is not None else self._from_order(dts)) + self._shift
        if self._last is not None:
            if time <= self._last:
                time = self._repaired(time, self._last)
            elif time - self._last > self._max_step:
                time = self._follow_on(time, self._last, self._jump(time - self._last))
            else:
                self._behind = None
            self._watch_gap(time - self._last)
        self._last = time
        return time

    def go_by_decoding(self) -> None:
        """Call it before the first frame if the presentation times are known to be decoding times."""
        self._faulty_pts = 1

    def _watch_order(self, pts: int | None, dts: int | None) -> None:
        """Like FFmpeg's best effort: if presentation times go back more often than decoding times, they are not used.

        AVI has no presentation times, and an MP4 without `ctts` lost them: both give decoding times instead.
        """
        if self._dts_offset is None and self._faulty_pts > self._faulty_dts and dts is not None and pts is not None:
            first = pts if self._last is None else self._last - self._shift + self._step
            self._dts_offset = first - dts
            self._log.note("timestamps", self._seconds(first + self._shift), CODED)
        self._faulty_pts += self._steps_back(self._last_pts, pts)
        self._faulty_dts += self._steps_back(self._last_dts, dts)
        self._last_pts, self._last_dts = pts, dts

    def _steps_back(self, last: int | None, time: int | None) -> bool:
        return last is not None and time is not None and time <= last <= time + JUMP_BACK_S / self._time_base

    def _from_order(self, dts: int | None) -> int:
        """A time for a frame without one, before the shift."""
        if self._last is None:
            guess = self._start if dts is None else dts
        else:
            after_last = self._last - self._shift + self._step
            guess = after_last if dts is None else max(dts, after_last)
        self._log.note("timestamps", self._seconds(guess + self._shift), ORDERED)
        return guess

    def _repaired(self, time: int, last: int) -> int:
        goes_on_behind = self._behind is not None and time > self._behind
        self._behind = time
        if goes_on_behind or (last - time) * self._time_base > JUMP_BACK_S:
            return self._follow_on(time, last, JUMPED)
        self._log.note("timestamps", self._seconds(last), MOVED)
        return last + 1

    def _follow_on(self, time: int, last: int, message: str) -> int:
        """Shifts this time and all later ones, which belong to another clock."""
        self.clock_jumps += 1
        self._behind = None
        self._shift += last + self._step - time
        self._log.note("timestamps", self._seconds(last), message)
        return last + self._step

    def _jump(self, step: int) -> str:
        """The message for a jump. In a TS, with its 33-bit clock, FFmpeg takes a jump back for a wraparound."""
        is_back = self._time_base == TS_TICK and step > 2**32
        return JUMPED if is_back else AHEAD.format(_clock(step * self._time_base))

    def _watch_gap(self, step: int) -> None:
        if abs(step - self._even_step) <= 1:  # a rate that does not divide the clock goes 33, 33, 34
            self._even_run += 1
            return
        if self._even_run >= EVEN_STEPS and step > 1.9 * self._even_step and self._last is not None:
            self._log.note("lost", self._seconds(self._last), GAP)
        else:
            self._even_step, self._even_run = step, 0

    def _seconds(self, tick: int) -> float:
        return float((tick - self._start) * self._time_base)


def _clock(time_s: Fraction) -> str:
    """`8:00:00`, rounded to seconds."""
    minutes, seconds = divmod(round(time_s), 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{seconds:02d}"
