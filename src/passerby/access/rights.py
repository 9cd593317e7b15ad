"""Whether anybody's rights may have become fewer since: one number, for those who are being shown something."""

from __future__ import annotations

from sqlalchemy import select

from passerby.access.rows import Rows
from passerby.catalogue.schema_access import rights


class Rights:
    """Raises OutputError where the catalogue fails."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def revision(self) -> int:
        """Another number than before: somebody, in whatever process, took something away. Triggers in the database
        count, so that no change can forget to. Ask for it *before* asking whether somebody may."""
        with self._rows.transaction("read whether rights changed") as connection:
            return int(connection.execute(select(rights.c.revision)).scalar_one())
