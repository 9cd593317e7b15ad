"""Makes what is in view of kept boxes again: each goes on with the nearest one before it, by place alone."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from passerby.events.boxes import KeptBox, Sample, Stretch
from passerby.media import InView, Kind, Track
from passerby.media.segments import TICKS_PER_S

Box = tuple[float, float, float, float]

FORGET_AFTER_S = 2.0  # as long as a track lives without being found
REACH = 0.8  # of the longer side of a box, from where it should be by now: a car drives its length in 0.2 s
LIKE = 2.5  # times as high: more is somebody else
TICK = Fraction(1, TICKS_PER_S)


@dataclass(slots=True)
class _Trail:
    """Of one box after the other. xy, high, side: of the last: its middle, height and longer side. pace: of its
    middle, in pixels a second."""

    kind: Kind
    time_s: float
    xy: tuple[float, float]
    high: float
    side: float
    pace: tuple[float, float] = (0.0, 0.0)


class BoxPairing:
    """Numbers the boxes of one camera while they are in view. Give it stretches in the order of time."""

    def __init__(self) -> None:
        self._trails: dict[int, _Trail] = {}
        self._next = 1
        self._index = 0

    def views(self, stretch: Stretch) -> Iterator[InView]:
        """What was in view at each time of a stretch, in an upright picture."""
        return (self.view(sample, stretch) for sample in stretch.samples)

    def view(self, sample: Sample, stretch: Stretch) -> InView:
        """What was in view at one time of a stretch."""
        at_90k = stretch.at_90k(sample)
        self._index += 1
        tracks, hints = self._of(sample, stretch.size_wh, at_90k / TICKS_PER_S)
        return InView(
            self._index, at_90k, TICK, stretch.size_wh, 0, tracks, sample.was_looked,
            "hidden whole" if sample.is_whole else None, hints,
        )  # fmt: skip

    def _of(self, sample: Sample, size_wh: tuple[int, int], now_s: float) -> tuple[tuple[Track, ...], tuple[Box, ...]]:
        if not sample.boxes:
            return (), ()
        boxes = [(each, pixels(each, size_wh)) for each in sample.boxes]
        followed = [(each.kind, each.confidence, box) for each, box in boxes if each.kind is not None]
        self._trails = {
            key: trail for key, trail in self._trails.items() if 0 <= now_s - trail.time_s <= FORGET_AFTER_S
        }
        here = [_trail(kind, box, now_s) for kind, _, box in followed]
        near = [
            (distance, number, key)
            for key, trail in self._trails.items()
            for number, distance in _distances(trail, here, now_s - trail.time_s)
        ]
        near.sort()
        keys: dict[int, int] = {}
        for _, number, key in near:
            if number not in keys and key not in keys.values():
                keys[number] = key
        tracks = []
        for number, (kind, confidence, box) in enumerate(followed):
            if number not in keys:
                keys[number], self._next = self._next, self._next + 1
            key = keys[number]
            self._trails[key] = _continued(self._trails.get(key), here[number])
            tracks.append(Track(key, kind, confidence, box, is_detected=True))
        hints = tuple(box for each, box in boxes if each.kind in (None, Kind.PERSON))
        return tuple(sorted(tracks, key=lambda track: track.tracker_id)), hints


def pixels(kept: KeptBox, size_wh: tuple[int, int]) -> Box:
    """Where a box is in a picture of that size."""
    left, top, right, bottom = kept.shares
    width, height = size_wh
    return left * width, top * height, right * width, bottom * height


def _distances(trail: _Trail, here: list[_Trail], since_s: float) -> Iterator[tuple[int, float]]:
    """Of those within reach, from where the trail should be by now, in longer sides of the box."""
    (was_x, was_y), (pace_x, pace_y) = trail.xy, trail.pace
    ahead = was_x + pace_x * since_s, was_y + pace_y * since_s
    for number, each in enumerate(here):
        side = each.side if each.side > trail.high else trail.high
        reach = REACH * side
        if abs(each.xy[0] - was_x) > reach < abs(each.xy[0] - ahead[0]):
            continue  # most pairs: they are too far apart sideways already
        if each.kind is not trail.kind or not 1 / LIKE <= (ratio := each.high / trail.high) <= LIKE:
            continue
        off = min(math.dist(ahead, each.xy), math.dist(trail.xy, each.xy)) / side
        if off <= REACH and (distance := off + abs(math.log(ratio)) / 4) <= REACH:
            yield number, distance


def _trail(kind: Kind, box: Box, now_s: float) -> _Trail:
    left, top, right, bottom = box
    high = max(1.0, bottom - top)
    return _Trail(kind, now_s, ((left + right) / 2, (top + bottom) / 2), high, max(high, right - left))


def _continued(trail: _Trail | None, here: _Trail) -> _Trail:
    """The trail with this box at its end."""
    if trail is None or here.time_s <= trail.time_s:
        return here
    since_s, (x, y), (was_x, was_y) = here.time_s - trail.time_s, here.xy, trail.xy
    new = (x - was_x) / since_s, (y - was_y) / since_s
    is_first = trail.pace == (0.0, 0.0)
    here.pace = new if is_first else ((new[0] + trail.pace[0]) / 2, (new[1] + trail.pace[1]) / 2)
    return here
