"""Deletes events dated in the future: the clock was ahead when they were noticed, or it is behind now.

As `archive/future_dated.py` does with recordings: events are numbered as they are written. Once one that was written
after such an event is over the limit, that event is over it too, whatever its date.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, delete, func, select

from passerby.catalogue.rows import Rows
from passerby.catalogue.schema.events import events
from passerby.media.alarms import Alarm, AlarmKind
from passerby.media.events import EventState
from passerby.media.segments import TICKS_PER_S

AHEAD_90K = 15 * 60 * TICKS_PER_S
"""Clocks of several machines, or one that was set back a little, differ by less."""
_LOOKED_AT = (EventState.SEEN, EventState.DONE, EventState.FALSE)


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


def in_its_place(now_90k: int) -> ColumnElement[bool]:
    """Whether an event belongs into a list that has the newest first. One that is dated in the future would stay on top
    for as long, so it is there only until somebody has looked at it. A single term: the list is read by an index."""
    return ~((events.c.start_90k > now_90k + AHEAD_90K) & events.c.state.in_(_LOOKED_AT))
