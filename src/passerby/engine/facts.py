"""Gathers what a run has to report. What the report looks like is left to `report`."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from passerby.detect import Model
from passerby.media import Kind, RedactedFrame
from passerby.media.stream import StreamFormat
from passerby.paint import thumbnail
from passerby.record.still import encode_still
from passerby.report import FrameCounts, HiddenShare, ModelUsed, Span, Speed, Still, TrackSpan
from passerby.track import TrackSummary

STILLS = 12
STILL_WIDTH_PX = 480
STILL_QUALITY = 28
MAX_SPANS = 1000
MAX_TRACKS = 20_000
DOUBTFUL_SCORE, DOUBTFUL_HITS = 0.15, 3  # seen this often and this well, but still not counted as a person
POOR_BEST = 0.35  # a track with no better look was covered on many poor ones


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
        self.doubts = Spans()
        self.tracks: list[TrackSpan] = []
        self.tracks_left_out = 0
        self.stills: list[Still] = []
        self._hidden_sum = self._hidden_max = 0.0

    def wrote(self, frame: RedactedFrame, whole: str | None) -> None:
        """Counts a frame that was handed to the recorder. whole: why all of it is covered, if it is."""
        time_s = self._time_s(frame)
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
            if not track.confirmed:
                if track.best >= DOUBTFUL_SCORE and track.hits >= DOUBTFUL_HITS and track.kind <= Kind.FACE:
                    self.doubts.add(first_s, last_s, f"what may be a {track.kind.label} was left visible")
                continue
            if track.best < POOR_BEST and track.kind <= Kind.FACE:
                self.doubts.add(first_s, last_s, f"a {track.kind.label} was covered on poor evidence")
            if track.frames and len(self.tracks) < MAX_TRACKS:
                self.tracks.append(TrackSpan.of(track.tracker_id, track.kind, first_s, last_s, track.frames))
            else:
                self.tracks_left_out += bool(track.frames)
        tracks.clear()

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
