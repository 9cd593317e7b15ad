"""Writes events and counts into the catalogue, as they happen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, case, insert, select, update

from passerby.catalogue.database import insert_into
from passerby.catalogue.fences import is_admitted, is_recorded_above, recorded_above_from
from passerby.catalogue.rows import Rows
from passerby.catalogue.schema.events import counts, events
from passerby.events.box_records import write_boxes
from passerby.media.events import CameraEvent, EventKind, EventState
from passerby.media.segments import MINUTE_90K, TICKS_PER_S

STALE_AFTER_90K = 300 * TICKS_PER_S
"""Longer than a catalogue that is away for a moment; what goes on is noted every 10 s."""
GOES_ON_WITHIN_90K = 60 * TICKS_PER_S
"""What is noticed again so soon after its camera or its worker was away is the same event, and nobody is told twice."""

_GO_ON = frozenset({
    EventKind.IN_ZONE, EventKind.CROWD, EventKind.DENSITY, EventKind.QUEUE, EventKind.LOITERING, EventKind.LYING,
})  # fmt: skip
"""The others are noticed while they come about: what is noticed after a restart is another fall, or another bag."""

_Key = tuple[str, str, EventKind]
"""Camera, rule, kind."""


class EventRecords:
    """Of the cameras of one process. Thread-safe. Every method raises OutputError if the catalogue fails.

    token: the fencing token of the camera, 0 on a single machine. What was noticed under a lower one is written only
    where no higher one was recorded: there the events of the higher are the record.
    """

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self.refused = 0
        """What was left out, since another machine recorded the camera at that time."""
        self._cut: dict[_Key, tuple[int, int]] = {}
        """Start and end of what was cut off, and may go on; `_began`: when an event really began that goes on."""
        self._began: dict[tuple[_Key, int], int] = {}

    def close_open(self, camera: str, token: int = 0) -> None:
        """Events that were left open, as after a crash, ended when they were last known to go on. Call before the
        camera's first event. Those that another machine has noticed meanwhile stay open."""
        with self._rows.together("end events"):
            if not self._is_admitted(camera, token):
                return
            for row in self._close(events.c.camera == camera, events.c.kind != EventKind.CAMERA):
                self._cut[(row.camera, row.rule, EventKind(row.kind))] = row.start_90k, row.end_90k

    def close_health(self) -> None:
        """The same for what is wrong with cameras, of all of them."""
        self._close(events.c.kind == EventKind.CAMERA)

    def _close(self, *which: ColumnElement[bool]) -> Sequence[Row[Any]]:
        """The rows that this has ended."""
        ended = update(events).where(events.c.is_open, *which).values(is_open=False).returning(events)
        with self._rows.transaction("end events") as connection:
            return connection.execute(ended).all()

    def close_stale(self, now_90k: int) -> None:
        """Events of any process that nobody has said to go on for minutes, as of a camera that was removed, or lost its
        rules, after its worker was killed. A worker that is only cut off from the catalogue ends them itself later."""
        self._close(events.c.end_90k < now_90k - STALE_AFTER_90K, events.c.kind != EventKind.CAMERA)

    def keep_open(self, camera: str, now_90k: int, token: int = 0) -> None:
        """The camera's open events go on."""
        with self._rows.together("note that events go on"):
            if self._is_admitted(camera, token):
                self._keep(now_90k, events.c.camera == camera, events.c.kind != EventKind.CAMERA)

    def keep_health(self, now_90k: int) -> None:
        """What is wrong with cameras still is."""
        self._keep(now_90k, events.c.kind == EventKind.CAMERA)

    def _keep(self, now_90k: int, *which: ColumnElement[bool]) -> None:
        with self._rows.transaction("note that events go on") as connection:
            where = (events.c.is_open, events.c.end_90k < now_90k, *which)
            connection.execute(update(events).where(*where).values(end_90k=now_90k))

    def _is_admitted(self, camera: str, token: int) -> bool:
        with self._rows.transaction("check a fence") as connection:
            return is_admitted(connection, camera, token)

    def add(self, found: Sequence[CameraEvent], *, is_cut: bool = False, token: int = 0) -> None:
        """Events that began, ended or are over at once, in order; all or none. What lasts is one row, however often it
        comes. is_cut: they end because nothing more is known, as when the camera is away."""
        whole = [self._continued(event) for event in found]
        with self._rows.transaction("note events") as connection:
            for event in whole:
                if is_admitted(connection, event.camera, token):
                    _add(connection, event, token)
                elif self._is_record(connection, event, token):
                    _add_late(connection, event, token)
        for new, event in zip(found, whole, strict=True):
            if event.end_90k is not None:
                self._began.pop((_key(new), new.start_90k), None)
                if is_cut:
                    self._cut[_key(event)] = event.start_90k, event.end_90k

    def _continued(self, event: CameraEvent) -> CameraEvent:
        """As one with what was cut off a moment ago, if it goes on with that."""
        key = _key(event)
        cut = self._cut.pop(key, None) if event.end_90k is None and event.kind in _GO_ON else None
        if cut is not None and 0 <= event.start_90k - cut[1] <= GOES_ON_WITHIN_90K:
            self._began[(key, event.start_90k)] = cut[0]
        began_90k = self._began.get((key, event.start_90k))
        return event if began_90k is None else replace(event, start_90k=began_90k)

    def _is_record(self, connection: Connection, event: CameraEvent, token: int) -> bool:
        """Of what comes late: whether no other machine recorded when it began."""
        is_record = not is_recorded_above(connection, event.camera, token, event.start_90k)
        self.refused += not is_record
        return is_record

    def count(self, crossings: Sequence[CameraEvent], token: int = 0) -> None:
        """Counts crossings of lines, by minute."""
        with self._rows.transaction("count crossings") as connection:
            for each in crossings:
                if is_admitted(connection, each.camera, token) or self._is_record(connection, each, token):
                    _count(connection, each)

    def keep_boxes(self, camera: str, start_90k: int, end_90k: int, data: bytes, token: int = 0) -> None:
        """See `BoxKeeper`. Nothing is written for a camera that keeps none."""
        with self._rows.transaction("keep boxes for trying rules") as connection:
            is_late = not is_admitted(connection, camera, token)
            if not is_late or not is_recorded_above(connection, camera, token, start_90k):
                write_boxes(connection, camera, start_90k, end_90k, data)


