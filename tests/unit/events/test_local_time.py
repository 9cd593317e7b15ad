from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from passerby.errors import SettingsError
from passerby.events.local_time import utc_from, utc_of_file, week_minute, zone_named

BERLIN = ZoneInfo("Europe/Berlin")


def test_a_local_time_becomes_utc_by_the_time_of_the_year() -> None:
    assert utc_from("2026-01-05 12:00", BERLIN) == datetime(2026, 1, 5, 11, tzinfo=UTC)
    assert utc_from("2026-07-05 12:00", BERLIN) == datetime(2026, 7, 5, 10, tzinfo=UTC)
    assert utc_from("2026-07-05T12:00:00Z", BERLIN) == datetime(2026, 7, 5, 12, tzinfo=UTC)


def test_an_hour_that_was_left_out_is_refused_and_of_one_that_comes_twice_the_first_is_meant() -> None:
    with pytest.raises(SettingsError, match="put forward"):
        utc_from("2026-03-29 02:30", BERLIN)
    assert utc_from("2026-10-25 02:30", BERLIN) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert utc_from("2026-10-25 02:30+01:00", BERLIN) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "soon", "2026-13-01 00:00", "22:15"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="no date and time"):
        utc_from(text, None)


@pytest.mark.parametrize("name", ["Berlin", "", "/etc/passwd", "../../etc/passwd"])
def test_what_is_no_zone_is_refused(name: str) -> None:
    with pytest.raises(SettingsError, match="is not a time zone"):
        zone_named(name)


def test_without_a_zone_it_is_the_systems() -> None:
    now = datetime.now(UTC)
    local = now.astimezone()
    assert week_minute(now, None) == (local.weekday(), local.hour * 60 + local.minute)


def test_on_the_days_of_clock_change_an_hour_is_left_out_or_comes_twice() -> None:
    spring, autumn = datetime(2026, 3, 29, 0, 59, tzinfo=UTC), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert week_minute(spring, BERLIN) == (6, 119)
    assert week_minute(spring + timedelta(minutes=1), BERLIN) == (6, 180)
    assert week_minute(autumn, BERLIN) == week_minute(autumn + timedelta(hours=1), BERLIN) == (6, 150)


def test_a_file_starts_when_it_is_said_to_whatever_its_first_time() -> None:
    starts = datetime(2026, 3, 28, 21, 15, tzinfo=UTC)
    utc_of = utc_of_file(starts)
    assert [utc_of(time_s) for time_s in (500.0, 560.0)] == [starts, starts + timedelta(minutes=1)]
