"""Counts of crossings over time: by minute, hour, day or week of a time zone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import tzinfo

from sqlalchemy import delete, func, select

from passerby.catalogue.rows import Rows
from passerby.catalogue.schema.events import counts
from passerby.events.periods import MINUTES, Per, parts_of, shift_of, start_90k
from passerby.media.segments import MINUTE_90K

_RETIRED_AT_ONCE = 5000


@dataclass(frozen=True, slots=True)
class Tally:
    """How many crossed a line one way in one minute, hour, day or week. start_90k: UTC when that begins."""

    rule: str
    way: str
    start_90k: int
    count: int


class Tallies:
    """Thread-safe. Every method raises OutputError if the catalogue fails."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def between(
        self, camera: str, from_90k: int, to_90k: int, per: Per, zone: tzinfo, *, rule: str | None = None,
        since_90k: int = 0,
    ) -> list[Tally]:  # fmt: skip
        """Of the whole minutes in a range of time, by rule, way and time. What has no crossings is left out. A week
        begins on Monday."""
        c, size, shift = counts.c, MINUTES[per], shift_of(per)
        first, end = -(-max(from_90k, since_90k) // MINUTE_90K), to_90k // MINUTE_90K
        which = [c.camera == camera] if rule is None else [c.camera == camera, c.rule == rule]
        found: Counter[tuple[str, str, int]] = Counter()
        with self._rows.transaction("read the counts") as connection:
            for start, until, offset in parts_of(first, end, zone):
                part = ((c.minute + (offset + shift)) // size).label("part")
                query = select(c.rule, c.way, part, func.sum(c["count"]))
                query = query.where(*which, c.minute >= start, c.minute < until).group_by(c.rule, c.way, part)
                for row in connection.execute(query):
                    found[(row[0], row[1], int(row[2]))] += int(row[3])
        return [
            Tally(name, way, start_90k(part, per, zone), count) for (name, way, part), count in sorted(found.items())
        ]

    def rules(self, camera: str) -> list[str]:
        """The rules of a camera that have counts."""
        query = select(counts.c.rule).where(counts.c.camera == camera).distinct().order_by(counts.c.rule)
        with self._rows.transaction("read the counts") as connection:
            return list(connection.execute(query).scalars())

    def since(self, rules: Collection[tuple[str, str]], from_90k: int) -> dict[tuple[str, str, str], int]:
        """Sums from a time on, by camera, rule and way. rules: (camera, rule), whose sums are wanted."""
        c, found = counts.c, dict[tuple[str, str, str], int]()
        with self._rows.transaction("read the counts") as connection:
            for camera, rule in rules:
                which = (c.camera == camera, c.rule == rule, c.minute >= from_90k // MINUTE_90K)
                for way in ("left", "right"):
                    total = select(func.coalesce(func.sum(c["count"]), 0)).where(*which, c.way == way)
                    found[(camera, rule, way)] = int(connection.execute(total).scalar_one())
        return found

    def retire(self, until_90k: int) -> int:
        """Delete older counts. Returns how many minutes."""
        c, deleted = counts.c, 0
        with self._rows.transaction("read the counts") as connection:
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
