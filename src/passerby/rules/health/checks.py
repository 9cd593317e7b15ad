"""Runs all checks of one camera: measurements go in, findings come out. `state` decides which is reported first."""

from __future__ import annotations

from passerby.media.health import Check, Finding, Flow, Measured, Verdict
from passerby.media.segments import TICKS_PER_S
from passerby.rules.health.frozen import Stillness
from passerby.rules.health.looped import Loops
from passerby.rules.health.rates import Rates
from passerby.rules.health.view import ViewHealth

RATES_EVERY_S = 1.0


class Health:
    """Takes the measurements of one source since it was opened, in order."""

    def __init__(self) -> None:
        self._stillness, self._loops, self._rates = Stillness(), Loops(), Rates()
        self.view = ViewHealth()
        self._began_s: float | None = None
        self._at_s = 0.0
        self._rated_s = float("-inf")
        self._light: float | None = None
        self._is_replay = False

    def note(self, measured: Measured, flow: Flow) -> None:
        """Takes the next frame's measurements."""
        at_s = self._at_s = measured.at_s
        self._began_s = at_s if self._began_s is None else self._began_s
        self._is_replay = flow.is_replay
        if not self._stillness.is_frozen:  # a still picture repeats with every key frame
            self._loops.note(measured.print)
        if measured.stirred is not None:
            self._stillness.note(at_s, measured.stirred)
        if measured.picture is not None:
            self._light = measured.picture.light.middle
            self.view.note(at_s, measured.picture)
        if at_s - self._rated_s >= RATES_EVERY_S:
            self._rated_s = at_s
            self._rates.note(at_s, flow, self._light)

    def findings(self) -> tuple[Finding, ...]:
        """The findings of all checks, as of the last frame."""
        at_s = self._at_s
        return (
            self._signal(),
            self._stillness.finding(at_s),
            self._replay() if self._is_replay else self._loops.finding(at_s),
            *self.view.findings(at_s),
            *self._rates.findings(at_s),
        )

    def _signal(self) -> Finding:
        if self._began_s is None:
            return Finding(Check.SIGNAL, Verdict.UNKNOWN, "waiting for the first picture", 0)
        return Finding(Check.SIGNAL, Verdict.OK, "pictures are arriving", round(self._began_s * TICKS_PER_S))

    def _replay(self) -> Finding:
        says = "the source is a file that is played in a loop, as configured"
        return Finding(Check.LOOPED, Verdict.UNKNOWN, says, round((self._began_s or 0.0) * TICKS_PER_S))


def without_signal(findings: tuple[Finding, ...], since_90k: int) -> tuple[Finding, ...]:
    """The same findings, given that no picture has come since then."""
    lost = Finding(Check.SIGNAL, Verdict.BAD, "the camera is connected, but sends no pictures", since_90k)
    rest = tuple(each for each in findings if each.check is not Check.SIGNAL)
    return lost, *_unjudged(rest, "there are no pictures to judge by", since_90k)


def without_pictures(findings: tuple[Finding, ...], since_90k: int) -> tuple[Finding, ...]:
    """The same findings, given that this machine has processed no picture since then, though some came."""
    return _unjudged(findings, "this machine is too slow to check the pictures", since_90k)


def _unjudged(findings: tuple[Finding, ...], why: str, since_90k: int) -> tuple[Finding, ...]:
    """Bad findings stay; good ones become unknown."""
    return tuple(
        Finding(each.check, Verdict.UNKNOWN, why, since_90k) if each.verdict is Verdict.OK else each
        for each in findings
    )
