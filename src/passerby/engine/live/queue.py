"""One queue for the passes of many cameras. Each gets its turn; more urgent passes come sooner."""

from __future__ import annotations

import heapq
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")


class FairQueue:
    """Runs the requested work in a thread of its own, one piece at a time.

    It is fair because each camera asks for one thing at a time: under overload, all wait equally longer. Anything that
    the work holds, such as a clear frame, is released with it.
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
        """How long the present piece of work has been running; 0 if idle."""
        began_s = self._began_s
        return 0.0 if began_s is None else time.monotonic() - began_s

    def ask(self, work: Callable[[], T], *, may_wait_s: float = 0.0) -> Future[T]:
        """A future with the answer, or with the error raised. may_wait_s: work requested within this time goes first.

        Cancel work that nobody waits for any more: unless it has begun, it is never run.
        """
        answer: Future[T] = Future()
        with self._changed:
            if self._closed:
                answer.cancel()
                return answer
            if not self._thread.is_alive():  # something killed it; the work it was doing is never answered
                self._thread = self._begin()
            self._asked += 1
            heapq.heappush(self._waiting, (time.monotonic() + may_wait_s, self._asked, answer, work))
            self._changed.notify()
        return answer

    def close(self) -> None:
        """Waits for the running piece of work and cancels the rest."""
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
                except BaseException as error:  # not swallowed: it is raised for whoever asked
                    answer.set_exception(error)
            self._began_s = None
            del answer, work  # otherwise the last frame would stay in memory until the next request

    def _next(self) -> tuple[Future[Any], Callable[[], Any]] | None:
        with self._changed:
            while not self._waiting and not self._closed:
                self._changed.wait()
            if self._closed:
                return None
            _, _, answer, work = heapq.heappop(self._waiting)
            return answer, work
