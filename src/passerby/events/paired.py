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
    """pace: of its middle, in pixels a second."""

    kind: Kind
    box: Box
    time_s: float
    pace: tuple[float, float] = (0.0, 0.0)


class Paired:
    """Numbers the boxes of one camera while they are in view. Give it stretches in the order of time."""

    def __init__(self) -> None:
        self._trails: dict[int, _Trail] = {}
        self._next = 1
        self._index = 0

    def views(self, stretch: Stretch) -> Iterator[InView]:
        """What was in view at each time of a stretch, in an upright picture."""
        for sample in stretch.samples:
            at_90k = stretch.start_90k + sample.at_ms * TICKS_PER_S // 1000
            self._index += 1
            tracks, hints = self._of(sample, stretch.size_wh, at_90k / TICKS_PER_S)
            yield InView(
                self._index, at_90k, TICK, stretch.size_wh, 0, tracks, sample.was_looked,
                "hidden whole" if sample.is_whole else None, hints,
            )  # fmt: skip

    def _of(self, sample: Sample, size_wh: tuple[int, int], now_s: float) -> tuple[tuple[Track, ...], tuple[Box, ...]]:
        if not sample.boxes:
            return (), ()
        boxes = [(each, _pixels(each, size_wh)) for each in sample.boxes]
        followed = [(each.kind, each.confidence, box) for each, box in boxes if each.kind is not None]
        self._trails = {
            key: trail for key, trail in self._trails.items() if 0 <= now_s - trail.time_s <= FORGET_AFTER_S
        }
        near = sorted(
            (distance, number, key)
            for number, (kind, _, box) in enumerate(followed)
            for key, trail in self._trails.items()
            if trail.kind is kind and (distance := _distance(trail, box, now_s)) <= REACH
        )
        keys: dict[int, int] = {}
        for _, number, key in near:
            if number not in keys and key not in keys.values():
                keys[number] = key
        tracks = []
        for number, (kind, confidence, box) in enumerate(followed):
            if number not in keys:
                keys[number], self._next = self._next, self._next + 1
            key = keys[number]
            self._trails[key] = _continued(self._trails.get(key), kind, box, now_s)
            tracks.append(Track(key, kind, confidence, box, is_detected=True))
        hints = tuple(box for each, box in boxes if each.kind in (None, Kind.PERSON))
        return tuple(sorted(tracks, key=lambda track: track.tracker_id)), hints


def _pixels(kept: KeptBox, size_wh: tuple[int, int]) -> Box:
    left, top, right, bottom = kept.shares
    width, height = size_wh
    return left * width, top * height, right * width, bottom * height


def _distance(trail: _Trail, box: Box, now_s: float) -> float:
    """From where it should be by now, in longer sides of the box. Infinite if it cannot be the same."""
    high, was_high = max(1.0, box[3] - box[1]), max(1.0, trail.box[3] - trail.box[1])
    if not 1 / LIKE <= high / was_high <= LIKE:
        return math.inf
    since_s, (x, y), (was_x, was_y) = now_s - trail.time_s, _middle(box), _middle(trail.box)
    ahead = was_x + trail.pace[0] * since_s, was_y + trail.pace[1] * since_s
    side = max(high, was_high, box[2] - box[0])
    return min(math.dist(ahead, (x, y)), math.dist((was_x, was_y), (x, y))) / side + abs(math.log(high / was_high)) / 4


def _continued(trail: _Trail | None, kind: Kind, box: Box, now_s: float) -> _Trail:
    if trail is None or now_s <= trail.time_s:
        return _Trail(kind, box, now_s)
    since_s, (x, y), (was_x, was_y) = now_s - trail.time_s, _middle(box), _middle(trail.box)
    new = (x - was_x) / since_s, (y - was_y) / since_s
    is_first = trail.pace == (0.0, 0.0)
    pace = new if is_first else ((new[0] + trail.pace[0]) / 2, (new[1] + trail.pace[1]) / 2)
    return _Trail(kind, box, now_s, pace)


def _middle(box: Box) -> tuple[float, float]:
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
