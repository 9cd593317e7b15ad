"""Opens the catalogue's database, SQLite or PostgreSQL, and brings its tables up to date."""

from __future__ import annotations

import os
import random
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Dialect, Engine, Table, create_engine, event, make_url, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from passerby.catalogue.compatibility import STEPS, is_usable
from passerby.errors import OutputError, SettingsError
from passerby.folders import own_files_closed_to_others

_PATIENCE_MS = 10_000  # SQLite has one writer at a time; a migration or a backup may block others for seconds
_MIGRATES_WITHIN_MS = 120_000  # another process that does it: large tables, or a busy machine
_CONNECT_WITHIN_S = 10
_ANSWER_WITHIN_S = 30  # also limits waiting for locks. A network that drops packets is noticed sooner
_MIGRATING = 0x7061_7373  # an arbitrary number: the key of the advisory lock in PostgreSQL
_one_at_a_time = threading.Lock()  # Alembic has one context per process


class _TablesAreNewer(Exception):
    """They are at a revision that this version does not know, and may not use."""


def open_database(url: str, tell: Callable[[str], None] | None = None, *, is_ready: bool = False) -> Engine:
    """url: sqlite:///FILE or postgresql+psycopg://... Creates the tables or brings them up to date. Newer ones are used
    as they are, if their steps say that this version may.

    is_ready: the parent of this process has done so. Then nothing is asked yet, and the server may be away.

    tell: called with a sentence for each of its files that other users of the machine could read. Raises SettingsError
    for an invalid address, OutputError if the database cannot be opened.
    """
    try:
        engine = create_engine(url, pool_pre_ping=True, connect_args=_time_outs(url))
    except (ArgumentError, NoSuchModuleError, ImportError) as error:
        raise SettingsError(
            "couldn't open the catalogue: its address is not understood",  # it may hold a password
            hint="sqlite:///FILE, or postgresql+psycopg://USER:PASSWORD@HOST/NAME with passerby[postgresql] installed",
        ) from error
    files = _files_of(engine)
    if engine.dialect.name == "sqlite":
        if files:
            _make_for_us_alone(files[0])
        event.listen(engine, "connect", _set_up_sqlite)
    else:
        event.listen(engine, "connect", _set_up_postgresql)
    try:
        if not is_ready and not _may_use(engine):
            migrate(engine)
    except SQLAlchemyError as error:
        engine.dispose()
        raise OutputError(
            f"couldn't open the catalogue {make_url(url).render_as_string(hide_password=True)}: {reason_of(error)}"
        ) from error
    except _TablesAreNewer as error:
        engine.dispose()
        raise OutputError(
            f"couldn't open the catalogue {make_url(url).render_as_string(hide_password=True)}: its tables are of a "
            "newer passerby, and this version may not use them",
            hint="install that version here too, or restore a backup that was made before the update",
        ) from error
    for says in own_files_closed_to_others(files):  # an older file is only now known to be a catalogue
        if tell:
            tell(says)
    return engine


def _files_of(engine: Engine) -> list[Path]:
    """SQLite's database file and the files beside it; none for PostgreSQL, and none for a database in memory."""
    file = engine.url.database
    if engine.dialect.name != "sqlite" or not file or file == ":memory:" or file.startswith("file:"):
        return []
    return [Path(file + end) for end in ("", "-wal", "-shm")]


def _make_for_us_alone(file: Path) -> None:
    """Creates a new catalogue with mode 0600: SQLite gives the files beside it the same permissions.

    An existing one is not even opened: closing it would drop this process's locks on it (POSIX), and another process
    that exits could remove the write-ahead log.
    """
    with suppress(OSError):  # SQLite gives a better error message
        os.close(os.open(file, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))


def _may_use(engine: Engine) -> bool:
    with engine.connect() as connection:
        return is_usable(connection)


def migrate(engine: Engine, revision: str = "head") -> None:
    """Run the missing steps, all or none. Two processes that start together wait for each other."""
    from alembic import command  # here, since most starts do without it: see `_may_use`
    from alembic.config import Config
    from alembic.util import CommandError

    with _one_at_a_time, engine.begin() as connection:
        _lock(connection)
        config = Config()
        config.set_main_option("script_location", str(STEPS).replace("%", "%%"))
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, revision)
        except CommandError as error:
            raise _TablesAreNewer from error


def _lock(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA busy_timeout={_MIGRATES_WITHIN_MS}")
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        finally:
            connection.exec_driver_sql(f"PRAGMA busy_timeout={_PATIENCE_MS}")
    else:
        connection.execute(text("SET LOCAL statement_timeout = 0"))  # large tables, or another process migrating
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _MIGRATING})


def insert_into(table: Table, dialect: Dialect) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that may say what to do on a conflict, in the words of the database."""
    return sqlite.insert(table) if dialect.name == "sqlite" else postgresql.insert(table)


def reason_of(error: SQLAlchemyError) -> str:
    """The first line of the database's own message, without statement or values."""
    cause = getattr(error, "orig", None) or error
    return str(cause).strip().partition("\n")[0]


def _time_outs(url: str) -> dict[str, Any]:
    """Time-outs of a PostgreSQL connection, which by default waits for hours. Those in the address take precedence."""
    address = make_url(url)
    if address.get_backend_name() != "postgresql":
        return {}
    within_s = _ANSWER_WITHIN_S // 2
    usual = {
        "connect_timeout": _CONNECT_WITHIN_S,
        "keepalives_idle": within_s // 3, "keepalives_interval": within_s // 3, "keepalives_count": 2,
        "tcp_user_timeout": within_s * 1000,
    }  # fmt: skip
    return {name: value for name, value in usual.items() if name not in address.query}


def _set_up_postgresql(connection: Any, _record: object) -> None:
    # Not as an option of the connection: connection poolers refuse those.
    connection.execute(f"SET statement_timeout = {_ANSWER_WITHIN_S * 1000}")
    connection.commit()


def _set_up_sqlite(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={_PATIENCE_MS}")
    _log_ahead(cursor)
    # A power failure may lose the last commits, and recovery then restores the rows from the files themselves. That is
    # better than waiting for the disk twice at every GOP.
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA secure_delete=ON")  # hashed passwords of removed users must not stay in free pages
    cursor.close()


def _log_ahead(cursor: Any) -> None:
    """Write-ahead logging: readers do not wait for writers.

    SQLite does not wait by itself when several processes switch a new file over at once: each has read it, so waiting
    would be a deadlock (sqlite.org/rescode.html#busy). One of them finishes soon.
    """
    until = time.monotonic() + _PATIENCE_MS / 1000
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
        time.sleep(random.uniform(0.001, 0.02))
