"""Decides when a rule holds: on which days of the week and between which times, by the clock on the wall."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_MIN = 24 * 60
WEEK_MIN = 7 * DAY_MIN

_ENTRY = re.compile(r"(?:([a-z][a-z,\s-]*?)\s*)?(?:(\d\d:\d\d)\s*-\s*(\d\d:\d\d))?")


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a rule holds. spans: from one minute of the week, which begins on Monday at 0:00, until before another;
    they may reach into the next week. None at all: always."""

    spans: tuple[tuple[int, int], ...] = ()

    @classmethod
    def of(cls, entries: Sequence[str]) -> Schedule:
        """From entries such as `mon-fri 22:00-06:00`, `sat,sun` or `08:00-12:00`. A span that ends before it begins
        goes on into the next day. Raises ValueError, which names the entry."""
        return cls(tuple(span for entry in entries for span in _spans(entry)))

    def holds_at(self, weekday: int, minute: int) -> bool:
        """weekday: 0 is Monday. minute: of the day, by the local clock. On the day on which an hour comes twice, both
        count; an hour that is left out never comes."""
        now = weekday * DAY_MIN + minute
        return not self.spans or any(start <= at < end for start, end in self.spans for at in (now, now + WEEK_MIN))


def _spans(entry: str) -> list[tuple[int, int]]:
    match = _ENTRY.fullmatch(entry.strip().lower())
    if match is None or not any(match.groups()):
        raise ValueError(f"'{entry}' is no time: write 'mon-fri 22:00-06:00', 'sat,sun' or '08:00-12:00'")
    days = _days(match[1], entry) if match[1] else range(len(DAYS))
    start, end = (_minute(match[2], entry), _minute(match[3], entry)) if match[2] else (0, DAY_MIN)
    if start == end:
        raise ValueError(f"'{entry}' begins and ends at the same time: for the whole day, leave the times out")
    if start == DAY_MIN:
        raise ValueError(f"'{entry}': a day begins at 00:00")
    length = end - start if end > start else end - start + DAY_MIN
    return [(day * DAY_MIN + start, day * DAY_MIN + start + length) for day in days]


def _days(text: str, entry: str) -> list[int]:
    days = []
    for part in text.split(","):
        ends = [_day(name.strip(), entry) for name in part.split("-")]
        if len(ends) > 2:
            raise ValueError(f"'{entry}': '{part.strip()}' is more than one range of days")
        days += [(ends[0] + n) % len(DAYS) for n in range((ends[-1] - ends[0]) % len(DAYS) + 1)]
    return sorted(set(days))


def _day(name: str, entry: str) -> int:
    if name not in DAYS:
        raise ValueError(f"'{entry}': '{name}' is no day: write {', '.join(DAYS[:-1])} or {DAYS[-1]}")
    return DAYS.index(name)


def _minute(text: str, entry: str) -> int:
    """24:00 is the end of the day."""
    hours, minutes = int(text[:2]), int(text[3:])
    if minutes > 59 or hours * 60 + minutes > DAY_MIN:
        raise ValueError(f"'{entry}': '{text}' is no time of day")
    return hours * 60 + minutes
