"""Watches one live camera: applies its rules to what is in view, and hands on what happened, with times in UTC."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import Protocol

from passerby.config.rule import LineRule, Rule
from passerby.events.local_time import utc_of_live
from passerby.events.watcher import Watcher, needs_changes, needs_vehicles
from passerby.media import InView
from passerby.media.events import CameraEvent, Event, EventKind
from passerby.media.segments import TICKS_PER_S
from passerby.media.series import Minute

KEEP_EVERY_90K = 10 * TICKS_PER_S
"""How often events that go on are noted: after a crash their end is known no more precisely."""
AGAIN_AFTER_S = 60.0  # after an error
ROUNDING_S = 0.01  # the beginnings of minutes are rounded to milliseconds


class Sink(Protocol):
    """See `EventSink`."""

    def begin(self, camera: str) -> None: ...
    def add(self, events: Sequence[CameraEvent], *, is_cut: bool = False) -> None: ...
    def count(self, crossings: Sequence[CameraEvent]) -> None: ...
    def note_minutes(self, camera: str, found: Sequence[tuple[int, Minute]]) -> None: ...
    def keep_open(self, camera: str, now_90k: int) -> None: ...


class LiveWatch:
    """The rules of one camera, for as long as it runs. `note` and `end` are for the thread that records."""

    def __init__(self, camera: str, rules: Sequence[Rule], sink: Sink) -> None:
        self._camera, self._sink = camera, sink
        self._lock = threading.Lock()
        self._rules = tuple(rules)
        self._is_changed = False
        self._watcher: Watcher | None = None
        self._first_s = 0.0
        self._open = 0
        self._kept_90k = 0
        self._again_s = float("-inf")
        self.trouble: str | None = None
        """Why nothing is noticed at the moment, one sentence."""
        sink.begin(camera)

    def use(self, rules: Sequence[Rule]) -> None:
        """From any thread: other rules, from the next frame on."""
        with self._lock:
            self._rules, self._is_changed = tuple(rules), True

    def wants_changes(self) -> bool:
        """Whether a rule asks for what came or went: see `Observer`."""
        with self._lock:
            return needs_changes(self._rules)

    def wants_vehicles(self) -> bool:
        """Whether a rule is about vehicles: see `Observer`."""
        with self._lock:
            return needs_vehicles(self._rules)

    def note(self, view: InView) -> None:
        """What is in view in the next frame. Never raises: recording goes on whatever happens here."""
        try:
            self._note(view)
        except Exception as error:
            self.trouble = f"its rules could not be applied: an unexpected {type(error).__name__}"
            self._watcher, self._again_s = None, view.time_s + AGAIN_AFTER_S
            self._close()

    def end(self) -> None:
        """No more frames come, as when the camera is lost: whatever goes on is over. Never raises."""
        with suppress(Exception):  # then `_close` ends them
            if self._watcher is not None:
                self._hand_on(self._watcher.end(), is_cut=True)
                self._hand_on_minutes(self._watcher.take_minutes())
        self._watcher = None
        self._close()

    def _note(self, view: InView) -> None:
        with self._lock:
            rules, is_changed, self._is_changed = self._rules, self._is_changed, False
        if is_changed:
            self.end()
            self._again_s = float("-inf")
        if self._watcher is None:
            if view.time_s < self._again_s <= view.time_s + AGAIN_AFTER_S:
                return
            self._watcher, self._first_s, self.trouble = Watcher(rules, utc_of_live), view.time_s, None
        self._hand_on(self._watcher.note(view))
        self._hand_on_minutes(self._watcher.take_minutes())
        now_90k = round(view.time_s * TICKS_PER_S)
        if self._open and abs(now_90k - self._kept_90k) >= KEEP_EVERY_90K:
            self._kept_90k = now_90k
            self._sink.keep_open(self._camera, now_90k)

    def _hand_on(self, found: Sequence[Event], *, is_cut: bool = False) -> None:
        happened = [CameraEvent.of(event, self._camera, self._first_s) for event in found]
        crossings = [event for event in happened if event.kind is EventKind.LINE_CROSSED]
        if crossings:
            self._sink.count(crossings)
        listed = [event for event in happened if event.kind is not EventKind.LINE_CROSSED or self._alerts(event)]
        if listed:
            self._sink.add(listed, is_cut=is_cut)
        lasting = [event for event in listed if event.kind is not EventKind.LINE_CROSSED]
        self._open = max(0, self._open + sum(1 if event.end_90k is None else -1 for event in lasting))

    def _hand_on_minutes(self, found: Sequence[Minute]) -> None:
        """Crossings are counted one by one as well: of lines it says in which minutes they were."""
        minutes = [(int((self._first_s + each.start_s + ROUNDING_S) // 60), each) for each in found]
        if minutes:
            self._sink.note_minutes(self._camera, minutes)

    def _close(self) -> None:
        """Nothing goes on any more."""
        if self._open:
            self._open = 0
            self._sink.begin(self._camera)

    def _alerts(self, event: CameraEvent) -> bool:
        rule = next((each for each in self._rules if each.name == event.rule), None)
        return isinstance(rule, LineRule) and rule.alerts(event.way)
