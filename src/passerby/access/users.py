"""Users: who may sign in, with which roles, seeing which cameras. At least one admin always remains."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, delete, func, select, update
from sqlalchemy.exc import IntegrityError

from passerby.catalogue.rows import Rows
from passerby.catalogue.schema.access import passkeys, sessions, tokens, users, users_in_groups
from passerby.catalogue.schema.push import push_devices
from passerby.errors import SettingsError
from passerby.rules.access import Principal, Role

FIRST_ROLES = frozenset({Role.ADMIN, Role.OPERATOR, Role.PRIVACY_OFFICER})
"""For whoever sets up an installation: on a laptop in a school that is often one person."""


@dataclass(frozen=True, slots=True)
class User:
    """id: never shown. password: the Argon2id hash. handle: the user's id for passkeys."""

    id: int
    name: str
    roles: frozenset[Role]
    groups: frozenset[str]
    sees_all_cameras: bool
    is_enabled: bool
    oidc_subject: str | None = field(repr=False)
    password: str | None = field(repr=False)
    handle: bytes = field(repr=False)

    @property
    def principal(self) -> Principal:
        return Principal(self.name, self.roles, self.groups, self.sees_all_cameras)


@dataclass(frozen=True, slots=True)
class UserFacts:
    """The settings of a user, as an admin gives them."""

    roles: frozenset[Role]
    groups: frozenset[str] = frozenset()
    sees_all_cameras: bool = False
    is_enabled: bool = True
    oidc_subject: str | None = None


class Users:
    """Every method raises OutputError if the catalogue fails."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def list(self) -> list[User]:
        with self._rows.transaction("read the users") as connection:
            return _users(connection, connection.execute(select(users).order_by(users.c.name)))

    def find(self, name: str) -> User | None:
        return self._find(users.c.name == name.lower())

    def by_id(self, id: int) -> User | None:
        return self._find(users.c.id == id)

    def by_oidc_subject(self, subject: str) -> User | None:
        return self._find(users.c.oidc_subject == subject)

    def add(self, name: str, facts: UserFacts, password: str | None) -> User:
        """password: hashed. Raises SettingsError if the name is taken or a group is unknown."""
        try:
            with self._rows.transaction("add a user") as connection:
                insert_user(connection, name, facts, password, self._rows.clock.now_90k())
        except IntegrityError:
            raise SettingsError(
                f"couldn't add user '{name}': the name or the sign-on is taken, or there is no such group"
            ) from None
        found = self.find(name)
        assert found is not None
        return found

    def change(self, name: str, facts: UserFacts) -> None:
        """Disabling a user ends all sessions; a new name at the single sign-on ends the sessions begun there. After
        either, no browser is told any more. Raises SettingsError as `add` does, and for the last admin."""
        try:
            with self._rows.transaction("change a user") as connection:
                query = select(users.c.id, users.c.oidc_subject).where(users.c.name == name.lower())
                found = connection.execute(query).one_or_none()
                if found is None:
                    raise SettingsError(f"there is no user '{name}'")
                id = found.id
                connection.execute(update(users).where(users.c.id == id).values(**_values(facts)))
                connection.execute(delete(users_in_groups).where(users_in_groups.c.user_id == id))
                _put_in_groups(connection, id, facts.groups)
                ended = sessions.c.user_id == id
                if facts.is_enabled:
                    ended &= (sessions.c.how == "oidc") & (facts.oidc_subject != found.oidc_subject)
                connection.execute(delete(sessions).where(ended))
                if not facts.is_enabled or facts.oidc_subject != found.oidc_subject:
                    connection.execute(delete(push_devices).where(push_devices.c.user_id == id))
                _keep_an_admin(connection)
        except IntegrityError:
            raise SettingsError(
                f"couldn't change user '{name}': the sign-on is taken, or there is no such group"
            ) from None

    def set_password(self, id: int, password: str, *, keep_session: str = "") -> None:
        """password: hashed. Ends every session except this one, and no browser elsewhere is told any more: the old
        password may have been stolen."""
        with self._rows.transaction("change a password") as connection:
            connection.execute(update(users).where(users.c.id == id).values(password=password))
            connection.execute(delete(sessions).where(sessions.c.user_id == id, sessions.c.key != keep_session))
            elsewhere = (push_devices.c.user_id == id, push_devices.c.session != keep_session)
            connection.execute(delete(push_devices).where(*elsewhere))

    def reset_password(self, id: int, password: str) -> None:
        """For a reset by somebody else. password: hashed. Ends sessions, tokens and passkeys: whoever had the old
        password may have made them."""
        with self._rows.transaction("reset a password") as connection:
            connection.execute(update(users).where(users.c.id == id).values(password=password))
            end_ways_in(connection, id)

    def remove(self, name: str) -> None:
        """Also removes sessions, tokens and passkeys; audit records stay. Raises SettingsError for an unknown user or
        the last admin."""
        with self._rows.transaction("remove a user") as connection:
            if not connection.execute(delete(users).where(users.c.name == name.lower())).rowcount:
                raise SettingsError(f"there is no user '{name}'")
            _keep_an_admin(connection)

    def count(self) -> int:
        with self._rows.transaction("count the users") as connection:
            return int(connection.execute(select(func.count()).select_from(users)).scalar_one())

    def _find(self, condition: Any) -> User | None:
        with self._rows.transaction("read a user") as connection:
            return next(iter(_users(connection, connection.execute(select(users).where(condition)))), None)


def insert_user(connection: Connection, name: str, facts: UserFacts, password: str | None, now_90k: int) -> int:
    """Returns the id. password: hashed."""
    values = {**_values(facts), "name": name.lower(), "password": password}
    done = connection.execute(users.insert().values(**values, handle=os.urandom(64), created_90k=now_90k))
    assert done.inserted_primary_key is not None
    id = int(done.inserted_primary_key[0])
    _put_in_groups(connection, id, facts.groups)
    return id


def end_ways_in(connection: Connection, id: int) -> None:
    """Deletes all sessions, tokens and passkeys of a user; their browsers are no longer told."""
    for table in (sessions, tokens, passkeys, push_devices):
        connection.execute(delete(table).where(table.c.user_id == id))


def _values(facts: UserFacts) -> dict[str, Any]:
    return {
        "roles": " ".join(sorted(facts.roles)),
        "sees_all_cameras": facts.sees_all_cameras,
        "is_enabled": facts.is_enabled,
        "oidc_subject": facts.oidc_subject,
    }


def _put_in_groups(connection: Connection, id: int, groups: Iterable[str]) -> None:
    found = [{"user_id": id, "in_group": group} for group in sorted(groups)]
    if found:
        connection.execute(users_in_groups.insert(), found)


def _keep_an_admin(connection: Connection) -> None:
    admins = users.c.is_enabled & users.c.roles.like(f"%{Role.ADMIN}%")
    if not connection.execute(select(users.c.id).where(admins).limit(1)).first():
        raise SettingsError("nobody could let others in any more: at least one enabled user must be an admin")


def _users(connection: Connection, found: Iterable[Row[Any]]) -> list[User]:
    rows = list(found)
    links = select(users_in_groups).where(users_in_groups.c.user_id.in_([row.id for row in rows]))
    groups: dict[int, set[str]] = {}
    for link in connection.execute(links):
        groups.setdefault(link.user_id, set()).add(link.in_group)
    return [
        User(
            row.id, row.name, frozenset(map(Role, row.roles.split())), frozenset(groups.get(row.id, ())),
            row.sees_all_cameras, row.is_enabled, row.oidc_subject, row.password, bytes(row.handle),
        )
        for row in rows
    ]  # fmt: skip
