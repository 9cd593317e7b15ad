"""Notices that somebody crosses a line, and which way.

A path crosses when it gets from one side to the other between the line's two points, however long that takes.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from passerby.media import Kind
from passerby.rules.events.geometry import Point, segments_meet, signed_distance
from passerby.rules.events.paths import Moment, Step, Walk

CLEAR_SHARE = 0.05  # of somebody's height: closer to the line, the jitter of boxes decides on which side they are
CLEAR_STEPS = 2  # on the other side: one may be a box that misses the feet behind a fence


class Way(StrEnum):
    """Across a line, for somebody who looks from its first point to its second: to the right or to the left."""

    RIGHT = "right"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Crossing:
    """Somebody, or a vehicle, crossed. time_s: when they were on the other side."""

    time_s: float
    way: Way
    kind: Kind


@dataclass(slots=True)
class _Sides:
    """side: where somebody is, and the last step there. over: the steps since on the other side, too few to be sure."""

    side: Way
    last: Step
    over: list[Step]


class Line:
    """One line of one camera. Its points are pixels of the upright picture."""

    def __init__(self, a: Point, b: Point, kinds: Collection[Kind] = (Kind.PERSON,)) -> None:
        """Raises ValueError if both points are the same."""
        signed_distance(a, a, b)
        self._a, self._b, self._kinds = a, b, frozenset(kinds)
        self._by_id: dict[int, _Sides] = {}

    def note(self, moment: Moment) -> list[Crossing]:
        """The crossings that have become certain, in order of time."""
        found = []
        for walk in moment.walks:
            if walk.kind in self._kinds:
                found += self._follow(walk, is_over=walk.path_id in moment.gone)
        for path_id in moment.gone:
            self._by_id.pop(path_id, None)
        return sorted(found, key=lambda crossing: crossing.time_s)

    def _follow(self, walk: Walk, *, is_over: bool) -> list[Crossing]:
        found = []
        for step in walk.steps:
            side = self._side(step)
            if side is None:
                continue
            known = self._by_id.get(walk.path_id)
            if known is None or side is known.side:
                self._by_id[walk.path_id] = _Sides(side, step, [])
                continue
            known.over.append(step)
            # Nobody comes back from beyond the border, where a path that is over ends.
            if len(known.over) < CLEAR_STEPS and not is_over:
                continue
            if segments_meet(known.last.xy, known.over[0].xy, self._a, self._b):
                found.append(Crossing(known.over[0].time_s, side, walk.kind))
            self._by_id[walk.path_id] = _Sides(side, step, [])
        return found

    def _side(self, step: Step) -> Way | None:
        distance = signed_distance(step.xy, self._a, self._b)
        if abs(distance) < CLEAR_SHARE * step.height_px:
            return None
        return Way.RIGHT if distance > 0 else Way.LEFT
