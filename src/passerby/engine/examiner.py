"""The interface of a mode: frames go in, and come out with their covers and what is in view."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from passerby.engine.held import Held
from passerby.media import Change, Cover, InView, RawFrame, Track
from passerby.track import TrackSummary


@dataclass(frozen=True, slots=True, eq=False)
class Examined:
    """A frame, its cover, and what is followed in it if somebody asked for that. has_detections, hints,
    changes: see `InView`."""

    frame: RawFrame
    cover: Cover
    tracks: tuple[Track, ...] = field(default=(), repr=False)
    has_detections: bool = False
    hints: tuple[tuple[float, float, float, float], ...] = field(default=(), repr=False)
    changes: tuple[Change, ...] | None = None

    @property
    def in_view(self) -> InView:
        frame = self.frame
        size_wh = frame.width, frame.height
        return InView(
            frame.index,
            frame.pts,
            frame.time_base,
            size_wh,
            frame.turn,
            self.tracks,
            self.has_detections,
            self.cover.whole,
            self.hints,
            self.changes,
        )


class Examiner(Protocol):
    """A mode at work: frames go in, and come out with their covers some time later, in order.

    `detect` may run in a thread of its own, some frames ahead of the rest. It shares nothing with the rest but its
    result, so the covers do not depend on how far ahead it runs.
    """

    @property
    def ended_tracks(self) -> list[TrackSummary]: ...
    def detect(self, frame: RawFrame, *, is_last: bool = False) -> Held: ...
    def push(self, held: Held) -> None: ...
    def pop(self) -> Examined | None: ...
    def end(self) -> None: ...
