"""Keeps one camera recording: opens it, and reopens it after every failure, until told to stop."""

from __future__ import annotations

import random
import threading
import time
from dataclasses import replace
from pathlib import Path

from passerby.archive import Archive
from passerby.capture.live.source import open_live
from passerby.clock import SystemClock
from passerby.engine.live.run import LivePath
from passerby.engine.live.shared import Shared
from passerby.engine.observer import Observer
from passerby.errors import OutputError, PasserbyError, SourceUnavailable, Trouble
from passerby.events.box_keeper import BoxKeeper
from passerby.events.fan_out import FanOut
from passerby.events.live import LiveWatch
from passerby.events.now_in_view import NowInView
from passerby.events.sink import EventSink
from passerby.fleet.kept import KeptBackground, KeptReference
from passerby.fleet.plan import CameraPlan
from passerby.fleet.recording import Publish, Recording
from passerby.media.camera import CameraState, CameraStatus
from passerby.media.requests import CameraRequest, ShowView, Watched
from passerby.rules.backoff import wait_s

ENDS_WITHIN_S = 10.0
LOOK_S = 0.5  # how often to check whether a hanging reader has ended
STEADY_S = 10.0  # recording for this long ends a series of failures
RULES_DETECT_EVERY_S = 0.4  # 0.2 s finds 1 to 2 crossings in 100 more, for half of what a camera costs without rules


