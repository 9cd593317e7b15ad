"""Each kind of catalogue: SQLite in a folder, and a real PostgreSQL server for the session."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from passerby.archive.asking import Asking
from tests.catalogues import new_catalogue
from tests.postgresql import PostgreSql

PATIENCE_S = 20.0


@pytest.fixture(autouse=True)
def _catalogue_may_be_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine runs other tests. `archive/test_asking.py` has a writer whose catalogue answers nothing."""
    monkeypatch.setattr("passerby.archive.writer.Asking", partial(Asking, PATIENCE_S))


@pytest.fixture(params=["sqlite", "postgresql"])
def catalogue_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return new_catalogue(tmp_path)
    server: PostgreSql = request.getfixturevalue("postgresql")
    return server.new_database()
