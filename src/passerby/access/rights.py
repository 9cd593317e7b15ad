"""A revision number that changes when anybody's permissions may have shrunk, for responses that go on for long."""

from __future__ import annotations

from sqlalchemy import select

from passerby.catalogue.rows import Rows
from passerby.catalogue.schema.access import rights


class Rights:
    """Raises OutputError if the catalogue fails."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def revision(self) -> int:
        """Differs from before if any process took a permission away. Triggers in the database count, so that no change
        is missed. Read it *before* checking whether somebody may."""
        with self._rows.transaction("read whether rights changed") as connection:
            return int(connection.execute(select(rights.c.revision)).scalar_one())
