"""The one-time link that creates the first user. Printed once, stored as a hash, of no use once there is a user."""

from __future__ import annotations

from sqlalchemy import func, select

from passerby.access.links import Links
from passerby.access.secrets import key_of, new_secret
from passerby.access.users import FIRST_ROLES, UserFacts, insert_user
from passerby.catalogue.rows import Rows
from passerby.catalogue.schema.access import users


class SetUp:
    """Every method raises OutputError if the catalogue fails."""

    def __init__(self, rows: Rows, works_for_s: float) -> None:
        self._rows, self._links = rows, Links(rows, works_for_s)

    def new_link(self) -> str | None:
        """SECRET for the link. Earlier links stop working. None if there is a user already."""
        secret = new_secret()
        with self._rows.transaction("make a set-up link") as connection:
            if connection.execute(select(func.count()).select_from(users)).scalar_one():
                return None  # the stored link may be a reset link: see `reset`
            self._links.replace(connection, key_of(secret))
        return secret

    def works(self, secret: str) -> bool:
        """Whether a link could be used now."""
        with self._rows.transaction("read the set-up link") as connection:
            return self._links.works(connection, key_of(secret))

    def use(self, secret: str, name: str, password: str) -> bool:
        """Creates the first user. False if the link does not work. password: hashed."""
        with self._rows.transaction("set up the first user") as connection:
            is_taken = self._links.take(connection, key_of(secret))
            if not is_taken or connection.execute(select(func.count()).select_from(users)).scalar_one():
                return False
            facts = UserFacts(FIRST_ROLES, sees_all_cameras=True)
            insert_user(connection, name, facts, password, self._rows.clock.now_90k())
        return True
