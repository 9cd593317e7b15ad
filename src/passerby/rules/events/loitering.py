"""Notices that somebody stays in a zone for too long. It says that somebody does, never who."""

from __future__ import annotations

from passerby.rules.events.paths import Moment
from passerby.rules.events.spell import Happening, Spell
from passerby.rules.events.stays import Stays
from passerby.rules.events.zone import OVER_AFTER_S, Zone


class Loitering:
    """Somebody stays in a zone for longer than `longest_s`."""

    def __init__(self, zone: Zone, longest_s: float) -> None:
        self._stays, self._longest_s = Stays(zone), longest_s
        self._spell = Spell(after_s=0.0, over_after_s=OVER_AFTER_S)

    def note(self, moment: Moment) -> Happening | None:
        """See `Spell.note`. The event starts when the stay has lasted too long."""
        stays, _ = self._stays.note(moment)
        return self._spell.note(moment.time_s, sum(moment.time_s - stay.since_s > self._longest_s for stay in stays))

    def hold(self, time_s: float) -> None:
        """See `Spell.hold`."""
        self._spell.hold(time_s)
        self._stays.hold(time_s)

    def end(self) -> Happening | None:
        return self._spell.end()
