"""The one-time link that lets a user who cannot sign in set a new password. Made by a command on the machine."""

from __future__ import annotations

from sqlalchemy import update

from passerby.access.links import Links
from passerby.access.secrets import key_of, new_secret
from passerby.access.users import User, end_ways_in
from passerby.catalogue.rows import Rows
from passerby.catalogue.schema.access import users


class Reset:
    """Every method raises OutputError if the catalogue fails.

    Stored among the set-up links, which have no use once there are users. Only the hash of secret *and* handle is
    stored: a user's link does not work for another user, not even one who has the same name later.
    """

    def __init__(self, rows: Rows, works_for_s: float) -> None:
        self._rows, self._links = rows, Links(rows, works_for_s)

    def new_link(self, user: User) -> str:
        """SECRET for the link. Earlier links, also other users', stop working."""
        secret = new_secret()
        with self._rows.transaction("make a reset link") as connection:
            self._links.replace(connection, _key(user, secret))
        return secret

    def works(self, secret: str, user: User) -> bool:
        """Whether the user's link could be used now."""
        with self._rows.transaction("read the reset link") as connection:
            return self._links.works(connection, _key(user, secret))

    def use(self, secret: str, user: User, password: str) -> bool:
        """Sets the new password and ends all sessions, tokens and passkeys. False if the link does not work, or the
        user is disabled. password: hashed."""
        with self._rows.transaction("reset a password") as connection:
            if not self._links.take(connection, _key(user, secret)):
                return False
            is_them = (users.c.id == user.id) & (users.c.handle == user.handle) & users.c.is_enabled
            if not connection.execute(update(users).where(is_them).values(password=password)).rowcount:
                return False
            end_ways_in(connection, user.id)
        return True


def _key(user: User, secret: str) -> str:
    return key_of(f"{user.handle.hex()}.{secret}")
