"""Holds frames back until enough is known about what follows them. Bounded in time and so in memory.

However the detectors are asked and whatever they answer, this decides whether a frame is shown: only if a pass over it
or a later frame was completed, or none was needed since the last one. Otherwise it comes out covered whole.
"""

from __future__ import annotations

import math
from collections import deque
from itertools import takewhile

from passerby.engine.held import Held
from passerby.rules.effort import LATE, MAX_WIDENING

WIDER_FROM_GAP = 1 / 3  # of the longest gap between two passes; from here on covers grow
CLOCK_WRONG_S = 2.0  # on the monotonic clock, beyond the wait by the frames' own times; under load it reaches 1 s


class Window:
    """Frames in order. The oldest comes out once the newest is `delay_s` later, or when no more will come."""

    def __init__(self, delay_s: float, *, longest_s: float = 0.0, gap_s: float = math.inf) -> None:
        """longest_s: how long a frame waits for a pass that counts for it; then it comes out covered whole. At least
        `delay_s`. gap_s: if two passes are further apart than this, the frames in between are covered whole."""
        self._delay_s, self._longest_s, self._gap_s = delay_s, max(delay_s, longest_s), gap_s
        self._held: deque[Held] = deque()
        self._ended = False
        self._newest_pass = -1  # index of the newest frame with a completed pass
        self._newest_pass_out = -1  # the same among the frames that are out
        self._sure_s = -math.inf  # time of the newest frame that is out and needed no further pass

    def push(self, held: Held) -> None:
        """Adds the newest frame. If its pass failed, those before it are covered whole too, back to the last good
        pass."""
        if held.failed:
            self._hide_unexamined(held.whole)
        if held.is_examined:
            self._newest_pass = held.frame.index
        self._held.append(held)

    def end(self, unexamined: str | None = None) -> None:
        """No more frames come. unexamined: why those after the last pass must be covered whole, if they must."""
        self._ended = True
        if unexamined is not None:
            self._hide_unexamined(unexamined)

    def _hide_unexamined(self, why: str | None) -> None:
        for held in takewhile(lambda held: not held.is_examined, reversed(self._held)):
            held.hide(why)

    def first(self, count: int) -> list[Held]:
        """The oldest frames, at most `count`."""
        return [self._held[i] for i in range(min(count, len(self._held)))]

    def pop(self) -> Held | None:
        if not self._held:
            return None
        oldest = self._held[0]
        owes_nothing = oldest.owes <= (oldest.frame.index if oldest.is_examined else self._newest_pass_out)
        is_examined = owes_nothing or self._is_between_passes(oldest)
        if not self._may_leave(oldest, is_settled=is_examined or oldest.whole is not None):
            return None
        if oldest.is_examined:
            self._newest_pass_out = oldest.frame.index
        if owes_nothing:
            self._sure_s = oldest.time_s
        if not is_examined:
            oldest.hide(LATE)
        return self._held.popleft()

    def _is_between_passes(self, oldest: Held) -> bool:
        if oldest.owes > self._newest_pass:
            return False
        next_s = next((held.time_s for held in self._held if held.is_examined), math.inf)
        between_s = next_s - self._sure_s
        if self._gap_s < math.inf:  # the further apart two passes are, the less is known about what happened in between
            share = min(1.0, between_s / self._gap_s)
            oldest.widen(MAX_WIDENING * (share - WIDER_FROM_GAP) / (1 - WIDER_FROM_GAP))
        return between_s <= self._gap_s

    def _may_leave(self, oldest: Held, *, is_settled: bool) -> bool:
        newest = self._held[-1]
        waited_s = newest.time_s - oldest.time_s
        if self._ended or waited_s >= (self._delay_s if is_settled else self._longest_s):
            return True
        # If a camera's clock stood still, frames would otherwise wait for ever.
        return newest.arrived_s - oldest.arrived_s >= self._longest_s + CLOCK_WRONG_S
