"""Passes whose answers come later, or too late, or never: no frame comes out as if it had been examined."""

from __future__ import annotations

from collections.abc import Callable, Set
from concurrent.futures import Future
from itertools import pairwise
from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st

from passerby.detect import DetectorError
from passerby.engine.finder import DAMAGED, DETECTOR_FAILED
from passerby.engine.held import Held
from passerby.engine.live.finder import LATE_S, NEVER_EXAMINED, LiveFinder
from passerby.engine.live.queue import FairQueue
from passerby.media import Detections, RawFrame
from passerby.rules.effort import LATE as LATE_LOOK
from passerby.rules.effort import WHOLE_FROM
from tests.unit.engine.fakes import Scripted, frame_at, passes_of, people

FRAME_S, EVERY_S = 0.1, 0.2
LATE = round(LATE_S / FRAME_S) + 1  # frames


class SteppedQueue:
    """Does what is asked on request, in the thread of the test."""

    def __init__(self) -> None:
        self.waiting: list[tuple[Future[Any], Callable[[], Any]]] = []

    def ask(self, work: Callable[[], Any], *, may_wait_s: float = 0.0) -> Future[Any]:
        answer: Future[Any] = Future()
        self.waiting.append((answer, work))
        return answer

    def step(self) -> None:
        if not self.waiting:
            return
        answer, work = self.waiting.pop(0)
        if answer.set_running_or_notify_cancel():
            try:
                answer.set_result(work())
            except Exception as error:
                answer.set_exception(error)


def run(
    answered_at: set[int],
    fails_at: Set[int] = frozenset(),
    damaged: Set[int] = frozenset(),
    count: int = 60,
) -> tuple[list[Held], list[int]]:
    """Frames in the order in which they came out, and how many frames later each did. answered_at: the steps at which
    the queue does one thing; fails_at: frames at which it fails."""

    def answer(frame: RawFrame) -> Detections:
        if frame.index in fails_at:
            raise DetectorError("on request")
        return people((10, 10, 30, 60))

    queue = SteppedQueue()
    now_s = [0.0]
    finder = LiveFinder(passes_of(Scripted(answer)), cast(FairQueue, queue), EVERY_S, lambda: now_s[0])
    waiting: list[Held] = []
    out: list[Held] = []
    later: list[int] = []
    for index in range(count):
        held = Held(frame_at(index * FRAME_S, index, damaged=index in damaged))
        now_s[0] = held.time_s

        def settle(index: int = index) -> None:
            while waiting and finder.settle(waiting[0]):
                later.append(index - waiting[0].frame.index)
                out.append(waiting.pop(0))

        settle()
        finder.find(held)
        waiting.append(held)
        if index in answered_at:
            queue.step()
        settle()
    return out, later


def test_answers_in_time_are_as_if_they_had_been_there_at_once() -> None:
    out, later = run(set(range(60)))
    assert not any(held.whole or held.wider for held in out)
    assert [held.frame.index for held in out if held.is_examined] == list(range(0, 60, 2))
    assert set(later) == {0}


def test_a_frame_waits_for_its_answer_and_no_longer_than_it_may() -> None:
    out, later = run({index for index in range(60) if index % 5 == 4})
    assert sum(held.is_examined for held in out) == 12
    assert max(later) <= LATE and not any(held.whole for held in out)


def test_before_anybody_looked_all_is_covered() -> None:
    out, later = run(set())
    assert {held.whole for held in out} == {NEVER_EXAMINED, LATE_LOOK} and max(later) <= LATE


