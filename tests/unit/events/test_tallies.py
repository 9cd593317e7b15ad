"""Counts by time: nothing counted twice or lost where clocks change, only what one may see, and what goes when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert

from passerby.catalogue.database import open_database
from passerby.catalogue.rows import Rows
from passerby.catalogue.schema.events import counts
from passerby.events.lines_watched import write_watched
from passerby.events.periods import Per
from passerby.events.tallies import Tallies
from passerby.media.segments import MINUTE_90K, TICKS_PER_S
from passerby.testing.clock import MovingClock
from tests.queries import asked_of

RIGA = ZoneInfo("Europe/Riga")
BEGIN = datetime(2026, 10, 19, tzinfo=RIGA)  # a Monday; on Sunday the 25th clocks go back an hour
END = BEGIN + timedelta(days=14)


def at_90k(moment: datetime) -> int:
    return round(moment.timestamp()) * TICKS_PER_S


@pytest.fixture
def rows(catalogue_url: str) -> Iterator[Rows]:
    engine = open_database(catalogue_url)
    rows = Rows(engine, MovingClock())
    first, end = at_90k(BEGIN) // MINUTE_90K, at_90k(END) // MINUTE_90K
    with rows.transaction("fill") as connection:
        each_tenth = [
            {"camera": "gate", "rule": "door", "way": "right", "minute": minute, "count": 1}
            for minute in range(first, end, 10)
        ]
        connection.execute(insert(counts), each_tenth)
        connection.execute(insert(counts).values(camera="gate", rule="exit", way="left", minute=first + 7, count=4))
        connection.execute(insert(counts).values(camera="yard", rule="door", way="left", minute=first, count=9))
    yield rows
    engine.dispose()


def sums(rows: Rows, per: Per, **which: object) -> list[tuple[datetime, int]]:
    found = Tallies(rows).between("gate", at_90k(BEGIN), at_90k(END), per, RIGA, rule="door", **which)  # type: ignore[arg-type]
    return [(datetime.fromtimestamp(t.start_90k // TICKS_PER_S, RIGA), t.count) for t in found]


def test_a_day_on_which_clocks_go_back_has_an_hour_more(rows: Rows) -> None:
    days = sums(rows, Per.DAY)
    assert [(day.day, day.hour) for day, _ in days] == [((BEGIN + timedelta(days=n)).day, 0) for n in range(14)]
    assert [count for _, count in days] == [144] * 6 + [150] + [144] * 7


def test_weeks_begin_on_monday(rows: Rows) -> None:
    assert sums(rows, Per.WEEK) == [(BEGIN, 7 * 144 + 6), (BEGIN + timedelta(days=7), 7 * 144)]


@pytest.mark.parametrize("per", Per)
def test_nothing_is_lost_or_counted_twice(rows: Rows, per: Per) -> None:
    assert sum(count for _, count in sums(rows, per)) == 14 * 144 + 6


def test_hours_of_a_zone_that_is_half_an_hour_off(rows: Rows) -> None:
    begin = datetime(2026, 10, 20, tzinfo=UTC)
    found = Tallies(rows).between(
        "gate", at_90k(begin), at_90k(begin + timedelta(hours=2)), Per.HOUR, ZoneInfo("Asia/Kolkata"), rule="door"
    )
    starts = [datetime.fromtimestamp(t.start_90k // TICKS_PER_S, UTC) for t in found]
    assert [(start.hour, start.minute) for start in starts] == [(23, 30), (0, 30), (1, 30)]
    assert [t.count for t in found] == [3, 6, 3]


def test_all_lines_of_one_camera_are_listed_and_what_one_may_not_see_is_not(rows: Rows) -> None:
    tallies = Tallies(rows)
    found = tallies.between("gate", at_90k(BEGIN), at_90k(BEGIN) + 3600 * TICKS_PER_S, Per.HOUR, RIGA)
    assert [(t.rule, t.way, t.count, t.minutes) for t in found] == [("door", "right", 6, 6), ("exit", "left", 4, 1)]
    assert tallies.rules("gate") == ["door", "exit"]
    since_90k = at_90k(BEGIN) + 1  # the minute that it is in is not whole
    later = tallies.between("gate", 0, at_90k(BEGIN) + 3600 * TICKS_PER_S, Per.MINUTE, RIGA, since_90k=since_90k)
    assert [(t.rule, t.count) for t in later] == [("door", 1)] * 5 + [("exit", 4)]


def test_sums_since_a_time_are_by_rule_and_way(rows: Rows) -> None:
    assert Tallies(rows).since([("gate", "exit"), ("gate", "none")], at_90k(BEGIN)) == {
        ("gate", "exit", "left"): 4, ("gate", "exit", "right"): 0,
        ("gate", "none", "left"): 0, ("gate", "none", "right"): 0,
    }  # fmt: skip


@pytest.mark.parametrize("lines", [1, 300])
def test_the_sums_of_many_lines_are_one_query(rows: Rows, lines: int) -> None:
    asked = [("gate", "door"), ("gate", "exit"), *((f"c{n}", "door") for n in range(lines))]
    with rows.transaction("watch") as connection:
        write_watched(connection, "c0", [("door", at_90k(BEGIN) // MINUTE_90K)])
        engine = connection.engine
    with asked_of(engine) as queries:
        sums = Tallies(rows).since(asked, at_90k(BEGIN))
        counting = Tallies(rows).counting(asked, at_90k(BEGIN))
    assert len(queries) == 2
    assert len(sums) == 2 * len(asked) and sum(sums.values()) == 14 * 144 + 6 + 4
    assert counting == {("c0", "door")}
    assert Tallies(rows).since([], 0) == {} and Tallies(rows).counting([], 0) == set()


def test_old_counts_go(rows: Rows) -> None:
    middle = at_90k(BEGIN + timedelta(days=7))
    assert Tallies(rows).retire(middle) == 7 * 144 + 6 + 2
    assert next(day for day, _ in sums(rows, Per.DAY)) == BEGIN + timedelta(days=7)
    assert Tallies(rows).rules("yard") == []
