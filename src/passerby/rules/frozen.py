"""Decides whether a picture is frozen: nothing stirs in it any more, not even noise, though it did before.

A still scene at a low rate can look the same: encoders leave out what is small. So a camera is judged by itself: what
was as quiet before, and went on, may be as quiet again, and longer.
"""

from __future__ import annotations

from passerby.media.health import Check, Finding, Stirred
from passerby.rules.latch import Latch

QUIET_SHARE = 0.05  # of the samples: what an encoder still mends of a picture that it is given again
QUIET_BLOCK = 2.0  # grey levels: somebody who walks far away changes a block by more
AFTER_S = 6.0
LONGER = 3.0  # than any such stretch before
LIVELY_S = 15.0  # it must have stirred for so long to be known as a camera that does
SURE_KEYS = 2  # key frames without one bit of change: no sensor does that, whatever the encoder leaves out
FORGET = 0.999  # a second: a quiet night is half forgotten after ten minutes


class Stillness:
    """Fed what was measured of one source, about once a second."""

    def __init__(self) -> None:
        self._from_s: float | None = None  # of the quiet stretch that goes on
        self._at_s: float | None = None
        self._same_keys = 0
        self._lively_s = self._longest_s = 0.0
        unknown = "it is not known yet whether this camera's picture always stirs a little"
        self._latch = Latch(
            Check.FROZEN, after_s=0.0, over_after_s=2.0, unknown=unknown, ok="the picture stirs, as a live one does"
        )

    def note(self, at_s: float, seen: Stirred) -> None:
        step_s = 0.0 if self._at_s is None else min(3.0, at_s - self._at_s)
        self._at_s = at_s
        self._longest_s *= FORGET**step_s
        if seen.share > QUIET_SHARE or seen.block > QUIET_BLOCK:
            self._end()
            self._lively_s += step_s
            self._latch.note(at_s, False)
            return
        self._from_s = at_s - step_s / 2 if self._from_s is None else self._from_s
        self._same_keys = self._same_keys + seen.keys if seen.is_same else 0
        self._judge(at_s, at_s - self._from_s)

    def _end(self) -> None:
        if self._from_s is not None and self._at_s is not None and not self._latch.is_bad:
            self._longest_s = max(self._longest_s, self._at_s - self._from_s)
        self._from_s, self._same_keys = None, 0

    def _judge(self, at_s: float, quiet_s: float) -> None:
        is_unusual = self._lively_s >= LIVELY_S and quiet_s > LONGER * self._longest_s
        if quiet_s >= AFTER_S and (is_unusual or self._same_keys >= SURE_KEYS):
            self._latch.note(at_s, True, "the picture does not change at all, not even by noise: it is frozen")
        elif not self._latch.is_bad:
            self._latch.note(at_s, None if self._lively_s < LIVELY_S else False)

    def finding(self, at_s: float) -> Finding:
        return self._latch.finding(at_s)
