"""Quiet hours end, and days begin, by the clock on the wall, also where it is put forward or back in between."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from passerby.access import Installation
from passerby.access.cameras import CameraFacts
from passerby.catalogue.rows import Rows
from passerby.config import Config
from passerby.config.rule import LineRule
from passerby.events.records import EventRecords
from passerby.media.events import CameraEvent, EventKind
from passerby.media.segments import TICKS_PER_S
from passerby.notify.notifier import Notifier
from passerby.rules.events.schedule import Schedule
from passerby.rules.notify import Route
from passerby.service.status_channels import crossed_today
from passerby.testing.clock import MovingClock
from tests.unit.notify.conftest import Kept, a_message

QUIET = Route(("mail",), quiet=Schedule.of(["22:00-07:00"]))


@pytest.fixture(autouse=True)
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as there:
        there.setenv("TZ", "Europe/Berlin")
        time.tzset()
        yield
    time.tzset()


def set_to(clock: MovingClock, utc: str) -> None:
    at_90k = round(datetime.fromisoformat(utc).replace(tzinfo=UTC).timestamp()) * TICKS_PER_S
    clock.set_utc((at_90k - clock.now_90k()) / TICKS_PER_S)


@pytest.mark.parametrize(
    ("from_utc", "hours"),
    [
        pytest.param("2026-03-28T22:00", 7, id="put forward"),  # 23:00 at UTC+1, until 07:00 at UTC+2
        pytest.param("2026-10-24T21:00", 9, id="put back"),  # 23:00 at UTC+2, until 07:00 at UTC+1
        pytest.param("2026-06-01T21:00", 8, id="any night"),
    ],
)
def test_quiet_hours_end_by_the_clock_on_the_wall(rows: Rows, clock: MovingClock, from_utc: str, hours: int) -> None:
    set_to(clock, from_utc)
    kept = Kept()
    notifier = Notifier(rows, {"mail": kept}, [QUIET])
    notifier.tell(a_message(clock))
    clock.move(hours * 3600 - 60)
    assert notifier.sender.send_next("mail") is None
    clock.move(60)
    assert notifier.sender.send_next("mail")


@pytest.mark.parametrize(
    ("now", "midnight"),
    [
        pytest.param("2026-03-29T10:00", "2026-03-28T23:00", id="put forward"),
        pytest.param("2026-10-25T10:00", "2026-10-24T22:00", id="put back"),
    ],
)
def test_crossings_of_today_begin_at_midnight(tmp_path: Path, clock: MovingClock, now: str, midnight: str) -> None:
    """On the day on which the clock is put forward or back the offset of now is not that of midnight."""
    set_to(clock, midnight)
    installation = Installation(tmp_path, Config(), clock)
    installation.cameras.add("gate", CameraFacts(address="rtsp://192.0.2.7/stream"))
    line = LineRule.model_validate({"name": "fence", "kind": "line", "line": [[0.5, 1.0], [0.5, 0.2]]})
    installation.rules.add("gate", line, is_enabled=True, who="")
    first_90k = clock.now_90k()
    records = EventRecords(installation.rows)
    records.count([
        CameraEvent("gate", "fence", EventKind.LINE_CROSSED, "people", at_90k, at_90k, way="left")
        for at_90k in (first_90k - 60 * TICKS_PER_S, first_90k, first_90k + 60 * TICKS_PER_S)
    ])  # fmt: skip
    set_to(clock, now)
    assert crossed_today(installation) == {"gate": {"fence": {"left": 2, "right": 0}}}
    installation.close()
