"""A pace: what goes over a line in a while is never more than it allows."""

from __future__ import annotations

import pytest

from passerby.pace import Pace
from passerby.testing.clock import MovingClock


def test_what_goes_out_is_spread_over_time() -> None:
    clock = MovingClock()
    pace = Pace(1000, clock)
    assert [pace.wait_s(500) for _ in range(3)] == [0.0, 0.5, 1.0]
    clock.move(1.0)
    assert pace.wait_s(2000) == pytest.approx(0.5)


def test_a_pause_is_not_made_up_for() -> None:
    clock = MovingClock()
    pace = Pace(1000, clock)
    pace.wait_s(1000)
    clock.move(3600)
    assert [pace.wait_s(1000) for _ in range(2)] == [0.0, 1.0]


def test_without_a_limit_nothing_waits() -> None:
    pace = Pace(None, MovingClock())
    assert not pace.is_limited and [pace.wait_s(10**9) for _ in range(2)] == [0.0, 0.0]
