"""Secrets that this installation makes for itself, once: sealed in the catalogue."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import delete, select

from passerby.access.sealer import Sealer
from passerby.catalogue.database import insert_into
from passerby.catalogue.rows import Rows
from passerby.catalogue.schema.push import own_secrets
from passerby.errors import SettingsError


class OwnSecrets:
    """Every method raises OutputError if the catalogue fails."""

    def __init__(self, rows: Rows, sealer: Sealer) -> None:
        self._rows, self._sealer = rows, sealer

    def get(self, name: str, make: Callable[[], str]) -> str:
        """SECRET. The same each time, also for other processes. One that cannot be opened, since the catalogue was
        restored without its key, is made anew."""
        found = self._read(name)
        if found is None:
            sealed = self._sealer.seal(make(), _place(name))
            with self._rows.transaction("keep a secret") as connection:
                new = insert_into(own_secrets, connection.dialect).values(name=name, sealed=sealed)
                connection.execute(new.on_conflict_do_nothing())
            found = self._read(name)
            assert found is not None
        return found

    def _read(self, name: str) -> str | None:
        with self._rows.transaction("read a secret") as connection:
            sealed = connection.execute(select(own_secrets.c.sealed).where(own_secrets.c.name == name)).scalar()
            if sealed is None:
                return None
            try:
                return self._sealer.open(bytes(sealed), _place(name))
            except SettingsError:
                connection.execute(delete(own_secrets).where(own_secrets.c.name == name))
                return None


def _place(name: str) -> str:
    return f"own secret {name}"
