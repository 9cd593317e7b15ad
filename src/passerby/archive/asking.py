"""Asks the catalogue without waiting long for an answer: recording goes on whether there is one or not."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable
from queue import SimpleQueue

from passerby.errors import OutputError

ANSWERS_WITHIN_S = 1.0  # pictures wait meanwhile, in the queues of the engine and of the network
STILL_AWAY_S = 0.1


class Asking:
    """For one writer, from its thread. Calls are made one after another, by a thread of its own.

    A server whose machine lost its power, or that is behind a network that is cut, answers nothing: without this, each
    GOP would wait for it for many seconds, and what the camera sent meanwhile would be lost. The thread ends with
    `close`, or when nobody has this any more.
    """

    def __init__(self, answers_within_s: float = ANSWERS_WITHIN_S) -> None:
        self._answers_within_s = self._patience_s = answers_within_s
        self._calls: SimpleQueue[_Call | None] = SimpleQueue()
        self._pending: _Call | None = None
        self._end_thread: weakref.finalize[[None], Asking] | None = None

    def ask(self, call: Callable[[], None]) -> None:
        """Raises what it raises, or OutputError if there is no answer yet: it comes, or fails, later. While one is
        awaited nothing else is asked. An answer that came meanwhile is this call's if it was an error."""
        before, self._pending = self._pending, None
        if before is not None:
            if not before.is_done.is_set():
                self._pending = before
                raise _away()
            if before.error is not None:
                raise before.error
        asked = _Call(call)
        self._start()
        self._calls.put(asked)
        if not asked.is_done.wait(self._patience_s):
            self._pending, self._patience_s = asked, STILL_AWAY_S
            raise _away()
        if asked.error is not None:
            raise asked.error
        self._patience_s = self._answers_within_s

    def close(self) -> None:
        """Its thread ends once what is asked is answered. It may be used again."""
        if self._end_thread is not None:
            self._end_thread()
            self._end_thread = None

    def _start(self) -> None:
        if self._end_thread is None:
            threading.Thread(target=_make_calls, args=(self._calls,), name="passerby-asking", daemon=True).start()
            self._end_thread = weakref.finalize(self, self._calls.put, None)


def _make_calls(calls: SimpleQueue[_Call | None]) -> None:
    while (call := calls.get()) is not None:
        call.make()
        del call  # it may be what holds the writer


class _Call:
    def __init__(self, do: Callable[[], None]) -> None:
        self._do = do
        self.is_done = threading.Event()
        self.error: Exception | None = None

    def make(self) -> None:
        try:
            self._do()
        except Exception as error:  # whoever asks is told
            self.error = error
        self.is_done.set()


def _away() -> OutputError:
    return OutputError("the catalogue does not answer", hint="is its server there? Recording goes on")
