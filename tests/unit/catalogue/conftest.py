"""Databases without tables: making them is what is tested here."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.postgresql import PostgreSql


@pytest.fixture(params=["sqlite", "postgresql"])
def catalogue_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'catalogue.sqlite3'}"
    server: PostgreSql = request.getfixturevalue("postgresql")
    return server.empty_database()
