"""One rule whose events last, at work while its schedule holds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from passerby.events.minutes import Minutes
from passerby.rules.events.paths import Moment
from passerby.rules.events.queue import Queue
from passerby.rules.events.spell import Happening
from passerby.rules.events.zone import Crowd, Presence


class Lasting(Protocol):
    """A rule whose events last."""

    def note(self, moment: Moment) -> Happening | None: ...
    def hold(self, time_s: float) -> None: ...
    def end(self) -> Happening | None: ...


class Applied:
    """Begins anew whenever the schedule does: who is there then, counts from then. When it ends, so does the event."""

    def __init__(self, make: Callable[[], Lasting], holds_at: Callable[[float], bool], minutes: Minutes | None) -> None:
        self._make, self._holds_at, self._minutes = make, holds_at, minutes
        self._lasting: Lasting | None = None

    def note(self, moment: Moment, minute: int | None) -> Happening | None:
        """See `Spell.note`. minute: in which it is counted; None: in none."""
        if not self._holds_at(moment.time_s):
            return self.end()
        self._lasting = self._lasting or self._make()
        happening = self._lasting.note(moment)
        if self._minutes is not None and minute is not None:
            if isinstance(self._lasting, Presence | Crowd):
                self._minutes.note(minute, self._lasting.count)
            elif isinstance(self._lasting, Queue):
                self._minutes.note(minute, self._lasting.waiting, self._lasting.waited_s)
        return happening

    def hold(self, time_s: float) -> Happening | None:
        """Nothing is known of this time. Returns what is over because the schedule is."""
        if not self._holds_at(time_s):
            return self.end()
        if self._lasting is not None:
            self._lasting.hold(time_s)
        return None

    def end(self) -> Happening | None:
        done, self._lasting = self._lasting.end() if self._lasting else None, None
        return done
