"""Times of live pictures: only growing, never in the future, even where the source is, and gaps stay gaps."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.capture.live.arrival import ArrivalTimes, WallTime
from passerby.capture.live.pace import Pace
from passerby.media.segments import TICKS_PER_S
from passerby.testing.clock import MovingClock

STEP = 3600
START = 170_000_000_000_000
OURS = Fraction(1, TICKS_PER_S)


def times_of(source: list[int | None], arrived: list[int], base: Fraction = OURS) -> list[int]:
    times = ArrivalTimes(base)
    return [times.next(pts, START + at) for pts, at in zip(source, arrived, strict=True)]


@given(st.lists(st.tuples(st.integers(-(2**33), 2**33) | st.none(), st.integers(0, 10 * TICKS_PER_S)), min_size=1))
def test_whatever_the_source_says_times_grow_and_are_never_after_the_arrival(
    steps: list[tuple[int | None, int]],
) -> None:
    times, at, out = ArrivalTimes(OURS), START, []
    for pts, wait in steps:
        at += max(1, wait)
        out.append((times.next(pts, at), at))
    assert all(a[0] < b[0] for a, b in pairwise(out))
    assert all(time <= at for time, at in out)


@given(st.lists(st.integers(0, STEP // 2), min_size=60, max_size=60))
def test_a_network_that_trembles_does_not_make_the_times_tremble(late: list[int]) -> None:
    late[0] = 0
    out = times_of([n * STEP for n in range(60)], [n * STEP + late[n] for n in range(60)])
    assert {b - a for a, b in pairwise(out)} <= set(range(STEP, STEP + STEP // 10))


def test_pictures_that_waited_in_the_network_get_back_their_own_times() -> None:
    arrived = [n * STEP for n in range(50)] + [74 * STEP + n for n in range(25)]  # the network holds one second back
    out = times_of([n * STEP for n in range(75)], arrived)
    assert {b - a for a, b in pairwise(out)} == {STEP}


def test_a_silence_is_a_gap() -> None:
    pause = 20 * TICKS_PER_S
    out = times_of([n * STEP + (pause if n >= 30 else 0) for n in range(60)],
               [n * STEP + (pause if n >= 30 else 0) for n in range(60)])  # fmt: skip
    assert out[30] - out[29] == pause + STEP


def test_a_source_whose_clock_stood_still_is_late_for_a_few_seconds_at_most() -> None:
    pause = 20 * TICKS_PER_S
    arrived = [n * STEP + (pause if n >= 30 else 0) for n in range(300)]
    out = times_of([n * STEP for n in range(300)], arrived)
    assert out[30 + 125] == START + arrived[30 + 125]
    assert max(b - a for a, b in pairwise(out)) > pause - TICKS_PER_S


def test_a_leap_of_the_sources_clock_leaves_no_trace_in_time() -> None:
    for leap in (3600 * TICKS_PER_S, -3600 * TICKS_PER_S, -TICKS_PER_S):
        times = ArrivalTimes(OURS)
        out = [times.next(n * STEP + (leap if n >= 30 else 0), START + n * STEP) for n in range(60)]
        assert {b - a for a, b in pairwise(out)} == {STEP}
        assert times.clock_jumps == 1


def test_a_clock_that_runs_slow_or_fast_is_followed() -> None:
    for per_mille in (-2, 2):
        arrived = [n * STEP for n in range(25 * 600)]
        out = times_of([at + at * per_mille // 1000 for at in arrived], arrived)
        assert 0 <= START + arrived[-1] - out[-1] < TICKS_PER_S // 20


def test_a_source_without_times_has_those_of_its_arrival() -> None:
    assert times_of([None, None, None], [0, 5, 5]) == [START, START + 5, START + 6]


def test_the_machines_clock_being_set_does_not_move_the_times_but_is_noticed() -> None:
    clock = MovingClock()
    wall = WallTime(clock)
    before = wall.now_90k()
    clock.move(2.0)
    assert not wall.was_set()
    clock.set_utc(-3600)
    assert wall.now_90k() == before + 2 * TICKS_PER_S
    assert wall.was_set()


def test_pace_waits_for_what_is_early_and_never_makes_up_for_a_long_wait() -> None:
    clock = MovingClock()
    pace = Pace(clock, lambda: False)
    start = clock.monotonic()
    for time_s in (0.0, 0.5, 1.0):
        pace.wait(time_s)
    assert clock.monotonic() - start == 1.0
    clock.move(60)
    for time_s in (1.5, 2.0):
        pace.wait(time_s)
    assert clock.monotonic() - start == 61.5
    pace.wait(0.0)  # it began anew
    assert clock.monotonic() - start == 61.5


@pytest.mark.parametrize("leap_s", [6.0, 6 * 3600.0])
def test_pace_does_not_wait_for_a_leap_of_the_sources_times_and_goes_on_behind_it(leap_s: float) -> None:
    clock = MovingClock()
    pace = Pace(clock, lambda: False, leap_s=5.0)
    start = clock.monotonic()
    for time_s in (0.0, 1.0, 1.0 + leap_s, 1.5 + leap_s, 2.5 + leap_s):
        pace.wait(time_s)
    assert clock.monotonic() - start == 2.5


def test_whoever_waits_for_a_picture_can_be_stopped() -> None:
    clock = MovingClock()
    start = clock.monotonic()
    pace = Pace(clock, lambda: clock.monotonic() - start >= 2.0)
    for time_s in (0.0, 3600.0):
        pace.wait(time_s)
    assert 2.0 <= clock.monotonic() - start < 3.0
