"""What is followed in one camera while it is in view. An id ends when its object leaves.

Tracks stay in the process that made them: they cannot be pickled, and an event keeps none of their ids.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from passerby.media.boxes import Kind


@dataclass(frozen=True, slots=True)
class Track:
    """One object in one frame.

    tracker_id: the same from frame to frame while the object is in view. confidence: mean score of its detections so
    far. xyxy: picture pixels, possibly outside the picture. is_detected: a detector found it in this frame; otherwise
    its place was bridged or predicted. differs: whether the picture there differs from the established background; None
    if that is not known.
    """

    tracker_id: int
    kind: Kind
    confidence: float
    xyxy: tuple[float, float, float, float]
    is_detected: bool
    differs: bool | None = None

    def __reduce__(self) -> str:
        raise TypeError("a track never leaves the process: it cannot be pickled")

    def foot_xy(self, turn: int = 0) -> tuple[float, float]:
        """Where it touches the ground: the middle of the side of its box that is down. turn: see `RawFrame`."""
        left, top, right, bottom = self.xyxy
        across, down = (left + right) / 2, (top + bottom) / 2
        return {0: (across, bottom), 90: (right, down), 180: (across, top), 270: (left, down)}[turn]


@dataclass(frozen=True, slots=True)
class Change:
    """A place that came to look different and stays so, without its picture. It lasts until it is as before.

    number: the same from frame to frame. xyxy: picture pixels. is_new: something came; otherwise something went.
    since_s: since when, on the clock of the frames. as_seen_s: when it was last seen unhidden and unmoved. claimed_s:
    when it was last found to be a person or a vehicle; minus infinity if never.
    """

    number: int
    xyxy: tuple[float, float, float, float]
    is_new: bool
    since_s: float
    as_seen_s: float
    claimed_s: float


@dataclass(frozen=True, slots=True)
class InView:
    """Everything that is followed in one frame, without the picture.

    index, pts, time_base, turn: see `RawFrame`. size_wh: of the picture, in pixels. tracks: in order of id.
    has_detections: whether detectors ran on this frame. whole: why the picture is hidden whole, if it is; then tracks
    may be missing. hints: boxes in which a detector found a person in this frame, also if it was not sure enough to
    follow them: people who lie score low. changes: what came to stay or went for good; None if nobody asked,
    or the camera moves.
    """

    index: int
    pts: int
    time_base: Fraction
    size_wh: tuple[int, int]
    turn: int
    tracks: tuple[Track, ...]
    has_detections: bool
    whole: str | None = None
    hints: tuple[tuple[float, float, float, float], ...] = ()
    changes: tuple[Change, ...] | None = None
    time_s: float = field(init=False)
    """Of `pts`: every rule asks for it, for each frame."""

    def __post_init__(self) -> None:
        # Ten times as fast as multiplying by a Fraction.
        object.__setattr__(self, "time_s", self.pts * self.time_base.numerator / self.time_base.denominator)

    def __reduce__(self) -> str:
        raise TypeError("what is in view never leaves the process: it cannot be pickled")

    @property
    def upright_wh(self) -> tuple[int, int]:
        """Of the upright picture, in pixels."""
        width, height = self.size_wh
        return (width, height) if self.turn % 180 == 0 else (height, width)
