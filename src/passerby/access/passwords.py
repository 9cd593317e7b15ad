"""Passwords as Argon2id, so that whoever steals the catalogue still has to guess each one slowly."""

from __future__ import annotations

import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from passerby.errors import SettingsError

MAX_LETTERS = 256
_AT_ONCE = 2  # each takes 64 MiB and some 50 ms of a core: a crowd of guesses must not take the machine


class Passwords:
    """May be used by many threads."""

    def __init__(self, least_letters: int) -> None:
        self._least = least_letters
        self._hasher = PasswordHasher()  # RFC 9106's second recommendation
        self._slots = threading.BoundedSemaphore(_AT_ONCE)
        self._nobodys = self._hasher.hash("nobody has this one")

    def check(self, password: str, name: str) -> None:
        """Costs nothing. Raises SettingsError for one that is too short, too long, or the name itself."""
        if len(password) < self._least:
            raise SettingsError(f"a password needs at least {self._least} characters", hint="use a few words in a row")
        if len(password) > MAX_LETTERS:
            raise SettingsError(f"a password can have at most {MAX_LETTERS} characters")
        if name.lower() in password.lower() and len(password) < len(name) + self._least:
            raise SettingsError("the password is too much like the name, so it is easily guessed")

    def hash(self, password: str, name: str) -> str:
        """Raises SettingsError as `check`."""
        self.check(password, name)
        with self._slots:
            return self._hasher.hash(password)

    def fits(self, password: str, kept: str | None) -> bool:
        """Whether it is the one. kept: None where there is none: that takes as long, so that names cannot be told."""
        if len(password) > MAX_LETTERS:
            return False
        with self._slots:
            try:
                return self._hasher.verify(kept or self._nobodys, password) and kept is not None
            except (VerificationError, InvalidHashError):
                return False

    def is_old(self, kept: str) -> bool:
        """Whether it was made with weaker numbers than today's: hash it again when it is next told."""
        return self._hasher.check_needs_rehash(kept)
