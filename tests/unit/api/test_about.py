"""What anybody may know: which kinds of things are noticed here, and nothing of where."""

from __future__ import annotations

from typing import Any

import pytest

from passerby.access.camera_rules import CameraRules
from passerby.access.cameras import CameraFacts
from passerby.config.rule import CrowdRule, FallRule, LineRule, ZoneRule
from tests.unit.api.conftest import ADDRESS, ON_SQLITE_ALONE, House, OpenHouse

pytestmark = ON_SQLITE_ALONE

AREA = ((0.1, 0.5), (0.9, 0.5), (0.9, 1.0))


@pytest.fixture
def house(open_house: OpenHouse) -> House:
    house = open_house()
    cameras = house.installation.cameras
    cameras.add("backdoor", CameraFacts(address=ADDRESS))
    cameras.add("roof", CameraFacts(address=ADDRESS, is_enabled=False))
    return house


def noticed(house: House) -> Any:
    return house.client().get("/api/about").json()["notices"]


def test_the_kinds_of_rules_that_work_are_told_once_and_in_order(house: House) -> None:
    rules: CameraRules = house.installation.rules
    assert noticed(house) == []
    for name in ("night", "day"):
        rules.add("backdoor", ZoneRule(name=name, kind="zone", zone=AREA), is_enabled=True, who="")
    rules.add("backdoor", LineRule(name="door", kind="line", line=((0, 1), (1, 1))), is_enabled=True, who="")
    rules.add("backdoor", FallRule(name="floor", kind="fall"), is_enabled=False, who="")
    rules.add("roof", CrowdRule(name="party", kind="crowd", zone=AREA, limit=3), is_enabled=True, who="")
    assert noticed(house) == ["line", "zone"], "not what is off, nor on a camera that is"


def test_nothing_is_told_of_which_camera_looks_for_what(house: House) -> None:
    rule = ZoneRule(name="Behind the bins", kind="zone", zone=AREA, when=("22:00-06:00",))
    house.installation.rules.add("backdoor", rule, is_enabled=True, who="")
    shown = house.client().get("/api/about").text
    assert not any(word in shown for word in ("backdoor", "bins", "22:00", "0.5"))


def test_how_long_events_are_kept_is_told(open_house: OpenHouse) -> None:
    about = open_house({"storage": {"keep_events_days": 12}}).client().get("/api/about").json()
    assert about["keep_events_days"] == 12
