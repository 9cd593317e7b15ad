"""Transactions on the catalogue, for whoever keeps rows in it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from passerby.catalogue.database import reason_of
from passerby.clock import Clock
from passerby.errors import OutputError


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
