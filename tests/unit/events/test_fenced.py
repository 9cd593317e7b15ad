"""Two machines that notice what one camera sees: where both recorded, the events of the higher token are the record."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import Engine, func, insert, select

from passerby.catalogue.fences import raise_fences
from passerby.catalogue.rows import Rows
from passerby.catalogue.schema.archive import inits, objects
from passerby.catalogue.schema.events import counts, events, kept_boxes, presence
from passerby.errors import OutputError
from passerby.events.lines_watched import read_watched
from passerby.events.marks import Marks
from passerby.events.presence import PresenceSeries
from passerby.events.records import EventRecords
from passerby.events.sink import EventSink
from passerby.media.events import CameraEvent, EventKind
from passerby.media.segments import MINUTE_90K, TICKS_PER_S
from passerby.media.series import Measure, Minute
from passerby.testing.clock import MovingClock

OLD, NEW = 1000, 2000
AT = 1_790_000_000 * TICKS_PER_S // MINUTE_90K * MINUTE_90K
TAKEN = AT + 3 * MINUTE_90K
"""When the machine with the higher token records its first picture."""
CROSSED = CameraEvent("gate", "door", EventKind.LINE_CROSSED, "people", AT, AT, 1, "right")
CROWD = CameraEvent("gate", "hall", EventKind.CROWD, "people", AT, None, 5)


@pytest.fixture
def old(engine: Engine) -> EventRecords:
    return EventRecords(Rows(engine, MovingClock()))


@pytest.fixture
def new(engine: Engine) -> EventRecords:
    return EventRecords(Rows(engine, MovingClock()))


def taken(engine: Engine, *, state: str = "open", seconds: int = 10) -> None:
    """The other machine has the camera, and has recorded."""
    with engine.begin() as connection:
        raise_fences(connection, ["gate"], NEW)
        connection.execute(insert(inits).values(id="i", width=96, height=64, codec="avc1", data=b"-"))
        connection.execute(
            insert(objects).values(
                camera="gate", key="k", start_90k=TAKEN, end_90k=TAKEN + seconds * TICKS_PER_S, size=1, state=state,
                init_id="i", spool="s", media_offset=0, token=NEW, recorded_token=NEW, gops=b"",
            )
        )  # fmt: skip


def at(event: CameraEvent, seconds: float, end_s: float | None = None) -> CameraEvent:
    """The same so long before or after the camera was taken."""
    start_90k = TAKEN + round(seconds * TICKS_PER_S)
    ends = event.start_90k == event.end_90k
    end_90k = start_90k if ends else None if end_s is None else TAKEN + round(end_s * TICKS_PER_S)
    return replace(event, start_90k=start_90k, end_90k=end_90k)


def written(engine: Engine) -> list[tuple[str, int, int, bool, int]]:
    """Rule, start and end in seconds from when the camera was taken, whether it is open, token."""
    with engine.connect() as connection:
        rows = connection.execute(select(events).order_by(events.c.start_90k, events.c.id)).all()
    return [
        (row.rule, (row.start_90k - TAKEN) // TICKS_PER_S, (row.end_90k - TAKEN) // TICKS_PER_S, row.is_open, row.token)
        for row in rows
    ]


def test_what_a_woken_machine_noticed_while_another_recorded_is_left_out(
    engine: Engine, old: EventRecords, new: EventRecords
) -> None:
    old.add([CROSSED], token=OLD)
    old.count([CROSSED], token=OLD)
    taken(engine)
    new.add([at(CROSSED, 5)], token=NEW)
    new.count([at(CROSSED, 5)], token=NEW)
    before = written(engine)
    for seconds in (0, 5, 30):  # the row of an open object lags behind
        old.add([at(CROSSED, seconds), at(CROWD, seconds)], token=OLD)
        old.count([at(CROSSED, seconds)], token=OLD)
        old.keep_open("gate", TAKEN + seconds * TICKS_PER_S, token=OLD)
        old.close_open("gate", token=OLD)
    assert written(engine) == before and [row[-1] for row in before] == [OLD, NEW]
    with engine.connect() as connection:
        assert connection.execute(select(func.sum(counts.c["count"]))).scalar_one() == 2
    assert old.refused == 9 and new.refused == 0


def test_what_it_noticed_before_is_not_lost(engine: Engine, old: EventRecords) -> None:
    """The catalogue was away, and the machine was cut off, before it could write."""
    taken(engine)
    old.add([at(CROSSED, -2), at(CROWD, -1)], token=OLD)
    old.count([at(CROSSED, -2)], token=OLD)
    old.add([at(CROWD, -1, 20)], token=OLD)
    assert written(engine) == [("door", -2, -2, False, OLD), ("hall", -1, 0, False, OLD)], "it ends there"
    with engine.connect() as connection:
        assert connection.execute(select(counts.c["count"])).scalars().all() == [1]


def test_what_it_noticed_after_the_other_was_gone_again_is_not_lost(engine: Engine, old: EventRecords) -> None:
    taken(engine, state="closed")
    old.add([at(CROSSED, 5), at(CROSSED, 12)], token=OLD)
    assert written(engine) == [("door", 12, 12, False, OLD)]


def test_an_event_that_another_machine_goes_on_with_stays_open(
    engine: Engine, old: EventRecords, new: EventRecords
) -> None:
    old.add([at(CROWD, -20)], token=OLD)
    old.keep_open("gate", TAKEN - TICKS_PER_S, token=OLD)
    taken(engine)
    new.close_open("gate", token=NEW)
    new.add([at(CROWD, 3)], token=NEW)
    assert written(engine) == [("hall", -20, -1, True, OLD)], "one event"
    old.add([replace(at(CROWD, -20, 1), count=9)], token=OLD)
    old.close_open("gate", token=OLD)
    assert written(engine) == [("hall", -20, -1, True, OLD)]
    new.add([at(CROWD, 3, 30)], token=NEW)
    assert written(engine) == [("hall", -20, 30, False, OLD)]


def test_minutes_and_boxes_of_a_woken_machine_are_left_out_too(engine: Engine, old: EventRecords) -> None:
    taken(engine, seconds=120)
    series = PresenceSeries(Rows(engine, MovingClock()))
    first = AT // MINUTE_90K
    minutes = [(first + minute, Minute("hall", Measure.PRESENT, 0.0, mean=1.0, most=minute)) for minute in range(5)]
    series.add("gate", minutes, token=OLD)
    with engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(presence)).scalar_one() == 1
    read = series._minutes("gate", None, first, first + 5)["hall"]
    assert list(read["known"]) == [1, 1, 1, 0, 0]
    series.add("gate", [(minute, Minute("door", Measure.CROSSED, 0.0, count=0)) for minute, _ in minutes], token=OLD)
    with engine.connect() as connection:
        assert read_watched(connection, "gate", first, first + 5) == {"door": [first, first + 1, first + 2]}
    old.keep_boxes("gate", TAKEN, TAKEN + 1, b"x", token=OLD)
    with engine.connect() as connection:
        assert not connection.execute(select(kept_boxes)).all()


def test_what_the_catalogue_kept_without_saying_so_is_written_once(engine: Engine, old: EventRecords) -> None:
    """Its server was killed after it had committed, before it answered."""
    rows = Rows(engine, MovingClock())
    marks, loses = Marks(rows), [True, False, True]

    def once(camera: str, number: int, write: object) -> None:
        marks.once(camera, number, write)  # type: ignore[arg-type]
        if loses and loses.pop(0):
            raise OutputError("the connection was lost")

    sink = EventSink(old, PresenceSeries(rows), retry_after_s=0.01, once=once)
    sink.under(OLD).count([CROSSED])
    sink.under(OLD).add([CROSSED, CROSSED])
    sink.close()
    assert len(written(engine)) == 2, "two cross at once"
    with engine.connect() as connection:
        assert connection.execute(select(counts.c["count"])).scalars().all() == [1]
