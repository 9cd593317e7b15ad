"""What users have chosen for themselves on the page: kept with their account, so that every browser has it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, select

from passerby.access.users import User
from passerby.catalogue.rows import Rows
from passerby.catalogue.schema.access import preferences


class Preferences:
    """Every method raises OutputError if the catalogue fails."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def of(self, user: User) -> dict[str, Any]:
        """By name, as they were set; what was never set is left out."""
        with self._rows.transaction("read the preferences of a user") as connection:
            found = connection.execute(select(preferences).where(preferences.c.user_id == user.id)).all()
        return {row.name: json.loads(row.value) for row in found}

    def set(self, user: User, values: Mapping[str, Any]) -> None:
        """By name. Others stay as they are."""
        rows = [{"user_id": user.id, "name": name, "value": json.dumps(value)} for name, value in values.items()]
        of_user = preferences.c.user_id == user.id
        with self._rows.transaction("change the preferences of a user") as connection:
            connection.execute(delete(preferences).where(of_user, preferences.c.name.in_(list(values))))
            connection.execute(preferences.insert(), rows)
