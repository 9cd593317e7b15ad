"""Of which minutes it is known how many crossed a line: without it, nobody would be the same as not recorded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable

import numpy as np
from sqlalchemy import JSON, ColumnElement, Connection, Dialect, Subquery, and_, delete, func, literal, select

from passerby.catalogue.database import insert_into
from passerby.catalogue.schema.events import lines_watched

HOUR_MIN = 60
Rule = tuple[str, str]
"""Its camera and its name."""
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


def any_watched(connection: Connection, rules: Collection[Rule], first: int) -> set[Rule]:
    """Of these rules, those of which something is known in the day from a minute on; in one query."""
    c, asked, hour = lines_watched.c, these(rules, connection.dialect), first // HOUR_MIN
    same = and_(c.camera == asked.c.camera, c.rule == asked.c.rule, c.hour.between(hour, hour + 24))
    query = select(c.camera, c.rule, c.hour, c.minutes).select_from(asked).join(lines_watched, same)
    known = ((row, max(0, first - row.hour * HOUR_MIN)) for row in connection.execute(query))
    return {(row.camera, row.rule) for row, skipped in known if row.minutes >> skipped}


def these(rules: Collection[Rule], dialect: Dialect) -> Subquery:
    """A table of rules to join with: one look at an index for each. However many there are, they are a single value:
    the query is the same, and so is not compiled each time."""
    given = literal([list(each) for each in rules], JSON)
    if dialect.name == "sqlite":
        each = func.json_each(given).table_valued("value").c.value
        names: tuple[ColumnElement[str], ...] = func.json_extract(each, "$[0]"), func.json_extract(each, "$[1]")
    else:
        each = func.json_array_elements(given).table_valued("value").render_derived().c.value
        names = each.op("->>")(0), each.op("->>")(1)
    return select(names[0].label("camera"), names[1].label("rule")).subquery()


def retire_watched(connection: Connection, until_min: int) -> None:
    """Delete older hours."""
    connection.execute(delete(lines_watched).where(lines_watched.c.hour < until_min // HOUR_MIN))
