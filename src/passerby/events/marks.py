"""Writes each piece once: a database may have kept what it did not answer to."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from sqlalchemy import select

from passerby.catalogue.database import insert_into
from passerby.catalogue.rows import Rows
from passerby.catalogue.schema.events import event_marks


class Marks:
    """Of what one process writes, in order of its numbers. Thread-safe."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._writer = secrets.token_hex(8)

    def once(self, camera: str, number: int, write: Callable[[], None]) -> None:
        """Write, unless it was written before: both are committed together. Raises what `write` raises."""
        c = event_marks.c
        with self._rows.together("write events"), self._rows.transaction("mark what was written") as connection:
            last = select(c.number).where(c.camera == camera, c.writer == self._writer)
            if number <= (connection.execute(last).scalar_one_or_none() or 0):
                return
            write()
            row = {"camera": camera, "writer": self._writer, "number": number}
            mark = insert_into(event_marks, connection.dialect).values(**row)
            connection.execute(mark.on_conflict_do_update(index_elements=["camera"], set_=row))
