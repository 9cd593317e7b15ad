"""Follows how long somebody stays in a zone, across tracks that are lost and found: that somebody stays, never who."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from passerby.rules.events.paths import Moment, Step
from passerby.rules.events.zone import Zone

SAME_PLACE_SHARE = 0.8  # of somebody's height: a track that begins this near to one that ended continues it
SAME_PLACE_FOR_S = 6.0  # people who hardly move are lost behind others for longer than those who walk
"""When it is over, whoever passed the lost one and now stands there is the one who stays: their tracks were swapped."""
PASSES_FOR_S = 30.0  # whoever has been in the zone for longer does not pass: in a queue all stand beside others


STANDS_FOR_S = 3.0  # a walker is as far as `SAME_PLACE_SHARE` from there after one
SWAPPED_WITHIN_S = 3.0
"""From when somebody comes to where another one stands until that one's track is gone from there: who walks past takes
as long, and their tracks were swapped. Who leaves for whoever comes to wait there mostly stays longer than that."""


@dataclass(slots=True)
class Stay:
    """Somebody who stays. since_s: when their stay began, whatever id they had then. last_s: until when it is known to
    last. step: the last of them. place: where they stand, since when. beside: the tracks that passed there when theirs
    was lost."""

    since_s: float
    last_s: float
    step: Step
    place: Step
    beside: set[int] = field(default_factory=set)

    @property
    def lasted_s(self) -> float:
        """Until they were last found."""
        return max(0.0, self.step.time_s - self.since_s)


class Stays:
    """Everybody's stay in one zone. Where one track is lost and another begins at the same place, the stay goes on, and
    also where the tracks of two people were swapped as one passed the other."""

    def __init__(self, zone: Zone) -> None:
        self._zone = zone
        self._stays: dict[int, Stay] = {}
        self._lost: list[Stay] = []
        self._begun_s: float | None = None

    def note(self, moment: Moment) -> tuple[list[Stay], list[Stay]]:
        """Those who stay, and the stays that are over since the last time. Whoever was there before the first moment
        stays from then."""
        if self._begun_s is None:
            self._begun_s = moment.time_s
        inside = self._zone.note(moment)
        self._exchange(moment, inside)
        away = {key: stay for key, stay in self._stays.items() if key not in inside}
        lost = [stay for key, stay in away.items() if key not in moment.standing]
        for stay in lost:
            stay.beside = {
                key for key, step in inside.items() if self._passes(key, moment.time_s) and _is_there(stay, step)
            }
        self._lost += lost
        over = [stay for key, stay in away.items() if key in moment.standing]
        self._stays = {key: stay for key, stay in self._stays.items() if key in inside}
        over += self._given_up(moment.time_s, inside)
        self._lost = [stay for stay in self._lost if moment.time_s - stay.last_s <= SAME_PLACE_FOR_S]
        for path_id, step in inside.items():
            since_s = max(step.time_s, self._begun_s)
            stay = self._stays.get(path_id) or self._continued(step) or Stay(since_s, since_s, step, step)
            stay.last_s, stay.step = moment.time_s, step
            if not _is_at(stay.place, step):
                stay.place = step
            self._stays[path_id] = stay
        return list(self._stays.values()), over

    def _exchange(self, moment: Moment, inside: Mapping[int, Step]) -> None:
        """Where somebody walked past one who stands, and the track of that one went on with the walker."""
        for key, stay in self._stays.items():
            now = moment.standing.get(key)
            is_still_there = key in inside and _is_at(stay.place, inside[key])
            if now is None or is_still_there or moment.time_s - stay.place.time_s < STANDS_FOR_S:
                continue
            for other_key, step in inside.items():
                other = self._stays.get(other_key)
                if other is None or other is stay or not self._passes(other_key, moment.time_s):
                    continue
                came_s = moment.time_s - other.place.time_s
                if _is_at(stay.place, step) and came_s <= SWAPPED_WITHIN_S and other.since_s > stay.since_s:
                    stay.since_s, other.since_s = other.since_s, stay.since_s
                    stay.place, other.place = now[1], stay.place
                    break

    def _given_up(self, time_s: float, inside: Mapping[int, Step]) -> Iterator[Stay]:
        """The lost stays that nobody goes on with, not even under another's track."""
        for lost in self._lost:
            if time_s - lost.last_s <= SAME_PLACE_FOR_S:
                continue
            swapped = [key for key in lost.beside & self._stays.keys() if _is_there(lost, inside[key])]
            if not swapped:
                yield lost
            for key in swapped[:1]:
                self._stays[key].since_s = min(self._stays[key].since_s, lost.since_s)

    def _passes(self, key: int, time_s: float) -> bool:
        return key not in self._stays or time_s - self._stays[key].since_s <= PASSES_FOR_S

    def hold(self, time_s: float) -> None:
        """Nothing is known of this time: nobody is lost because of it."""
        for stay in self._lost:
            stay.last_s = time_s

    def _continued(self, step: Step) -> Stay | None:
        """The lost stay that goes on here: the nearest, if it is near."""
        by_distance = sorted(self._lost, key=lambda stay: math.dist(stay.step.xy, step.xy))
        if not by_distance or not _is_there(by_distance[0], step):
            return None
        self._lost.remove(by_distance[0])
        return by_distance[0]


def _is_there(stay: Stay, step: Step) -> bool:
    return _is_at(stay.step, step)


def _is_at(place: Step, step: Step) -> bool:
    return math.dist(place.xy, step.xy) <= SAME_PLACE_SHARE * step.height_px
