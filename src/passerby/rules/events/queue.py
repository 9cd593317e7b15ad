"""Notices how many wait in a zone, and for how long."""

from __future__ import annotations

import math

from passerby.rules.events.paths import Moment
from passerby.rules.events.smooth import Smoothed
from passerby.rules.events.spell import Happening, Spell
from passerby.rules.events.stays import Stay, Stays
from passerby.rules.events.zone import OVER_AFTER_S, Zone

WAITS_AFTER_S = 5.0  # whoever is in the zone for less passes through


class Queue:
    """Those who wait in a zone. An event: more than `limit` wait, or somebody waits for longer than `longest_s`. Its
    peak is the most who wait at once."""

    def __init__(self, zone: Zone, *, limit: float = math.inf, longest_s: float = math.inf) -> None:
        self._stays, self._limit, self._longest_s = Stays(zone), limit, longest_s
        self._spell = Spell(after_s=0.0, over_after_s=OVER_AFTER_S)
        self._smoothed = Smoothed()
        self.waiting = 0
        self.waited_s: list[float] = []
        """How long each of those waited who have left since the last moment."""

    def note(self, moment: Moment) -> Happening | None:
        """See `Spell.note`."""
        stays, over = self._stays.note(moment)
        waits_s = [waited_s for stay in stays if (waited_s := moment.time_s - stay.since_s) >= WAITS_AFTER_S]
        self.waiting, self.waited_s = len(waits_s), _waited(over)
        is_too_long = self._smoothed.note(moment.time_s, self.waiting) > self._limit
        is_too_long = is_too_long or max(waits_s, default=0.0) > self._longest_s
        return self._spell.note(moment.time_s, self.waiting if is_too_long else 0)

    def hold(self, time_s: float) -> None:
        """See `Spell.hold`."""
        self._spell.hold(time_s)
        self._stays.hold(time_s)

    def end(self) -> Happening | None:
        return self._spell.end()


def _waited(over: list[Stay]) -> list[float]:
    return [stay.lasted_s for stay in over if stay.lasted_s >= WAITS_AFTER_S]
