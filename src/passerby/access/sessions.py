"""Browser sessions and API tokens: secrets that stand for a user. Only their SHA-256 is stored."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field

from sqlalchemy import delete, select, update

from passerby.access.secrets import key_of, new_secret
from passerby.access.users import User, Users
from passerby.catalogue.rows import Rows
from passerby.catalogue.schema.access import sessions, tokens
from passerby.catalogue.schema.push import push_devices
from passerby.errors import SettingsError
from passerby.media.segments import ticks
from passerby.rules.access import Action, Principal

TOKEN_PREFIX = "passerby_"  # so that scanners can find a token that was published by mistake
MAX_TOKENS = 100
_NOTE_EVERY_90K = ticks(60)  # else every request would write


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who sent a request. through: as in audit records. ends_90k: UTC when the session or token expires. session: its
    key, empty for a token."""

    user: User
    principal: Principal
    through: str
    ends_90k: int
    session: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Token:
    """What users may see of a token."""

    id: int
    name: str
    scopes: frozenset[Action]
    created_90k: int
    ends_90k: int


class Sessions:
    """Every method raises OutputError if the catalogue fails."""

    def __init__(self, rows: Rows, users: Users, longest_s: float, idle_s: float) -> None:
        self._rows, self._users = rows, users
        self._longest_90k, self._idle_90k = ticks(longest_s), ticks(idle_s)

    def begin(self, user: User, how: str) -> str:
        """SECRET: for the cookie. Always a new session, so that nobody signs in to one that somebody else prepared."""
        secret, now = new_secret(), self._rows.clock.now_90k()
        with self._rows.transaction("begin a session") as connection:
            connection.execute(delete(sessions).where(sessions.c.ends_90k <= now))
            connection.execute(
                sessions.insert().values(
                    key=key_of(secret), user_id=user.id, how=how, seen_90k=now, ends_90k=now + self._longest_90k
                )
            )
        return secret

    def find(self, secret: str) -> SignedIn | None:
        return self.find_key(key_of(secret))

    def find_key(self, key: str) -> SignedIn | None:
        """None if it ended or the user is disabled."""
        now = self._rows.clock.now_90k()
        with self._rows.transaction("read a session") as connection:
            row = connection.execute(select(sessions).where(sessions.c.key == key)).one_or_none()
            if row is None or now >= min(row.ends_90k, row.seen_90k + self._idle_90k):
                return None
            if now - row.seen_90k >= _NOTE_EVERY_90K:
                connection.execute(update(sessions).where(sessions.c.key == key).values(seen_90k=now))
        user = self._users.by_id(row.user_id)
        return SignedIn(user, user.principal, "session", row.ends_90k, key) if user and user.is_enabled else None

    def end(self, key: str) -> None:
        """The browser is no longer told of anything."""
        with self._rows.transaction("end a session") as connection:
            connection.execute(delete(push_devices).where(push_devices.c.session == key))
            connection.execute(delete(sessions).where(sessions.c.key == key))


def csrf_token_of(secret: str) -> str:
    """The page sends it with every change: a foreign page can make a browser send the cookie, but cannot know this."""
    return hmac.new(secret.encode(), b"passerby csrf", hashlib.sha256).hexdigest()


class Tokens:
    """Every method raises OutputError if the catalogue fails."""

    def __init__(self, rows: Rows, users: Users) -> None:
        self._rows, self._users = rows, users

    def add(self, user: User, name: str, scopes: frozenset[Action], days: float) -> tuple[str, Token]:
        """SECRET, shown once, and the token's details. Raises SettingsError over 100."""
        secret, now = TOKEN_PREFIX + new_secret(), self._rows.clock.now_90k()
        if len(self.list(user)) >= MAX_TOKENS:
            raise SettingsError(f"there are {MAX_TOKENS} tokens already", hint="take back those that nobody uses")
        with self._rows.transaction("add a token") as connection:
            done = connection.execute(
                tokens.insert().values(
                    key=key_of(secret), name=name, user_id=user.id, scopes=" ".join(sorted(scopes)),
                    created_90k=now, ends_90k=now + ticks(days * 86400),
                )
            )  # fmt: skip
            assert done.inserted_primary_key is not None
            id = int(done.inserted_primary_key[0])
        return secret, Token(id, name, scopes, now, now + ticks(days * 86400))

    def find(self, secret: str) -> SignedIn | None:
        """It may do what is within its scopes *and* what its user may do now."""
        with self._rows.transaction("read a token") as connection:
            row = connection.execute(select(tokens).where(tokens.c.key == key_of(secret))).one_or_none()
        user = self._users.by_id(row.user_id) if row and row.ends_90k > self._rows.clock.now_90k() else None
        if row is None or user is None or not user.is_enabled:
            return None
        scopes = frozenset(map(Action, row.scopes.split()))
        principal = Principal(user.name, user.roles, user.groups, user.sees_all_cameras, scopes)
        return SignedIn(user, principal, f"token {row.name}", row.ends_90k)

    def list(self, user: User) -> list[Token]:
        with self._rows.transaction("read the tokens") as connection:
            found = connection.execute(select(tokens).where(tokens.c.user_id == user.id).order_by(tokens.c.id))
            return [
                Token(row.id, row.name, frozenset(map(Action, row.scopes.split())), row.created_90k, row.ends_90k)
                for row in found
            ]

    def remove(self, user: User, id: int) -> bool:
        """Returns whether the user had it."""
        with self._rows.transaction("revoke a token") as connection:
            done = connection.execute(delete(tokens).where(tokens.c.user_id == user.id, tokens.c.id == id))
            return bool(done.rowcount)
