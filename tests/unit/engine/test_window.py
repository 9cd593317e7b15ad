"""Frames wait until enough follows them, and no longer."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from passerby.engine.held import Held
from passerby.engine.window import Window
from passerby.media import Detections
from tests.unit.engine.fakes import frame_at

MICROSECONDS = Fraction(1, 1_000_000)


def held(time_s: float) -> Held:
    return Held(replace(frame_at(0, 0), pts=round(time_s * 1_000_000), time_base=MICROSECONDS))


def examined(time_s: float) -> Held:
    known = held(time_s)
    known.complete(Detections.empty())
    return known


def popped(window: Window) -> list[float]:
    times = []
    while (ready := window.pop()) is not None:
        times.append(ready.time_s)
    return times


@given(st.lists(st.integers(1, 3_000), max_size=40), st.floats(0.1, 2))
def test_every_frame_comes_out_once_in_order_and_not_before_its_time(steps_ms: list[int], delay_s: float) -> None:
    window, now_ms, out = Window(delay_s), 0, list[float]()
    pushed = []
    for step_ms in steps_ms:
        now_ms += step_ms
        now_s = now_ms / 1000
        window.push(held(now_s))
        pushed.append(now_s)
        ready = popped(window)
        assert all(now_s - time_s >= delay_s for time_s in ready)
        out += ready
        waiting = [time_s for time_s in pushed if time_s not in out]
        assert not waiting or now_s - waiting[0] < delay_s, "nor later: memory is bounded"
    window.end()
    assert out + popped(window) == pushed


def test_first_shows_without_taking() -> None:
    window = Window(10)
    for time_s in (1.0, 2.0, 3.0):
        window.push(held(time_s))
    assert [each.time_s for each in window.first(2)] == [1.0, 2.0]
    assert [each.time_s for each in window.first(9)] == [1.0, 2.0, 3.0]
    assert window.pop() is None


def test_empty_window_has_nothing_even_at_its_end() -> None:
    window = Window(1)
    assert window.pop() is None
    window.end()
    assert window.pop() is None


def test_at_a_break_those_after_the_last_pass_are_hidden() -> None:
    window = Window(10)
    seen = [examined(0.0), held(0.1), examined(0.2), held(0.3), held(0.4)]
    seen[3].hide("damaged")
    for each in seen:
        window.push(each)
    window.end("the source broke off")
    assert popped(window) == [each.time_s for each in seen]
    assert [each.whole for each in seen] == [None, None, None, "damaged", "the source broke off"]
