"""Notices somebody who lies for too long, whether they fell or not. Who is down is decided in `posture`."""

from __future__ import annotations

from collections.abc import Sequence

from passerby.rules.events.fall import within
from passerby.rules.events.geometry import Point
from passerby.rules.events.paths import Moment
from passerby.rules.events.spell import Happening, Spell


class Lying:
    """Somebody lies for longer than `longest_s`. One event from when the first lay down until the last is up."""

    def __init__(self, polygon: Sequence[Point] | None, longest_s: float) -> None:
        """polygon: where, in pixels of the upright picture; None for everywhere."""
        self._polygon, self._longest_s = polygon, longest_s
        self._spell = Spell(after_s=0.0, over_after_s=0.0)

    def note(self, moment: Moment) -> Happening | None:
        """See `Spell.note`."""
        lying = [d for d in within(moment.down, self._polygon) if moment.time_s - d.since_s > self._longest_s]
        since_s = min((down.since_s for down in lying), default=moment.time_s)
        return self._spell.note(moment.time_s, len(lying), since_s)

    def hold(self, time_s: float) -> None:
        """See `Spell.hold`."""
        self._spell.hold(time_s)

    def end(self) -> Happening | None:
        return self._spell.end()
