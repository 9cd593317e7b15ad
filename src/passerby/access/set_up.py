"""The one-time link that makes the first user. Printed once, kept as a hash, of no use when there is a user."""

from __future__ import annotations

from sqlalchemy import delete, func, select, update

from passerby.access.rows import Rows, key_of, new_secret, ticks
from passerby.access.users import FIRST_ROLES, UserFacts, insert_user
from passerby.archive.schema_access import set_up_links, users


class SetUp:
    """Every method raises OutputError where the catalogue fails."""

    def __init__(self, rows: Rows, works_for_s: float) -> None:
        self._rows, self._works_for_90k = rows, ticks(works_for_s)

    def new_link(self) -> str | None:
        """SECRET for the link; earlier ones work no more. None where there is a user already."""
        secret = new_secret()
        with self._rows.transaction("make a set-up link") as connection:
            if connection.execute(select(func.count()).select_from(users)).scalar_one():
                return None  # what is there may be a reset link: see `reset`
            connection.execute(delete(set_up_links))
            ends = self._rows.clock.now_90k() + self._works_for_90k
            connection.execute(set_up_links.insert().values(key=key_of(secret), ends_90k=ends))
        return secret

    def works(self, secret: str) -> bool:
        """Whether a link could be used now."""
        with self._rows.transaction("read the set-up link") as connection:
            row = connection.execute(select(set_up_links).where(set_up_links.c.key == key_of(secret))).one_or_none()
            return row is not None and row.used_90k is None and row.ends_90k > self._rows.clock.now_90k()

    def use(self, secret: str, name: str, password: str) -> bool:
        """Make the first user; False where the link does not work. password: hashed."""
        now = self._rows.clock.now_90k()
        with self._rows.transaction("set up the first user") as connection:
            # The mark first: it takes the row, so that of two that come at once the second finds it used.
            used = connection.execute(
                update(set_up_links)
                .where(
                    set_up_links.c.key == key_of(secret),
                    set_up_links.c.used_90k.is_(None),
                    set_up_links.c.ends_90k > now,
                )
                .values(used_90k=now)
            )
            if not used.rowcount or connection.execute(select(func.count()).select_from(users)).scalar_one():
                return False
            insert_user(connection, name, UserFacts(FIRST_ROLES, sees_all_cameras=True), password, now)
        return True
