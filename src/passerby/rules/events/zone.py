"""Notices who is in a zone: whether anybody, whether too many, and whether somebody stays too long.

A zone is a polygon on the ground. Somebody is in it if their feet are.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from passerby.media import Kind
from passerby.rules.events.geometry import Point, crosses_itself, distance_to_border, is_inside, polygon_area
from passerby.rules.events.paths import Moment, Step
from passerby.rules.events.spell import Happening, Spell

CLEAR_SHARE = 0.05  # of somebody's height: closer to the border, they are where they were before
OVER_AFTER_S = 5.0  # without anybody: who comes back sooner never left, for a duty officer
SMOOTHED_OVER_S = 2.0  # a crowd's count: detectors miss one or two in every other picture
SAME_PLACE_SHARE = 0.8  # of somebody's height: a track that begins this near to one that ended continues it
SAME_PLACE_FOR_S = 6.0  # people who hardly move are lost behind others for longer than those who walk


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


class Presence:
    """Somebody is in a zone: one event from the first who comes to the last to leave. The peak is the most at once."""

    def __init__(self, zone: Zone, *, after_s: float = 0.0) -> None:
        self._zone, self._spell = zone, Spell(after_s=after_s, over_after_s=OVER_AFTER_S)

    def note(self, moment: Moment) -> Happening | None:
        """See `Spell.note`."""
        return self._spell.note(moment.time_s, len(self._zone.note(moment)))

    def hold(self, time_s: float) -> None:
        """See `Spell.hold`."""
        self._spell.hold(time_s)

    def end(self) -> Happening | None:
        return self._spell.end()


class Crowd:
    """More than `limit` are in a zone. The count is the mean over two seconds, so that misses do not split a crowd."""

    def __init__(self, zone: Zone, limit: int, *, after_s: float = 2.0) -> None:
        self._zone, self._limit = zone, limit
        self._spell = Spell(after_s=after_s, over_after_s=OVER_AFTER_S)
        self._counts: list[tuple[float, int]] = []

    def note(self, moment: Moment) -> Happening | None:
        """See `Spell.note`."""
        self._counts.append((moment.time_s, len(self._zone.note(moment))))
        self._counts = [each for each in self._counts if moment.time_s - each[0] < SMOOTHED_OVER_S]
        mean = math.floor(sum(count for _, count in self._counts) / len(self._counts) + 0.5)
        return self._spell.note(moment.time_s, mean if mean > self._limit else 0)

    def hold(self, time_s: float) -> None:
        """See `Spell.hold`."""
        self._spell.hold(time_s)

    def end(self) -> Happening | None:
        return self._spell.end()


@dataclass(slots=True)
class _Stay:
    """Somebody who stays. since_s: when their stay began, whatever id they had then."""

    since_s: float
    last_s: float
    step: Step


class Loitering:
    """Somebody stays in a zone for longer than `longest_s`. It says that somebody does, never who: where one track is
    lost and another begins at the same place, the stay goes on."""

    def __init__(self, zone: Zone, longest_s: float) -> None:
        self._zone, self._longest_s = zone, longest_s
        self._spell = Spell(after_s=0.0, over_after_s=OVER_AFTER_S)
        self._stays: dict[int, _Stay] = {}
        self._lost: list[_Stay] = []

    def note(self, moment: Moment) -> Happening | None:
        """See `Spell.note`. The event starts when the stay has lasted too long."""
        inside = self._zone.note(moment)
        self._lost += [stay for key, stay in self._stays.items() if key not in inside and key not in moment.standing]
        self._stays = {key: stay for key, stay in self._stays.items() if key in inside}
        self._lost = [stay for stay in self._lost if moment.time_s - stay.last_s <= SAME_PLACE_FOR_S]
        for path_id, step in inside.items():
            stay = self._stays.get(path_id) or self._continued(step) or _Stay(step.time_s, step.time_s, step)
            stay.last_s, stay.step = moment.time_s, step
            self._stays[path_id] = stay
        too_long = [stay for stay in self._stays.values() if moment.time_s - stay.since_s > self._longest_s]
        return self._spell.note(moment.time_s, len(too_long))

    def hold(self, time_s: float) -> None:
        """See `Spell.hold`."""
        self._spell.hold(time_s)
        for stay in self._lost:
            stay.last_s = time_s

    def end(self) -> Happening | None:
        return self._spell.end()

    def _continued(self, step: Step) -> _Stay | None:
        """The lost stay that goes on here: the nearest, if it is near."""
        by_distance = sorted(self._lost, key=lambda stay: math.dist(stay.step.xy, step.xy))
        if not by_distance or math.dist(by_distance[0].step.xy, step.xy) > SAME_PLACE_SHARE * step.height_px:
            return None
        self._lost.remove(by_distance[0])
        return by_distance[0]
