"""Writes the events of all cameras of one process in a thread of its own: recording never waits for the catalogue."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

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

_Once = Callable[[str, int, Callable[[], None]], None]
"""See `Marks.once`."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """What waits to be written. camera: whose it is; its pieces are written in the order of their numbers."""

    camera: str
    number: int
    write: Callable[[], None]


class EventSink:
    """Takes events from any thread, in order. What fails is written later. token: see `EventRecords`."""

    def __init__(
        self,
        records: EventRecords,
        series: PresenceSeries,
        retry_after_s: float = RETRY_AFTER_S,
        once: _Once = lambda camera, number, write: write(),
    ) -> None:
        """once: writes a piece, unless it was written before and only the answer was lost."""
        self._records, self._series, self._retry_after_s, self._once = records, series, retry_after_s, once
        self._waiting: deque[_Piece] = deque()
        self._number = 0
        self._changed = threading.Condition()
        self._closing_until_s: float | None = None
        self.dropped = 0
        """Pieces of work that there was no room for."""
        self.trouble: str | None = None
        """Why events are not being written at the moment, one sentence."""
        self._thread = threading.Thread(target=self._run, name="passerby-events", daemon=True)
        self._thread.start()

    def under(self, token: int) -> TokenSink:
        """For a camera that is recorded under this fencing token."""
        return TokenSink(self, token)

    def begin(self, camera: str, token: int = 0) -> None:
        """Before a camera's first event: what was left open, as after a crash, is over."""
        self._put(camera, lambda: self._records.close_open(camera, token))

    def add(self, events: Sequence[CameraEvent], *, is_cut: bool = False, token: int = 0) -> None:
        """Events of one camera that began or ended. is_cut: see `EventRecords.add`."""
        self._put(events[0].camera, lambda: self._records.add(events, is_cut=is_cut, token=token))

    def count(self, crossings: Sequence[CameraEvent], token: int = 0) -> None:
        """Crossings of lines of one camera."""
        self._put(crossings[0].camera, lambda: self._records.count(crossings, token))

    def note_minutes(self, camera: str, found: Sequence[tuple[int, Minute]], token: int = 0) -> None:
        """How many were in its zones and queues: minutes of UTC since 1970."""
        self._put(camera, lambda: self._series.add(camera, found, token))

    def keep_open(self, camera: str, now_90k: int, token: int = 0) -> None:
        """The camera's open events go on."""
        self._put_lesser(camera, lambda: self._records.keep_open(camera, now_90k, token))

    def keep_boxes(self, camera: str, start_90k: int, end_90k: int, data: bytes, token: int = 0) -> None:
        """A minute of what was in view."""
        self._put_lesser(camera, lambda: self._records.keep_boxes(camera, start_90k, end_90k, data, token))

    @property
    def left_out(self) -> int:
        """How many events or other pieces are not written: see `dropped`, and `EventRecords.refused`."""
        return self.dropped + self._records.refused

    def close(self) -> None:
        """Writes what waits, for some seconds at most."""
        with self._changed:
            self._closing_until_s = time.monotonic() + CLOSES_WITHIN_S
            self._changed.notify()
        self._thread.join(CLOSES_WITHIN_S + 1.0)

    def _put_lesser(self, camera: str, write: Callable[[], None]) -> None:
        with self._changed:
            has_room = len(self._waiting) < MAX_WAITING_LESSER
        if has_room:
            self._put(camera, write)

    def _put(self, camera: str, write: Callable[[], None]) -> None:
        with self._changed:
            if len(self._waiting) >= MAX_WAITING:
                self.dropped += 1
                return
            self._number += 1
            self._waiting.append(_Piece(camera, self._number, write))
            self._changed.notify()

    def _run(self) -> None:
        while (piece := self._next()) is not None:
            try:
                self._once(piece.camera, piece.number, piece.write)
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

    def _next(self) -> _Piece | None:
        """The oldest that waits, which stays there until it is done. None: it is over."""
        with self._changed:
            while not self._waiting and self._closing_until_s is None:
                self._changed.wait()
            is_over = self._closing_until_s is not None and time.monotonic() >= self._closing_until_s
            return self._waiting[0] if self._waiting and not is_over else None


class TokenSink:
    """What one camera writes, under its fencing token: see `live.Sink` and `box_keeper.BoxSink`."""

    def __init__(self, sink: EventSink, token: int) -> None:
        self._sink, self._token = sink, token

    def begin(self, camera: str) -> None:
        self._sink.begin(camera, self._token)

    def add(self, events: Sequence[CameraEvent], *, is_cut: bool = False) -> None:
        self._sink.add(events, is_cut=is_cut, token=self._token)

    def count(self, crossings: Sequence[CameraEvent]) -> None:
        self._sink.count(crossings, self._token)

    def note_minutes(self, camera: str, found: Sequence[tuple[int, Minute]]) -> None:
        self._sink.note_minutes(camera, found, self._token)

    def keep_open(self, camera: str, now_90k: int) -> None:
        self._sink.keep_open(camera, now_90k, self._token)

    def keep_boxes(self, camera: str, start_90k: int, end_90k: int, data: bytes) -> None:
        self._sink.keep_boxes(camera, start_90k, end_90k, data, self._token)
