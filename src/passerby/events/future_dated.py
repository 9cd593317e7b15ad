"""Deletes events and counts dated in the future: the clock was ahead when they were made, or it is behind now.

As `archive/future_dated.py` does with recordings: events are numbered as they are written. Once one that was written
after such an event is over the limit, that event is over it too, whatever its date. Counts have no numbers. There the
time at which the first of them were noticed takes the place of what was written after them.
"""

from __future__ import annotations

from sqlalchemy import Column, ColumnElement, Connection, delete, func, select

from passerby.catalogue.database import insert_into
from passerby.catalogue.rows import Rows
from passerby.catalogue.schema.events import counts, event_marks, events, lines_watched, presence
from passerby.events.lines_watched import HOUR_MIN
from passerby.media.alarms import Alarm, AlarmKind
from passerby.media.events import EventState
from passerby.media.segments import MINUTE_90K, TICKS_PER_S

AHEAD_90K = 15 * 60 * TICKS_PER_S
"""Clocks of several machines, or one that was set back a little, differ by less."""
_LOOKED_AT = (EventState.SEEN, EventState.DONE, EventState.FALSE)
_COUNTS_AHEAD = ":ahead"
"""Where the time is kept at which counts were noticed: in `event_marks`, under a name that no camera can have."""
_TIMES: tuple[tuple[Column[int], int], ...] = (
    (counts.c.minute, MINUTE_90K),
    (lines_watched.c.hour, HOUR_MIN * MINUTE_90K),
    (presence.c.hour, HOUR_MIN * MINUTE_90K),
)
"""Of each table of counts, the column of the time, and its unit."""


def retire_ahead(rows: Rows, until_90k: int, now_90k: int) -> list[Alarm]:
    """Call before `EventLog.retire`, which deletes the rows that this relies on. Events that stay are reported each
    time. Raises OutputError."""
    c = events.c
    over = select(func.max(c.id)).where(c.start_90k < until_90k, c.end_90k < until_90k)
    ahead = c.start_90k > now_90k + AHEAD_90K
    with rows.transaction("delete old events") as connection:
        newest = connection.execute(over).scalar()
        if newest is not None:
            connection.execute(delete(events).where(ahead, c.id < newest))
        count = connection.execute(select(func.count()).select_from(events).where(ahead)).scalar_one()
    if not count:
        return []
    return [
        Alarm(
            AlarmKind.DELETE,
            None,
            f"{count} events are dated in the future, so that they stay for longer than they should: was the clock of "
            "this machine or of another one ahead, or is it behind?",
        )
    ]


def retire_counts_ahead(rows: Rows, until_90k: int, now_90k: int) -> list[Alarm]:
    """The same for crossings, and for how many were in zones. What is added while others are dated in the future goes
    together with them, which is too early rather than too late. Call at least once a day."""
    with rows.transaction("delete old counts") as connection:
        ahead = _counts_after(connection, now_90k + AHEAD_90K)
        stays = bool(ahead) and _noticed(connection, now_90k) >= until_90k
        if not stays:
            for time, camera, rule, after in ahead:
                its = time.table.c
                old = delete(time.table).where(its.camera == camera, its.rule == rule, time > after)
                connection.execute(old)
            connection.execute(delete(event_marks).where(event_marks.c.camera == _COUNTS_AHEAD))
    if not stays:
        return []
    count = len({(camera, rule) for _, camera, rule, _ in ahead})
    return [
        Alarm(
            AlarmKind.DELETE,
            None,
            f"counts of {count} rules are dated in the future, so that they stay for longer than they should: was the "
            "clock of this machine or of another one ahead, or is it behind?",
        )
    ]


def _counts_after(connection: Connection, after_90k: int) -> list[tuple[Column[int], str, str, int]]:
    """Column of the time, camera, rule, and after which value of the column they are. An hour that has begun is not."""
    return [
        (time, row.camera, row.rule, after_90k // unit)
        for time, unit in _TIMES
        for row in connection.execute(
            select(time.table.c.camera, time.table.c.rule).where(time > after_90k // unit).distinct()
        )
    ]


def _noticed(connection: Connection, now_90k: int) -> int:
    """When they were first noticed: now, if never before, or if the clock was ahead then too."""
    c = event_marks.c
    before: int | None = connection.execute(select(c.number).where(c.camera == _COUNTS_AHEAD)).scalar()
    if before is not None and before <= now_90k:
        return before
    row = {"camera": _COUNTS_AHEAD, "writer": "", "number": now_90k}
    mark = insert_into(event_marks, connection.dialect).values(**row)
    connection.execute(mark.on_conflict_do_update(index_elements=["camera"], set_=row))
    return now_90k


def in_its_place(now_90k: int) -> ColumnElement[bool]:
    """Whether an event belongs into a list that has the newest first. One that is dated in the future would stay on top
    for as long, so it is there only until somebody has looked at it. A single term: the list is read by an index."""
    return ~((events.c.start_90k > now_90k + AHEAD_90K) & events.c.state.in_(_LOOKED_AT))
