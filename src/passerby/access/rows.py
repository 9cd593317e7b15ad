"""Transactions on the catalogue, for the modules of this package."""

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
    """The database and the clock. Thread-safe."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine, self.clock = engine, clock
        self._of_thread = threading.local()
        """connection: the one that this thread's transactions share while inside `together`."""

    @contextmanager
    def transaction(self, doing: str) -> Iterator[Connection]:
        """Raises OutputError, which contains no values. A violated constraint raises IntegrityError."""
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
        """Merges this thread's transactions into one: all is committed at the end, or nothing after an error. Do not
        catch errors within it. Do not hold it over an await. Raises as `transaction` does."""
        with self.transaction(doing) as connection:
            before = getattr(self._of_thread, "connection", None)
            self._of_thread.connection = connection
            try:
                yield
            finally:
                self._of_thread.connection = before


def new_secret() -> str:
    """256 random bits as text, for cookies, tokens and links. Only its `key_of` is stored."""
    return secrets.token_urlsafe(32)


def key_of(secret: str) -> str:
    """The hash by which a secret is found. No salt and no stretching: it holds 256 random bits."""
    return hashlib.sha256(secret.encode()).hexdigest()


def ticks(seconds: float) -> int:
    return round(seconds * TICKS_PER_S)
