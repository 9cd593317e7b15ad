"""When recordings may leave a site."""

from __future__ import annotations

import pytest

from passerby.rules.events.schedule import Schedule
from passerby.rules.upload import Upload, UploadPolicy

NIGHT = Schedule.of(("mon-fri 22:00-06:00",))
MONDAY, SATURDAY = 0, 5


@pytest.mark.parametrize(
    ("weekday", "hour", "may"),
    [(MONDAY, 21, False), (MONDAY, 22, True), (MONDAY, 5, False), (SATURDAY, 5, True), (SATURDAY, 23, False)],
)
def test_at_night_is_when_the_hours_say(weekday: int, hour: int, may: bool) -> None:
    assert UploadPolicy(Upload.AT_NIGHT, NIGHT).may_begin(weekday, hour * 60) is may


def test_at_once_is_always_and_on_demand_never() -> None:
    at_once, on_demand = UploadPolicy(Upload.AT_ONCE, NIGHT), UploadPolicy(Upload.ON_DEMAND, NIGHT)
    assert {at_once.may_begin(day, minute * 60) for day in range(7) for minute in range(24)} == {True}
    assert {on_demand.may_begin(day, minute * 60) for day in range(7) for minute in range(24)} == {False}
    assert (at_once.stays, on_demand.stays) == (False, True)
