"""The one-time link with which a user who cannot sign in sets another password. A command on the machine makes it."""

from __future__ import annotations

from sqlalchemy import update

from passerby.access.links import Links
from passerby.access.rows import Rows, key_of, new_secret
from passerby.access.users import User, end_ways_in
from passerby.catalogue.schema_access import users


class Reset:
    """Every method raises OutputError where the catalogue fails.

    Kept among the set-up links, which are of no use any more when there are users. Only the hash of secret *and* handle
    is: a link of one user does not fit another, not even one who has the same name later.
    """

    def __init__(self, rows: Rows, works_for_s: float) -> None:
        self._rows, self._links = rows, Links(rows, works_for_s)

    def new_link(self, user: User) -> str:
        """SECRET for the link; earlier ones, also other users', work no more."""
        secret = new_secret()
        with self._rows.transaction("make a reset link") as connection:
            self._links.replace(connection, _key(user, secret))
        return secret

    def works(self, secret: str, user: User) -> bool:
        """Whether their link could be used now."""
        with self._rows.transaction("read the reset link") as connection:
            return self._links.works(connection, _key(user, secret))

    def use(self, secret: str, user: User, password: str) -> bool:
        """Their new password; their sessions, tokens and passkeys end. False where the link does not work, or they are
        switched off. password: hashed."""
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