def _add_late(connection: Connection, event: CameraEvent, token: int) -> None:
    """What was noticed before another machine took the camera, and comes after. It is over, at the latest when the
    other began; where the other goes on with it, that knows better when it ends."""
    end_90k = event.start_90k if event.end_90k is None else event.end_90k
    other_90k = recorded_above_from(connection, event.camera, token, event.start_90k)
    if other_90k is not None:
        end_90k = min(end_90k, other_90k)
    if event.kind is not EventKind.LINE_CROSSED:
        same = _same(event)
        row = connection.execute(select(events.c.is_open).where(*same)).first()
        if row is not None:
            most: dict[str, Any] = {"count": _larger(events.c.count, event.count)}
            if not row.is_open:
                most["end_90k"] = _larger(events.c.end_90k, end_90k)
            connection.execute(update(events).where(*same).values(**most))
            return
    values = {"end_90k": end_90k, "is_open": False, "count": event.count, "token": token}
    connection.execute(insert(events).values(**_row_of(event), **values))


def _add(connection: Connection, event: CameraEvent, token: int) -> None:
    values: dict[str, Any] = {
        "end_90k": event.start_90k if event.end_90k is None else event.end_90k,
        "is_open": event.end_90k is None,
        "count": event.count,
    }
    same = _same(event)
    lasts = event.kind is not EventKind.LINE_CROSSED  # two may cross at once
    if lasts and connection.execute(select(events.c.id).where(*same)).first() is not None:
        # One that goes on after it was cut off may have been longer, and more, before.
        names = ("count", "end_90k") if event.end_90k is None else ("count",)
        most = {name: _larger(events.c[name], values[name]) for name in names}
        connection.execute(update(events).where(*same).values(**values | most))
    else:
        connection.execute(insert(events).values(**_row_of(event), **values, token=token))


def _same(event: CameraEvent) -> tuple[ColumnElement[bool], ...]:
    return (
        events.c.camera == event.camera, events.c.rule == event.rule, events.c.kind == event.kind,
        events.c.start_90k == event.start_90k,
    )  # fmt: skip


def _larger(column: ColumnElement[int], value: int) -> ColumnElement[int]:
    return case((column > value, column), else_=value)


def _key(event: CameraEvent) -> _Key:
    return event.camera, event.rule, event.kind


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
