"""Writes the events of all cameras of one process in a thread of its own: recording never waits for the catalogue."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence

from passerby.errors import OutputError
from passerby.events.presence import PresenceSeries
from passerby.events.records import EventRecords
from passerby.media.events import CameraEvent
from passerby.media.series import Minute

MAX_WAITING = 10_000
"""Pieces of work that wait for a catalogue that fails; the newest are dropped after that."""
MAX_WAITING_LESSER = 200
"""Events come first: beyond this, boxes are dropped, and so is that events go on, which their end says too."""
RETRY_AFTER_S = 1.0
CLOSES_WITHIN_S = 3.0


class EventSink:
    """Takes events from any thread, in order. What fails is written later."""

    def __init__(self, records: EventRecords, series: PresenceSeries, retry_after_s: float = RETRY_AFTER_S) -> None:
        self._records, self._series, self._retry_after_s = records, series, retry_after_s
        self._waiting: deque[Callable[[], None]] = deque()
        self._changed = threading.Condition()
        self._closing_until_s: float | None = None
        self.dropped = 0
        """Pieces of work that there was no room for."""
        self.trouble: str | None = None
        """Why events are not being written at the moment, one sentence."""
        self._thread = threading.Thread(target=self._run, name="passerby-events", daemon=True)
        self._thread.start()

    def begin(self, camera: str) -> None:
        """Before a camera's first event: what was left open, as after a crash, is over."""
        self._put(lambda: self._records.close_open(camera))

    def add(self, events: Sequence[CameraEvent], *, is_cut: bool = False) -> None:
        """Events that began or ended. is_cut: see `EventRecords.add`."""
        self._put(lambda: self._records.add(events, is_cut=is_cut))

    def count(self, crossings: Sequence[CameraEvent]) -> None:
        """Crossings of lines."""
        self._put(lambda: self._records.count(crossings))

    def note_minutes(self, camera: str, found: Sequence[tuple[int, Minute]]) -> None:
        """How many were in its zones and queues: minutes of UTC since 1970."""
        self._put(lambda: self._series.add(camera, found))

    def keep_open(self, camera: str, now_90k: int) -> None:
        """The camera's open events go on."""
        self._put_lesser(lambda: self._records.keep_open(camera, now_90k))

    def keep_boxes(self, camera: str, start_90k: int, end_90k: int, data: bytes) -> None:
        """A minute of what was in view."""
        self._put_lesser(lambda: self._records.keep_boxes(camera, start_90k, end_90k, data))

    def close(self) -> None:
        """Writes what waits, for some seconds at most."""
        with self._changed:
            self._closing_until_s = time.monotonic() + CLOSES_WITHIN_S
            self._changed.notify()
        self._thread.join(CLOSES_WITHIN_S + 1.0)

    def _put_lesser(self, work: Callable[[], None]) -> None:
        with self._changed:
            has_room = len(self._waiting) < MAX_WAITING_LESSER
        if has_room:
            self._put(work)

    def _put(self, work: Callable[[], None]) -> None:
        with self._changed:
            if len(self._waiting) >= MAX_WAITING:
                self.dropped += 1
                return
            self._waiting.append(work)
            self._changed.notify()

    def _run(self) -> None:
        while (work := self._next()) is not None:
            try:
                work()
            except Exception as error:  # whatever it is: without this thread no event would be written any more
                said = str(error) if isinstance(error, OutputError) else f"an unexpected {type(error).__name__}"
                self.trouble = f"events could not be written: {said}"
                with self._changed:
                    self._changed.wait(self._retry_after_s)
                    if not isinstance(error, OutputError):  # it would fail again, and hold up the rest
                        self._waiting.popleft()
                        self.dropped += 1
                continue
            self.trouble = None
            with self._changed:
                self._waiting.popleft()

    def _next(self) -> Callable[[], None] | None:
        """The oldest that waits, which stays there until it is done. None: it is over."""
        with self._changed:
            while not self._waiting and self._closing_until_s is None:
                self._changed.wait()
            is_over = self._closing_until_s is not None and time.monotonic() >= self._closing_until_s
            return self._waiting[0] if self._waiting and not is_over else None
