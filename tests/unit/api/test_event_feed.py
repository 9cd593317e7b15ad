"""Who listens gets every event soon, also of a flood, and after whatever went wrong."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from passerby.api.event_feed import EventFeed
from passerby.catalogue.database import open_database
from passerby.catalogue.rows import Rows
from passerby.clock import SystemClock
from passerby.events.log import EventLog, LoggedEvent
from passerby.events.records import EventRecords
from passerby.media.events import CameraEvent, EventKind


def some(count: int, first_90k: int = 0) -> list[CameraEvent]:
    return [CameraEvent("gate", "fence", EventKind.FALL, "people", first_90k + n, None) for n in range(count)]


async def heard(feed: EventFeed, records: EventRecords, count: int, within_s: float) -> int:
    """How many of so many events somebody hears of in time, who listens when they are written."""
    batches = feed.listen(None, 0.1)
    await anext(batches)  # nothing yet: it listens from now on
    await asyncio.to_thread(records.add, some(count))
    until_s, found = time.monotonic() + within_s, 0
    while found < count and time.monotonic() < until_s:
        found += len(await anext(batches))
    return found


@pytest.fixture
def rows(tmp_path: Path) -> Rows:
    return Rows(open_database(f"sqlite:///{tmp_path / 'catalogue.sqlite3'}"), SystemClock())


def test_a_flood_reaches_who_listens_at_once(rows: Rows) -> None:
    assert asyncio.run(heard(EventFeed(EventLog(rows)), EventRecords(rows), 1000, 5.0)) == 1000


def test_a_row_that_cannot_be_read_silences_nobody(rows: Rows) -> None:
    log = _Odd(rows)
    feed = EventFeed(log)

    async def listens() -> int:
        log.is_odd = True
        batches = feed.listen(None, 1.2)
        log.is_odd = False
        begun = asyncio.ensure_future(anext(batches))
        await asyncio.sleep(0.1)
        log.is_odd = True
        await begun
        log.is_odd = False
        await asyncio.to_thread(EventRecords(rows).add, some(1))
        return len(await anext(batches))

    assert asyncio.run(listens()) == 1


class _Odd(EventLog):
    """Of another version for a while: its rows have a kind that this one does not know."""

    is_odd = False

    def after(self, id: int) -> list[LoggedEvent]:
        if self.is_odd:
            raise ValueError("'gait' is not a valid EventKind")
        return super().after(id)
