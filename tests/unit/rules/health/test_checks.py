"""What cannot be judged is unknown: without pictures, and where this machine does not come to look at them."""

from __future__ import annotations

import pytest

from passerby.media.health import Check, Finding, Verdict
from passerby.media.segments import TICKS_PER_S
from passerby.rules.health.checks import without_pictures, without_signal
from passerby.rules.health.latch import HOLDS_FOR_S, Latch

FOUND = tuple(Finding(check, Verdict.BAD if check is Check.MOVED else Verdict.OK, "as it was", 9) for check in Check)


def test_without_pictures_only_what_was_bad_is_still_told() -> None:
    lost = {each.check: each.verdict for each in without_signal(FOUND, 50)}
    assert lost.pop(Check.SIGNAL) is Verdict.BAD and lost.pop(Check.MOVED) is Verdict.BAD
    assert set(lost.values()) == {Verdict.UNKNOWN} and len(lost) == len(Check) - 2


def test_where_no_picture_is_examined_nothing_is_well() -> None:
    unexamined = without_pictures(FOUND, 50)
    assert {each.verdict for each in unexamined if each.check is not Check.MOVED} == {Verdict.UNKNOWN}
    assert {each.since_90k for each in unexamined if each.verdict is Verdict.UNKNOWN} == {50}


@pytest.mark.parametrize("is_bad", [True, False])
def test_a_verdict_that_is_not_renewed_is_well_no_longer(is_bad: bool) -> None:
    latch = Latch(Check.DARK, after_s=0.0, over_after_s=3.0, unknown="unknown", ok="fine")
    latch.note(100.0, is_bad, "dark")
    assert latch.finding(100.0 + HOLDS_FOR_S).verdict is (Verdict.BAD if is_bad else Verdict.OK)
    later = latch.finding(101.0 + HOLDS_FOR_S)
    assert later.verdict is (Verdict.BAD if is_bad else Verdict.UNKNOWN)
    assert is_bad or later.since_90k == 100 * TICKS_PER_S
