"""Makes a message of each event, once, in the transaction in which the event is marked as told."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, select, update

from passerby.access.camera_alerts import CameraAlerts
from passerby.catalogue.rows import Rows
from passerby.catalogue.schema.events import events
from passerby.media.events import EventKind
from passerby.media.messages import Message, Severity
from passerby.media.segments import TICKS_PER_S
from passerby.notify.links import message_id
from passerby.notify.notifier import Notifier
from passerby.said.languages import say

AT_ONCE = 200
NEWS_FOR_90K = 3600 * TICKS_PER_S
"""An event that was over earlier is no news: nobody is told of it, as when the first channel is set up. What goes on
is, however early it began: a rule may wait for hours before it is sure."""
_SEVERITY = {
    EventKind.LINE_CROSSED: Severity.INFO,
    EventKind.FALL: Severity.CRITICAL,
    EventKind.LYING: Severity.CRITICAL,
}


class EventMessages:
    """Only one thread at a time. link: to the page of events, to which an event's id is added."""

    def __init__(self, rows: Rows, notifier: Notifier, link: str) -> None:
        self._rows, self._notifier, self._link = rows, notifier, link
        self._alerts = CameraAlerts(rows)

    def round(self) -> int:
        """Tells of events that nobody was told of; of those of a camera whose alerts are off, now and later nobody is.
        Returns how many there were, at most `AT_ONCE`. Raises OutputError."""
        query = select(events.c.id).where(~events.c.is_told).order_by(events.c.id).limit(AT_ONCE)
        news_90k = self._rows.clock.now_90k() - NEWS_FOR_90K
        with self._rows.together("tell of events"), self._rows.transaction("tell of events") as connection:
            ids = connection.execute(query).scalars().all()
            # First, so that of two processes only one tells of each.
            mine = update(events).where(events.c.id.in_(ids), ~events.c.is_told).values(is_told=True).returning(events)
            found = sorted(connection.execute(mine).all(), key=lambda row: row.id) if ids else []
            off = self._alerts.off() if found else frozenset[str]()
            for row in found:
                if (row.is_open or row.end_90k >= news_90k) and row.camera not in off:
                    self._tell(row)
        if found:
            self._notifier.wake()
        return len(ids)

    def _tell(self, row: Row[Any]) -> None:
        try:
            message = message_of(row, self._link)
        except ValueError:  # written by another version: it must not silence the rest
            return
        self._notifier.tell(message)


def message_of(row: Row[Any], link: str) -> Message:
    """What, where and how many."""
    kind = EventKind(row.kind)
    title = say(f"event-{kind}", "en", camera=row.camera, rule=row.rule, status=row.rule, way=row.way or "")
    return Message(
        id=message_id(row.id),
        severity=_SEVERITY.get(kind, Severity.WARNING),
        kind=kind,
        camera=row.camera,
        rule=row.rule,
        title=title,
        text="",
        when_90k=row.start_90k,
        link=f"{link}/{row.id}",
    )
