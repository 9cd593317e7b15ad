"""Times only grow, and good times pass untouched."""

from __future__ import annotations

import itertools
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from passerby.capture.problems import ProblemLog
from passerby.capture.timestamps import GAP, Timestamps
from passerby.media.stream import MAX_GAP_S, max_step

CLOCK = Fraction(1, 1000)
MOST = MAX_GAP_S * 1000 // 2
ticks = st.one_of(st.none(), st.integers(-100_000, 100_000))


def clock(log: ProblemLog | None = None) -> Timestamps:
    return Timestamps(CLOCK, 0, Fraction(25), log or ProblemLog())


@given(st.lists(st.tuples(ticks, ticks), max_size=50))
def test_any_times_become_growing_times(times: list[tuple[int | None, int | None]]) -> None:
    repair = clock()
    out = [repair.next(pts, dts) for pts, dts in times]
    assert all(a < b for a, b in itertools.pairwise(out))


@given(st.sets(st.integers(-MOST, MOST)))
def test_growing_times_pass_untouched(times: set[int]) -> None:
    log = ProblemLog()
    repair = clock(log)
    assert [repair.next(pts, None) for pts in sorted(times)] == sorted(times)
    assert {p.kind for p in log.problems} <= {"lost"}


def test_a_repeated_time_moves_to_the_next_free_tick_and_is_noted() -> None:
    log = ProblemLog()
    repair = clock(log)
    assert [repair.next(pts, None) for pts in (0, 40, 40, 80)] == [0, 40, 41, 80]
    assert [p.kind for p in log.problems] == ["timestamps"]


def test_a_clock_that_starts_again_follows_on_at_the_same_pace() -> None:
    repair = clock()
    assert [repair.next(pts, None) for pts in (5000, 5040, 0, 40, 80)] == [5000, 5040, 5080, 5120, 5160]


def test_a_clock_that_goes_on_a_little_behind_follows_on_too() -> None:
    repair = clock()
    assert [repair.next(pts, None) for pts in (0, 40, 80, 0, 40, 80)] == [0, 40, 80, 81, 121, 161]


def test_missing_times_follow_the_rate() -> None:
    repair = clock()
    assert [repair.next(None, None) for _ in range(3)] == [0, 40, 80]


def test_a_gap_in_an_even_clock_is_noted_and_a_variable_clock_is_not() -> None:
    even, variable = ProblemLog(), ProblemLog()
    steady, free = clock(even), clock(variable)
    for i in [*range(20), *range(30, 40)]:
        steady.next(33 * i + i // 3, None)
    for i in range(30):
        free.next(i * i * 7, None)
    assert [p.message for p in even.problems] == [GAP]
    assert variable.problems == []


@given(st.lists(st.floats(0, 10_000), max_size=3000))
def test_the_list_of_problems_is_bounded(times: list[float]) -> None:
    log = ProblemLog()
    for at_s in sorted(times):
        log.note("damaged", at_s, "it is broken")
    assert len(log.problems) <= ProblemLog.MAX_PROBLEMS
    assert sum(p.count for p in log.problems) == len(times)


@given(st.lists(st.tuples(st.one_of(st.none(), st.integers(-(2**62), 2**62)), ticks), max_size=50))
def test_no_time_ever_makes_a_step_that_cannot_be_written(times: list[tuple[int | None, int | None]]) -> None:
    repair = clock()
    out = [repair.next(pts, dts) for pts, dts in times]
    assert all(0 < b - a <= max_step(CLOCK) for a, b in itertools.pairwise(out))


def test_a_single_wild_time_moves_no_other_far() -> None:
    log = ProblemLog()
    repair = clock(log)
    wild = [*range(0, 400, 40), 10**12, *range(440, 800, 40)]
    assert [repair.next(pts, None) for pts in wild] == list(range(0, 800, 40))
    assert [p.kind for p in log.problems] == ["timestamps", "timestamps"]


@given(st.integers(1, 10**9), st.integers(1, 1001))
def test_a_step_fits_into_mp4_whatever_the_time_base(ticks_per_s: int, numerator: int) -> None:
    base = Fraction(numerator, ticks_per_s)
    ticks_per_s = base.denominator
    while ticks_per_s < 10_000:
        ticks_per_s *= 2
    assert max_step(base) * base * ticks_per_s < 2**31
    assert max_step(base) * base <= MAX_GAP_S or max_step(base) == 1
