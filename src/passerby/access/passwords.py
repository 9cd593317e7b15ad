"""Hashes passwords with Argon2id, so that a stolen catalogue still means slow guessing for each one."""

from __future__ import annotations

import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from passerby.errors import SettingsError

MAX_LETTERS = 256
_AT_ONCE = 2  # each takes 64 MiB and some 50 ms of a core: many guesses at once must not exhaust the machine


class Passwords:
    """Thread-safe."""

    def __init__(self, min_letters: int) -> None:
        self._least = min_letters
        self._hasher = PasswordHasher()  # RFC 9106's second recommendation
        self._slots = threading.BoundedSemaphore(_AT_ONCE)
        self._nobodys = self._hasher.hash("nobody has this one")

    def check(self, password: str, name: str) -> None:
        """Cheap. Raises SettingsError if it is too short, too long, or the name itself."""
        if len(password) < self._least:
            raise SettingsError(f"a password needs at least {self._least} characters", hint="use a few words in a row")
        if len(password) > MAX_LETTERS:
            raise SettingsError(f"a password can have at most {MAX_LETTERS} characters")
        if name.lower() in password.lower() and len(password) < len(name) + self._least:
            raise SettingsError("the password is too much like the name, so it is easily guessed")

    def hash(self, password: str, name: str) -> str:
        """Raises SettingsError as `check` does."""
        self.check(password, name)
        with self._slots:
            return self._hasher.hash(password)

    def fits(self, password: str, kept: str | None) -> bool:
        """Whether the password is right. kept: None if there is none; that takes as long, so that names cannot be found
        out."""
        if len(password) > MAX_LETTERS:
            return False
        with self._slots:
            try:
                return self._hasher.verify(kept or self._nobodys, password) and kept is not None
            except (VerificationError, InvalidHashError):
                return False

    def is_old(self, kept: str) -> bool:
        """Whether the hash uses weaker parameters than today's: hash again at the next sign-in."""
        return self._hasher.check_needs_rehash(kept)
