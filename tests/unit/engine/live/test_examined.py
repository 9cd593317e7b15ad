"""Live, whatever becomes of the passes: no frame is shown before a pass over it or a later one was completed."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passerby.background import Sample, learn, shrink, small_size
from passerby.detect import DetectorError
from passerby.engine.cover_mode import DETECT_EVERY_S, CoverMode
from passerby.engine.held import Held
from passerby.engine.learner import StretchLearner
from passerby.engine.live.finder import LATE_S, LiveFinder
from passerby.engine.live.queue import FairQueue
from passerby.engine.passes import Passes
from passerby.engine.reveal_mode import DETECT_EVERY_S as REVEAL_EVERY_S
from passerby.engine.reveal_mode import RevealMode
from passerby.engine.window import CLOCK_WRONG_S
from passerby.media import Cover, Detections, RawFrame
from passerby.rules.coverage import Policy
from passerby.rules.effort import LATE
from passerby.settings import Settings
from passerby.testing.queue import ScriptedQueue
from tests.unit.engine.fakes import SIZE_WH, Scripted, frame_at, passes_of, with_square

POLICY = Policy.of(Settings())
NEVER_S = 1e9


@dataclass
class Out:
    """A frame that came out. newest_pass: the frame of the newest pass that was completed by then, -1: none."""

    index: int
    cover: Cover
    newest_pass: int
    left_s: float


def cover_mode(passes: Passes, finder: LiveFinder, delay_s: float) -> CoverMode:
    return CoverMode(SIZE_WH, finder, POLICY, delay_s, is_live=True)


def reveal_mode(passes: Passes, finder: LiveFinder, delay_s: float) -> RevealMode:
    samples = [Sample(shrink(frame_at(0, 0), small_size(*SIZE_WH)), Detections.empty()) for _ in range(4)]
    learner = StretchLearner(lambda time_s, need: None)
    return RevealMode(SIZE_WH, finder, POLICY, learn(samples), learner, delay_s=delay_s, gap_s=4.0)


Make = Callable[[Passes, LiveFinder, float], CoverMode | RevealMode]
EVERY_S: dict[Make, float] = {cover_mode: DETECT_EVERY_S, reveal_mode: REVEAL_EVERY_S}


def play(
    make: Make,
    latencies_s: list[float],
    steps_s: list[tuple[float, float]],
    fails: frozenset[int] = frozenset(),
    damaged: frozenset[int] = frozenset(),
    delay_s: float = 0.79,
    stirs: Callable[[int], bool] = lambda index: True,
) -> list[Out]:
    """steps_s: for each frame how much later it is by its own time, and by the clock."""
    completed = [-1]
    asked: list[int] = []

    def answer(frame: RawFrame) -> Detections:
        asked.append(frame.index)
        if frame.index in fails:
            raise DetectorError("on request")
        completed.append(frame.index)
        return Detections.empty()

    now_s, time_s = 100.0, 0.0
    latency_s = itertools.cycle(latencies_s)
    queue = ScriptedQueue(lambda _: next(latency_s))
    passes = passes_of(Scripted(answer), every_s=(EVERY_S[make],))
    finder = LiveFinder(passes, cast(FairQueue, queue), EVERY_S[make], lambda: now_s)
    mode, waiting, out = make(passes, finder, delay_s), list[Held](), list[Out]()

    def settle(*, is_last: bool = False) -> None:
        while waiting and finder.settle(waiting[0], is_last=is_last):
            mode.push(waiting.pop(0))
        while (ready := mode.pop()) is not None:
            out.append(Out(ready.frame.index, ready.cover, max(completed), now_s))

    for index, (by_time_s, by_clock_s) in enumerate(steps_s):
        until_s = now_s + by_clock_s
        while now_s + 0.25 < until_s:  # it ticks while no frame comes
            now_s += 0.25
            queue.advance(now_s)
            settle()
        now_s = until_s
        time_s = max(0.0, time_s + by_time_s)
        queue.advance(now_s)
        settle()
        frame = frame_at(time_s, index, damaged=index in damaged)
        waiting.append(mode.detect(with_square(frame, index * 5 % 120) if stirs(index) else frame))
        queue.advance(now_s)
        settle()
    now_s += LATE_S  # or the end would wait for the last pass by the real clock
    queue.advance(now_s)
    settle(is_last=True)
    mode.end()
    settle(is_last=True)
    assert [each.index for each in out] == list(range(len(steps_s))), "every frame comes out once, in order"
    return out


latencies = st.lists(
    st.sampled_from([0.02, 0.05, 0.1, 0.3, 0.6, 0.79, 0.9, 1.0, 1.2, 2.0, 5.0, NEVER_S]), min_size=1, max_size=12
)
steps = st.lists(
    st.one_of(
        st.sampled_from([(0.04, 0.04), (0.1, 0.1), (0.2, 0.2)]),
        st.tuples(st.sampled_from([0.0, 1e-4, 0.1, 0.7, 60.0, -0.3]), st.sampled_from([0.0, 0.02, 0.1, 0.7, 3.0])),
    ),
    min_size=1,
    max_size=80,
)
some = st.frozensets(st.integers(0, 79), max_size=20)


@pytest.mark.parametrize("make", [cover_mode, reveal_mode])
@given(latencies, steps, some, some, st.sampled_from([-0.01, 0.3, 0.79, 2.0]))
@settings(max_examples=100)
def test_nothing_is_shown_that_no_completed_pass_covers(
    make: Make,
    latencies_s: list[float],
    steps_s: list[tuple[float, float]],
    fails: frozenset[int],
    damaged: frozenset[int],
    delay_s: float,
) -> None:
    for each in play(make, latencies_s, steps_s, fails, damaged, delay_s):
        assert each.cover.whole or each.newest_pass >= each.index, each


EVEN = [(0.1, 0.1)] * 150


@pytest.mark.parametrize("make", [cover_mode, reveal_mode])
def test_where_all_is_well_nothing_is_whole(make: Make) -> None:
    for delay_s in (-0.01, 0.3, 0.79, 2.0):
        out = play(make, [0.05], EVEN, delay_s=delay_s)
        assert [each.index for each in out if each.cover.whole and each.index < 140] == []


@pytest.mark.parametrize("make", [cover_mode, reveal_mode])
def test_a_pass_that_never_answers_covers_all_from_the_last_examined_frame_on_and_frames_still_leave(
    make: Make,
) -> None:
    out = play(make, [0.02] * 12 + [NEVER_S], EVEN)
    last = max(each.newest_pass for each in out)
    assert 5 < last < 100
    assert not any(each.cover.whole for each in out if each.index <= last)
    assert {each.cover.whole for each in out if each.index > last} == {LATE}
    waits_s = [each.left_s - (100.0 + 0.1 * (each.index + 1)) for each in out]
    assert max(waits_s) <= 1.5 + LATE_S + 0.2, "live does not stall"


@pytest.mark.parametrize("make", [cover_mode, reveal_mode])
def test_answers_that_always_come_too_late_cover_all(make: Make) -> None:
    out = play(make, [LATE_S + 0.4], EVEN)
    assert all(each.cover.whole for each in out)


def test_in_cover_mode_passes_at_longer_distances_go_on_as_long_as_covers_reach_between_them() -> None:
    out = play(cover_mode, [0.55], EVEN)
    assert not any(each.cover.whole for each in out[1:120]), "passes every 0.6 s: covers are wider, no more"
    out = play(cover_mode, [0.95], EVEN)
    assert sum(bool(each.cover.whole) for each in out) > 50, "every 1 s: nobody is followed back so far"


def test_where_a_cameras_clock_stands_still_frames_leave_and_are_examined() -> None:
    out = play(cover_mode, [0.05], [(1e-5, 0.1)] * 150)
    waits_s = [each.left_s - (100.0 + 0.1 * (each.index + 1)) for each in out[:120]]
    assert max(waits_s) <= 0.79 + CLOCK_WRONG_S + 0.2
    assert sum(bool(each.cover.whole) for each in out) < 15


def test_between_two_passes_that_a_leaping_clock_parts_all_is_whole() -> None:
    steps_s = [(0.05, 0.05)] * 43 + [(60.0, 0.05)] + [(0.05, 0.05)] * 40
    whole = [each.index for each in play(cover_mode, [0.02], steps_s) if each.cover.whole]
    assert whole[:2] == [41, 42] and all(index in (41, 42) or index > 78 for index in whole)


def test_where_nothing_stirs_nobody_need_pass_and_a_pass_that_was_needed_is_made_up_for() -> None:
    out = play(reveal_mode, [0.05], EVEN, stirs=lambda index: 60 <= index < 64)
    assert not any(each.cover.whole for each in out)
    assert sum(1 for _ in {each.newest_pass for each in out}) < 20, "a quiet camera rests"
    fails = frozenset(range(60, 150))
    out = play(reveal_mode, [0.05], EVEN, fails, stirs=lambda index: 60 <= index < 64)
    assert all(each.cover.whole for each in out[60:])
