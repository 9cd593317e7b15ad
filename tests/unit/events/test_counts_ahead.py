"""Counts dated in the future go in time, and those of a clock that is behind do not go."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from passerby.access import Installation
from passerby.catalogue.schema.events import counts, lines_watched, presence
from passerby.config import Config
from passerby.events.future_dated import retire_counts_ahead
from passerby.events.records import EventRecords
from passerby.media.alarms import Alarm
from passerby.media.events import CameraEvent, EventKind
from passerby.media.segments import MINUTE_90K, TICKS_PER_S
from passerby.media.series import Measure, Minute
from passerby.testing.clock import MovingClock

DAY_90K = 86400 * TICKS_PER_S
NOW = 20_000 * DAY_90K
KEEP_DAYS = 30
YEAR = 365
"""In days."""


@pytest.fixture
def house(tmp_path: Path, catalogue_url: str) -> Iterator[Installation]:
    config = Config.model_validate({"storage": {"keep_counts_days": KEEP_DAYS, "catalogue": catalogue_url}})
    house = Installation(tmp_path, config, MovingClock(NOW))
    yield house
    house.close()


def count(house: Installation, day: float) -> None:
    """One crosses a line, and a zone has three in it, on a day from now."""
    at_90k = NOW + round(day * DAY_90K)
    crossing = CameraEvent("gate", "door", EventKind.LINE_CROSSED, "people", at_90k, at_90k, 1, "right")
    EventRecords(house.rows).count([crossing])
    watched = Minute("door", Measure.CROSSED, 0.0, count=1, way="right")
    there = Minute("yard", Measure.PRESENT, 0.0, mean=3.0, most=3)
    house.presence.add("gate", [(at_90k // MINUTE_90K, each) for each in (watched, there)])


def kept(house: Installation) -> list[list[int]]:
    """The days from now of which there are crossings, minutes that lines were watched in, and presence."""
    columns = ((counts.c.minute, 1440), (lines_watched.c.hour, 24), (presence.c.hour, 24))
    with house.rows.transaction("read") as connection:
        return [
            [
                value // per_day - NOW // DAY_90K
                for value in connection.execute(select(column).order_by(column)).scalars()
            ]
            for column, per_day in columns
        ]


def round_on(house: Installation, day: float) -> list[Alarm]:
    """What the daily round reports."""
    assert isinstance(house.clock, MovingClock)
    house.clock.set_utc((NOW - house.clock.now_90k()) / TICKS_PER_S + day * 86400)
    return house.retire_old()


def test_counts_dated_in_the_future_go_when_others_of_their_time_do(house: Installation) -> None:
    for day in (0, YEAR):
        count(house, day)
    for day in (0, 1, KEEP_DAYS):
        (alarm,) = round_on(house, day)
        assert alarm.says.startswith("counts of 2 rules are dated in the future")
        assert kept(house) == [[0, YEAR]] * 3
    assert round_on(house, KEEP_DAYS + 1) == [] and kept(house) == [[]] * 3
    count(house, YEAR)  # once more: they have their time too
    assert len(round_on(house, KEEP_DAYS + 2)) == 1 and kept(house) == [[YEAR]] * 3


def test_a_clock_that_is_behind_deletes_no_counts(house: Installation) -> None:
    """As on a machine that starts in 1970, whatever is counted until its clock is set."""
    count(house, 0)
    for day in (0, 5):
        count(house, day - 19_990)
        assert "is it behind?" in round_on(house, day - 19_990)[0].says
    assert round_on(house, 1) == [] and kept(house) == [[0]] * 3
    count(house, YEAR)
    assert len(round_on(house, 2)) == 1 and kept(house) == [[0, YEAR]] * 3  # what was noticed in 1970 is forgotten


def test_counts_noticed_while_the_clock_was_ahead_go_in_time(house: Installation) -> None:
    count(house, 3 * YEAR)
    assert len(round_on(house, 2 * YEAR)) == 1
    assert len(round_on(house, 0)) == 1
    assert round_on(house, KEEP_DAYS + 1) == [] and kept(house) == [[]] * 3


def test_a_clock_that_is_a_little_ahead_is_no_matter(house: Installation) -> None:
    count(house, 0.01)
    assert retire_counts_ahead(house.rows, NOW - DAY_90K, NOW) == [] and kept(house) == [[0]] * 3
