"""The latest event with a recorded picture, of many cameras: the right one, and hardly a query while nothing is new."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from passerby.catalogue.database import open_database
from passerby.catalogue.rows import Rows
from passerby.events.log import EventLog, Pictured
from passerby.events.records import EventRecords
from passerby.media.events import CameraEvent, EventKind
from passerby.media.segments import TICKS_PER_S
from passerby.service.latest_pictures import CHECK_AGAIN_AFTER_S, RECORDED_WITHIN_90K, LatestPictures
from passerby.testing.clock import MovingClock
from tests.catalogues import new_catalogue

AT = 1_790_000_000 * TICKS_PER_S


class Cameras:
    """Their events, and what is recorded of them."""

    def __init__(self, engine: Engine, count: int) -> None:
        self.clock = MovingClock(AT)
        rows = Rows(engine, self.clock)
        self.since = {f"c{n}": 0 for n in range(count)}
        self.recorded: set[tuple[str, int]] = set()
        self.asked: list[tuple[str, int]] = []
        self.queries = 0
        self._records = EventRecords(rows)
        self._latest = LatestPictures(EventLog(rows), self.clock, self._has_still)
        event.listen(engine, "before_cursor_execute", self._count)

    def add(self, camera: str, start_90k: int, kind: EventKind = EventKind.FALL, *, is_recorded: bool = True) -> None:
        self._records.add([CameraEvent(camera, "yard", kind, "people", start_90k, start_90k)])
        if is_recorded:
            self.recorded.add((camera, start_90k))

    def latest(self) -> dict[str, int]:
        self.queries, self.asked = 0, []
        found: dict[str, Pictured] = self._latest.of(self.since)
        return {name: each.start_90k - AT for name, each in found.items()}

    def _has_still(self, camera: str, since_90k: int, at_90k: int) -> bool:
        self.asked.append((camera, at_90k))
        return (camera, at_90k) in self.recorded

    def _count(self, connection: object, cursor: object, statement: str, *rest: object) -> None:
        self.queries += statement.lstrip().upper().startswith(("SELECT", "WITH"))


@pytest.fixture
def cameras(tmp_path: Path) -> Iterator[Cameras]:
    new_catalogue(tmp_path)
    engine = open_database(f"sqlite:///{tmp_path / 'catalogue.sqlite3'}")
    yield Cameras(engine, 200)
    engine.dispose()


def test_while_nothing_is_new_it_is_one_query_for_all_cameras(cameras: Cameras) -> None:
    for n in range(200):
        cameras.add(f"c{n}", AT - n - 1)
        cameras.add(f"c{n}", AT - 500)
        cameras.add(f"c{n}", AT, EventKind.CAMERA)
    assert cameras.latest() == {f"c{n}": -n - 1 for n in range(200)}
    for _ in range(3):
        assert cameras.latest()["c7"] == -8 and (cameras.queries, cameras.asked) == (1, [])
    cameras.add("c7", AT + 9)
    assert cameras.latest()["c7"] == 9 and (cameras.queries, len(cameras.asked)) == (1, 1)


def test_what_is_still_being_recorded_comes_when_it_is_there_or_never(cameras: Cameras) -> None:
    cameras.add("c1", AT - 5)
    cameras.add("c1", AT, is_recorded=False)
    assert cameras.latest() == {"c1": -5}
    cameras.recorded.add(("c1", AT))
    assert cameras.latest() == {"c1": 0}
    cameras.add("c1", AT + 7, is_recorded=False)
    cameras.clock.move(RECORDED_WITHIN_90K / TICKS_PER_S + 8)
    assert cameras.latest() == {"c1": 0}
    cameras.latest()
    assert cameras.asked == [], "it is not looked for any more"


def test_a_picture_goes_with_its_recording_and_with_its_camera(cameras: Cameras) -> None:
    cameras.add("c1", AT - 5)
    cameras.add("c1", AT)
    assert cameras.latest() == {"c1": 0}
    cameras.recorded.remove(("c1", AT))
    cameras.clock.move(CHECK_AGAIN_AFTER_S)
    assert cameras.latest() == {"c1": -5}
    cameras.since["c1"] = AT + 1
    assert cameras.latest() == {}, "another camera of that name"
    cameras.add("c1", AT + 2)
    assert cameras.latest() == {"c1": 2}
