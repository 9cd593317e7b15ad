"""Records the states of cameras, change by change, so that outages can be seen later. Judging them is for `rules/`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update

from passerby.archive.rows import Rows
from passerby.catalogue.limits import limits_of
from passerby.catalogue.schema.archive import camera_states
from passerby.media.camera import CameraState
from passerby.media.segments import TICKS_PER_S
from passerby.rules.retention import KeepAll, cameras_by_limit, limit_90k

KNOWN_EVERY_90K = 30 * TICKS_PER_S
"""How often an ongoing state is noted: after a crash its end is known no more precisely."""
LONGEST_REASON = 300


@dataclass(frozen=True, slots=True)
class Stretch:
    """How long a camera was in one state. to_90k: None while it still is."""

    from_90k: int
    to_90k: int | None
    what: str
    reason: str


@dataclass(slots=True)
class _Open:
    id: int
    from_90k: int
    what: str
    known_90k: int


class History:
    """Written by one thread of one process, read by any. Every method raises OutputError if the database fails."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._open: dict[str, _Open] = {}
        self._has_failed = False

    def begin(self) -> None:
        """Call before the first note: states left open by an earlier run end when they were last noted."""
        self._open.clear()
        with self._rows.transaction("end states") as connection:
            connection.execute(update(camera_states).where(camera_states.c.is_open).values(is_open=False))
        self._has_failed = False

    def note(self, states: Mapping[str, CameraState], now_90k: int) -> None:
        """By camera: its present state. Pass all cameras, about every second."""
        if self._has_failed:
            self.begin()
        gone = self._open.keys() - states.keys()
        changed = [name for name, now in states.items() if name not in self._open or self._open[name].what != now.what]
        stale = [name for name, row in self._open.items() if now_90k - row.known_90k >= KNOWN_EVERY_90K]
        if not (gone or changed or stale):
            return
        self._has_failed = True  # until it succeeds: a partial update is redone
        with self._rows.transaction("note states") as connection:
            for name in gone:
                self._end(connection, name, now_90k)
            for name in changed:
                self._change(connection, name, states[name], now_90k)
            for name in set(stale) - set(changed) - gone:
                self._go_on(connection, self._open[name], now_90k)
        self._has_failed = False

    def end(self, now_90k: int) -> None:
        """Call when no more notes will come."""
        self.note({}, now_90k)

    def between(self, camera: str, from_90k: int, to_90k: int) -> list[Stretch]:
        """The states that overlap from_90k .. to_90k, in order of time."""
        rows = camera_states.c
        in_range = (rows.camera == camera, rows.from_90k < to_90k, rows.is_open | (rows.to_90k > from_90k))
        query = select(camera_states).where(*in_range).order_by(rows.from_90k, rows.id)
        with self._rows.transaction("read states") as connection:
            return [
                Stretch(row.from_90k, None if row.is_open else row.to_90k, row.what, row.reason)
                for row in connection.execute(query)
            ]

    def retire(self, keep: KeepAll, now_90k: int) -> None:
        """Deletes history once the camera's recordings of that time are deleted."""
        rows = camera_states.c
        with self._rows.transaction("forget states") as connection:
            limits, others_90k = cameras_by_limit(keep, now_90k), limit_90k(keep.usual, now_90k)
            for which, until_90k in limits_of(rows.camera, limits, others_90k, connection.dialect):
                is_old = (rows.from_90k <= until_90k, rows.to_90k <= until_90k, ~rows.is_open)
                connection.execute(delete(camera_states).where(which, *is_old))

    def _change(self, connection: Connection, name: str, now: CameraState, now_90k: int) -> None:
        before = self._open.get(name)
        from_90k = min(now.since_90k, now_90k)
        if before is not None:  # a finding may have begun before it was reported: then the state counts from there
            from_90k = max(from_90k, before.from_90k)
            self._end(connection, name, from_90k)
        row = {
            "camera": name, "from_90k": from_90k, "to_90k": now_90k, "is_open": True, "what": now.what,
            "reason": now.reason[:LONGEST_REASON],
        }  # fmt: skip
        id = connection.execute(insert(camera_states).returning(camera_states.c.id), row).scalar_one()
        self._open[name] = _Open(id, from_90k, now.what, now_90k)

    def _end(self, connection: Connection, name: str, at_90k: int) -> None:
        row = self._open.pop(name)
        ended = {"to_90k": max(row.from_90k, at_90k), "is_open": False}
        connection.execute(update(camera_states).where(camera_states.c.id == row.id).values(**ended))

    def _go_on(self, connection: Connection, row: _Open, now_90k: int) -> None:
        connection.execute(update(camera_states).where(camera_states.c.id == row.id).values(to_90k=now_90k))
        row.known_90k = now_90k
