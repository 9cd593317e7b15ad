"""Transactions on the catalogue, for the modules beside this one."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from passerby.archive.database import reason_of
from passerby.clock import Clock
from passerby.errors import OutputError
from passerby.media.segments import TICKS_PER_S


class Rows:
    """The database and the clock. May be used by many threads."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine, self.clock = engine, clock

    @contextmanager
    def transaction(self, doing: str) -> Iterator[Connection]:
        """Raises OutputError, which names no value. What breaks a constraint passes as IntegrityError."""
        try:
            with self._engine.begin() as connection:
                yield connection
        except IntegrityError:
            raise
        except SQLAlchemyError as error:
            raise OutputError(
                f"couldn't {doing} in the catalogue: {reason_of(error)}", hint="is its disk full, its server there?"
            ) from error


def new_secret() -> str:
    """256 bits as text: for cookies, tokens and links. Only its `key_of` is kept."""
    return secrets.token_urlsafe(32)


def key_of(secret: str) -> str:
    """What a secret is found by. No salt and no stretching: it holds 256 random bits."""
    return hashlib.sha256(secret.encode()).hexdigest()


def ticks(seconds: float) -> int:
    return round(seconds * TICKS_PER_S)
