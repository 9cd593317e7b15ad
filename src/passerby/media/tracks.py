"""One object followed in one camera while it is in view. Its id ends when it leaves."""

from __future__ import annotations

from dataclasses import dataclass, field

from passerby.media.boxes import Kind


@dataclass(frozen=True, slots=True)
class TrackPoint:
    """Where a tracked object was in one frame. seen: a detector found it there; else it was bridged or predicted."""

    index: int
    xyxy: tuple[float, float, float, float]
    confidence: float
    seen: bool


@dataclass(slots=True)
class Track:
    """Where one object was, frame by frame, first to last. confidence: mean score of its detections so far."""

    tracker_id: int
    kind: Kind
    confidence: float = 1.0
    points: list[TrackPoint] = field(default_factory=list)
