"""Notices falls: somebody falls from upright and stays low. Who is down is decided in `posture`."""

from __future__ import annotations

from collections.abc import Sequence

from passerby.rules.events.geometry import Point, is_inside
from passerby.rules.events.paths import Down, Moment
from passerby.rules.events.spell import Happening, Spell


class Fall:
    """Somebody fell and is down. One event from when the first last stood until the last is up. The peak is the most at
    once."""

    def __init__(self, polygon: Sequence[Point] | None) -> None:
        """polygon: where, in pixels of the upright picture; None for everywhere."""
        self._polygon = polygon
        self._spell = Spell(after_s=0.0, over_after_s=0.0)

    def note(self, moment: Moment) -> Happening | None:
        """See `Spell.note`."""
        fell = [down for down in within(moment.down, self._polygon) if down.fell]
        since_s = min((down.since_s for down in fell), default=moment.time_s)
        return self._spell.note(moment.time_s, len(fell), since_s)

    def hold(self, time_s: float) -> None:
        """See `Spell.hold`."""
        self._spell.hold(time_s)

    def end(self) -> Happening | None:
        return self._spell.end()


def within(down: Sequence[Down], polygon: Sequence[Point] | None) -> list[Down]:
    """Those in a zone."""
    return [each for each in down if polygon is None or is_inside(each.xy, polygon)]
