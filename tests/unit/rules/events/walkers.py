"""People and vehicles who walk and drive as told, as an engine hands them on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from passerby.media import InView, Kind, Track
from passerby.rules.events.geometry import Point
from passerby.rules.events.paths import Moment, Paths

SIZE_WH = (640, 360)
HEIGHT_PX = 60.0
RATE = 5  # frames and detections a second


@dataclass(frozen=True)
class Walker:
    """at: where its feet are at a time, in pixels. None while it is not in view."""

    at: Callable[[float], Point | None]
    tracker_id: int = 1
    kind: Kind = Kind.PERSON
    height_px: float = HEIGHT_PX
    confidence: float = 0.8

    def track(self, time_s: float) -> Track | None:
        feet = self.at(time_s)
        if feet is None:
            return None
        x, y = feet
        half = self.height_px / 5
        box = (x - half, y - self.height_px, x + half, y)
        return Track(self.tracker_id, self.kind, self.confidence, box, is_detected=True)


def straight(a: Point, b: Point, *, from_s: float = 0.0, speed: float = 60.0) -> Callable[[float], Point | None]:
    """From a to b at a speed in pixels a second, and then out of view."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    lasts_s = (dx * dx + dy * dy) ** 0.5 / speed

    def at(time_s: float) -> Point | None:
        share = (time_s - from_s) / lasts_s
        return (a[0] + share * dx, a[1] + share * dy) if 0 <= share <= 1 else None

    return at


def standing(at: Point, from_s: float = 0.0, to_s: float = float("inf")) -> Callable[[float], Point | None]:
    return lambda time_s: at if from_s <= time_s <= to_s else None


def views(walkers: Sequence[Walker], seconds: float, rate: int = RATE) -> Iterator[InView]:
    for index in range(round(seconds * rate) + 1):
        tracks = (walker.track(index / rate) for walker in walkers)
        found = tuple(track for track in tracks if track is not None)
        yield InView(index, index, Fraction(1, rate), SIZE_WH, 0, found, has_detections=True)


def moments(walkers: Sequence[Walker], seconds: float, rate: int = RATE) -> Iterator[Moment]:
    """What rules get to see, the end included."""
    paths = Paths()
    for view in views(walkers, seconds, rate):
        yield paths.note(view)
    yield paths.end(seconds)
