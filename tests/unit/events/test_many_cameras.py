"""Retention of thousands of cameras: as many statements as there are limits, and each finds what is due."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine, Table, insert, select

from passerby.archive.history import History
from passerby.archive.rows import Rows as ArchiveRows
from passerby.catalogue.rows import Rows
from passerby.catalogue.schema.access import cameras
from passerby.catalogue.schema.archive import camera_states
from passerby.catalogue.schema.events import event_stills, events, kept_boxes
from passerby.events.box_records import KeptBoxes
from passerby.events.still_records import EventStills
from passerby.media.segments import TICKS_PER_S
from passerby.rules.retention import HOUR_90K, Keep, KeepAll
from passerby.testing.clock import MovingClock
from tests.queries import asked_of

MANY = 3000
NOW = 1_900_000_000 * TICKS_PER_S
HOURS = (2.0, 12.0, 72.0)
"""How long recordings are kept: of every third camera each."""
CAMERAS = {f"c{n}": Keep(HOURS[n % 3]) for n in range(MANY)}
LOOKED_AT = ("c0", "c1", "c2", "gone")


def ago(hours: float) -> int:
    return NOW - round(hours * HOUR_90K)


def put(engine: Engine, table: Table, rows: list[dict[str, Any]]) -> None:
    with engine.begin() as connection:
        connection.execute(insert(table), rows)


def left(engine: Engine, table: Table, time: str) -> dict[str, list[float]]:
    """Hours ago, by camera."""
    found: dict[str, list[float]] = {}
    with engine.begin() as connection:
        for row in connection.execute(select(table.c.camera, table.c[time]).order_by(table.c[time].desc())):
            found.setdefault(row[0], []).append((NOW - row[1]) / HOUR_90K)
    return found


@pytest.fixture
def rows(engine: Engine) -> Rows:
    """With some cameras that keep boxes; others are not looked at."""
    here = {
        "title": "", "address": b"", "address_shown": "", "transport": "tcp", "trust_any_certificate": False,
        "mode": "reveal", "privacy_delay_s": 1.0, "more_than_30_days": False, "is_enabled": True, "is_in_file": False,
        "since_90k": 0, "keeps_boxes": True,
    }  # fmt: skip
    put(engine, cameras, [{"name": name, **here} for name in LOOKED_AT if name != "gone"])
    return Rows(engine, MovingClock(NOW))


def test_boxes_of_many_cameras_go_when_they_are_due(engine: Engine, rows: Rows) -> None:
    hours = (-2, 1, 3, 13, 25)
    put(engine, kept_boxes, [
        {"camera": name, "start_90k": ago(each), "end_90k": ago(each), "boxes": b""}
        for name in LOOKED_AT for each in hours
    ])  # fmt: skip
    boxes, few = KeptBoxes(rows), []
    for keep in (KeepAll(CAMERAS), KeepAll({name: CAMERAS[name] for name in ("c0", "c1", "c2")})):
        with asked_of(engine) as statements:
            boxes.retire(keep, NOW)
        few.append(len(statements))
    assert few == [5, 4], "the first looks for cameras that are gone as well"
    assert left(engine, kept_boxes, "start_90k") == {"c0": [1], "c1": [1, 3], "c2": [1, 3, 13]}


def test_boxes_of_a_camera_that_is_gone_are_looked_for_now_and_then(engine: Engine, rows: Rows) -> None:
    boxes = KeptBoxes(rows)
    assert boxes.retire(KeepAll(CAMERAS), NOW) == 0
    put(engine, kept_boxes, [{"camera": "gone", "start_90k": ago(0.1), "end_90k": ago(0.1), "boxes": b""}])
    assert boxes.retire(KeepAll(CAMERAS), NOW) == 0
    rows.clock.sleep(3600)
    assert boxes.retire(KeepAll(CAMERAS), NOW) == 1


def test_boxes_go_at_once_where_all_cameras_have_the_same_short_limit(engine: Engine, rows: Rows) -> None:
    put(engine, kept_boxes, [
        {"camera": name, "start_90k": ago(each), "end_90k": ago(each), "boxes": b""}
        for name in ("c0", "c1") for each in (1, 3)
    ])  # fmt: skip
    boxes, keep = KeptBoxes(rows), KeepAll(dict.fromkeys(CAMERAS, Keep(2.0)), Keep(2.0))
    assert boxes.retire(keep, NOW) == 2
    with asked_of(engine) as statements:
        boxes.retire(keep, NOW)
    assert len(statements) == 2
    assert left(engine, kept_boxes, "start_90k") == {"c0": [1], "c1": [1]}


def test_stills_of_many_cameras_go_when_they_are_due(engine: Engine, rows: Rows) -> None:
    row = {
        "rule": "door", "kind": "fall", "objects": "people", "way": "", "is_open": False, "count": 1, "state": "new",
        "state_who": "", "state_90k": 0,
    }  # fmt: skip
    what = [(name, hours) for name in LOOKED_AT for hours in (1, 3, 13, 73)]
    put(engine, events, [{"camera": a, "start_90k": ago(b), "end_90k": ago(b), **row} for a, b in what])
    put(engine, event_stills, [
        {"event_id": n, "camera": a, "at_90k": ago(b), "jpeg": b""} for n, (a, b) in enumerate(what, start=1)
    ])  # fmt: skip
    with asked_of(engine) as statements:
        EventStills(rows).retire(KeepAll(CAMERAS), NOW)
    assert len(statements) == 4
    assert left(engine, event_stills, "at_90k") == {"c0": [1], "c1": [1, 3], "c2": [1, 3, 13], "gone": [1, 3, 13]}


def test_states_of_many_cameras_go_when_they_are_due(engine: Engine, rows: Rows, catalogue_url: str) -> None:
    put(engine, camera_states, [
        {"camera": name, "from_90k": ago(hours + 1), "to_90k": ago(hours), "is_open": False, "what": "dark",
         "reason": ""}
        for name in LOOKED_AT for hours in (1, 3, 13, 73)
    ])  # fmt: skip
    archive = ArchiveRows(catalogue_url)
    with asked_of(archive._engine) as statements:
        History(archive).retire(KeepAll(CAMERAS), NOW)
    archive.close()
    assert len(statements) == 4
    assert left(engine, camera_states, "to_90k") == {"c0": [1], "c1": [1, 3], "c2": [1, 3, 13], "gone": [1, 3, 13]}
