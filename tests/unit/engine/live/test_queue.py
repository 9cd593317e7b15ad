"""The queue that cameras share: everybody's turn comes, errors go back, what is cancelled is not done."""

from __future__ import annotations

import threading

import pytest

from passerby.engine.live.queue import FairQueue


@pytest.fixture
def held() -> tuple[FairQueue, threading.Event]:
    """A queue whose thread is busy until the event is set."""
    queue, go = FairQueue("test"), threading.Event()
    queue.ask(go.wait)
    return queue, go


def test_everybody_in_turn_and_the_patient_behind(held: tuple[FairQueue, threading.Event]) -> None:
    queue, go = held
    done: list[str] = []
    answers = [
        queue.ask(lambda name=name: done.append(name), may_wait_s=wait_s)  # type: ignore[misc]
        for name, wait_s in (("still", 60.0), ("a", 0.0), ("stiller", 120.0), ("b", 0.0))
    ]
    go.set()
    for answer in answers:
        answer.result(5.0)
    assert done == ["a", "b", "still", "stiller"]
    queue.close()


def test_an_error_is_given_to_who_asked_and_the_queue_goes_on(held: tuple[FairQueue, threading.Event]) -> None:
    queue, go = held
    failing, well = queue.ask(lambda: 1 // 0), queue.ask(lambda: 7)
    go.set()
    with pytest.raises(ZeroDivisionError):
        failing.result(5.0)
    assert well.result(5.0) == 7
    queue.close()


def test_what_is_cancelled_is_never_done(held: tuple[FairQueue, threading.Event]) -> None:
    queue, go = held
    done: list[int] = []
    assert queue.ask(lambda: done.append(1)).cancel()
    last = queue.ask(lambda: done.append(2))
    go.set()
    last.result(5.0)
    queue.close()
    assert done == [2]
    assert queue.ask(lambda: done.append(3)).cancelled()
