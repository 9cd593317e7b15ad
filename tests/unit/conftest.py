"""Each kind of catalogue: SQLite in a folder, and a real PostgreSQL server for the session."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.catalogues import PATIENT, new_catalogue
from tests.postgresql import PostgreSql


@pytest.fixture(autouse=True)
def _catalogue_may_be_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine runs other tests. `archive/test_asking.py` has a writer whose catalogue answers nothing."""
    monkeypatch.setattr("passerby.archive.writer.Asking", PATIENT)


@pytest.fixture(params=["sqlite", "postgresql"])
def catalogue_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return new_catalogue(tmp_path)
    server: PostgreSql = request.getfixturevalue("postgresql")
    return server.new_database()
