"""Turns a count that comes and goes into one event with a start, an end and a peak, instead of one for each frame."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happened, or goes on. end_s: None while it goes on. peak: the highest count so far."""

    start_s: float
    end_s: float | None
    peak: int


class Spell:
    """One rule's event, as long as it lasts."""

    def __init__(self, *, after_s: float, over_after_s: float) -> None:
        """after_s: how long there must be a count before it is an event. over_after_s: how long there must be none
        before it is over: people step out for a moment, and are not found in every frame."""
        self._after_s, self._over_after_s = after_s, over_after_s
        self._begun_s: float | None = None
        self._last_s = self._held_s = 0.0
        self._peak = 0
        self._is_known = False

    def note(self, time_s: float, count: int, since_s: float | None = None) -> Happening | None:
        """Adds a count. Returns the event when it begins, and again when it is over. since_s: when what is counted
        began, if that was known only later."""
        if count:
            if self._begun_s is None:
                self._begun_s = time_s if since_s is None else since_s
            self._last_s, self._peak = time_s, max(self._peak, count)
            if self._is_known or time_s - self._begun_s < self._after_s:
                return None
            self._is_known = True
            return Happening(self._begun_s, None, self._peak)
        if self._begun_s is not None and time_s - max(self._last_s, self._held_s) >= self._over_after_s:
            return self._finish()
        return None

    def hold(self, time_s: float) -> None:
        """Nothing is known of this time: what goes on is not over because of it."""
        self._held_s = time_s

    def end(self) -> Happening | None:
        """What goes on when no more frames come ends with the last count."""
        return self._finish() if self._begun_s is not None else None

    def _finish(self) -> Happening | None:
        assert self._begun_s is not None
        done = Happening(self._begun_s, self._last_s, self._peak) if self._is_known else None
        self._begun_s, self._peak, self._is_known = None, 0, False
        return done
