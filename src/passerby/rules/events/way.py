"""Notices movement against an arrow, and vehicles that come and stop."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Collection, Sequence

from passerby.media import Kind
from passerby.rules.events.geometry import Point, is_inside
from passerby.rules.events.paths import Moment, Step
from passerby.rules.events.spell import Happening, Spell
from passerby.rules.events.zone import ARRIVED_SHARE, OVER_AFTER_S, Arrivals, Zone

OVER_S = 1.0  # a direction is measured over this long: boxes jitter within less
MIN_SHARE = 0.4  # of the height of its box: how far something must get in that time to have a direction
AT_ONCE_SHARE = 1.0  # of the height of its box: what got this far has a direction, however soon
AGAINST = math.cos(math.radians(120))  # within 60 degrees of straight against the arrow; across it is allowed
STILL_SHARE = 0.15  # of the height of its box: a vehicle that stays this near to one place stands


class WrongWay:
    """Something goes against the arrow in a zone. The peak is the most at once."""

    def __init__(
        self, polygon: Sequence[Point], arrow: tuple[Point, Point], kinds: Collection[Kind] = (Kind.VEHICLE,)
    ) -> None:
        """arrow: its start and its head. Raises ValueError if they are one point; see also `Zone`."""
        along = (arrow[1][0] - arrow[0][0], arrow[1][1] - arrow[0][1])
        length = math.hypot(*along)
        if not length:
            raise ValueError("an arrow needs two different points")
        self._along = (along[0] / length, along[1] / length)
        self._polygon, self._kinds = tuple(polygon), frozenset(kinds)
        Zone(polygon)
        self._tracks: dict[int, deque[Step]] = {}
        self._spell = Spell(after_s=0.0, over_after_s=OVER_AFTER_S)

    def note(self, moment: Moment) -> Happening | None:
        """See `Spell.note`."""
        against = 0
        for walk in moment.walks:
            if walk.kind not in self._kinds:
                continue
            steps = self._tracks.setdefault(walk.path_id, deque())
            for step in walk.steps:
                steps.append(step)
                while len(steps) > 2 and step.time_s - steps[1].time_s >= OVER_S:
                    steps.popleft()
            against += self._goes_against(steps)
        for path_id in moment.gone:
            self._tracks.pop(path_id, None)
        return self._spell.note(moment.time_s, against)

    def hold(self, time_s: float) -> None:
        """See `Spell.hold`."""
        self._spell.hold(time_s)

    def end(self) -> Happening | None:
        return self._spell.end()

    def _goes_against(self, steps: deque[Step]) -> bool:
        first, last = steps[0], steps[-1]
        if not is_inside(last.xy, self._polygon):
            return False
        way = (last.xy[0] - first.xy[0], last.xy[1] - first.xy[1])
        length = math.hypot(*way)
        min_share = MIN_SHARE if last.time_s - first.time_s >= OVER_S else AT_ONCE_SHARE
        if length < min_share * last.height_px:
            return False
        return (way[0] * self._along[0] + way[1] * self._along[1]) / length <= AGAINST


class Stopped:
    """A vehicle that drove into a zone stands there for longer than `longest_s`. One that was always there, or whose
    track begins where it stands, never counts."""

    def __init__(self, zone: Zone, longest_s: float) -> None:
        self._zone, self._longest_s = zone, longest_s
        self._arrivals = Arrivals(ARRIVED_SHARE)
        self._stands: dict[int, Step] = {}
        """The place that each vehicle stays near, and since when."""
        self._spell = Spell(after_s=0.0, over_after_s=OVER_AFTER_S)

    def note(self, moment: Moment) -> Happening | None:
        """See `Spell.note`."""
        inside = self._zone.note(moment)
        for path_id, (kind, step) in moment.standing.items():
            if kind is not Kind.VEHICLE:
                continue
            self._arrivals.see(path_id, step)
            if math.dist(self._stands.setdefault(path_id, step).xy, step.xy) > STILL_SHARE * step.height_px:
                self._stands[path_id] = step
        self._arrivals.forget(moment.gone)
        for path_id in moment.gone:
            self._stands.pop(path_id, None)
        came = [self._stands[path_id] for path_id in inside if path_id in self._arrivals]
        too_long = sum(moment.time_s - stands.time_s > self._longest_s for stands in came)
        return self._spell.note(moment.time_s, too_long)

    def hold(self, time_s: float) -> None:
        """See `Spell.hold`."""
        self._spell.hold(time_s)

    def end(self) -> Happening | None:
        return self._spell.end()
