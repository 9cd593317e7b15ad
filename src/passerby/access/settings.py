"""Settings changed on the page: kept in the catalogue, so that every process sees them. The file wins over them."""

from __future__ import annotations

import json
from collections.abc import Mapping

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from passerby.access.words import setting_words
from passerby.catalogue.rows import Rows
from passerby.catalogue.schema.access import settings
from passerby.config import FILE_NAME, Config
from passerby.config.on_page import ON_PAGE, Value, is_in_file, unfit, with_page
from passerby.errors import SettingsError
from passerby.rules.retention import Keep


class PageSettings:
    """Every method raises OutputError if the catalogue fails."""

    def __init__(self, rows: Rows, config: Config) -> None:
        """config: as the file says."""
        self._rows, self._config = rows, config

    def current(self) -> Config:
        """The configuration in effect now."""
        return with_page(self._config, self._values())

    def unfit(self) -> dict[str, str]:
        """Why what was set on the page does not count, by section: the file has changed since."""
        return unfit(self._config, self._values())

    def usual_keep(self) -> Keep:
        """How long recordings are kept, of cameras that set nothing else."""
        storage = self.current().storage
        return Keep(storage.keep_hours, storage.more_than_30_days)

    def change(self, changes: Mapping[str, Value | None]) -> str:
        """By key; None: the default again. All or nothing. Returns what differs, in words. Raises SettingsError for a
        key that is not changed here, or a value that is not allowed."""
        for key in changes:
            self._check_key(key)
        sections = {key.partition(".")[0] for key in changes}
        try:
            with self._rows.transaction("change the settings") as connection:
                before = self.current()
                for key, value in changes.items():
                    where, kept = settings.c.key == key, json.dumps(value)
                    if value is None:
                        connection.execute(delete(settings).where(where))
                    elif not connection.execute(update(settings).where(where).values(value=kept)).rowcount:
                        connection.execute(settings.insert().values(key=key, value=kept))
                after = self._values()
                wrong = unfit(self._config, {key: after[key] for key in after if key.partition(".")[0] in sections})
                if wrong:
                    raise SettingsError(next(iter(wrong.values())))
                for key, value in changes.items():
                    if value is not None and type(value) not in ON_PAGE[key]:
                        raise SettingsError(f"{key} takes another kind of value")
        except IntegrityError:
            raise SettingsError("somebody else changed the same settings just now", hint="look again") from None
        return setting_words(before, with_page(self._config, after), [key for key in ON_PAGE if key in changes])

    def _values(self) -> dict[str, Value]:
        """Only what counts: neither keys that the file sets, nor those of another version."""
        with self._rows.transaction("read the settings") as connection:
            found = connection.execute(select(settings)).all()
        return {
            row.key: json.loads(row.value)
            for row in found
            if row.key in ON_PAGE and not is_in_file(self._config, row.key)
        }

    def _check_key(self, key: str) -> None:
        if key not in ON_PAGE:
            raise SettingsError(
                f"'{key[:64]}' cannot be changed here", hint=f"set it in {FILE_NAME}, and restart passerby"
            )
        if is_in_file(self._config, key):
            raise SettingsError(
                f"{key} is set in {FILE_NAME}", hint="change it there, or remove it there to change it here"
            )
