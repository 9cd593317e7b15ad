"""A queue of looks on a clock that the test moves."""

from __future__ import annotations

import pytest

from passerby.testing.queue import ScriptedQueue


def test_one_thing_after_another_is_done_when_its_time_is_up() -> None:
    queue = ScriptedQueue(lambda now_s: 1.0)
    first, second = queue.ask(lambda: "first"), queue.ask(lambda: "second")
    queue.advance(10.0)
    assert not first.done()
    queue.advance(11.0)
    assert first.result(0) == "first" and not second.done()
    queue.advance(11.9)
    assert not second.done()
    queue.advance(12.0)
    assert second.result(0) == "second"


def test_what_the_work_raises_is_its_answer_and_the_queue_goes_on() -> None:
    queue = ScriptedQueue(lambda now_s: 0.0)
    broken, next_one = queue.ask(lambda: 1 / 0), queue.ask(lambda: "next")
    for now_s in (0.0, 1.0, 2.0):
        queue.advance(now_s)
    with pytest.raises(ZeroDivisionError):
        broken.result(0)
    assert next_one.result(0) == "next"


def test_nothing_is_done_that_was_cancelled_or_asked_of_a_dead_queue() -> None:
    is_dead = False
    done: list[str] = []
    queue = ScriptedQueue(lambda now_s: 0.0, lambda: is_dead)
    queue.ask(lambda: done.append("cancelled")).cancel()
    is_dead = True
    queue.ask(lambda: done.append("dead"))
    is_dead = False
    queue.ask(lambda: done.append("alive"))
    for now_s in (0.0, 1.0, 2.0):
        queue.advance(now_s)
    assert done == ["alive"]
