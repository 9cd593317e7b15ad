"""Passes run ahead of what is done with them. How far, nobody can tell from the covers."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passerby.background import Sample, learn, shrink, small_size
from passerby.detect import DetectorError
from passerby.engine.cover_mode import CoverMode
from passerby.engine.examiner import Examiner
from passerby.engine.finder import DirectFinder
from passerby.engine.held import Held
from passerby.engine.learner import StretchLearner
from passerby.engine.passes import Passes
from passerby.engine.reveal_mode import RevealMode
from passerby.media import CoverBox, Detections, RawFrame
from passerby.rules.coverage import Policy
from passerby.settings import Settings
from tests.unit.engine.fakes import SIZE_WH, Scripted, frame_at, passes_of, people, with_square

FRAMES, FRAME_S = 40, 0.1
POLICY = Policy.of(Settings())
Plan = tuple[frozenset[int], frozenset[int], frozenset[int]]
Seen = tuple[int, str | None, tuple[CoverBox, ...]]

frames = st.frozensets(st.integers(0, FRAMES - 1), max_size=8)
plans = st.tuples(frames, frames, frames)  # where the detector fails, what is damaged, where somebody is found


def cover_mode(passes: Passes) -> Examiner:
    return CoverMode(SIZE_WH, DirectFinder(passes), POLICY, look_ahead_s=0.5)


def reveal_mode(passes: Passes) -> Examiner:
    small_wh = small_size(*SIZE_WH)
    samples = [Sample(shrink(frame_at(0, 0), small_wh), Detections.empty()) for _ in range(4)]
    return RevealMode(SIZE_WH, DirectFinder(passes), POLICY, learn(samples), StretchLearner(lambda time_s, need: None))


def covers(make: Callable[[Passes], Examiner], plan: Plan, lead: int) -> list[Seen]:
    """What comes out where passes are `lead` frames ahead."""
    fails, damaged, found = plan

    def answer(frame: RawFrame) -> Detections:
        if frame.index in fails:
            raise DetectorError("on request")
        return people((20, 20, 50, 80)) if frame.index in found else Detections.empty()

    mode, waiting, out = make(passes_of(Scripted(answer))), deque[Held](), list[Seen]()

    def push(most: int) -> None:
        while len(waiting) > most:
            mode.push(waiting.popleft())
            while (ready := mode.pop()) is not None:
                out.append((ready.frame.index, ready.cover.whole, ready.cover.boxes))

    for index in range(FRAMES):
        frame = frame_at(index * FRAME_S, index, damaged=index in damaged)
        if index % 7 % 3:  # what moves comes and goes
            frame = with_square(frame, 3 * index)
        waiting.append(mode.detect(frame))
        push(lead)
    push(0)
    mode.end()
    while (ready := mode.pop()) is not None:
        out.append((ready.frame.index, ready.cover.whole, ready.cover.boxes))
    return out


@pytest.mark.parametrize("make", [cover_mode, reveal_mode])
@given(plan=plans, lead=st.sampled_from([1, 3, 12, FRAMES]))
@settings(max_examples=25, deadline=None)
def test_covers_do_not_depend_on_how_far_ahead_the_passes_are(
    make: Callable[[Passes], Examiner], plan: Plan, lead: int
) -> None:
    assert covers(make, plan, lead) == covers(make, plan, 0)


@pytest.mark.parametrize("make", [cover_mode, reveal_mode])
def test_far_behind_a_failed_pass_all_is_whole_back_to_the_last_good_one(make: Callable[[Passes], Examiner]) -> None:
    plan = (frozenset(range(20, 23)), frozenset[int](), frozenset(range(FRAMES)))
    whole = [index for index, reason, _ in covers(make, plan, FRAMES) if reason == "detector failed"]
    assert {20, 21, 22} <= set(whole) and len(whole) < FRAMES / 2
