"""Passkeys (WebAuthn): keys in a phone or computer that sign in without a password once it is unlocked."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from passerby.access.one_time import OneTime
from passerby.access.users import User, Users
from passerby.catalogue.rows import Rows
from passerby.catalogue.schema.access import passkeys, sessions
from passerby.errors import SettingsError

MAX_PASSKEYS = 20
_VERIFIED = UserVerificationRequirement.REQUIRED  # else anybody who finds an unlocked key could sign in


@dataclass(frozen=True, slots=True)
class Site:
    """The site as the browser sees it. host: without port. origin: as https://host:port."""

    host: str
    origin: str


@dataclass(frozen=True, slots=True)
class Passkey:
    id: str
    name: str
    created_90k: int


@dataclass(frozen=True, slots=True)
class _Asked:
    """user_id: None when signing in."""

    challenge: bytes
    user_id: int | None


class Passkeys:
    """Every method raises OutputError if the catalogue fails."""

    def __init__(self, rows: Rows, users: Users) -> None:
        self._rows, self._users = rows, users
        self._asked: OneTime[_Asked] = OneTime(rows.clock)

    def ask_new(self, user: User, site: Site) -> tuple[str, dict[str, Any]]:
        """Returns a key to send back, and options for navigator.credentials.create."""
        known = [PublicKeyCredentialDescriptor(base64url_to_bytes(each.id)) for each in self.list(user)]
        options = generate_registration_options(
            rp_id=site.host, rp_name="passerby", user_id=user.handle, user_name=user.name, exclude_credentials=known,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED, user_verification=_VERIFIED
            ),
        )  # fmt: skip
        return self._asked.put(_Asked(options.challenge, user.id)), json.loads(options_to_json(options))

    def add(self, user: User, site: Site, asked: str, credential: dict[str, Any], name: str) -> Passkey:
        """Raises SettingsError if it does not match the request, or if there are too many."""
        question = self._asked.take(asked)
        if question is None or question.user_id != user.id:
            raise SettingsError("this passkey request is unknown or has expired", hint="try again")
        if len(self.list(user)) >= MAX_PASSKEYS:
            raise SettingsError(f"there are {MAX_PASSKEYS} passkeys already")
        try:
            made = verify_registration_response(
                credential=credential, expected_challenge=question.challenge, expected_rp_id=site.host,
                expected_origin=site.origin, require_user_verification=True,
            )  # fmt: skip
            new = Passkey(bytes_to_base64url(made.credential_id), name, self._rows.clock.now_90k())
            with self._rows.transaction("add a passkey") as connection:
                connection.execute(
                    passkeys.insert().values(
                        id=new.id, user_id=user.id, name=name, public_key=made.credential_public_key,
                        sign_count=made.sign_count, created_90k=new.created_90k,
                    )
                )  # fmt: skip
        except (WebAuthnException, IntegrityError, ValueError, KeyError, TypeError):
            raise SettingsError("the passkey could not be verified") from None
        return new

    def ask(self, site: Site) -> tuple[str, dict[str, Any]]:
        """Returns a key to send back, and options for navigator.credentials.get. They name no user."""
        options = generate_authentication_options(rp_id=site.host, user_verification=_VERIFIED)
        return self._asked.put(_Asked(options.challenge, None)), json.loads(options_to_json(options))

    def user_of(self, site: Site, asked: str, credential: dict[str, Any]) -> User | None:
        """The user whose passkey answered. None if the answer is not valid, or the user is disabled."""
        question = self._asked.take(asked)
        with self._rows.transaction("read a passkey") as connection:
            wanted = passkeys.c.id == str(credential.get("id", ""))
            row = connection.execute(select(passkeys).where(wanted)).one_or_none()
        if question is None or question.user_id is not None or row is None:
            return None
        user = self._users.by_id(row.user_id)
        try:
            answer = verify_authentication_response(
                credential=credential, expected_challenge=question.challenge, expected_rp_id=site.host,
                expected_origin=site.origin, credential_public_key=bytes(row.public_key),
                credential_current_sign_count=row.sign_count, require_user_verification=True,
            )  # fmt: skip
        except (WebAuthnException, ValueError, KeyError, TypeError):
            return None
        with self._rows.transaction("note a passkey") as connection:
            # Only if the count is still the one that was checked: of two answers at once, one is refused.
            mine = (passkeys.c.id == row.id) & (passkeys.c.sign_count == row.sign_count)
            noted = connection.execute(update(passkeys).where(mine).values(sign_count=answer.new_sign_count))
        return user if user and user.is_enabled and noted.rowcount else None

    def list(self, user: User) -> list[Passkey]:
        with self._rows.transaction("read the passkeys") as connection:
            found = connection.execute(select(passkeys).where(passkeys.c.user_id == user.id))
            return [Passkey(row.id, row.name, row.created_90k) for row in found]

    def remove(self, user: User, id: str, *, keep_session: str = "") -> bool:
        """Returns whether the user had it. Ends every session begun with a passkey except this one: the phone that held
        it may be lost while signed in."""
        with self._rows.transaction("remove a passkey") as connection:
            done = connection.execute(delete(passkeys).where(passkeys.c.user_id == user.id, passkeys.c.id == id))
            if done.rowcount:
                theirs = (sessions.c.user_id == user.id) & (sessions.c.how == "passkey")
                connection.execute(delete(sessions).where(theirs, sessions.c.key != keep_session))
            return bool(done.rowcount)
