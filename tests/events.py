"""Where events of a test's cameras go, and what was written of them."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import select

from passerby.catalogue.database import open_database
from passerby.catalogue.rows import Rows
from passerby.catalogue.schema.events import counts, events
from passerby.clock import SystemClock
from passerby.events.presence import PresenceSeries
from passerby.events.records import EventRecords
from passerby.events.sink import EventSink


def event_sink(data: Path) -> EventSink:
    """Into the catalogue of a data folder."""
    rows = Rows(open_database(_url(data)), SystemClock())
    return EventSink(EventRecords(rows), PresenceSeries(rows))


def written_events(data: Path) -> list[Any]:
    """The rows of a data folder's events, in order of writing."""
    engine = open_database(_url(data))
    with closing(engine.connect()) as connection:
        return list(connection.execute(select(events).order_by(events.c.id)))


def counted(data: Path) -> dict[tuple[str, str], int]:
    """Crossings by rule and way."""
    found: dict[tuple[str, str], int] = {}
    with closing(open_database(_url(data)).connect()) as connection:
        for row in connection.execute(select(counts)):
            found[row.rule, row.way] = found.get((row.rule, row.way), 0) + row._mapping["count"]
    return found


def _url(data: Path) -> str:
    return f"sqlite:///{data / 'catalogue.sqlite3'}"
