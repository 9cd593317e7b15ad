"""Who may say that something is not a person, what is kept of it and noted, and when it no longer holds."""

from __future__ import annotations

from typing import Any

import pytest

from passerby.access.cameras import CameraFacts
from passerby.config import parse_config
from passerby.rules.access import Action, Role
from passerby.rules.not_people import MAX_BOXES
from tests.unit.api.conftest import ADDRESS, House, OpenHouse
from tests.unit.api.test_people import StillFleet

POSTER = {"left": 0.1, "top": 0.2, "right": 0.2, "bottom": 0.5}
PATH = "/api/cameras/gate/not-people"
WORDS = "box 1: left 10.0 %, top 20.0 %, right 20.0 %, bottom 50.0 %"


@pytest.fixture
def house(open_house: OpenHouse) -> House:
    house = open_house(fleet=StillFleet())
    house.installation.cameras.add("gate", CameraFacts(address=ADDRESS))
    house.add_user("root", Role.ADMIN)
    house.add_user("pia", Role.PRIVACY_OFFICER)
    house.add_user("olu", Role.OPERATOR, sees_all=True)
    return house


def noted(house: House) -> list[tuple[str, str, str | None, str]]:
    """Who, what, camera, about: the oldest first."""
    found = reversed(house.installation.audit.list())
    return [(r.who, r.what, r.camera, r.about) for r in found if r.what.startswith("not-people")]


def test_a_box_is_added_listed_and_removed_and_each_is_noted_with_box_and_who(house: House) -> None:
    root, pia = house.signed_in("root"), house.signed_in("pia")
    added = root.post(PATH, json=POSTER)
    assert added.status_code == 201
    assert added.json() == {**POSTER, "id": 1, "who": "root", "at_90k": house.clock.now_90k()}
    assert house.signed_in("olu").get(PATH).json() == [added.json()]
    assert pia.delete(f"{PATH}/1").status_code == 204
    assert pia.delete(f"{PATH}/1").status_code == 404
    assert root.get(PATH).json() == []
    assert noted(house) == [
        ("root", "not-people:add", "gate", WORDS),
        ("pia", "not-people:remove", "gate", WORDS),
    ]
    assert house.app.state.services.fleet.changes == 2


def test_who_watches_or_is_a_program_may_not_say_so(house: House) -> None:
    olu = house.signed_in("olu")
    assert olu.post(PATH, json=POSTER).status_code == 403
    user = house.installation.users.find("root")
    assert user
    secret, _ = house.installation.tokens.add(user, "program", frozenset({Action.SAY_NOT_PEOPLE}), 1)
    program = house.client()
    program.headers["Authorization"] = f"Bearer {secret}"
    refused = program.post(PATH, json=POSTER)
    assert refused.status_code == 403 and "tokens cannot do 'not-people:change'" in refused.json()["message"]
    assert house.installation.not_people.list() == [] and noted(house) == []


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"right": 0.05}, "a box must lie within the picture: left before right and top before bottom"),
        ({"left": -1}, "a box must lie within the picture"),
        ({"left": 0, "top": 0, "right": 1, "bottom": 1}, "a box can cover at most a quarter of the picture"),
    ],
)
def test_a_box_that_may_not_be_is_refused_in_one_sentence(house: House, change: dict[str, Any], says: str) -> None:
    refused = house.signed_in("root").post(PATH, json={**POSTER, **change})
    assert refused.status_code == 422 and refused.json()["message"].startswith(says)
    assert house.installation.not_people.list() == [] and noted(house) == []


def test_a_camera_has_no_more_than_32(house: House) -> None:
    root = house.signed_in("root")
    for _ in range(MAX_BOXES):
        assert root.post(PATH, json=POSTER).status_code == 201
    refused = root.post(PATH, json=POSTER)
    assert refused.status_code == 422
    assert refused.json()["message"] == "camera 'gate' has 32 boxes marked as not a person already, the maximum"
    assert refused.json()["hint"] == "remove one first"
    assert len(house.installation.not_people.all()["gate"]) == MAX_BOXES


def test_a_camera_that_there_is_not_has_none(house: House) -> None:
    root = house.signed_in("root")
    assert root.get("/api/cameras/yard/not-people").status_code == 404
    assert root.post("/api/cameras/yard/not-people", json=POSTER).status_code == 404


def test_a_box_of_another_camera_is_not_removed(house: House) -> None:
    house.installation.cameras.add("yard", CameraFacts(address=ADDRESS))
    root = house.signed_in("root")
    assert root.post(PATH, json=POSTER).status_code == 201
    assert root.delete("/api/cameras/yard/not-people/1").status_code == 404
    assert len(root.get(PATH).json()) == 1


def test_boxes_stay_with_a_change_and_go_with_the_camera_and_its_address(house: House) -> None:
    """Whatever was drawn over one place says nothing about another."""
    root = house.signed_in("root")
    root.post(PATH, json=POSTER)
    root.put("/api/cameras/gate", json={"title": "The gate", "address": ADDRESS, "mode": "cover"})
    assert len(root.get(PATH).json()) == 1
    root.put("/api/cameras/gate", json={"address": "rtsp://192.0.2.8/stream"})
    assert root.get(PATH).json() == []
    assert noted(house)[-1] == ("root", "not-people:remove", "gate", WORDS)

    root.post(PATH, json=POSTER)
    root.delete("/api/cameras/gate")
    assert noted(house)[-1] == ("root", "not-people:remove", "gate", WORDS.replace("box 1", "box 2"))
    house.installation.cameras.add("gate", CameraFacts(address=ADDRESS))
    assert root.get(PATH).json() == []


def test_boxes_of_a_camera_in_the_file_outlive_a_restart_with_the_same_file(open_house: OpenHouse) -> None:
    def file_with(*cameras: str, address: str = ADDRESS) -> dict[str, Any]:
        return {"camera": [{"name": name, "address": address} for name in cameras]}

    house = open_house(file_with("gate", "yard"), fleet=StillFleet())
    installation = house.installation
    installation.follow_file()
    house.add_user("root", Role.ADMIN)
    root = house.signed_in("root")
    for camera in ("gate", "yard"):
        assert root.post(f"/api/cameras/{camera}/not-people", json=POSTER).status_code == 201
    installation.follow_file()
    assert installation.not_people.all().keys() == {"gate", "yard"}
    installation.config = parse_config(file_with("gate"))
    installation.follow_file()
    assert installation.not_people.all().keys() == {"gate"}
    installation.config = parse_config(file_with("gate", address="rtsp://192.0.2.8/stream"))
    installation.follow_file()
    assert installation.not_people.all() == {}
    removed = [r for r in installation.audit.list() if r.what == "not-people:remove"]
    assert [(r.through, r.camera) for r in reversed(removed)] == [("file", "yard"), ("file", "gate")]
