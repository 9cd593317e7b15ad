"""One queue for the looks of many cameras: everybody in turn, sooner for whom it matters more."""

from __future__ import annotations

import heapq
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")


class FairQueue:
    """Does what is asked in a thread of its own, one after the other.

    Fair because each camera asks for one thing at a time: with too much to do, all wait equally longer. What the work
    holds, a clear frame perhaps, is let go with it.
    """

    def __init__(self, name: str) -> None:
        self._waiting: list[tuple[float, int, Future[Any], Callable[[], Any]]] = []
        self._asked = 0
        self._changed = threading.Condition()
        self._closed = False
        self._name = name
        self._began_s: float | None = None
        self._thread = self._begin()

    def _begin(self) -> threading.Thread:
        thread = threading.Thread(target=self._run, name=self._name, daemon=True)
        thread.start()
        return thread

    @property
    def busy_s(self) -> float:
        """For how long it has been at one thing, 0 where it waits."""
        began_s = self._began_s
        return 0.0 if began_s is None else time.monotonic() - began_s

    def ask(self, work: Callable[[], T], *, may_wait_s: float = 0.0) -> Future[T]:
        """Its answer, or what it raised, later. may_wait_s: goes behind whatever is asked for within this time.

        Cancel what nobody waits for any more: unless it has begun, it is never done.
        """
        answer: Future[T] = Future()
        with self._changed:
            if self._closed:
                answer.cancel()
                return answer
            if not self._thread.is_alive():  # something killed it; what it did then is never answered
                self._thread = self._begin()
            self._asked += 1
            heapq.heappush(self._waiting, (time.monotonic() + may_wait_s, self._asked, answer, work))
            self._changed.notify()
        return answer

    def close(self) -> None:
        """Waits for what has begun; the rest is cancelled."""
        with self._changed:
            self._closed = True
            for _, _, answer, _ in self._waiting:
                answer.cancel()
            self._waiting.clear()
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        while (next_one := self._next()) is not None:
            answer, work = next_one
            del next_one
            self._began_s = time.monotonic()
            if answer.set_running_or_notify_cancel():
                try:
                    answer.set_result(work())
                except BaseException as error:  # passed on, not swallowed: whoever asked raises it
                    answer.set_exception(error)
            self._began_s = None
            del answer, work  # or the last frame would live until the next is asked for

    def _next(self) -> tuple[Future[Any], Callable[[], Any]] | None:
        with self._changed:
            while not self._waiting and not self._closed:
                self._changed.wait()
            if self._closed:
                return None
            _, _, answer, work = heapq.heappop(self._waiting)
            return answer, work
