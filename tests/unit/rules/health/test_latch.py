"""Verdicts do not flicker, and what is found for long enough is reported in the end."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from passerby.media.health import Check, Verdict
from passerby.rules.health.latch import Latch

AFTER_S, OVER_S = 5.0, 3.0


def latch() -> Latch:
    return Latch(Check.MOVED, after_s=AFTER_S, over_after_s=OVER_S, unknown="who knows", ok="fine")


@given(st.lists(st.sampled_from([True, False, None]), min_size=1, max_size=80))
def test_it_becomes_bad_only_by_an_unbroken_stretch_and_since_its_begin(seen: list[bool | None]) -> None:
    one, run_from = latch(), 0
    for second, is_bad in enumerate(seen):
        was_bad = one.is_bad
        run_from = second if second and seen[second - 1] != is_bad else run_from
        one.note(float(second), is_bad, "moved")
        if one.is_bad and not was_bad:
            assert is_bad and second - run_from >= AFTER_S
            assert one.finding(0).since_90k == run_from * 90_000
        if was_bad and not one.is_bad:
            assert not is_bad and second - run_from >= OVER_S
        if is_bad and second - run_from >= AFTER_S:
            assert one.is_bad, "what is so for long enough is reported"


@given(st.lists(st.sampled_from([True, False, None]), min_size=1, max_size=80))
def test_since_never_goes_back_but_with_a_new_verdict(seen: list[bool | None]) -> None:
    one, before = latch(), None
    for second, is_bad in enumerate(seen):
        one.note(float(second), is_bad, "moved")
        now = one.finding(0)
        if before is not None and now.verdict is before.verdict and before.verdict is not Verdict.UNKNOWN:
            assert now.since_90k >= before.since_90k
        before = now


def test_each_verdict_has_its_words() -> None:
    one = latch()
    assert (one.finding(7).verdict, one.finding(7).reason, one.finding(7).since_90k) == (
        Verdict.UNKNOWN, "who knows", 630_000
    )  # fmt: skip
    one.note(0, False)
    assert one.finding(7).reason == "fine"
    for second in range(1, 9):
        one.note(second, True, f"moved by {second}")
    assert one.finding(7).reason == "moved by 8" and one.finding(7).since_90k == 90_000
