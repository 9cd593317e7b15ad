"""THE MAIN PATH, one camera: capture, examine, cover, redact, record, as it comes. Each step is somebody else's."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from passerby.capture.live import LiveSource
from passerby.engine.inbox import Inbox
from passerby.engine.live_learner import Keeper
from passerby.engine.live_modes import LivePlan, live_mode
from passerby.engine.reveal_mode import NOT_LEARNED, RevealMode
from passerby.engine.sameness import FROZEN_FROM_S, Sameness
from passerby.engine.shared import Shared
from passerby.engine.strain import Strain
from passerby.engine.watchful import DETECTOR_FAILED
from passerby.engine.window import Held
from passerby.media import Cover, RawFrame
from passerby.media.camera import What
from passerby.media.segments import Fragment
from passerby.paint import Redactor
from passerby.record import SegmentRecorder
from passerby.rules.coverage import covered_share

TICK_S = 0.25  # so often it is looked whether to stop
SILENT_S = 3.0  # without a picture; the source itself gives up later

Sink = Callable[[Fragment], None]


@dataclass(frozen=True, slots=True)
class LiveStatus:
    """What a camera that is open does at the moment. See `media.camera`."""

    what: What
    reason: str
    progress: float | None = None


class LivePath:
    """One source from when it is open until it breaks off, used by one thread; its status may be asked from any."""

    def __init__(self, source: LiveSource, plan: LivePlan, shared: Shared, keeper: Keeper, sink: Sink) -> None:
        """sink: takes every fragment, in order. The source is closed by this. Raises OutputError, SettingsError."""
        self._plan, self._sink = plan, sink
        self._mode = live_mode(source.format, plan, shared, keeper)
        self._redactor = Redactor(plan.settings.style, quiet=plan.reveals)
        self._recorder = SegmentRecorder(source.format, quality=plan.quality)
        self._waiting: deque[Held] = deque()
        self._whole: str | None = None
        self._inbox = Inbox(source)
        self._strain, self._sameness = Strain(), Sameness()
        self.written = 0

    def run(self, stopping: Callable[[], bool]) -> None:
        """Until it is stopped. Raises SourceUnavailable when the source breaks off, OutputError if it cannot encode."""
        try:
            while not stopping() and not self._inbox.has_ended:
                frame = self._inbox.next(TICK_S)
                if frame is not None:
                    self._take(frame)
                else:
                    self._settle()
            self._inbox.next(0.0)  # raises what the source ended with, if it did not end because it was stopped
        finally:
            self._inbox.close()
            self._finish()

    def _take(self, frame: RawFrame) -> None:
        """Every frame looked at, then through the examiner, and on with its cover."""
        self._sameness.note(frame)
        self._strain.note(frame.time_s, self._inbox.read, self._inbox.left_out)
        self._settle()  # what was asked for may be there: then the next can be
        self._waiting.append(self._mode.examiner.look(frame))
        self._settle()

    def _settle(self, *, is_last: bool = False) -> None:
        while self._waiting and self._mode.watch.settle(self._waiting[0], is_last=is_last):
            self._mode.examiner.push(self._waiting.popleft())
        self._hand_over()

    def _hand_over(self) -> None:
        while (ready := self._mode.examiner.pop()) is not None:
            self._record(*ready)
        self._mode.examiner.ended_tracks.clear()  # nobody asks who was here

    def _record(self, frame: RawFrame, cover: Cover) -> None:
        redacted = self._redactor.redact(frame, cover)
        moved = covered_share(cover, (frame.width, frame.height))
        self._whole = cover.whole
        self.written += 1
        for fragment in self._recorder.write(redacted, moved):
            self._sink(fragment)

    def _finish(self) -> None:
        """What waits comes out: those frames are as safe as any."""
        self._settle(is_last=True)
        self._mode.examiner.end()
        self._hand_over()
        for fragment in self._recorder.flush():
            self._sink(fragment)

    @property
    def status(self) -> LiveStatus:
        """The worst that is to be told."""
        if time.monotonic() - self._inbox.read_at_s > SILENT_S:
            return LiveStatus(What.SILENT, "no picture comes, though the camera is connected")
        if self._mode.watch.is_failing:
            return LiveStatus(What.COVERED, f"the whole picture is hidden: {DETECTOR_FAILED}")
        if self._is_learning:
            progress = self._mode.learner.progress if self._mode.learner else None
            return LiveStatus(What.LEARNING, "what is always there is being learned", progress)
        if not self.written:
            return LiveStatus(What.CONNECTING, "its first pictures wait for the privacy delay")
        if self._whole is not None and self._whole != NOT_LEARNED:
            return LiveStatus(What.COVERED, f"the whole picture is hidden: {self._whole}")
        if self._sameness.frozen_s >= FROZEN_FROM_S:
            return LiveStatus(What.FROZEN, "the picture does not change at all, not even by noise: is it frozen?")
        says = [each for each in (self._strain.says, self._mode.watch.effort.says) if each]
        if says:
            return LiveStatus(What.STRAINED, "; ".join(says))
        return LiveStatus(What.RECORDING, "all is well")

    @property
    def _is_learning(self) -> bool:
        return isinstance(self._mode.examiner, RevealMode) and self._mode.examiner.is_learning

    @property
    def figures(self) -> dict[str, float]:
        """Frames since it was opened."""
        return {"read": self._inbox.read, "left_out": self._inbox.left_out, "written": self.written}