class CameraRunner:
    """One camera in its own thread. Its failures do not affect other cameras."""

    def __init__(
        self,
        plan: CameraPlan,
        shared: Shared,
        archive: Archive,
        events: EventSink,
        backgrounds: Path,
        publish: Publish,
        *,
        start_after_s: float = 0.0,
        before: CameraRunner | None = None,
    ) -> None:
        """backgrounds: the folder where they are stored. publish: called with every recorded fragment.

        before: the previous runner of the same camera, which must end first.
        """
        self.plan = plan
        self._watched = Watched(False)
        self._asking = threading.Lock()
        self._shared, self._archive, self._events, self._publish = shared, archive, events, publish
        sink = events.under(plan.token)
        self._watch = watch = LiveWatch(plan.camera, plan.rules, sink) if plan.rules else None
        looks_closely = watch.wants_vehicles if watch else lambda: False
        boxes = BoxKeeper(plan.camera, sink, looks_closely) if plan.keeps_boxes else None
        self._now = NowInView()
        self._views = FanOut(watch, boxes, self._now)
        self._keeper = KeptBackground(backgrounds, plan.camera)
        self._reference = KeptReference(backgrounds, plan.camera)
        self._start_after_s, self._before = start_after_s, before
        self._stopping = threading.Event()
        self._path: LivePath | None = None
        self._reader: threading.Thread | None = None
        self._failures = 0
        self._recording_since_s: float | None = None
        self._beat_s = time.monotonic() + start_after_s
        self._recording: Recording | None = None
        self._state = CameraState(CameraStatus.CONNECTING, "waiting to connect", SystemClock().now_90k())
        self._thread = threading.Thread(target=self._run, name=f"passerby-{plan.camera}", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()

    def join(self, within_s: float) -> bool:
        """Whether it has ended and closed its recording."""
        self._thread.join(max(0.0, within_s))
        return not self._thread.is_alive()

    @property
    def is_stuck(self) -> bool:
        """Whether it should have responded by now, even after all its time-outs."""
        return self._thread.is_alive() and time.monotonic() - self._beat_s > self.plan.stuck_after_s

    def state(self) -> CameraState:
        """The present state. Call from one thread only."""
        path, recording = self._path, self._recording
        unrecorded = recording.trouble if recording is not None else None
        if path is not None and unrecorded is not None:
            self._tell(CameraStatus.FAILED, unrecorded)
        elif path is not None:
            self._set(path.state)
        if self._watch is not None:
            self._state = replace(self._state, events_trouble=self._watch.trouble or self._events.trouble)
        return replace(self._state, view=self._now.now())

    def use_rules(self, plan: CameraPlan) -> None:
        """From any thread: applies a plan that differs in its rules only, from the next frame on."""
        self.plan = plan
        if self._watch is not None:
            self._watch.use(plan.rules)

    def ask(self, request: CameraRequest) -> None:
        """From any thread. What stays valid also reaches a camera that is opened later."""
        if isinstance(request, ShowView):
            self._now.ask(request.for_s)
            return
        with self._asking:
            if isinstance(request, Watched):
                self._watched = request
            if self._path is not None:
                self._path.ask(request)

    def _tell(self, what: CameraStatus, reason: str) -> None:
        """Sets the state while the camera is not open."""
        self._set(CameraState(what, reason, SystemClock().now_90k()))

    def _set(self, now: CameraState) -> None:
        before = self._state
        self._state = replace(now, since_90k=before.since_90k) if now.what is before.what else now

    def _run(self) -> None:
        if self._before is not None:
            self._before.join(ENDS_WITHIN_S)
            self._before = None
        self._stopping.wait(self._start_after_s)
        writer = self._archive.writer(self.plan.camera, self.plan.object_90k, self.plan.token)
        recording = self._recording = Recording(self.plan.camera, writer, self._publish)
        while not self._is_ended:
            self._wait(self._record(recording), recording)
            self._wait_for_reader(recording)
        try:
            recording.close()
            says = recording.trouble if recording.is_superseded else None
            self._tell(CameraStatus.STOPPED, says or "it was stopped")
        except OutputError as error:
            self._tell(CameraStatus.FAILED, str(error))

    def _wait(self, trouble: Trouble, recording: Recording) -> None:
        """Waits before the next attempt. Waiting is not being stuck: the next sign of life is due after it."""
        waits_s = wait_s(self._failures, random.random(), trouble) if self._failures else 0.0
        recording.end_if_away(waits_s)
        self._beat_s = time.monotonic() + waits_s
        if not self._is_ended:
            self._stopping.wait(waits_s)

    def _wait_for_reader(self, recording: Recording) -> None:
        """If a reader hangs, the next one would hang too: they would pile up, each holding its pictures."""
        while self._reader is not None and self._reader.is_alive() and not self._stopping.is_set():
            recording.end_if_away(0.0)
            self._beat_s = time.monotonic()
            self._reader.join(LOOK_S)
        self._reader = None

    def _record(self, recording: Recording) -> Trouble:
        """Records until the stream fails. Returns why."""
        self._recording_since_s, trouble = None, Trouble.ENDED
        if not self._failures:
            self._tell(CameraStatus.CONNECTING, "connecting")
        try:
            self._follow(recording)
            return trouble
        except SourceUnavailable as error:
            trouble, said = error.trouble, str(error)
        except PasserbyError as error:
            said = str(error)
        except Exception as error:  # its text may hold anything: its type is enough
            said = f"an unexpected error ({type(error).__name__})"
        self._failures = 1 if self._was_steady else self._failures + 1
        self._tell(CameraStatus.FAILED, said)
        return trouble

    @property
    def _observer(self) -> Observer | None:
        """Detectors run more often only for rules: boxes are kept of what is found anyway."""
        if self._watch is not None:
            note = self._views.note
            return Observer(note, RULES_DETECT_EVERY_S, self._watch.wants_changes, self._watch.wants_vehicles)
        return Observer(self._views.note) if self.plan.keeps_boxes else None

    def _follow(self, recording: Recording) -> None:
        source = open_live(self.plan.address, self.plan.options)
        try:
            path = LivePath(
                source,
                self.plan.live,
                self._shared,
                self._keeper,
                self._reference,
                recording.keep,
                self._observer,
            )
        except BaseException:
            source.close()
            raise
        with self._asking:
            path.ask(self._watched)
            self._path = path
        try:
            path.run(self._is_over, self.plan.hung_after_s)
        finally:
            self._path, self._reader = None, path.reader
            self._views.end()

    def _is_over(self) -> bool:
        self._beat_s = time.monotonic()
        if self._recording_since_s is None and self._path is not None and self._path.written:
            self._recording_since_s = self._beat_s
        return self._is_ended

    @property
    def _is_ended(self) -> bool:
        """Whether it was told to stop, or another machine records the camera."""
        return self._stopping.is_set() or (self._recording is not None and self._recording.is_superseded)

    @property
    def _was_steady(self) -> bool:
        """Not measured by the time until it failed: a camera that never responds uses up all its time-outs."""
        since_s = self._recording_since_s
        return since_s is not None and time.monotonic() - since_s >= STEADY_S
