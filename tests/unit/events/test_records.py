"""Events and counts in the catalogue: each once, ended, and closed after a crash."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Engine, select

from passerby.catalogue.rows import Rows
from passerby.catalogue.schema.events import counts, events
from passerby.events.records import EventRecords
from passerby.media.events import CameraEvent, EventKind
from passerby.media.segments import TICKS_PER_S
from passerby.testing.clock import MovingClock

AT = 1_790_000_000 * TICKS_PER_S
CROSSED = CameraEvent("gate", "door", EventKind.LINE_CROSSED, "people", AT, AT, 1, "right")
CROWD = CameraEvent("gate", "hall", EventKind.CROWD, "people", AT, None, 5)


@pytest.fixture
def records(engine: Engine) -> EventRecords:
    return EventRecords(Rows(engine, MovingClock()))


def rows(engine: Engine) -> list[Any]:
    with engine.connect() as connection:
        return list(connection.execute(select(events).order_by(events.c.id)))


def test_an_event_that_lasts_is_one_row(engine: Engine, records: EventRecords) -> None:
    records.add([CROWD])
    (row,) = rows(engine)
    assert (row.is_open, row.count, row.end_90k, row.state) == (True, 5, AT, "new")
    records.keep_open("gate", AT + 10)
    records.keep_open("yard", AT + 20)
    assert rows(engine)[0].end_90k == AT + 10
    ended = CameraEvent("gate", "hall", EventKind.CROWD, "people", AT, AT + 99, 8)
    records.add([ended])
    records.add([ended])
    (row,) = rows(engine)
    assert (row.is_open, row.count, row.end_90k) == (False, 8, AT + 99)


def test_crossings_are_counted_by_minute_and_way(engine: Engine, records: EventRecords) -> None:
    later = CameraEvent("gate", "door", EventKind.LINE_CROSSED, "people", AT + 61 * TICKS_PER_S, AT, 1, "left")
    records.add([CROSSED, CROSSED, later])
    records.count([CROSSED, CROSSED, later])
    with engine.connect() as connection:
        found = [
            tuple(row)
            for row in connection.execute(
                select(counts.c.way, counts.c.minute, counts.c["count"]).order_by(counts.c.way)
            )
        ]
    minute = AT // (60 * TICKS_PER_S)
    assert found == [("left", minute + 1, 1), ("right", minute, 2)]
    assert len(rows(engine)) == 3, "two may cross at once"


def test_what_was_open_at_a_crash_ends_when_it_was_last_known(engine: Engine, records: EventRecords) -> None:
    records.add([CROWD])
    records.keep_open("gate", AT + 10)
    records.close_open("gate")
    (row,) = rows(engine)
    assert (row.is_open, row.end_90k) == (False, AT + 10)


def comes_back(crowd: CameraEvent, after_s: float) -> CameraEvent:
    return replace(crowd, start_90k=AT + round(after_s * TICKS_PER_S), count=3)


def test_what_goes_on_after_a_crash_is_one_event(engine: Engine, records: EventRecords) -> None:
    records.add([CROWD])
    records.keep_open("gate", AT + 10 * TICKS_PER_S)
    after = EventRecords(Rows(engine, MovingClock()))  # of a new worker
    after.close_open("gate")
    after.add([comes_back(CROWD, 14)])
    (row,) = rows(engine)
    assert (row.is_open, row.count, row.start_90k, row.end_90k) == (True, 5, AT, AT + 10 * TICKS_PER_S)
    after.add([replace(comes_back(CROWD, 14), end_90k=AT + 20 * TICKS_PER_S)])
    (row,) = rows(engine)
    assert (row.is_open, row.count, row.end_90k) == (False, 5, AT + 20 * TICKS_PER_S)


@pytest.mark.parametrize(("is_cut", "after_s", "count"), [(True, 40, 1), (True, 90, 2), (False, 40, 2)])
def test_what_goes_on_after_the_camera_was_away_is_one_event(
    engine: Engine, records: EventRecords, is_cut: bool, after_s: float, count: int
) -> None:
    records.add([CROWD])
    records.add([replace(CROWD, end_90k=AT + 5 * TICKS_PER_S)], is_cut=is_cut)
    again = comes_back(CROWD, after_s)
    records.add([again])
    records.add([replace(again, end_90k=again.start_90k + TICKS_PER_S)], is_cut=True)
    assert [row.is_open for row in rows(engine)] == [False] * count
    assert rows(engine)[-1].end_90k == again.start_90k + TICKS_PER_S


def test_another_fall_after_a_crash_is_another_event(engine: Engine, records: EventRecords) -> None:
    fall = replace(CROWD, kind=EventKind.FALL)
    records.add([fall])
    records.close_open("gate")
    records.add([comes_back(fall, 5)])
    assert len(rows(engine)) == 2


def test_what_nobody_keeps_open_is_over_after_minutes(engine: Engine, records: EventRecords) -> None:
    """Its worker was killed, and the camera was removed or lost its rules meanwhile: no worker will end it."""
    goes_on = replace(CROWD, camera="yard")
    records.add([CROWD, goes_on])
    now_90k = AT + 301 * TICKS_PER_S
    records.keep_open("yard", now_90k - 10 * TICKS_PER_S)
    records.close_stale(now_90k)
    assert {row.camera: row.is_open for row in rows(engine)} == {"gate": False, "yard": True}
