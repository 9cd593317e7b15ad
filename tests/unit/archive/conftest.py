"""An archive on each kind of catalogue: SQLite in a folder, and a real PostgreSQL server for the session."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from passerby.archive import Archive
from passerby.media.segments import TICKS_PER_S
from tests.postgresql import PostgreSql

OBJECT_90K = 20 * TICKS_PER_S
"""Short objects, so that a test has several."""

OpenArchive = Callable[..., Archive]


@pytest.fixture(params=["sqlite", "postgresql"])
def catalogue_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'catalogue.sqlite3'}"
    server: PostgreSql = request.getfixturevalue("postgresql")
    return server.new_database()


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
