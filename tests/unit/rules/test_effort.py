"""The later looks come, the more is hidden."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from passerby.rules.effort import SLOWER_FROM, WHOLE_FROM, effort

times = st.floats(0, 100)


@given(times, times, st.floats(0.05, 2))
def test_later_never_hides_less(one_s: float, other_s: float, every_s: float) -> None:
    sooner, later = (effort(overdue_s, every_s) for overdue_s in sorted((one_s, other_s)))
    assert sooner.wider <= later.wider
    assert sooner.whole is None or later.whole is not None


@given(times, st.floats(0.05, 2))
def test_what_is_done_is_said(overdue_s: float, every_s: float) -> None:
    now = effort(overdue_s, every_s)
    assert (now.says is None) == (overdue_s / every_s < SLOWER_FROM)
    assert (now.whole is not None) == (overdue_s / every_s >= WHOLE_FROM)
    assert now.says is not None or not now.wider
