"""People who stand, fall, sit and lie as told: boxes as a detector finds them, for rules about postures."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from passerby.media import InView, Kind, Track
from passerby.rules.events.paths import Down
from passerby.rules.events.posture import Postures

Box = tuple[float, float, float, float]
Pose = Callable[[float], Box | None]

SIZE_WH = (640, 360)
RATE = 6  # passes a second
FEET_XY, HIGH_PX = (300.0, 250.0), 120.0


def box(width: float, height: float, at: tuple[float, float] = FEET_XY) -> Box:
    return at[0] - width / 2, at[1] - height, at[0] + width / 2, at[1]


STANDS = box(44, HIGH_PX)
LIES = box(116, 40, (340, 262))
SITS = box(52, 80)
CROUCHES = box(60, 62)


def between(a: Box, b: Box, share: float) -> Box:
    left, top, right, bottom = (p + min(1.0, max(0.0, share)) * (q - p) for p, q in zip(a, b, strict=True))
    return left, top, right, bottom


def going(*stages: tuple[float, Box], takes_s: float = 0.6) -> Pose:
    """From one box to the next, each from its time on."""

    def pose(time_s: float) -> Box | None:
        now: Box | None = None
        for from_s, stage in stages:
            if time_s >= from_s:
                now = stage if now is None else between(now, stage, (time_s - from_s) / takes_s)
        return now

    return pose


FALLS = going((0, STANDS), (2, LIES))


def seen(poses: Sequence[Pose], seconds: float, *, hinted: Sequence[Pose] = (), rate: int = RATE) -> list[InView]:
    """poses: of people who are followed, each under an id of their own. hinted: of those too unsure."""
    return list(_views(poses, seconds, hinted, rate))


def _views(poses: Sequence[Pose], seconds: float, hinted: Sequence[Pose], rate: int) -> Iterator[InView]:
    for index in range(round(seconds * rate) + 1):
        found = [(key, pose(index / rate)) for key, pose in enumerate(poses, 1)]
        tracks = tuple(Track(key, Kind.PERSON, 0.7, xyxy, is_detected=True) for key, xyxy in found if xyxy)
        hints = tuple(xyxy for pose in hinted if (xyxy := pose(index / rate)))
        hints += tuple(track.xyxy for track in tracks)
        yield InView(index, index, Fraction(1, rate), SIZE_WH, 0, tracks, has_detections=True, hints=hints)


def downs(views: Sequence[InView]) -> list[tuple[Down, ...]]:
    """Who is down in each frame."""
    postures = Postures()
    return [postures.note(view) for view in views]


def mirrored(view: InView) -> InView:
    """The view as a mirror shows it."""
    width = view.size_wh[0]

    def flipped(xyxy: Box) -> Box:
        return width - xyxy[2], xyxy[1], width - xyxy[0], xyxy[3]

    tracks = tuple(replace(track, xyxy=flipped(track.xyxy)) for track in view.tracks)
    return replace(view, tracks=tracks, hints=tuple(flipped(hint) for hint in view.hints))
