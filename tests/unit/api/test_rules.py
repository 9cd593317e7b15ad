"""Who adds, changes and removes rules of a camera, what is refused and in which words, and what is recorded."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from passerby.access.camera_rules import checked_rule
from passerby.access.cameras import CameraFacts
from passerby.config import parse_config
from passerby.config.rule import MAX_RULES
from passerby.errors import SettingsError
from passerby.rules.access import Role
from tests.unit.api.conftest import ADDRESS, House, OpenHouse
from tests.unit.api.test_people import StillFleet

PATH = "/api/cameras/gate/rules"
DOOR = {"name": "door", "kind": "line", "line": [[0.5, 1.0], [0.5, 0.25]]}
YARD = {"name": "yard", "kind": "zone", "zone": [[0.0, 0.5], [1.0, 0.5], [1.0, 1.0], [0.0, 1.0]]}


@pytest.fixture
def house(open_house: OpenHouse) -> House:
    house = open_house(fleet=StillFleet())
    house.installation.cameras.add("gate", CameraFacts(address=ADDRESS))
    house.add_user("root", Role.ADMIN)
    house.add_user("olu", Role.OPERATOR, sees_all=True)
    house.add_user("vic", Role.VIEWER, sees_all=True)
    return house


def noted(house: House) -> list[tuple[str, str, str | None, str]]:
    """Who, what, camera, about: the oldest first."""
    found = reversed(house.installation.audit.list())
    return [(r.who, r.what, r.camera, r.about) for r in found if r.what.startswith("rule:")]


def test_names_of_all_rules_are_for_whoever_may_see_the_camera(house: House) -> None:
    house.installation.cameras.add("yard", CameraFacts(address=ADDRESS))
    house.add_user("val", Role.VIEWER)
    olu = house.signed_in("olu")
    for camera, rule in (("gate", DOOR), ("yard", DOOR), ("gate", YARD)):
        assert olu.post(f"/api/cameras/{camera}/rules", json={"rule": rule}).status_code == 201
    named = [("gate", "door"), ("yard", "door"), ("gate", "yard")]
    assert olu.get("/api/rules").json() == [{"camera": camera, "name": name} for camera, name in named]
    assert house.signed_in("val").get("/api/rules").json() == []


def test_a_rule_is_added_listed_changed_and_removed_and_each_is_noted(house: House) -> None:
    olu, root = house.signed_in("olu"), house.signed_in("root")
    added = olu.post(PATH, json={"rule": DOOR})
    assert added.status_code == 201
    shown = added.json()
    assert shown["rule"] | DOOR == shown["rule"] and shown["rule"]["alert"] == "none"
    assert (shown["is_enabled"], shown["is_in_file"], shown["who"]) == (True, False, "olu")
    assert shown["at_90k"] == house.clock.now_90k()
    assert house.signed_in("vic").get(PATH).json() == [added.json()]

    changed = root.put(f"{PATH}/door", json={"rule": {**DOOR, "alert": "both"}, "is_enabled": False})
    assert changed.status_code == 200
    assert (changed.json()["rule"]["alert"], changed.json()["is_enabled"], changed.json()["who"]) == (
        "both", False, "root",
    )  # fmt: skip
    assert root.delete(f"{PATH}/door").status_code == 204
    assert root.delete(f"{PATH}/door").status_code == 404
    assert root.get(PATH).json() == []
    first, second, third = noted(house)
    assert first[:3] == ("olu", "rule:add", "gate")
    assert first[3].startswith("""'door': kind "line"; """) and "line [[0.5, 1.0], [0.5, 0.25]]" in first[3]
    assert second == ("root", "rule:change", "gate", """'door': switched off; alert "both" (was "none")""")
    assert third == ("root", "rule:remove", "gate", "'door', kind line")
    assert house.app.state.services.fleet.changes == 3


def test_a_rule_gets_another_name_but_not_that_of_another_rule(house: House) -> None:
    olu = house.signed_in("olu")
    olu.post(PATH, json={"rule": DOOR})
    olu.post(PATH, json={"rule": YARD})
    taken = olu.put(f"{PATH}/door", json={"rule": {**DOOR, "name": "yard"}})
    assert taken.status_code == 422 and taken.json()["said"]["code"] == "rule-name-taken"
    assert olu.put(f"{PATH}/door", json={"rule": {**DOOR, "name": "Тор / north?"}}).status_code == 200
    assert [each["rule"]["name"] for each in olu.get(PATH).json()] == ["yard", "Тор / north?"]
    assert noted(house)[-1][3] == """'door': name "Тор / north?" (was "door")"""
    assert olu.delete(f"{PATH}/{quote('Тор / north?', safe='')}").status_code == 204
    assert len(olu.get(PATH).json()) == 1


def test_who_only_watches_changes_no_rule(house: House) -> None:
    vic = house.signed_in("vic")
    assert vic.post(PATH, json={"rule": DOOR}).status_code == 403
    house.signed_in("olu").post(PATH, json={"rule": DOOR})
    assert vic.put(f"{PATH}/door", json={"rule": DOOR}).status_code == 403
    assert vic.delete(f"{PATH}/door").status_code == 403
    assert len(vic.get(PATH).json()) == 1


@pytest.mark.parametrize(
    ("rule", "says", "code"),
    [
        ({**DOOR, "line": [[0.5, 0.5], [0.5, 0.5]]}, "a line needs two different points", "line-without-length"),
        ({**DOOR, "line": [[0.5, 2], [0.5, 0.5]]},
         "line: input should be less than or equal to 1", "value-wrong"),
        ({**DOOR, "limit": 3}, "a rule of kind 'line' has no key 'limit'", "rule-key-unknown"),
        ({**DOOR, "name": ".."}, "name: a name needs a letter or a digit, and no line breaks", "value-wrong"),
        ({**DOOR, "name": "a\nb"}, "name: a name needs a letter or a digit, and no line breaks", "value-wrong"),
        ({**YARD, "zone": [[0, 0], [1, 1], [1, 0], [0, 1]]},
         "zone: the sides of a zone must not cross each other: name its corners in order, all the way round",
         "value-wrong"),
        ({"name": "x", "kind": "crowd", "zone": YARD["zone"]}, "limit: field required", "value-wrong"),
    ],
)  # fmt: skip
def test_a_rule_that_may_not_be_is_refused_with_its_key(
    house: House, rule: dict[str, Any], says: str, code: str
) -> None:
    refused = house.signed_in("olu").post(PATH, json={"rule": rule})
    assert refused.status_code == 422 and refused.json()["message"] == says
    assert refused.json()["said"]["code"] == code
    assert house.installation.rules.list() == [] and noted(house) == []


@pytest.mark.parametrize("rule", [{"name": "x"}, {"name": "x", "kind": "smile"}])
def test_a_kind_that_there_is_not_is_refused_with_those_that_there_are(house: House, rule: dict[str, Any]) -> None:
    refused = house.signed_in("olu").post(PATH, json={"rule": rule})
    assert refused.status_code == 422
    assert refused.json()["message"].startswith("kind: input should be 'line', 'zone', 'crowd'")
    assert refused.json()["said"]["params"]["what"]["code"] == "value-one-of"


def test_a_camera_has_no_more_rules_than_the_maximum_and_no_two_of_a_name(house: House) -> None:
    olu = house.signed_in("olu")
    for number in range(MAX_RULES):
        assert olu.post(PATH, json={"rule": {**DOOR, "name": f"door {number}"}}).status_code == 201
    full = olu.post(PATH, json={"rule": DOOR})
    assert full.status_code == 422 and full.json()["said"]["code"] == "too-many-rules"
    twice = olu.post(PATH, json={"rule": {**DOOR, "name": "door 1"}})
    assert twice.status_code == 422 and twice.json()["said"]["code"] == "rule-name-taken"


def test_a_camera_that_there_is_not_has_no_rules_and_rules_go_with_the_camera(house: House) -> None:
    root = house.signed_in("root")
    assert root.get("/api/cameras/yard/rules").status_code == 404
    assert root.post("/api/cameras/yard/rules", json={"rule": DOOR}).status_code == 404
    root.post(PATH, json={"rule": DOOR})
    root.delete("/api/cameras/gate")
    assert house.installation.rules.list() == []


def test_rules_of_the_file_follow_it_are_noted_and_are_changed_only_there(open_house: OpenHouse) -> None:
    gate = [{"name": "gate", "address": ADDRESS}]
    house = open_house({"camera": gate, "rule": [{"camera": "gate", **DOOR}, {"camera": "gate", **YARD}]})
    installation = house.installation
    installation.follow_file()
    installation.follow_file()  # the same again: nothing to note
    house.add_user("olu", Role.OPERATOR, sees_all=True)
    olu = house.signed_in("olu")
    assert [(each["rule"]["name"], each["is_in_file"]) for each in olu.get(PATH).json()] == [
        ("door", True), ("yard", True),
    ]  # fmt: skip
    for refused in (olu.delete(f"{PATH}/door"), olu.put(f"{PATH}/door", json={"rule": DOOR})):
        assert refused.status_code == 422 and refused.json()["said"]["code"] == "rule-in-file"
    installation.config = parse_config({"camera": gate, "rule": [{"camera": "gate", **DOOR, "alert": "left"}]})
    installation.follow_file()
    assert [each.rule.name for each in installation.rules.list()] == ["door"]
    assert [(what, about.partition(":")[0]) for _, what, _, about in noted(house)] == [
        ("rule:add", "'door'"), ("rule:add", "'yard'"), ("rule:remove", "'yard', kind zone"), ("rule:change", "'door'"),
    ]  # fmt: skip
    assert noted(house)[-1][3] == """'door': alert "left" (was "none")"""


def test_a_rule_of_the_file_with_the_name_of_one_from_the_page_is_refused(open_house: OpenHouse) -> None:
    house = open_house()
    house.installation.cameras.add("gate", CameraFacts(address=ADDRESS))
    house.installation.rules.add("gate", checked_rule(DOOR), is_enabled=True, who="kim")
    house.installation.config = parse_config({"rule": [{"camera": "gate", **DOOR}]})
    with pytest.raises(SettingsError, match="is in the configuration file and was added on the page too"):
        house.installation.follow_file()
    assert not house.installation.rules.list()[0].is_in_file and noted(house) == []
