"""A queue of passes on a clock that the test moves: nothing waits, and nothing depends on the machine's speed."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")


class ScriptedQueue:
    """Replaces the engine's `FairQueue`: runs one piece of work after another, each when its time is up on that clock.

    takes_s: how long work takes that begins at the given time. is_dead: called at each `ask`; while it is true, the
    work is never run, as if the queue's thread were gone.
    """

    def __init__(self, takes_s: Callable[[float], float], is_dead: Callable[[], bool] = lambda: False) -> None:
        self._takes_s, self._is_dead = takes_s, is_dead
        self._waiting: list[tuple[Future[Any], Callable[[], Any]]] = []
        self._running: tuple[float, Future[Any], Callable[[], Any]] | None = None

    def ask(self, work: Callable[[], T], *, may_wait_s: float = 0.0) -> Future[T]:
        """A future with the answer or the error, once `advance` has reached it. may_wait_s: ignored."""
        answer: Future[T] = Future()
        if not self._is_dead():
            self._waiting.append((answer, work))
        return answer

    def advance(self, now_s: float) -> None:
        """Moves on to now_s: ends what is due, and begins what comes next. Cancelled work is never begun."""
        if self._running is not None and self._running[0] <= now_s:
            _, answer, work = self._running
            self._running = None
            try:
                answer.set_result(work())
            except Exception as error:
                answer.set_exception(error)
        while self._running is None and self._waiting:
            answer, work = self._waiting.pop(0)
            if answer.set_running_or_notify_cancel():
                self._running = now_s + self._takes_s(now_s), answer, work