def test_where_a_cameras_clock_stands_still_passes_go_by_when_pictures_come() -> None:
    queue = SteppedQueue()
    now_s = [0.0]
    finder = LiveFinder(passes_of(Scripted(lambda _: people())), cast(FairQueue, queue), EVERY_S, lambda: now_s[0])
    out: list[Held] = []
    settled = 0
    for index in range(100):
        now_s[0] = index * FRAME_S
        held = Held(frame_at(index * 1e-4, index))
        finder.find(held)
        if index < 60:
            queue.step()
        out.append(held)
        while settled < len(out) and finder.settle(out[settled]):
            settled += 1
    examined = [held.frame.index for held in out if held.is_examined]
    assert (
        examined[0] == 0
        and all(1 <= after - before <= 4 for before, after in pairwise(examined))
        and examined[-1] >= 56
    )
    assert {held.whole for held in out[:settled] if held.frame.index > 62 + (WHOLE_FROM + 1) * EVERY_S / FRAME_S} == {
        LATE_LOOK
    }


def test_without_answers_covers_grow_and_then_all_is_covered() -> None:
    out, later = run({0})
    assert [held.frame.index for held in out if held.is_examined] == [0]
    wider = [held.wider for held in out]
    assert wider == sorted(wider) and wider[0] == 0.0 and wider[-1] > 0.4
    whole = [held.time_s for held in out if held.whole]
    assert whole and min(whole) <= (WHOLE_FROM + 1) * EVERY_S + FRAME_S
    assert {held.whole for held in out if held.whole} == {LATE_LOOK}
    assert max(later) <= LATE


@given(
    st.frozensets(st.integers(0, 59)),
    st.frozensets(st.integers(0, 59), max_size=20),
    st.frozensets(st.integers(0, 59), max_size=5),
)
def test_from_a_failure_to_the_next_good_pass_all_is_whole(
    answered: frozenset[int], fails: frozenset[int], damaged: frozenset[int]
) -> None:
    out, later = run(set(answered), set(fails), set(damaged))
    assert [held.frame.index for held in out] == list(range(len(out))) and max(later, default=0) <= LATE
    is_failing, looked_s = False, 0.0
    for held in out:
        if held.failed:
            is_failing = True
        elif held.is_examined:
            is_failing, looked_s = False, held.time_s
        if not any(other.is_examined for other in out[: held.frame.index + 1]):
            assert held.whole, "nobody has been looked for at all"
        if held.frame.index in damaged:
            assert held.whole == DAMAGED
        elif is_failing:
            assert held.whole == DETECTOR_FAILED
        if held.time_s - looked_s > (WHOLE_FROM + 1) * EVERY_S + FRAME_S:
            assert held.whole, "nobody looked for so long"


def test_in_a_picture_that_stays_the_same_nobody_passes_twice() -> None:
    """And who was found is found on; a pass that fails is not one to rely on."""
    script = Scripted(lambda frame: people((10, 10, 30, 60)))
    queue = SteppedQueue()
    finder = LiveFinder(passes_of(script), cast(FairQueue, queue), EVERY_S, lambda: 0.0)
    out = []
    for index in range(60):
        held = Held(frame_at(index * FRAME_S, index), stretch=1 if index < 50 else 2)
        finder.find(held)
        queue.step()
        assert finder.settle(held) and finder.found_at_s >= held.time_s - EVERY_S
        out.append(held)
    assert script.asked_s == [0.0, 4.0, 5.0]
    assert [held.frame.index for held in out if held.is_examined] == list(range(0, 60, 2))
    assert not any(held.wider or held.whole for held in out)


def test_what_a_failed_pass_left_unknown_is_not_recalled() -> None:
    def answer(frame: RawFrame) -> Detections:
        if frame.index == 2:
            raise DetectorError("on request")
        return people((10, 10, 30, 60))

    script = Scripted(answer)
    queue = SteppedQueue()
    finder = LiveFinder(passes_of(script), cast(FairQueue, queue), EVERY_S, lambda: 0.0)
    for index, stretch in enumerate((1, 1, 2, 2, 2, 2)):
        held = Held(frame_at(index * FRAME_S, index), stretch=stretch)
        finder.find(held)
        queue.step()
        finder.settle(held)
        assert finder.is_failing == (index == 2)
    assert script.asked_s == [0.0, 0.2, 0.3]
