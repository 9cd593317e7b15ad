"""How many were in each zone and queue over time: by minute, hour, day or week of a time zone."""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

import numpy as np
from sqlalchemy import delete, select

from passerby.catalogue.database import insert_into
from passerby.catalogue.fences import is_admitted, is_recorded_above
from passerby.catalogue.rows import Rows
from passerby.catalogue.schema.events import presence
from passerby.events.lines_watched import HOUR_MIN, write_watched
from passerby.events.periods import MINUTES, Per, parts_of, shift_of, start_90k
from passerby.media.segments import MINUTE_90K
from passerby.media.series import Measure, Minute

_MOST = 65_535
_MINUTE = np.dtype(
    [("known", "u1"), ("mean_100th", "<u2"), ("most", "<u2"), ("left", "<u2"), ("waited_ds", "<u4")], align=False
)
"""One minute as kept: 11 bytes. mean in hundredths; how many left a queue, and how long they waited together, in tenths
of a second."""


@dataclass(frozen=True, slots=True)
class Present:
    """How many were in a zone, or waited in a queue, in one minute, hour, day or week. start_90k: UTC when that begins.

    minutes: of which something is known. mean: over these. most: at once. left: how many left a queue, who waited for
    waited_s on average; None if nobody did.
    """

    rule: str
    start_90k: int
    minutes: int
    mean: float
    most: int
    left: int
    waited_s: float | None


class PresenceSeries:
    """Thread-safe. Every method raises OutputError if the catalogue fails."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def add(self, camera: str, found: Sequence[tuple[int, Minute]], token: int = 0) -> None:
        """found: minutes of UTC since 1970, and what was counted in them; of lines only that it was. A minute that
        comes twice, as when a camera was restarted in it, is put together. token: see `EventRecords`."""
        hours: dict[tuple[str, int], list[tuple[int, Minute]]] = defaultdict(list)
        watched = set[tuple[str, int]]()
        with self._rows.transaction("note how many were there") as connection:
            is_late = not is_admitted(connection, camera, token)
            for minute, each in found:
                if is_late and is_recorded_above(connection, camera, token, minute * MINUTE_90K):
                    continue
                if each.measure is Measure.CROSSED:
                    watched.add((each.rule, minute))
                else:
                    hours[(each.rule, minute // HOUR_MIN)].append((minute % HOUR_MIN, each))
            write_watched(connection, camera, watched)
            for (rule, hour), its in hours.items():
                c = presence.c
                where = (c.camera == camera, c.rule == rule, c.hour == hour)
                before = connection.execute(select(c.minutes).where(*where)).scalar_one_or_none()
                minutes = np.zeros(HOUR_MIN, _MINUTE) if before is None else _unpacked(before)
                for at, each in its:
                    _put(minutes[at : at + 1], each)
                row = {"camera": camera, "rule": rule, "hour": hour, "minutes": zlib.compress(minutes.tobytes())}
                add = insert_into(presence, connection.dialect).values(**row)
                more = {"minutes": row["minutes"]}
                connection.execute(add.on_conflict_do_update(index_elements=["camera", "rule", "hour"], set_=more))

    def between(
        self, camera: str, from_90k: int, to_90k: int, per: Per, zone: tzinfo, *, rule: str | None = None,
        since_90k: int = 0,
    ) -> list[Present]:  # fmt: skip
        """Of the whole minutes in a range of time, by rule and time. What nothing is known of is left out."""
        first, end = -(-max(from_90k, since_90k) // MINUTE_90K), to_90k // MINUTE_90K
        if first >= end:
            return []
        periods = _periods(first, end, per, zone)
        found: list[Present] = []
        for name, minutes in sorted(self._minutes(camera, rule, first, end).items()):
            known = np.flatnonzero(minutes["known"])
            known = known[np.argsort(periods[known], kind="stable")]  # some come twice where clocks go back
            each, begins = np.unique(periods[known], return_index=True)
            for period, its in zip(each, np.split(minutes[known], begins[1:]), strict=True):
                found.append(_summed(name, its, start_90k(int(period), per, zone)))
        return found

    def rules(self, camera: str) -> list[str]:
        """The rules of a camera of which something is known."""
        query = select(presence.c.rule).where(presence.c.camera == camera).distinct().order_by(presence.c.rule)
        with self._rows.transaction("read how many were there") as connection:
            return list(connection.execute(query).scalars())

    def retire(self, until_90k: int) -> None:
        """Delete older hours."""
        with self._rows.transaction("delete how many were there") as connection:
            connection.execute(delete(presence).where(presence.c.hour < until_90k // (HOUR_MIN * MINUTE_90K)))

    def _minutes(self, camera: str, rule: str | None, first: int, end: int) -> dict[str, Any]:
        """Those from the first to before the end, by rule."""
        c = presence.c
        which = [c.camera == camera, c.hour >= first // HOUR_MIN, c.hour <= (end - 1) // HOUR_MIN]
        if rule is not None:
            which.append(c.rule == rule)
        begin = first // HOUR_MIN * HOUR_MIN
        found: dict[str, Any] = {}
        with self._rows.transaction("read how many were there") as connection:
            for row in connection.execute(select(c.rule, c.hour, c.minutes).where(*which)):
                all_of_it = found.setdefault(row.rule, np.zeros(-(-(end - begin) // HOUR_MIN) * HOUR_MIN, _MINUTE))
                at = row.hour * HOUR_MIN - begin
                all_of_it[at : at + HOUR_MIN] = _unpacked(row.minutes)
        return {name: minutes[first - begin : end - begin] for name, minutes in found.items()}


def _unpacked(kept: bytes) -> Any:
    return np.frombuffer(zlib.decompress(kept), _MINUTE).copy()


def _put(minute: Any, each: Minute) -> None:
    """minute: an array of one."""
    mean = min(_MOST, round((each.mean or 0.0) * 100))
    left = each.count or 0
    is_first = not minute["known"][0]
    minute["mean_100th"] = mean if is_first else (int(minute["mean_100th"][0]) + mean) // 2
    minute["most"] = min(_MOST, max(int(minute["most"][0]), each.most or 0))
    minute["left"] = min(_MOST, int(minute["left"][0]) + left)
    minute["waited_ds"] = int(minute["waited_ds"][0]) + round((each.waited_s or 0.0) * left * 10)
    minute["known"] = 1


def _periods(first: int, end: int, per: Per, zone: tzinfo) -> Any:
    """The number of the period of each minute."""
    minutes = np.arange(first, end)
    for start, until, offset in parts_of(first, end, zone):
        minutes[start - first : until - first] += offset
    return (minutes + shift_of(per)) // MINUTES[per]


def _summed(rule: str, minutes: Any, start: int) -> Present:
    left = int(minutes["left"].sum(dtype=np.int64))
    waited_s = round(int(minutes["waited_ds"].sum(dtype=np.int64)) / 10 / left, 1) if left else None
    mean = round(float(minutes["mean_100th"].mean(dtype=np.float64)) / 100, 2)
    return Present(rule, start, len(minutes), mean, int(minutes["most"].max()), left, waited_s)
