"""Gathers what a run has to report. What the report looks like is left to `report`."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from passerby.detect import Model
from passerby.engine.doubts import Doubts
from passerby.media import Cover, RedactedFrame
from passerby.media.stream import StreamFormat
from passerby.paint import thumbnail
from passerby.record import RecordedFile, encode_still, stills_of
from passerby.report import Doubt, FrameCounts, HiddenShare, ModelUsed, Span, Speed, Still, TrackSpan
from passerby.track import TrackSummary

STILLS = 12
STILL_WIDTH_PX = 480
STILL_QUALITY = 28
MAX_SPANS = 1000
MAX_TRACKS = 20_000


def models_used(models: Iterable[Model]) -> tuple[ModelUsed, ...]:
    """What the report says about the models that were used."""
    return tuple(
        ModelUsed(name=model.card.name, family=model.card.family, sha256=model.card.sha256[model.card.file])
        for model in models
    )


class Spans:
    """Runs of frames that share a reason. Consecutive ones are joined."""

    def __init__(self) -> None:
        self._open: dict[str, tuple[float, float, int]] = {}
        self.closed: list[Span] = []

    def add(self, start_s: float, end_s: float, reason: str, join_s: float = 0.5) -> None:
        known = self._open.get(reason)
        if known and start_s - known[1] <= join_s:
            self._open[reason] = (min(known[0], start_s), max(known[1], end_s), known[2] + 1)
            return
        if known:
            self._close(reason)
        self._open[reason] = (start_s, end_s, 1)

    def _close(self, reason: str) -> None:
        start, end, frames = self._open.pop(reason)
        if len(self.closed) < MAX_SPANS:
            self.closed.append(Span(start_s=max(0.0, start), end_s=max(0.0, end), reason=reason, frames=frames))

    def all(self) -> tuple[Span, ...]:
        for reason in list(self._open):
            self._close(reason)
        return tuple(sorted(self.closed, key=lambda span: span.start_s))


class Clock:
    """Seconds spent in each stage. Stages in different threads overlap."""

    def __init__(self) -> None:
        self._started = time.perf_counter()
        self._cpu_started = time.process_time()
        self.stage_s: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        started = time.perf_counter()
        try:
            yield
        finally:
            self.stage_s[name] = self.stage_s.get(name, 0.0) + time.perf_counter() - started

    def speed(self, frames: int) -> Speed:
        wall_s = time.perf_counter() - self._started
        stages = {name: round(seconds, 3) for name, seconds in self.stage_s.items()}
        return Speed(
            wall_s=round(wall_s, 3),
            cpu_s=round(time.process_time() - self._cpu_started, 3),
            frames_per_s=round(frames / max(wall_s, 1e-9), 2),
            stage_s=stages,
        )


class Facts:
    """What happened so far. start_s: the time of the source's first frame on its own clock, seconds."""

    def __init__(self, stream: StreamFormat, start_s: float, frames_expected: int | None) -> None:
        self._stream = stream
        self._start_s = start_s
        self._still_every = max(1, (frames_expected or 250) // STILLS)
        self._frame_s = float(1 / stream.average_rate) if stream.average_rate else 0.04
        self.clock = Clock()
        self.frames = 0
        self.whole: Counter[str] = Counter()
        self.whole_spans = Spans()
        self.doubts = Doubts(stream, start_s)
        self.tracks: list[TrackSpan] = []
        self.tracks_left_out = 0
        self.stills: list[Still] = []
        self._first_s = 0.0
        self._hidden_sum = self._hidden_max = 0.0

    def wrote(self, frame: RedactedFrame, cover: Cover) -> None:
        """Counts a frame that was handed to the recorder with this cover."""
        time_s, whole = self._time_s(frame), cover.whole
        self.doubts.covered_when.note(float(frame.pts * frame.time_base), cover)
        if not self.frames:
            self._first_s = time_s
        self._hidden_sum += frame.hidden
        self._hidden_max = max(self._hidden_max, frame.hidden)
        if whole:
            self.whole[whole] += 1
            self.whole_spans.add(time_s, time_s + self._frame_s, whole)
        if self.frames % self._still_every == self._still_every // 2 and len(self.stills) < STILLS:
            self.stills.append(
                Still.of(
                    time_s, encode_still(thumbnail(frame, STILL_WIDTH_PX, self._stream.turn), "mjpeg", STILL_QUALITY)
                )
            )
        self.frames += 1

    def ended(self, tracks: list[TrackSummary]) -> None:
        """Takes tracks that have ended, and empties the list."""
        for track in tracks:
            first_s, last_s = (max(0.0, t - self._start_s) for t in (track.first_s, track.last_s))
            self.doubts.add(track)
            if not track.confirmed:
                continue
            if track.frames and len(self.tracks) < MAX_TRACKS:
                self.tracks.append(TrackSpan.of(track.tracker_id, track.kind, first_s, last_s, track.frames))
            else:
                self.tracks_left_out += bool(track.frames)
        tracks.clear()

    def contact_sheet(self, recorded: RecordedFile, doubts: Sequence[Doubt]) -> tuple[Still, ...]:
        """The doubtful moments; if there are none, what the video looks like from time to time. As they were
        recorded, so that nothing clear can be in them."""
        if not doubts:
            return tuple(self.stills)
        visible, covered = ([each for each in doubts if each.is_covered == is_covered] for is_covered in (False, True))
        chosen = [*_spread(visible, STILLS), *_spread(covered, STILLS - min(STILLS, len(visible)))]
        after_first_s = sorted({max(0.0, doubt.at_s - self._first_s) for doubt in chosen})
        shown = stills_of(recorded, after_first_s, STILL_WIDTH_PX, STILL_QUALITY, self._stream.turn)
        return tuple(Still.of(round(time_s + self._first_s, 3), jpeg) for time_s, jpeg in shown)

    def frame_counts(self) -> FrameCounts:
        return FrameCounts(
            total=self.frames,
            redacted=self.frames,
            covered_whole=sum(self.whole.values()),
            whole_by_reason=dict(self.whole),
        )

    def hidden(self) -> HiddenShare:
        return HiddenShare(mean=min(1.0, self._hidden_sum / max(1, self.frames)), max=min(1.0, self._hidden_max))

    def _time_s(self, frame: RedactedFrame) -> float:
        return max(0.0, float(frame.pts * frame.time_base) - self._start_s)


def _spread(doubts: Sequence[Doubt], most: int) -> Sequence[Doubt]:
    """At most so many, from all of the video."""
    return doubts[:: math.ceil(len(doubts) / most)] if most and doubts else ()
