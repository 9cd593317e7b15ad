"""THE MAIN PATH of one live camera: capture, examine, cover, redact, record. Each step is done elsewhere."""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace

from passerby.capture.live.source import LiveSource
from passerby.clock import SystemClock
from passerby.engine.health.monitor import Monitor, ReferenceKeeper
from passerby.engine.held import Held
from passerby.engine.live.inbox import Inbox
from passerby.engine.live.learner import Keeper
from passerby.engine.live.modes import LivePlan, live_mode
from passerby.engine.live.shared import Shared
from passerby.engine.live.strain import Strain
from passerby.engine.observer import Observer
from passerby.engine.reveal_mode import NOT_LEARNED
from passerby.media import Cover, RawFrame
from passerby.media.camera import CameraState
from passerby.media.requests import CameraRequest, Rebase, Watched
from passerby.media.segments import Fragment
from passerby.paint import Redactor
from passerby.record import SegmentRecorder
from passerby.rules.coverage import activity_share
from passerby.rules.health.checks import without_pictures, without_signal
from passerby.rules.health.state import Doing, state_of

TICK_S = 0.25  # how often to check for a stop request
SILENT_S = 3.0  # without a picture; the source's own timeout is longer
HANGS_S = 3.0  # on one picture, in the painter, the encoder or the disk
HANGS = f"nothing is recorded: the encoder or the disk has not answered for over {HANGS_S:g} s"

Sink = Callable[[Fragment], None]


class LivePath:
    """Runs one open source until it breaks off. Used by one thread; its state may be read from any."""

    def __init__(
        self,
        source: LiveSource,
        plan: LivePlan,
        shared: Shared,
        keeper: Keeper,
        reference: ReferenceKeeper,
        sink: Sink,
        observer: Observer | None = None,
    ) -> None:
        """sink: takes every fragment, in order. Takes over the source and closes it. Raises OutputError,
        SettingsError."""
        self._plan, self._sink, self._observer = plan, sink, observer
        self._is_watched = True  # until a request says otherwise
        self._mode = live_mode(source.format, plan, shared, keeper, observer)
        self._redactor = Redactor(plan.settings.style, quiet=plan.reveals)
        self._recorder = SegmentRecorder(source.format, quality=plan.quality)
        self._waiting: deque[Held] = deque()
        self._whole: str | None = None
        self._inbox = Inbox(source)
        self._strain, self._monitor = (
            Strain(),
            Monitor((source.format.width, source.format.height), reference, is_coded=source.is_coded),
        )
        self._newest_90k = 0
        self._taken_at_s = time.monotonic()
        """When the newest frame was processed, on the monotonic clock."""
        self._recording_since_s: float | None = None  # the present picture, on the monotonic clock
        self.written = 0

    def run(self, stopping: Callable[[], bool], hung_after_s: float = math.inf) -> None:
        """Runs until it is stopped. Raises SourceUnavailable if the source breaks off or hangs, OutputError if it
        cannot encode. hung_after_s: without a picture; must be longer than the source's own timeouts."""
        try:
            while not stopping() and not self._inbox.has_ended:
                frame = self._inbox.next(TICK_S)
                if frame is not None:
                    self._take(frame)
                else:
                    self._settle()
                    self._inbox.give_up_after(hung_after_s)
            self._inbox.next(0.0)  # raises the error that the source ended with, unless it was stopped
        finally:
            self._inbox.close()
            try:
                self._finish()
            finally:
                self._recorder.close()

    @property
    def reader(self) -> threading.Thread:
        """Reads the source, and ends when that is closed. If the source hangs, it outlives `run`."""
        return self._inbox.thread

    def _take(self, frame: RawFrame) -> None:
        """Has the frame examined, passes it through the examiner, and hands it on with its cover."""
        self._newest_90k, self._taken_at_s = frame.pts, time.monotonic()
        self._strain.note(frame.time_s, self._inbox.read, self._inbox.left_out)
        self._settle()  # the requested pass may be done: then the next can be requested
        held = self._mode.examiner.detect(frame)
        self._monitor.note(frame, self._inbox.flow, self._mode.background, held.stretch)
        self._waiting.append(held)
        self._settle()

    def _settle(self, *, is_last: bool = False) -> None:
        while self._waiting and self._mode.finder.settle(self._waiting[0], is_last=is_last):
            self._mode.examiner.push(self._waiting.popleft())
        self._hand_over()

    def _hand_over(self) -> None:
        while (ready := self._mode.examiner.pop()) is not None:
            self._record(ready.frame, ready.cover)
            if self._observer is not None:
                self._observer.note(ready.in_view)
        self._mode.examiner.ended_tracks.clear()  # nothing uses them here

    def _record(self, frame: RawFrame, cover: Cover) -> None:
        self._recording_since_s = time.monotonic()
        redacted = self._redactor.redact_or_repeat(frame, cover)
        active = activity_share(cover, (frame.width, frame.height))
        self._whole = cover.whole
        self.written += 1
        for fragment in self._recorder.write(redacted, active, is_watched=self._is_watched):
            self._sink(fragment)
        self._recording_since_s = None

    def _finish(self) -> None:
        """Releases the frames that wait."""
        self._settle(is_last=True)
        self._mode.end()
        self._hand_over()
        for fragment in self._recorder.flush():
            self._sink(fragment)

    @property
    def state(self) -> CameraState:
        """What it is doing at the moment: the most serious thing to report, and all findings."""
        findings = self._monitor.findings
        silent_s = time.monotonic() - self._inbox.read_at_s
        if silent_s > SILENT_S:
            findings = without_signal(findings, self._newest_90k)
        elif time.monotonic() - self._taken_at_s > SILENT_S:
            findings = without_pictures(findings, self._newest_90k)
        says = [each for each in (self._strain.says, self._mode.finder.effort.says) if each]
        doing = Doing(
            self._mode.finder.trouble,
            self._is_learning,
            self.written > 0,
            None if self._whole == NOT_LEARNED else self._whole,
            "; ".join(says) or None,
            HANGS if self._hangs else None,
        )
        progress = self._mode.learner.progress if self._is_learning and self._mode.learner else None
        return replace(
            state_of(doing, findings, SystemClock().now_90k()), progress=progress, figures=self.figures,
            reference_at_90k=self._monitor.reference_at_90k,
        )  # fmt: skip

    def ask(self, request: CameraRequest) -> None:
        """Returns at once. May be called from any thread."""
        match request:
            case Rebase():
                self._monitor.rebase()
            case Watched(is_watched):
                self._is_watched = is_watched

    @property
    def _hangs(self) -> bool:
        since_s = self._recording_since_s
        return since_s is not None and time.monotonic() - since_s > HANGS_S

    @property
    def _is_learning(self) -> bool:
        return self._mode.learner is not None and self._mode.background is None

    @property
    def figures(self) -> tuple[tuple[str, float], ...]:
        """Counts of frames since it was opened."""
        return ("read", self._inbox.read), ("left_out", self._inbox.left_out), ("written", self.written)
