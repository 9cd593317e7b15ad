"""A failure is never taken for "nothing there"."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passerby.detect import DetectorError
from passerby.engine.finder import DAMAGED, DETECTOR_FAILED, DirectFinder
from passerby.engine.held import Held
from passerby.engine.window import Window
from passerby.media import Detections, RawFrame
from tests.unit.engine.fakes import Scripted, frame_at, passes_of, people

FRAME_S = 0.05
Answer = Callable[[RawFrame], Detections]


def fails_on(*frames: int, error: type[BaseException] = DetectorError) -> Answer:
    def answer(frame: RawFrame) -> Detections:
        if frame.index in frames:
            raise error("on request")
        return people((10, 10, 30, 60))

    return answer


def run(count: int, *scripts: Scripted, damaged: frozenset[int] = frozenset()) -> list[Held]:
    """All frames of a source with a window that never lets one out."""
    window = Window(1e9)
    finder = DirectFinder(passes_of(*scripts))
    frames = []
    for index in range(count):
        held = Held(frame_at(index * FRAME_S, index, damaged=index in damaged))
        finder.find(held)
        window.push(held)
        frames.append(held)
    return frames


def whole(frames: list[Held]) -> list[int]:
    return [index for index, held in enumerate(frames) if held.whole]


def test_passes_are_asked_as_often_as_they_are_due() -> None:
    near, far = Scripted(fails_on()), Scripted(fails_on())
    frames = run(17, near, far)
    assert near.asked_s == [0.0, 0.2, 0.4, 0.6, 0.8] and far.asked_s == [0.0, 0.4, 0.8]
    assert not whole(frames)
    assert [index for index, held in enumerate(frames) if held.is_examined] == [0, 4, 8, 12, 16]


@pytest.mark.parametrize("error", [DetectorError, MemoryError, ValueError, RuntimeError, AssertionError])
def test_from_the_last_good_pass_to_the_next_all_is_whole(error: type[BaseException]) -> None:
    frames = run(17, Scripted(fails_on(8, 9, error=error)))
    assert whole(frames) == [5, 6, 7, 8, 9]
    assert {held.whole for held in frames if held.whole} == {DETECTOR_FAILED}


def test_failed_pass_is_tried_again_on_the_next_frame() -> None:
    script = Scripted(fails_on(8, 9))
    run(12, script)
    assert script.asked_s == [0.0, 0.2, 0.4, 0.45, 0.5]


def test_first_pass_that_fails_leaves_nothing_shown_before_it() -> None:
    assert whole(run(6, Scripted(fails_on(0, 1, 2)))) == [0, 1, 2]


def test_where_one_of_two_fails_both_are_asked_again() -> None:
    """What the other found in that frame went down with it."""
    good, bad = Scripted(fails_on()), Scripted(fails_on(8))
    frames = run(12, good, bad)
    assert 0.45 in good.asked_s and 0.45 in bad.asked_s
    assert whole(frames) == [5, 6, 7, 8]


def test_damaged_frame_is_whole_and_not_even_examined() -> None:
    script = Scripted(fails_on())
    frames = run(6, script, damaged=frozenset({0, 1}))
    assert [held.whole for held in frames[:3]] == [DAMAGED, DAMAGED, None]
    assert script.asked_s[0] == 0.1, "but the first that can be is"


def test_interruption_is_not_a_failed_pass() -> None:
    with pytest.raises(KeyboardInterrupt):
        run(3, Scripted(fails_on(0, error=KeyboardInterrupt)))


def test_pass_that_is_not_needed_is_left_out_but_never_after_a_failure() -> None:
    script = Scripted(fails_on(4))
    window = Window(1e9)
    finder = DirectFinder(passes_of(script))
    frames = []
    for index in range(12):
        held = Held(frame_at(index * FRAME_S, index))
        finder.find(held, must=index <= 4)
        window.push(held)
        frames.append(held)
    assert script.asked_s == [0.0, 0.2, 0.25]
    assert whole(frames) == [1, 2, 3, 4]


@given(st.sets(st.integers(0, 39)), st.sets(st.integers(0, 39)), st.frozensets(st.integers(0, 39), max_size=6))
@settings(max_examples=150, deadline=None)
def test_no_frame_is_shown_that_a_failure_left_unexamined(
    fail: set[int], other_fail: set[int], damaged: frozenset[int]
) -> None:
    """Whatever fails when: a shown frame lies between two good passes, or after the last one there was."""
    frames = run(40, Scripted(fails_on(*fail)), Scripted(fails_on(*other_fail)), damaged=damaged)
    failed = [index for index, held in enumerate(frames) if held.whole == DETECTOR_FAILED and not held.is_examined]
    for index, held in enumerate(frames):
        assert not (held.whole and held.is_examined), "a good pass hides nothing"
        if index in damaged:
            assert held.whole == DAMAGED
        if held.whole is None and not held.is_examined:
            good_before = max((i for i in range(index) if frames[i].is_examined), default=-1)
            assert good_before >= 0, "nothing was ever examined"
            between = [i for i in failed if good_before < i < index]
            assert not between, f"frame {index} is shown after {between} failed"
