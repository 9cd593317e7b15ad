"""Threads that keep order, pass on errors, and end."""

from __future__ import annotations

import threading
import time
from collections.abc import Generator, Iterator
from contextlib import closing

import pytest

from passerby.engine.threads import DEPTH, Worker, ahead, depth_of

PATIENCE_S = 5.0


@pytest.fixture(autouse=True)
def _no_thread_is_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    assert not [each.name for each in threading.enumerate() if each not in before]


def wait_until_quiet(made: list[int]) -> int:
    """How many there are when no more come."""
    before = -1
    ends_at_s = time.monotonic() + PATIENCE_S
    while before != len(made) and time.monotonic() < ends_at_s:
        before = len(made)
        time.sleep(0.15)
    return len(made)


def noted(made: list[int]) -> Iterator[int]:
    for number in range(100):
        made.append(number)
        yield number


def test_few_large_frames_wait() -> None:
    for width, height, most in ((1280, 720, DEPTH), (1920, 1080, 1), (3840, 2160, 1)):
        made: list[int] = []
        with closing(ahead(noted(made), depth_of(width * height * 3 // 2))) as items:
            next(items)
            assert wait_until_quiet(made) == 1 + most + 1  # one handed out, those that wait, and the next


def test_items_come_in_order() -> None:
    assert list(ahead(range(100))) == list(range(100))
    assert list(ahead([])) == []


def test_producer_is_only_so_far_ahead() -> None:
    made: list[int] = []
    items = ahead(noted(made), depth=3)
    next(items)
    assert wait_until_quiet(made) <= 1 + 3 + 1, "one taken, three in the queue, one in hand"
    assert list(items) == list(range(1, 100))


def test_error_of_the_source_is_raised_after_what_came_before_it() -> None:
    def produce() -> Iterator[int]:
        yield 1
        yield 2
        raise OSError("the disk is gone")

    items = ahead(produce())
    assert [next(items), next(items)] == [1, 2]
    with pytest.raises(OSError, match="the disk is gone"):
        next(items)


def test_consumer_who_stops_early_ends_the_producer_and_its_clean_up_runs() -> None:
    closed = threading.Event()

    def produce() -> Generator[int, None, None]:
        try:
            while True:
                yield 1
        finally:
            closed.set()

    source = produce()
    for _ in ahead(source):
        break
    source.close()
    assert closed.is_set()


def test_consumer_who_fails_ends_the_producer() -> None:
    def consume() -> None:
        for _ in ahead(iter(int, 1)):
            raise KeyError("mine")

    with pytest.raises(KeyError):
        consume()


def test_work_is_done_in_order_and_all_of_it_before_the_end() -> None:
    done: list[int] = []

    def work(item: int) -> None:
        time.sleep(0.001)
        done.append(item)

    with Worker(work) as worker:
        for number in range(50):
            worker.put(number)
    assert done == list(range(50))


def test_work_runs_beside_the_caller_but_not_far_behind() -> None:
    may_go = threading.Event()

    def work(item: int) -> None:
        may_go.wait(PATIENCE_S)

    with Worker(work, depth=2) as worker:
        for number in range(3):  # one in hand, two waiting
            worker.put(number)
        blocked = threading.Thread(target=worker.put, args=(3,))
        blocked.start()
        blocked.join(0.3)
        assert blocked.is_alive(), "memory is bounded"
        may_go.set()
        blocked.join(PATIENCE_S)


def test_error_of_the_work_is_raised_at_a_later_item() -> None:
    def work(item: int) -> None:
        if item == 3:
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"), Worker(work) as worker:
        for number in range(10_000):
            worker.put(number)


def test_error_of_the_last_item_is_raised_at_the_end() -> None:
    def work(item: int) -> None:
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"), Worker(work) as worker:
        worker.put(1)


def test_nothing_more_is_done_after_the_caller_failed() -> None:
    done: list[int] = []

    def work(item: int) -> None:
        time.sleep(0.05)
        done.append(item)

    with pytest.raises(KeyError), Worker(work) as worker:
        for number in range(DEPTH):
            worker.put(number)
        raise KeyError("the caller's own")
    assert len(done) < DEPTH


def test_interruption_in_the_work_reaches_the_caller() -> None:
    def work(item: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), Worker(work) as worker:
        while True:
            worker.put(1)
