"""Turns momentary results into a verdict that does not flicker and knows since when it holds."""

from __future__ import annotations

from passerby.media.health import Check, Finding, Verdict
from passerby.media.segments import TICKS_PER_S

HOLDS_FOR_S = 20.0  # of pictures: if nothing could be measured for this long, what was good may no longer be
TOO_FEW = "too few pictures arrive to judge by"


class Latch:
    """One check's verdict. Times are in seconds and only increase."""

    def __init__(
        self, check: Check, *, after_s: float, over_after_s: float, unknown: str, ok: str,
        holds_for_s: float = HOLDS_FOR_S,
    ) -> None:  # fmt: skip
        """after_s: how long it must be bad before it counts. over_after_s: how long it must be good again. unknown, ok:
        the messages for these verdicts. holds_for_s: without a note for longer, nothing counts as good."""
        self._holds_for_s = holds_for_s
        self._check, self._after_s, self._over_after_s = check, after_s, over_after_s
        self._says = {Verdict.UNKNOWN: unknown, Verdict.OK: ok}
        self._verdict = Verdict.UNKNOWN
        self._since_s: float | None = None
        self._noted_s: float | None = None
        self._other: tuple[Verdict, float] | None = None  # the pending verdict, and since when it holds without a break

    @property
    def is_bad(self) -> bool:
        return self._verdict is Verdict.BAD

    def note(self, at_s: float, is_bad: bool | None, why: str = "", since_s: float | None = None) -> None:
        """is_bad: None if unknown. why: a sentence if it is bad. since_s: if it began earlier."""
        now = Verdict.UNKNOWN if is_bad is None else Verdict.BAD if is_bad else Verdict.OK
        self._since_s, self._noted_s = at_s if self._since_s is None else self._since_s, at_s
        if is_bad:
            self._says[Verdict.BAD] = why
        if now is self._verdict:
            self._other = None
            return
        if self._other is None or self._other[0] is not now:
            self._other = now, at_s if since_s is None else since_s
        if at_s - self._other[1] >= self._wait_s(now):
            self._verdict, self._since_s, self._other = now, self._other[1], None

    def _wait_s(self, now: Verdict) -> float:
        if now is Verdict.BAD:
            return self._after_s
        return self._over_after_s if self._verdict is Verdict.BAD else 0.0

    def finding(self, at_s: float) -> Finding:
        """The finding at this time. at_s: also its start if nothing was ever noted."""
        since_s = at_s if self._since_s is None else self._since_s
        if self._noted_s is not None and at_s - self._noted_s > self._holds_for_s and not self.is_bad:
            return Finding(self._check, Verdict.UNKNOWN, TOO_FEW, round(self._noted_s * TICKS_PER_S))
        return Finding(self._check, self._verdict, self._says[self._verdict], round(since_s * TICKS_PER_S))
