"""Adds up what the rules of one camera count, minute by minute."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from passerby.media.series import Measure, Minute
from passerby.rules.events.line import Way

DIGITS = 2


@dataclass(slots=True)
class _Tally:
    """frames: of which something is known."""

    frames: int = 0
    total: int = 0
    most: int = 0
    ways: Counter[Way] = field(default_factory=Counter)
    waited_s: list[float] = field(default_factory=list)


class Minutes:
    """The series of one rule. area_m2: of its zone, if that is known."""

    def __init__(self, rule: str, measure: Measure, area_m2: float | None = None) -> None:
        self._rule, self._measure, self._area_m2 = rule, measure, area_m2
        self._tallies: dict[int, _Tally] = {}
        self._closed = -1

    def note(self, minute: int, count: int, waited_s: Sequence[float] = ()) -> None:
        """One moment. waited_s: how long each who has just left waited."""
        tally = self._at(minute)
        tally.frames, tally.total = tally.frames + 1, tally.total + count
        tally.most = max(tally.most, count)
        tally.waited_s += waited_s

    def cross(self, minute: int, way: Way) -> None:
        self._at(minute).ways[way] += 1

    def take(self, before: float, offset_s: float = 0.0) -> list[Minute]:
        """The minutes before that one, each once. Nothing can be added to them later. offset_s: how much of the first
        minute was over when the source started."""
        over = sorted(minute for minute in self._tallies if minute < before)
        taken = [each for minute in over for each in self._of(minute, self._tallies.pop(minute), offset_s)]
        self._closed = max([self._closed, *over])
        return taken

    def _at(self, minute: int) -> _Tally:
        return self._tallies.setdefault(max(minute, self._closed + 1), _Tally())

    def _of(self, minute: int, tally: _Tally, offset_s: float) -> list[Minute]:
        start_s = round(max(0.0, minute * 60 - offset_s), 3)
        if self._measure is Measure.CROSSED:
            return [Minute(self._rule, self._measure, start_s, tally.ways[way], way) for way in Way]
        mean = round(tally.total / max(1, tally.frames), DIGITS)
        if self._measure is Measure.PRESENT:
            per_m2 = None if self._area_m2 is None else round(tally.most / self._area_m2, DIGITS)
            return [Minute(self._rule, self._measure, start_s, mean=mean, most=tally.most, per_m2=per_m2)]
        left = len(tally.waited_s)
        waited_s = round(sum(tally.waited_s) / left, 1) if left else None
        return [Minute(self._rule, self._measure, start_s, left, mean=mean, most=tally.most, waited_s=waited_s)]
