"""A catalogue for tests of events."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from passerby.catalogue.database import open_database


@pytest.fixture
def engine(catalogue_url: str) -> Iterator[Engine]:
    engine = open_database(catalogue_url)
    yield engine
    engine.dispose()
