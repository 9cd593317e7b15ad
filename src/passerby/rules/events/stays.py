"""Follows how long somebody stays in a zone, across tracks that are lost and found: that somebody stays, never who."""

from __future__ import annotations

import math
from dataclasses import dataclass

from passerby.rules.events.paths import Moment, Step
from passerby.rules.events.zone import Zone

SAME_PLACE_SHARE = 0.8  # of somebody's height: a track that begins this near to one that ended continues it
SAME_PLACE_FOR_S = 6.0  # people who hardly move are lost behind others for longer than those who walk


@dataclass(slots=True)
class Stay:
    """Somebody who stays. since_s: when their stay began, whatever id they had then. last_s: until when it is known to
    last. step: the last of them."""

    since_s: float
    last_s: float
    step: Step

    @property
    def lasted_s(self) -> float:
        """Until they were last found."""
        return max(0.0, self.step.time_s - self.since_s)


class Stays:
    """Everybody's stay in one zone. Where one track is lost and another begins at the same place, the stay goes on."""

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
        away = {key: stay for key, stay in self._stays.items() if key not in inside}
        self._lost += [stay for key, stay in away.items() if key not in moment.standing]
        over = [stay for key, stay in away.items() if key in moment.standing]
        over += [stay for stay in self._lost if moment.time_s - stay.last_s > SAME_PLACE_FOR_S]
        self._stays = {key: stay for key, stay in self._stays.items() if key in inside}
        self._lost = [stay for stay in self._lost if moment.time_s - stay.last_s <= SAME_PLACE_FOR_S]
        for path_id, step in inside.items():
            since_s = max(step.time_s, self._begun_s)
            stay = self._stays.get(path_id) or self._continued(step) or Stay(since_s, since_s, step)
            stay.last_s, stay.step = moment.time_s, step
            self._stays[path_id] = stay
        return list(self._stays.values()), over

    def hold(self, time_s: float) -> None:
        """Nothing is known of this time: nobody is lost because of it."""
        for stay in self._lost:
            stay.last_s = time_s

    def _continued(self, step: Step) -> Stay | None:
        """The lost stay that goes on here: the nearest, if it is near."""
        by_distance = sorted(self._lost, key=lambda stay: math.dist(stay.step.xy, step.xy))
        if not by_distance or math.dist(by_distance[0].step.xy, step.xy) > SAME_PLACE_SHARE * step.height_px:
            return None
        self._lost.remove(by_distance[0])
        return by_distance[0]
