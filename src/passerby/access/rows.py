"""Transactions on the catalogue, for the modules beside this one."""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from passerby.catalogue.database import reason_of
from passerby.clock import Clock
from passerby.errors import OutputError
from passerby.media.segments import TICKS_PER_S


class Rows:
    """The database and the clock. May be used by many threads."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine, self.clock = engine, clock
        self._of_thread = threading.local()
        """connection: the one that this thread's transactions are part of, while they are `together`."""

    @contextmanager
    def transaction(self, doing: str) -> Iterator[Connection]:
        """Raises OutputError, which names no value. What breaks a constraint passes as IntegrityError."""
        joined: Connection | None = getattr(self._of_thread, "connection", None)
        try:
            with nullcontext(joined) if joined is not None else self._engine.begin() as connection:
                yield connection
        except IntegrityError:
            raise
        except SQLAlchemyError as error:
            raise OutputError(
                f"couldn't {doing} in the catalogue: {reason_of(error)}", hint="is its disk full, its server there?"
            ) from error

    @contextmanager
    def together(self, doing: str) -> Iterator[None]:
        """This thread's transactions within are one: at the end all of it is there, or after an error nothing. What
        fails within must be let out. Not to be held over an await. Raises as `transaction`."""
        with self.transaction(doing) as connection:
            before = getattr(self._of_thread, "connection", None)
            self._of_thread.connection = connection
            try:
                yield
            finally:
                self._of_thread.connection = before


def new_secret() -> str:
    """256 bits as text: for cookies, tokens and links. Only its `key_of` is kept."""
    return secrets.token_urlsafe(32)


def key_of(secret: str) -> str:
    """What a secret is found by. No salt and no stretching: it holds 256 random bits."""
    return hashlib.sha256(secret.encode()).hexdigest()


def ticks(seconds: float) -> int:
    return round(seconds * TICKS_PER_S)
