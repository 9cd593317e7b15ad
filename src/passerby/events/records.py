"""Writes events and counts into the catalogue, as they happen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, insert, select, update

from passerby.catalogue.database import insert_into
from passerby.catalogue.rows import Rows
from passerby.catalogue.schema_events import counts, events
from passerby.events.box_records import write_boxes
from passerby.media.events import CameraEvent, EventKind, EventState
from passerby.media.segments import MINUTE_90K


class EventRecords:
    """Of the cameras of one process. Thread-safe. Every method raises OutputError if the catalogue fails."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def close_open(self, camera: str) -> None:
        """Events that were left open, as after a crash, ended when they were last known to go on. Call before the
        camera's first event."""
        self._close(events.c.camera == camera, events.c.kind != EventKind.CAMERA)

    def close_health(self) -> None:
        """The same for what is wrong with cameras, of all of them."""
        self._close(events.c.kind == EventKind.CAMERA)

    def _close(self, *which: ColumnElement[bool]) -> None:
        with self._rows.transaction("end events") as connection:
            connection.execute(update(events).where(events.c.is_open, *which).values(is_open=False))

    def keep_open(self, camera: str, now_90k: int) -> None:
        """The camera's open events go on."""
        self._keep(now_90k, events.c.camera == camera, events.c.kind != EventKind.CAMERA)

    def keep_health(self, now_90k: int) -> None:
        """What is wrong with cameras still is."""
        self._keep(now_90k, events.c.kind == EventKind.CAMERA)

    def _keep(self, now_90k: int, *which: ColumnElement[bool]) -> None:
        with self._rows.transaction("note that events go on") as connection:
            where = (events.c.is_open, events.c.end_90k < now_90k, *which)
            connection.execute(update(events).where(*where).values(end_90k=now_90k))

    def add(self, found: Sequence[CameraEvent]) -> None:
        """Events that began, ended or are over at once, in order; all or none. What lasts is one row, however often it
        comes."""
        with self._rows.transaction("note events") as connection:
            for event in found:
                _add(connection, event)

    def count(self, crossings: Sequence[CameraEvent]) -> None:
        """Counts crossings of lines, by minute."""
        with self._rows.transaction("count crossings") as connection:
            for each in crossings:
                _count(connection, each)

    def keep_boxes(self, camera: str, start_90k: int, end_90k: int, data: bytes) -> None:
        """See `BoxKeeper`. Nothing is written for a camera that keeps none."""
        with self._rows.transaction("keep boxes for trying rules") as connection:
            write_boxes(connection, camera, start_90k, end_90k, data)


def _add(connection: Connection, event: CameraEvent) -> None:
    values: dict[str, Any] = {
        "end_90k": event.start_90k if event.end_90k is None else event.end_90k,
        "is_open": event.end_90k is None,
        "count": event.count,
    }
    same = (
        events.c.camera == event.camera, events.c.rule == event.rule, events.c.kind == event.kind,
        events.c.start_90k == event.start_90k,
    )  # fmt: skip
    lasts = event.kind is not EventKind.LINE_CROSSED  # two may cross at once
    if lasts and connection.execute(select(events.c.id).where(*same)).first() is not None:
        connection.execute(update(events).where(*same).values(**values))
    else:
        connection.execute(insert(events).values(**_row_of(event), **values))


def _count(connection: Connection, crossing: CameraEvent) -> None:
    add = insert_into(counts, connection.dialect)
    row = {
        "camera": crossing.camera, "rule": crossing.rule, "way": crossing.way or "",
        "minute": crossing.start_90k // MINUTE_90K, "count": 1,
    }  # fmt: skip
    more = {"count": counts.c.count + 1}
    connection.execute(
        add.values(**row).on_conflict_do_update(index_elements=["camera", "rule", "way", "minute"], set_=more)
    )


def _row_of(event: CameraEvent) -> dict[str, Any]:
    return {
        "camera": event.camera, "rule": event.rule, "kind": event.kind, "objects": event.objects,
        "way": event.way or "", "start_90k": event.start_90k, "state": EventState.NEW, "state_who": "", "state_90k": 0,
    }  # fmt: skip
