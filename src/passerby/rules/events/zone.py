"""Notices who is in a zone: whether anybody, and whether too many.

A zone is a polygon on the ground. Somebody is in it if their feet are.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence

from passerby.media import Kind
from passerby.rules.events.geometry import Point, crosses_itself, distance_to_border, is_inside, polygon_area
from passerby.rules.events.paths import Moment, Step
from passerby.rules.events.smooth import Smoothed
from passerby.rules.events.spell import Happening, Spell

CLEAR_SHARE = 0.05  # of somebody's height: closer to the border, they are where they were before
ARRIVED_SHARE = 1.0  # of the height of its box: how far a vehicle must have come, or it was always there
OVER_AFTER_S = 5.0  # without anybody: who comes back sooner never left, for a duty officer


class Zone:
    """The area of one zone, and who is in it. Its points are pixels of the upright picture."""

    def __init__(self, polygon: Sequence[Point], kinds: Collection[Kind] = (Kind.PERSON,)) -> None:
        """Raises ValueError if the polygon is none, is a line, or crosses itself."""
        self._polygon, self._kinds = tuple(polygon), frozenset(kinds)
        if len(self._polygon) < 3 or polygon_area(self._polygon) < 1:
            raise ValueError("a zone needs at least three corners that are not on one line")
        if crosses_itself(self._polygon):
            raise ValueError("the sides of a zone must not cross each other")
        self._inside: set[int] = set()

    @property
    def count(self) -> int:
        """How many were in it at the last moment."""
        return len(self._inside)

    def note(self, moment: Moment) -> dict[int, Step]:
        """The last step of everybody in it, by id."""
        inside = {}
        for path_id, (kind, step) in moment.standing.items():
            if kind in self._kinds and self._holds(path_id, step):
                inside[path_id] = step
        self._inside = set(inside)
        return inside

    def _holds(self, path_id: int, step: Step) -> bool:
        is_in = is_inside(step.xy, self._polygon)
        if is_in is (path_id in self._inside):
            return is_in
        is_clear = distance_to_border(step.xy, self._polygon) >= CLEAR_SHARE * step.height_px
        return is_in if is_clear else not is_in


class Arrivals:
    """Who has come as far as this share of their height since they were first seen: the others were always there."""

    def __init__(self, share: float) -> None:
        self._share = share
        self._first: dict[int, Step] = {}
        self._arrived: set[int] = set()

    def see(self, path_id: int, step: Step) -> None:
        first = self._first.setdefault(path_id, step)
        if math.dist(first.xy, step.xy) >= self._share * step.height_px:
            self._arrived.add(path_id)

    def forget(self, path_ids: Iterable[int]) -> None:
        for path_id in path_ids:
            self._first.pop(path_id, None)
            self._arrived.discard(path_id)

    def __contains__(self, path_id: int) -> bool:
        return path_id in self._arrived


class Presence:
    """Somebody is in a zone: one event from the first who comes to the last to leave. The peak is the most at once."""

    def __init__(self, zone: Zone, *, after_s: float = 0.0, came_share: float = 0.0) -> None:
        """came_share: of its height, how far something must have come since it was first seen. A car that is parked
        there is found anew after each restart, and whenever detectors lost it for a while."""
        self._zone, self._spell = zone, Spell(after_s=after_s, over_after_s=OVER_AFTER_S)
        self._arrivals = Arrivals(came_share) if came_share else None

    @property
    def count(self) -> int:
        """How many were there at the last moment."""
        return self._zone.count

    def note(self, moment: Moment) -> Happening | None:
        """See `Spell.note`."""
        inside = self._zone.note(moment)
        if self._arrivals is None:
            return self._spell.note(moment.time_s, len(inside))
        for walk in moment.walks:
            for step in walk.steps:
                self._arrivals.see(walk.path_id, step)
        self._arrivals.forget(moment.gone)
        return self._spell.note(moment.time_s, sum(path_id in self._arrivals for path_id in inside))

    def hold(self, time_s: float) -> None:
        """See `Spell.hold`."""
        self._spell.hold(time_s)

    def end(self) -> Happening | None:
        return self._spell.end()


class Crowd:
    """More than `limit` are in a zone. The count is the mean over two seconds, so that misses do not split a crowd."""

    def __init__(self, zone: Zone, limit: float, *, after_s: float = 2.0) -> None:
        self._zone, self._limit = zone, limit
        self._spell = Spell(after_s=after_s, over_after_s=OVER_AFTER_S)
        self._smoothed = Smoothed()

    @property
    def count(self) -> int:
        """How many were there at the last moment."""
        return self._zone.count

    def note(self, moment: Moment) -> Happening | None:
        """See `Spell.note`."""
        mean = self._smoothed.note(moment.time_s, len(self._zone.note(moment)))
        return self._spell.note(moment.time_s, mean if mean > self._limit else 0)

    def hold(self, time_s: float) -> None:
        """See `Spell.hold`."""
        self._spell.hold(time_s)

    def end(self) -> Happening | None:
        return self._spell.end()
