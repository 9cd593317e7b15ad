"""Finds the events that were written since it was last asked."""

from __future__ import annotations

from passerby.events.log import MAX_AT_ONCE, EventLog, LoggedEvent

_OVERLAP = MAX_AT_ONCE // 2
"""On PostgreSQL an event may be seen a moment later than one with a higher id: so many ids are read again."""


class NewEvents:
    """Of all cameras. Used by one thread. Both raise OutputError if the catalogue fails."""

    def __init__(self, events: EventLog) -> None:
        """What is there already is not new."""
        self._events = events
        self._last = events.newest_id()
        """The highest id that was taken; `_known`: it, and those just before it."""
        self._known = {each.id for each in events.after(self._last - _OVERLAP)}

    def take(self) -> list[LoggedEvent]:
        """The oldest first, each once."""
        found = [each for each in self._events.after(self._last - _OVERLAP) if each.id not in self._known]
        if found:
            self._last = max(self._last, found[-1].id)
            self._known = {id for id in self._known | {each.id for each in found} if id > self._last - _OVERLAP}
        return found
