"""All checks of one camera, from what is measured to what is said. Which of them is told first is decided here too."""

from __future__ import annotations

from collections.abc import Iterable

from passerby.media.camera import What
from passerby.media.health import Check, Finding, Flow, Measured, Verdict
from passerby.media.segments import TICKS_PER_S
from passerby.rules.frozen import Stillness
from passerby.rules.looped import Loops
from passerby.rules.rates import Rates
from passerby.rules.view import ViewHealth

STATES = {
    Check.SIGNAL: What.SILENT,
    Check.FROZEN: What.FROZEN,
    Check.LOOPED: What.LOOPED,
    Check.OBSTRUCTED: What.OBSTRUCTED,
    Check.MOVED: What.MOVED,
    Check.BLURRED: What.BLURRED,
    Check.DARK: What.DARK,
    Check.GLARE: What.GLARE,
    Check.BITRATE: What.COLLAPSED,
    Check.FRAME_RATE: What.COLLAPSED,
    Check.CLOCK: What.CLOCK,
}
"""What a camera's state is called by a check that is bad."""

NO_LIVE_PICTURE = frozenset({Check.SIGNAL, Check.FROZEN, Check.LOOPED})
"""Worse than that all of the picture is hidden: what is hidden is not even live."""

RATES_EVERY_S = 1.0


class Health:
    """Fed what was measured of one source since it was opened, in order."""

    def __init__(self) -> None:
        self._stillness, self._loops, self._rates = Stillness(), Loops(), Rates()
        self.view = ViewHealth()
        self._began_s: float | None = None
        self._at_s = 0.0
        self._rated_s = float("-inf")
        self._light: float | None = None
        self._is_replay = False

    def note(self, measured: Measured, flow: Flow) -> None:
        """The next frame."""
        at_s = self._at_s = measured.at_s
        self._began_s = at_s if self._began_s is None else self._began_s
        self._is_replay = flow.is_replay
        self._loops.note(measured.print)
        if measured.stirred is not None:
            self._stillness.note(at_s, measured.stirred)
        if measured.picture is not None:
            self._light = measured.picture.light.middle
            self.view.note(at_s, measured.picture)
        if at_s - self._rated_s >= RATES_EVERY_S:
            self._rated_s = at_s
            self._rates.note(at_s, flow, self._light)

    def findings(self, silent_for_s: float | None = None) -> tuple[Finding, ...]:
        """Of every check. silent_for_s: for so long no picture has come, where that is too long."""
        at_s = self._at_s
        return (
            self._signal(silent_for_s),
            self._stillness.finding(at_s),
            self._replay() if self._is_replay else self._loops.finding(at_s),
            *self.view.findings(at_s),
            *self._rates.findings(at_s),
        )

    def _signal(self, silent_for_s: float | None) -> Finding:
        began_90k, at_90k = (round((each or 0.0) * TICKS_PER_S) for each in (self._began_s, self._at_s))
        if silent_for_s is not None:
            return Finding(Check.SIGNAL, Verdict.BAD, "no picture comes, though the camera is connected", at_90k)
        if self._began_s is None:
            return Finding(Check.SIGNAL, Verdict.UNKNOWN, "its first picture is on its way", at_90k)
        return Finding(Check.SIGNAL, Verdict.OK, "pictures come", began_90k)

    def _replay(self) -> Finding:
        says = "its source is a file that is played over and over, as it was told"
        return Finding(Check.LOOPED, Verdict.UNKNOWN, says, round((self._began_s or 0.0) * TICKS_PER_S))


def worst(findings: Iterable[Finding]) -> Finding | None:
    """Of those that are bad, the one to be told first."""
    order = list(Check)
    bad = [each for each in findings if each.verdict is Verdict.BAD]
    return min(bad, key=lambda each: order.index(each.check), default=None)
