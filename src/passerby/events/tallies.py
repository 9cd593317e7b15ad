"""Counts of crossings over time: by minute, hour, day or week of a time zone."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import tzinfo

import numpy as np
from sqlalchemy import and_, delete, func, select, union

from passerby.catalogue.rows import Rows
from passerby.catalogue.schema.events import counts, lines_watched
from passerby.events.lines_watched import Rule, any_watched, read_watched, retire_watched, these
from passerby.events.periods import MINUTES, Per, parts_of, shift_of, start_90k
from passerby.media.segments import MINUTE_90K

WAYS = ("left", "right")
_RETIRED_AT_ONCE = 5000
_Counts = Counter[tuple[str, str, int]]
"""By rule, way and period."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many crossed a line one way in one minute, hour, day or week. start_90k: UTC when that begins. minutes: of
    which it is known, at least."""

    rule: str
    way: str
    start_90k: int
    count: int
    minutes: int


class Tallies:
    """Thread-safe. Every method raises OutputError if the catalogue fails."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def between(
        self, camera: str, from_90k: int, to_90k: int, per: Per, zone: tzinfo, *, rule: str | None = None,
        since_90k: int = 0,
    ) -> list[Tally]:  # fmt: skip
        """Of the whole minutes in a range of time, by rule, way and time. What nothing is known of is left out. A week
        begins on Monday."""
        c, size, shift = counts.c, MINUTES[per], shift_of(per)
        first, end = -(-max(from_90k, since_90k) // MINUTE_90K), to_90k // MINUTE_90K
        which = [c.camera == camera] if rule is None else [c.camera == camera, c.rule == rule]
        found, known, counted = _Counts(), _Counts(), _Counts()
        with self._rows.transaction("read the counts") as connection:
            watched = read_watched(connection, camera, first, end, rule)
            for start, until, offset in parts_of(first, end, zone):
                part = ((c.minute + (offset + shift)) // size).label("part")
                query = select(c.rule, c.way, part, func.sum(c["count"]), func.count())
                query = query.where(*which, c.minute >= start, c.minute < until).group_by(c.rule, c.way, part)
                for row in connection.execute(query):
                    key = row[0], row[1], int(row[2])
                    found[key] += int(row[3])
                    counted[key] += row[4]
                for name, minutes in watched.items():
                    within = np.array(minutes[bisect_left(minutes, start) : bisect_left(minutes, until)], np.int64)
                    parts, sizes = np.unique((within + offset + shift) // size, return_counts=True)
                    for period, number in zip(parts.tolist(), sizes.tolist(), strict=True):
                        for way in WAYS:
                            known[(name, way, period)] += number
        # What was counted is known, also where it is not written that it is: before that was kept, or after a crash.
        return [
            Tally(name, way, start_90k(period, per, zone), found[key], max(known[key], counted[key]))
            for key in sorted(known.keys() | found.keys())
            for name, way, period in [key]
        ]

    def rules(self, camera: str) -> list[str]:
        """The rules of a camera that count or have counted crossings."""
        query = union(*(select(each.c.rule).where(each.c.camera == camera) for each in (counts, lines_watched)))
        with self._rows.transaction("read the counts") as connection:
            return sorted(connection.execute(query).scalars())

    def counting(self, rules: Collection[Rule], from_90k: int) -> set[Rule]:
        """Of these rules those that were counting at some time since then."""
        with self._rows.transaction("read the counts") as connection:
            return any_watched(connection, rules, from_90k // MINUTE_90K)

    def since(self, rules: Collection[Rule], from_90k: int) -> dict[tuple[str, str, str], int]:
        """Sums from a time on, by camera, rule and way. rules: whose sums are wanted."""
        c = counts.c
        found = {(camera, rule, way): 0 for camera, rule in rules for way in WAYS}
        with self._rows.transaction("read the counts") as connection:
            asked = these(rules, connection.dialect)
            same = (c.camera == asked.c.camera, c.rule == asked.c.rule, c.way.in_(WAYS))
            its = and_(*same, c.minute >= from_90k // MINUTE_90K)
            query = select(c.camera, c.rule, c.way, func.sum(c["count"])).select_from(asked).join(counts, its)
            for row in connection.execute(query.group_by(c.camera, c.rule, c.way)):
                found[(row[0], row[1], row[2])] = int(row[3])
        return found

    def retire(self, until_90k: int) -> int:
        """Delete older counts. Returns how many minutes."""
        c, deleted = counts.c, 0
        with self._rows.transaction("delete old counts") as connection:
            retire_watched(connection, until_90k // MINUTE_90K)
            lines = connection.execute(select(c.camera, c.rule, c.way).distinct()).all()
        for line in lines:
            which = (c.camera == line.camera, c.rule == line.rule, c.way == line.way)
            old = select(c.minute).where(*which, c.minute < until_90k // MINUTE_90K).order_by(c.minute)
            while True:
                with self._rows.transaction("delete old counts") as connection:
                    some = connection.execute(old.limit(_RETIRED_AT_ONCE)).scalars().all()
                    if some:
                        connection.execute(delete(counts).where(*which, c.minute <= some[-1]))
                deleted += len(some)
                if len(some) < _RETIRED_AT_ONCE:
                    break
        return deleted
