"""The rows of small pictures of events: sent by a site whose recordings stay there, and gone when these are."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import delete, exists, select

from passerby.catalogue.database import insert_into
from passerby.catalogue.limits import limits_of
from passerby.catalogue.rows import Rows
from passerby.catalogue.schema.events import event_stills, events
from passerby.rules.retention import KeepAll, cameras_by_limit, limit_90k

MAX_AT_ONCE = 20
"""Events: after an outage the oldest come first, some every few seconds, and live pictures go on."""


@dataclass(frozen=True, slots=True)
class Pictured:
    """An event that has no picture yet."""

    id: int
    camera: str
    start_90k: int


class EventStills:
    """Thread-safe. Every method raises OutputError if the catalogue fails."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def missing(
        self, cameras: Collection[str], from_90k: int, to_90k: int, but: Collection[int] = ()
    ) -> list[Pictured]:
        """Events of these cameras that began in a range of time and have no picture, the oldest first."""
        has = exists().where(event_stills.c.event_id == events.c.id)
        query = (
            select(events.c.id, events.c.camera, events.c.start_90k)
            .where(events.c.camera.in_(cameras), events.c.start_90k > from_90k, events.c.start_90k <= to_90k, ~has)
            .where(events.c.id.not_in(but))
            .order_by(events.c.start_90k, events.c.id)
        )
        with self._rows.transaction("read the events") as connection:
            found = connection.execute(query.limit(MAX_AT_ONCE))
            return [Pictured(row.id, row.camera, row.start_90k) for row in found]

    def add(self, event: Pictured, at_90k: int, jpeg: bytes) -> None:
        """Unless the event is gone, or has one."""
        row = {"event_id": event.id, "camera": event.camera, "at_90k": at_90k, "jpeg": jpeg}
        with self._rows.transaction("keep a picture of an event") as connection:
            if connection.execute(select(events.c.id).where(events.c.id == event.id)).first() is not None:
                connection.execute(insert_into(event_stills, connection.dialect).on_conflict_do_nothing(), row)

    def find(self, event_id: int) -> tuple[int, bytes] | None:
        """When it was taken, and the JPEG."""
        query = select(event_stills.c.at_90k, event_stills.c.jpeg).where(event_stills.c.event_id == event_id)
        with self._rows.transaction("read a picture of an event") as connection:
            row = connection.execute(query).one_or_none()
        return (row.at_90k, bytes(row.jpeg)) if row else None

    def retire(self, keep: KeepAll, now_90k: int) -> None:
        """Delete those whose recordings are over their limit."""
        c = event_stills.c
        with self._rows.transaction("delete pictures of events") as connection:
            limits, others_90k = cameras_by_limit(keep, now_90k), limit_90k(keep.usual, now_90k)
            for which, until_90k in limits_of(c.camera, limits, others_90k, connection.dialect):
                connection.execute(delete(event_stills).where(which, c.at_90k <= until_90k))
