"""Hands new events on to everybody who listens. The catalogue is asked once for all of them."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress

from fastapi.concurrency import run_in_threadpool

from passerby.errors import PasserbyError
from passerby.events.log import EventLog, LoggedEvent
from passerby.events.new_events import NewEvents

log = logging.getLogger("passerby.api")

LOOK_EVERY_S = 0.5  # one small query, and only while anybody listens
_MAX_BATCHES = 64


class _Listener:
    """Made in the loop of the request; fed from the feed's thread."""

    def __init__(self) -> None:
        self.batches: asyncio.Queue[Sequence[LoggedEvent] | None] = asyncio.Queue(_MAX_BATCHES + 1)
        """None: it was too slow, and is to end. A browser asks again from the last event that it has."""
        self._loop = asyncio.get_running_loop()

    def feed(self, batch: Sequence[LoggedEvent]) -> None:
        with suppress(RuntimeError):  # its loop has ended
            self._loop.call_soon_threadsafe(self._take, batch)

    def _take(self, batch: Sequence[LoggedEvent]) -> None:
        if self.batches.qsize() < _MAX_BATCHES:
            self.batches.put_nowait(batch)
        elif not self.batches.full():
            self.batches.put_nowait(None)


class EventFeed:
    """One per app. Thread-safe; has a thread of its own while anybody listens."""

    def __init__(self, events: EventLog) -> None:
        self._events = events
        self._lock = threading.Lock()
        self._listeners: set[_Listener] = set()
        self._thread: threading.Thread | None = None

    async def listen(self, after: int | None, quiet_s: float) -> AsyncIterator[Sequence[LoggedEvent]]:
        """Events of all cameras as they are written; nothing after quiet_s without any. after: begin with those that
        came after this one. Raises OutputError if the catalogue fails at first; later it is tried again."""
        listener = _Listener()
        sent: set[int] = set()
        await run_in_threadpool(self._add, listener)
        try:
            while after is not None:
                missed = await run_in_threadpool(self._events.after, after)
                if not missed:
                    break
                sent.update(each.id for each in missed)
                after = missed[-1].id
                yield missed
            while True:
                try:
                    batch = await asyncio.wait_for(listener.batches.get(), quiet_s)
                except TimeoutError:
                    yield ()
                    continue
                if batch is None:
                    return
                yield [each for each in batch if each.id not in sent]
                sent.clear()
        finally:
            with self._lock:
                self._listeners.discard(listener)

    def _add(self, listener: _Listener) -> None:
        with self._lock:
            if self._thread is None:
                new = NewEvents(self._events)
                self._thread = threading.Thread(target=self._go_on, args=(new,), name="passerby-events", daemon=True)
                self._thread.start()
            self._listeners.add(listener)

    def _go_on(self, new: NewEvents) -> None:
        wait = threading.Event()
        while not wait.wait(LOOK_EVERY_S):
            with self._lock:
                listeners = list(self._listeners)
                if not listeners:
                    self._thread = None
                    return
            try:
                while found := new.take():  # some at a time: all of a flood, and not a few every half second
                    for each in listeners:
                        each.feed(found)
            except PasserbyError as error:
                log.error("couldn't look for new events: %s", error)
            except Exception as error:  # whatever it is: without this thread nobody would hear of events any more
                log.error("couldn't look for new events: %s", type(error).__name__)
