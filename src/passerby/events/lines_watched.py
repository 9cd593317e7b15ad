"""Of which minutes it is known how many crossed a line: without it, nobody would be the same as not recorded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import numpy as np
from sqlalchemy import Connection, delete, select

from passerby.catalogue.database import insert_into
from passerby.catalogue.schema.events import lines_watched

HOUR_MIN = 60
Watched = dict[str, list[int]]
"""By rule, the minutes of UTC since 1970 of which something is known, in order."""


def write_watched(connection: Connection, camera: str, found: Iterable[tuple[str, int]]) -> None:
    """found: rules, each with a minute. One that comes twice is known once."""
    hours: dict[tuple[str, int], int] = defaultdict(int)
    for rule, minute in found:
        hours[(rule, minute // HOUR_MIN)] |= 1 << minute % HOUR_MIN
    for (rule, hour), minutes in sorted(hours.items()):
        add = insert_into(lines_watched, connection.dialect)
        add = add.values(camera=camera, rule=rule, hour=hour, minutes=minutes)
        more = {"minutes": lines_watched.c.minutes.bitwise_or(add.excluded.minutes)}
        connection.execute(add.on_conflict_do_update(index_elements=["camera", "rule", "hour"], set_=more))


def read_watched(connection: Connection, camera: str, first: int, end: int, rule: str | None = None) -> Watched:
    """Minutes from the first to before the end."""
    c = lines_watched.c
    which = [c.camera == camera, c.hour >= first // HOUR_MIN, c.hour <= (end - 1) // HOUR_MIN]
    if rule is not None:
        which.append(c.rule == rule)
    bits = np.arange(HOUR_MIN)
    found: Watched = defaultdict(list)
    for row in connection.execute(select(c.rule, c.hour, c.minutes).where(*which).order_by(c.rule, c.hour)):
        minutes = row.hour * HOUR_MIN + bits[(row.minutes >> bits) & 1 == 1]
        found[row.rule] += minutes[(minutes >= first) & (minutes < end)].tolist()
    return found


def retire_watched(connection: Connection, until_min: int) -> None:
    """Delete older hours."""
    connection.execute(delete(lines_watched).where(lines_watched.c.hour < until_min // HOUR_MIN))
