"""Who may try a rule and see what is in view, what they are told, and that each look is recorded."""

from __future__ import annotations

from dataclasses import replace

import pytest

from passerby.access.cameras import CameraFacts
from passerby.media.camera import BoxNow, CameraState, ViewNow
from passerby.media.requests import CameraRequest, ShowView
from passerby.media.segments import TICKS_PER_S
from passerby.rules.access import Role
from passerby.rules.retention import HOUR_90K
from tests.kept import WALK_S, keep_walk
from tests.unit.api.conftest import ADDRESS, House, OpenHouse
from tests.unit.api.test_people import STATE, StillFleet
from tests.unit.api.test_rules import DOOR, YARD

TRY = "/api/cameras/gate/rules/try"
NOW = "/api/cameras/gate/in-view"


class SeeingFleet(StillFleet):
    """Says what is in view once it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[str, CameraRequest]] = []

    def ask(self, camera: str, request: CameraRequest) -> bool:
        self.asked.append((camera, request))
        view = ViewNow(90, (640, 360), False, (BoxNow("people", (0.4, 0.2, 0.5, 0.8)),))
        self.now: dict[str, CameraState] = {"gate": replace(STATE, view=view)}
        return True


@pytest.fixture
def house(open_house: OpenHouse) -> House:
    house = open_house(fleet=SeeingFleet())
    house.clock.move(86_400 * 20_000)
    installation = house.installation
    installation.groups.add("yard", "Yard")
    installation.cameras.add("gate", CameraFacts(address=ADDRESS, groups=frozenset({"yard"})))
    house.add_user("root", Role.ADMIN, sees_all=True)
    house.add_user("olu", Role.OPERATOR, groups=("yard",))
    house.add_user("odd", Role.OPERATOR)
    house.add_user("vic", Role.VIEWER, sees_all=True)
    return house


def looks(house: House) -> list[tuple[str, str | None, int | None, int | None, str]]:
    found = [each for each in house.installation.audit.list() if each.what == "rules:try"]
    return [(each.who, each.camera, each.from_90k, each.to_90k, each.about) for each in reversed(found)]


def test_a_trial_says_what_would_have_happened_saves_nothing_and_is_recorded(house: House) -> None:
    now_90k = house.clock.now_90k()
    begin_90k = now_90k - HOUR_90K
    keep_walk(house.installation.rows, begin_90k)
    olu = house.signed_in("olu")
    done = olu.post(TRY, json={"rule": DOOR})
    assert done.status_code == 200, done.text
    found = done.json()
    assert (found["from_90k"], found["to_90k"], found["is_cut"]) == (now_90k - 24 * HOUR_90K, now_90k, False)
    assert (found["right"], found["left"], found["raised"], found["keeps_boxes"]) == (1, 0, 0, True)
    (crossing,) = found["listed"]
    middle_90k = begin_90k + round((5 + WALK_S / 2) * TICKS_PER_S)
    assert crossing == crossing | {"kind": "line-crossed", "way": "right", "count": 1, "is_raised": False}
    assert crossing["start_90k"] == pytest.approx(middle_90k, abs=TICKS_PER_S)
    assert [(hour["right"], hour["left"], hour["raised"]) for hour in found["hours"]] == [(1, 0, 0)]
    assert found["known_s"] == pytest.approx(WALK_S + 10, abs=1)
    assert (found["doubt"], found["is_seldom"]) == ("too-few", False), "one person, for a moment"
    yard = olu.post(TRY, json={"rule": YARD, "hours": 2}).json()
    assert (yard["doubt"], yard["height_px"], yard["raised"]) == (None, 72, 1)
    (event,) = yard["listed"]
    assert event["kind"] == "in-zone" and event["is_raised"] and event["end_90k"] > event["start_90k"]
    assert olu.get("/api/cameras/gate/rules").json() == []
    first, second = looks(house)
    assert first[:4] == ("olu", "gate", now_90k - 24 * HOUR_90K, now_90k)
    assert first[4].startswith("""'door': kind "line";""")
    assert second[2] == now_90k - 2 * HOUR_90K


def test_people_who_are_too_small_are_told_of(house: House) -> None:
    keep_walk(house.installation.rows, house.clock.now_90k() - HOUR_90K, height=0.04)
    found = house.signed_in("olu").post(TRY, json={"rule": YARD}).json()
    assert (found["doubt"], found["height_px"]) == ("too-small", 14)


def test_only_those_who_watch_the_camera_may_try(house: House) -> None:
    for name in ("root", "vic", "odd"):
        them = house.signed_in(name)
        assert them.post(TRY, json={"rule": DOOR}).status_code == 403
        assert them.get(NOW).status_code == 403
    assert house.client().post(TRY, json={"rule": DOOR}).status_code in (401, 403)
    assert looks(house) == []


def test_what_cannot_be_tried_is_refused_in_a_sentence(house: House) -> None:
    olu = house.signed_in("olu")
    bag = olu.post(TRY, json={"rule": {"name": "bag", "kind": "left-object"}})
    assert bag.status_code == 422 and "cannot be tried" in bag.json()["message"]
    assert bag.json()["said"]["code"] == "things-not-tried"
    assert olu.post(TRY, json={"rule": {"name": "door", "kind": "line"}}).status_code == 422
    assert olu.post(TRY, json={"rule": DOOR, "hours": 25}).status_code == 422
    assert olu.post("/api/cameras/other/rules/try", json={"rule": DOOR}).status_code in (403, 404)


def test_boxes_of_an_earlier_camera_of_the_name_are_gone(house: House) -> None:
    keep_walk(house.installation.rows, house.clock.now_90k() - HOUR_90K)
    house.installation.cameras.remove("gate")
    house.installation.cameras.add("gate", CameraFacts(address=ADDRESS, groups=frozenset({"yard"})))
    found = house.signed_in("olu").post(TRY, json={"rule": DOOR}).json()
    assert (found["known_s"], found["right"]) == (0, 0)


def test_a_camera_that_keeps_none_says_so(house: House) -> None:
    keep_walk(house.installation.rows, house.clock.now_90k() - HOUR_90K)
    facts = CameraFacts(groups=frozenset({"yard"}), keeps_boxes=False)
    house.installation.cameras.change("gate", facts)
    keep_walk(house.installation.rows, house.clock.now_90k() - HOUR_90K)
    found = house.signed_in("olu").post(TRY, json={"rule": DOOR}).json()
    assert (found["keeps_boxes"], found["known_s"], found["right"]) == (False, 0, 0)


def test_what_is_in_view_is_asked_of_the_camera_and_recorded_once_a_minute(house: House) -> None:
    fleet = house.app.state.services.fleet
    olu = house.signed_in("olu")
    first = olu.get(NOW)
    assert first.json()["view"] == {
        "at_90k": 90, "width": 640, "height": 360, "is_whole": False,
        "boxes": [{"objects": "people", "left": 0.4, "top": 0.2, "right": 0.5, "bottom": 0.8}],
    }  # fmt: skip
    assert olu.get(NOW).json() == first.json()
    assert fleet.asked == [("gate", ShowView(10.0))] * 2
    assert looks(house) == [("olu", "gate", None, None, "")]
    house.clock.move(61)
    olu.get(NOW)
    assert len(looks(house)) == 2


def test_without_a_running_camera_nothing_is_in_view(open_house: OpenHouse) -> None:
    house = open_house()
    house.installation.cameras.add("gate", CameraFacts(address=ADDRESS))
    house.add_user("olu", Role.OPERATOR, sees_all=True)
    assert house.signed_in("olu").get(NOW).json() == {"view": None}


def test_no_answer_can_carry_an_id(house: House) -> None:
    """Promise 3: what a trial or a view says has no field for who it was."""
    schemas = house.app.openapi()["components"]["schemas"]
    names = ["RuleTrial", "TriedEventShown", "TriedHourShown", "InViewShown", "ViewNowShown", "BoxNowShown"]
    fields = {name: set(schemas[name]["properties"]) for name in names}
    assert fields["BoxNowShown"] == {"objects", "left", "top", "right", "bottom"}
    assert fields["ViewNowShown"] == {"at_90k", "width", "height", "is_whole", "boxes"}
    assert fields["TriedEventShown"] == {"kind", "objects", "way", "start_90k", "end_90k", "count", "is_raised"}
    assert not any("id" in each.split("_") or "track" in each for some in fields.values() for each in some)
