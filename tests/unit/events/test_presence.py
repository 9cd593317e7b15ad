"""How many were in zones, by time: what is kept comes back, in the periods of a time zone, and goes when it is old."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from passerby.catalogue.database import open_database
from passerby.catalogue.rows import Rows
from passerby.events.periods import Per
from passerby.events.presence import PresenceSeries
from passerby.events.tallies import Tallies
from passerby.media.segments import MINUTE_90K, TICKS_PER_S
from passerby.media.series import Measure, Minute
from passerby.testing.clock import MovingClock

RIGA = ZoneInfo("Europe/Riga")
BEGIN = datetime(2026, 10, 19, tzinfo=RIGA)  # a Monday; on Sunday the 25th clocks go back an hour


def at_90k(moment: datetime) -> int:
    return round(moment.timestamp()) * TICKS_PER_S


NUMBERS = itertools.count()
FIRST = at_90k(BEGIN) // MINUTE_90K


def present(mean: float, most: int, rule: str = "yard") -> Minute:
    return Minute(rule, Measure.PRESENT, 0.0, mean=mean, most=most)


@pytest.fixture
def series(catalogue_url: str) -> Iterator[PresenceSeries]:
    engine = open_database(catalogue_url)
    yield PresenceSeries(Rows(engine, MovingClock()))
    engine.dispose()


def test_days_are_those_of_the_zone_and_what_is_not_known_is_left_out(series: PresenceSeries) -> None:
    for day in (0, 6):
        series.add("gate", [(FIRST + day * 1440 + n, present(2.0, 3)) for n in range(24 * 60)])
    series.add("gate", [(FIRST + 3 * 1440 + 5, present(0.5, 1))])
    found = series.between("gate", at_90k(BEGIN), at_90k(BEGIN + timedelta(days=14)), Per.DAY, RIGA)
    assert [(each.minutes, each.mean, each.most) for each in found] == [(1440, 2.0, 3), (1, 0.5, 1), (1440, 2.0, 3)]
    days = [datetime.fromtimestamp(each.start_90k // TICKS_PER_S, RIGA) for each in found]
    assert [(day.day, day.hour) for day in days] == [(19, 0), (22, 0), (25, 0)]
    (week,) = series.between("gate", at_90k(BEGIN), at_90k(BEGIN + timedelta(days=7)), Per.WEEK, RIGA)
    assert (week.start_90k, week.minutes, week.mean) == (at_90k(BEGIN), 2881, 2.0)


def test_a_minute_that_comes_twice_is_put_together(series: PresenceSeries) -> None:
    waits = Minute("till", Measure.WAITING, 0.0, count=1, mean=1.0, most=2, waited_s=10.0)
    more = Minute("till", Measure.WAITING, 0.0, count=3, mean=2.0, most=4, waited_s=30.0)
    series.add("gate", [(FIRST, waits)])
    series.add("gate", [(FIRST, more)])
    (found,) = series.between("gate", at_90k(BEGIN), at_90k(BEGIN) + MINUTE_90K, Per.MINUTE, UTC)
    assert (found.mean, found.most, found.left, found.waited_s) == (1.5, 4, 4, 25.0)


def test_an_earlier_camera_of_the_name_and_other_rules_are_left_out_and_old_hours_go(series: PresenceSeries) -> None:
    series.add("gate", [(FIRST + n, present(1.0, 1)) for n in range(120)])
    series.add("gate", [(FIRST, present(1.0, 1, "other"))])
    series.add("yard", [(FIRST, present(9.0, 9))])
    begin, end = at_90k(BEGIN), at_90k(BEGIN + timedelta(hours=2))
    assert series.rules("gate") == ["other", "yard"]
    (only,) = series.between("gate", begin, end, Per.DAY, RIGA, rule="yard", since_90k=begin + 90 * MINUTE_90K)
    assert only.minutes == 30
    assert series.between("gate", begin, end, Per.DAY, RIGA, since_90k=end) == []
    series.retire(begin + 60 * MINUTE_90K)
    assert sum(each.minutes for each in series.between("gate", begin, end, Per.HOUR, RIGA)) == 60
    assert series.rules("gate") == ["yard"]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    minutes=st.dictionaries(
        st.integers(0, 600), st.tuples(st.integers(0, 5000), st.integers(0, 5000)), min_size=1, max_size=30
    ),
)
def test_what_is_kept_by_the_minute_comes_back(series: PresenceSeries, minutes: dict[int, tuple[int, int]]) -> None:
    name = f"gate-{next(NUMBERS)}"  # the catalogue is the same for all examples
    series.add(name, [(FIRST + n, present(mean / 100, most)) for n, (mean, most) in minutes.items()])
    begin, end = at_90k(BEGIN), at_90k(BEGIN) + 601 * MINUTE_90K
    found = series.between(name, begin, end, Per.MINUTE, RIGA)
    assert {(each.start_90k - begin) // MINUTE_90K: (each.mean, each.most) for each in found} == {
        n: (mean / 100, most) for n, (mean, most) in minutes.items()
    }


def test_nobody_at_a_line_is_not_the_same_as_not_recorded(series: PresenceSeries) -> None:
    """What is known of a line makes a count of it, 0 where nobody crossed. Its zone of the same name is another."""
    line = Minute("door", Measure.CROSSED, 0.0, count=0, way="right")
    series.add("gate", [(FIRST + n, line) for n in (0, 59, 60, 150)])
    series.add("gate", [(FIRST + 59, line)])
    series.add("yard", [(FIRST + 200, line)])
    tallies = Tallies(series._rows)
    found = tallies.between("gate", at_90k(BEGIN), at_90k(BEGIN + timedelta(hours=5)), Per.HOUR, RIGA)
    hours = [(t.way, (t.start_90k - at_90k(BEGIN)) // (60 * MINUTE_90K), t.count, t.minutes) for t in found]
    assert hours == [(way, hour, 0, known) for way in ("left", "right") for hour, known in ((0, 2), (1, 1), (2, 1))]
    part = tallies.between("gate", at_90k(BEGIN) + 1, at_90k(BEGIN) + 60 * MINUTE_90K, Per.MINUTE, RIGA)
    assert [t.start_90k for t in part] == [at_90k(BEGIN) + 59 * MINUTE_90K] * 2
    assert (series.rules("gate"), tallies.rules("gate")) == ([], ["door"])
    rules = {("gate", "door"), ("yard", "door"), ("yard", "hall")}
    assert tallies.counting(rules, at_90k(BEGIN) + 151 * MINUTE_90K) == {("yard", "door")}
    tallies.retire(at_90k(BEGIN + timedelta(hours=2)))
    found = tallies.between("gate", at_90k(BEGIN), at_90k(BEGIN + timedelta(hours=5)), Per.DAY, RIGA)
    assert [(t.way, t.minutes) for t in found] == [("left", 1), ("right", 1)]
