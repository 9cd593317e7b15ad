"""A source that sends much less than it used to is reported; one that never sent more is not."""

from __future__ import annotations

from collections.abc import Callable

from passerby.media.health import Check, Flow, Verdict
from passerby.rules.health.rates import Rates


def bad_s(check: Check, flow: Callable[[int], Flow], light: Callable[[int], float] = lambda s: 90.0) -> list[int]:
    """At which seconds of four minutes a check is bad."""
    rates = Rates()
    bad = []
    for second in range(240):
        rates.note(float(second), flow(second), light(second))
        if {each.check: each.verdict for each in rates.findings(second)}[check] is Verdict.BAD:
            bad.append(second)
    return bad


def test_far_fewer_pictures_are_told_until_they_are_usual() -> None:
    bad = bad_s(Check.FRAME_RATE, lambda s: Flow(25 * s if s < 100 else 2500 + 5 * (s - 100)))
    assert 105 <= bad[0] <= 115
    assert bad_s(Check.FRAME_RATE, lambda s: Flow(25 * s if s < 100 else 2500 + 13 * (s - 100))) == [], "half: night"


def test_far_fewer_bytes_are_told_but_not_in_the_dark() -> None:
    def collapsing(s: int) -> Flow:
        return Flow(25 * s, s // 2, 40_000 + s % 7 * 1_000 if s < 100 else 6_000)

    bad = bad_s(Check.BITRATE, collapsing)
    assert 106 <= bad[0] <= 114
    assert bad_s(Check.BITRATE, collapsing, lambda s: 90.0 if s < 100 else 15.0) == [], "the light was switched off"
    assert bad_s(Check.BITRATE, lambda s: Flow(25 * s)) == [], "it cannot be told"


def test_a_leap_of_its_clock_is_told_for_a_minute() -> None:
    bad = bad_s(Check.CLOCK, lambda s: Flow(25 * s, clock_jumps=int(s >= 100)))
    assert bad[0] == 100 and bad[-1] in range(155, 170)
