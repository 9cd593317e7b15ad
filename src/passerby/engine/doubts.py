"""Collects what a person should check: where in the picture, and when. Each entry points to one thing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from passerby.covers_file import to_upright
from passerby.engine.covered_when import CoveredWhen
from passerby.media import Kind
from passerby.media.overlap import iou, shares_inside
from passerby.media.stream import StreamFormat
from passerby.report import Doubt
from passerby.track import SEEN_WELL, Place, Sighting, TrackSummary

DOUBTFUL_SCORE, DOUBTFUL_HITS = 0.15, 3  # seen this often and this well, but still not counted as a person
MAX_DOUBTS, MAX_VISIBLE = 1000, 5000  # what was covered on poor evidence must not displace what was left visible
MAX_PLACES, MAX_VISIBLE_PLACES = 20_000, 100_000
JOIN_S = 1.0  # a detector that blinks at one thing begins a new track each time
JOIN_OVERLAP, JOIN_INSIDE = 0.5, 0.8  # of both; of the smaller one, where the larger one shows it anyway
WELL_AROUND = 0.25  # of its size on each side: so far around a thing is hidden too where nobody has to check its cover
LONGEST_S = 10.0  # nobody checks a minute in one go
RECENT = 50  # things that a place may continue; a crowd has no more that blink


@dataclass(slots=True)
class _Thing:
    """What was seen in one place for a while, by one track or by several one after the other."""

    kind: Kind
    is_covered: bool
    first_s: float
    last_s: float
    hull: tuple[float, float, float, float]
    best: Sighting

    @staticmethod
    def of(kind: Kind, is_covered: bool, seen: Sequence[Sighting]) -> _Thing:
        boxes = np.array([each.xyxy for each in seen], np.float64)
        (left, top), (right, bottom) = boxes[:, :2].min(axis=0).tolist(), boxes[:, 2:].max(axis=0).tolist()
        best = max(seen, key=lambda each: each.score)
        return _Thing(kind, is_covered, seen[0].time_s, seen[-1].time_s, (left, top, right, bottom), best)

    def may_continue(self, before: _Thing) -> bool:
        is_soon = (
            self.first_s - before.last_s <= JOIN_S and max(self.last_s, before.last_s) - before.first_s <= LONGEST_S
        )
        return is_soon and self.kind is before.kind and self.is_covered == before.is_covered

    def join(self, later: _Thing) -> None:
        (a, b, c, d), (e, f, g, h) = self.hull, later.hull
        self.hull = min(a, e), min(b, f), max(c, g), max(d, h)
        self.last_s = max(self.last_s, later.last_s)
        self.best = max(self.best, later.best, key=lambda each: each.score)


class Doubts:
    """Of one video. start_s: the time of its first frame on its own clock."""

    def __init__(self, stream: StreamFormat, start_s: float) -> None:
        self._stream, self._start_s = stream, start_s
        self._frame_s = float(1 / stream.average_rate) if stream.average_rate else 0.04
        self._covered: list[tuple[Kind, Place]] = []
        self._visible: list[tuple[Kind, Place]] = []
        self.left_out = 0
        """Places that are not among `all`, for want of room."""
        self.covered_when = CoveredWhen((stream.width, stream.height))

    def add(self, track: TrackSummary) -> None:
        """Takes a track that has ended, if there is something to check about it."""
        if track.kind > Kind.FACE:
            return
        if track.confirmed:
            is_doubtful = track.best < SEEN_WELL
        else:
            is_doubtful = track.best >= DOUBTFUL_SCORE and track.hits >= DOUBTFUL_HITS
        if not is_doubtful:
            return
        places, most = (self._covered, MAX_PLACES) if track.confirmed else (self._visible, MAX_VISIBLE_PLACES)
        added = track.places[: max(0, most - len(places))]
        places += [(track.kind, place) for place in added]
        self.left_out += len(track.places) - len(added)

    def all(self) -> tuple[Doubt, ...]:
        """What was left visible first, each in order of time. Call when every frame is out."""
        visible = self._things(self._visible, is_covered=False)
        covered = self._things(self._covered, is_covered=True)
        return (*self._listed(visible, MAX_VISIBLE), *self._listed(covered, MAX_DOUBTS))

    def _listed(self, things: Iterable[_Thing], most: int) -> list[Doubt]:
        doubts = [doubt for thing in _joined(things) if (doubt := self._doubt(thing))]
        self.left_out += max(0, len(doubts) - most)
        return doubts[:most]

    def _things(self, places: Iterable[tuple[Kind, Place]], *, is_covered: bool) -> list[_Thing]:
        """Without what something else hides, such as the cover of somebody in front, or one drawn by hand: of what has
        a cover, which may be too small, with all that is near it."""
        around = WELL_AROUND if is_covered else 0.0
        seen = ((kind, [each for each in place if not self._is_hidden(each, around)]) for kind, place in places)
        return [_Thing.of(kind, is_covered, sightings) for kind, sightings in seen if sightings]

    def _is_hidden(self, seen: Sighting, around: float) -> bool:
        left, top, right, bottom = seen.xyxy
        more_x, more_y = around * (right - left), around * (bottom - top)
        return self.covered_when.is_hidden(seen.time_s, (left - more_x, top - more_y, right + more_x, bottom + more_y))

    def _doubt(self, thing: _Thing) -> Doubt | None:
        """None if it is outside the picture."""
        width, height = self._stream.width, self._stream.height
        left, top, right, bottom = thing.hull
        inside = max(0.0, left), max(0.0, top), min(float(width), right), min(float(height), bottom)
        if inside[2] - inside[0] < 1 or inside[3] - inside[1] < 1:
            return None
        return Doubt.of(
            thing.kind,
            is_covered=thing.is_covered,
            start_s=max(0.0, thing.first_s - self._start_s),
            end_s=max(0.0, thing.last_s - self._start_s) + self._frame_s,
            at_s=max(0.0, thing.best.time_s - self._start_s),
            xyxy=to_upright(inside, self._stream.turn, width, height),
        )


def _joined(places: Iterable[_Thing]) -> list[_Thing]:
    """In order of time. A place that continues one of the same kind becomes one with it."""
    things: list[_Thing] = []
    for place in sorted(places, key=lambda each: each.first_s):
        recent = [each for each in things[-RECENT:] if place.may_continue(each)]
        hulls = np.array([each.hull for each in recent], np.float32).reshape(-1, 4)
        hull = np.array([place.hull], np.float32)
        overlaps = np.maximum(iou(hull, hulls)[0] / JOIN_OVERLAP, shares_inside(hull, hulls)[0] / JOIN_INSIDE)
        if recent and overlaps.max() >= 1:
            recent[int(overlaps.argmax())].join(place)
        else:
            things.append(place)
    return things
