"""What users choose for themselves is kept with their account, on each kind of catalogue."""

from __future__ import annotations

from typing import Any

import pytest

from passerby.rules.access import Role
from tests.unit.api.conftest import House

PATH = "/api/self/preferences"
YARD = {"name": "Yard", "cameras": ["gate", "shed"], "count": "auto"}
NOTHING: dict[str, Any] = {"language": None, "layouts": []}


@pytest.fixture
def school(house: House) -> House:
    house.add_user("root", Role.ADMIN)
    house.add_user("kim", Role.OPERATOR)
    return house


def test_what_was_chosen_is_there_in_another_browser_and_for_nobody_else(school: House) -> None:
    kim = school.signed_in("kim")
    assert kim.get(PATH).json() == NOTHING
    assert kim.patch(PATH, json={"layouts": [YARD]}).json() == {"language": None, "layouts": [YARD]}
    assert kim.patch(PATH, json={"language": "ru"}).json() == {"language": "ru", "layouts": [YARD]}
    assert school.signed_in("kim").get(PATH).json() == {"language": "ru", "layouts": [YARD]}
    assert school.signed_in("kim").get("/api/session").json()["language"] == "ru"
    root = school.signed_in("root")
    assert root.get(PATH).json() == NOTHING and root.get("/api/session").json()["language"] is None
    noted = [(each.who, each.about) for each in school.installation.audit.list() if each.what == "preferences:change"]
    assert noted == [("kim", "language"), ("kim", "layouts")]


def test_it_goes_with_its_user(school: House) -> None:
    school.signed_in("kim").patch(PATH, json={"language": "ru"})
    assert school.signed_in("root").delete("/api/users/kim").status_code == 204
    school.add_user("kim", Role.OPERATOR)
    assert school.signed_in("kim").get(PATH).json() == NOTHING


@pytest.mark.parametrize("change", [
    {"language": "xx"}, {"colour": "red"}, {"layouts": [YARD | {"count": "7"}]},
    {"layouts": [YARD | {"cameras": []}]}, {"layouts": [YARD | {"cameras": ["../gate"]}]}, {"layouts": [YARD] * 51},
])  # fmt: skip
def test_anything_else_is_refused(school: House, change: dict[str, Any]) -> None:
    kim = school.signed_in("kim")
    assert kim.patch(PATH, json=change).status_code == 422
    assert kim.get(PATH).json() == NOTHING


def test_whoever_has_chosen_no_language_gets_that_of_the_installation(school: House) -> None:
    def usual() -> list[Any]:
        return [
            each.get("/api/session").json()["usual_language"] for each in (school.client(), school.signed_in("kim"))
        ]

    assert usual() == [None, None]
    change = {"values": {"about.language": "ru"}}
    assert school.signed_in("root").patch("/api/settings", json=change).status_code == 200
    assert usual() == ["ru", "ru"]
    change = {"values": {"about.language": "klingon"}}
    assert school.signed_in("root").patch("/api/settings", json=change).status_code == 422
    assert usual() == ["ru", "ru"]
