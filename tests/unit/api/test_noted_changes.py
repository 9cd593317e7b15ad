"""A change says in the audit what it changed, and is not made where that cannot be written."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import create_engine, select

from passerby.access.cameras import CameraFacts
from passerby.access.installation import catalogue_url
from passerby.catalogue.schema.access import sessions
from passerby.errors import OutputError
from passerby.rules.access import Role
from tests.unit.api.conftest import ADDRESS, HIDDEN, PASSWORD, House, OpenHouse
from tests.unit.api.test_people import StillFleet, Trial

CAMERA = {"title": "Gate", "privacy_delay_s": 1.0, "groups": []}


@pytest.fixture
def house(open_house: OpenHouse) -> House:
    house = open_house(fleet=StillFleet(), try_camera=lambda *args: Trial())
    house.installation.groups.add("yard", "")
    house.installation.cameras.add("gate", CameraFacts(address=ADDRESS, groups=frozenset({"yard"})))
    house.add_user("root", Role.ADMIN)
    house.add_user("lee", Role.OPERATOR, groups=("yard",))
    return house


def last(house: House) -> tuple[str, str | None, str]:
    (record,) = house.installation.audit.list(most=1)
    return record.what, record.camera, record.about


USERS: list[tuple[dict[str, Any], str]] = [
    ({"roles": ["operator"], "groups": ["yard"], "oidc_subject": "sub-of-root"}, "signs on as 'sub-of-root'"),
    ({"roles": ["operator"], "groups": ["yard"], "oidc_subject": "x'; roles"}, 'signs on as "x\'; roles"'),
    ({"roles": ["operator"], "groups": ["yard"], "sees_all_cameras": True}, "sees all cameras"),
    ({"roles": ["admin", "operator"], "groups": ["yard"]}, "roles admin operator (was operator)"),
    ({"roles": [], "is_enabled": False}, "switched off; roles none (was operator); groups -yard"),
    ({"roles": ["operator"], "groups": ["yard"]}, "nothing differs"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "says"), USERS)
def test_a_changed_user_is_noted_with_what_differs(house: House, body: dict[str, Any], says: str) -> None:
    assert house.signed_in("root").put("/api/users/lee", json=body).status_code == 200
    assert last(house) == ("user:change", None, f"lee: {says}")


def test_nothing_is_cut_and_what_weighs_most_comes_first(house: House) -> None:
    groups = [f"a-rather-long-name-of-a-group-of-cameras-{number:02}" for number in range(100)]
    for group in groups:
        house.installation.groups.add(group, "")
    root = house.signed_in("root")
    body = {"roles": ["viewer"], "groups": groups, "is_enabled": False, "oidc_subject": "x" * 255}
    assert root.put("/api/users/lee", json=body).status_code == 200
    about = last(house)[2]
    assert about.startswith("lee: switched off; signs on as 'xxx") and all(f"+{group}" in about for group in groups)


def test_a_user_is_added_with_all_that_they_may(house: House) -> None:
    new = {"name": "mia", "roles": ["viewer"], "sees_all_cameras": True, "oidc_subject": "m-1"}
    assert house.signed_in("root").post("/api/users", json=new).status_code == 201
    says = "mia: sees all cameras; signs on as 'm-1'; roles viewer; groups none; without a password"
    assert last(house) == ("user:add", None, says)


CAMERAS: list[tuple[dict[str, Any], str]] = [
    ({"groups": ["yard"], "mode": "cover"}, "mode cover (was reveal)"),
    ({"groups": ["yard"], "privacy_delay_s": 0.2}, "privacy delay 0.2 s (was 1 s)"),
    (
        {"groups": ["yard"], "keep_hours": 9000, "more_than_30_days": True},
        "may be kept for more than 30 days; kept 9000 h (was as configured)",
    ),
    ({"groups": []}, "groups -yard"),
    ({"groups": ["yard"], "is_enabled": False, "title": "The gate"}, "switched off; title 'The gate'"),
    (
        {"groups": ["yard"], "address": ADDRESS, "trust_any_certificate": True, "transport": "udp"},
        "accepts any certificate; over udp; address rtsp://192.0.2.7/stream?…",
    ),
    ({"groups": ["yard"]}, "nothing differs"),
]


@pytest.mark.parametrize(("body", "says"), CAMERAS)
def test_a_changed_camera_is_noted_with_what_differs(house: House, body: dict[str, Any], says: str) -> None:
    assert house.signed_in("root").put("/api/cameras/gate", json=body).status_code == 200
    assert last(house) == ("camera:change", "gate", says)


def test_a_camera_is_added_with_its_policy(house: House) -> None:
    new = {"name": "door", "address": ADDRESS, "groups": ["yard"]}
    assert house.signed_in("root").post("/api/cameras", json=new).status_code == 201
    says = "mode reveal; privacy delay 1 s; kept as configured; address rtsp://192.0.2.7/stream?…; groups yard"
    assert last(house) == ("camera:add", "door", says)


def test_a_trial_is_noted_with_its_address_and_without_its_log_in(house: House) -> None:
    root = house.signed_in("root")
    assert root.post("/api/cameras/try", json={"address": ADDRESS}).status_code == 200
    assert last(house) == ("camera:try", None, "rtsp://192.0.2.7/stream?…")
    assert root.post("/api/cameras/try", json={"address": "rtsp://kim:hunter2-planted/x@192.0.2.7/"}).status_code == 200
    assert last(house) == ("camera:try", None, "an address that cannot be read")
    said = [each.about for each in house.installation.audit.list()]
    assert not [about for about in said for secret in HIDDEN if secret in about]


CHANGES: list[tuple[str, str, dict[str, Any] | None]] = [
    ("POST", "/api/users", {"name": "mia", "password": PASSWORD, "roles": ["viewer"]}),
    ("PUT", "/api/users/lee", {"roles": ["admin"], "sees_all_cameras": True}),
    ("PUT", "/api/users/lee/password", {"password": "another long pass phrase"}),
    ("DELETE", "/api/users/lee", None),
    ("POST", "/api/groups", {"name": "hall"}),
    ("PUT", "/api/groups/yard", {"title": "School yard"}),
    ("DELETE", "/api/groups/yard", None),
    ("POST", "/api/cameras", {"name": "door", "address": ADDRESS}),
    ("PUT", "/api/cameras/gate", {"mode": "cover", "address": ADDRESS}),
    ("POST", "/api/cameras/gate/not-people", {"left": 0.1, "top": 0.2, "right": 0.2, "bottom": 0.5}),
    ("POST", "/api/cameras/gate/rules", {"rule": {"name": "door", "kind": "line", "line": [[0.5, 1], [0.5, 0]]}}),
    ("DELETE", "/api/cameras/gate", None),
]


@pytest.mark.parametrize(("method", "path", "body"), CHANGES, ids=[f"{each[0]} {each[1]}" for each in CHANGES])
def test_a_change_that_cannot_be_noted_is_not_made(
    house: House, monkeypatch: pytest.MonkeyPatch, method: str, path: str, body: dict[str, Any] | None
) -> None:
    root = house.signed_in("root")
    before = catalogue(house)

    def full_disk(*args: object, **more: object) -> None:
        raise OutputError("couldn't write an audit record in the catalogue: disk full")

    with monkeypatch.context() as broken:
        broken.setattr(house.installation.audit, "note", full_disk)
        assert root.request(method, path, json=body).status_code == 503
    assert catalogue(house) == before
    assert house.app.state.services.fleet.changes == 0, "nobody is told of a change that was not made"
    assert root.request(method, path, json=body).status_code < 300 and catalogue(house) != before


@pytest.mark.parametrize(("method", "path", "body"), CHANGES, ids=[f"{each[0]} {each[1]}" for each in CHANGES])
def test_a_change_that_is_refused_is_not_noted(
    house: House, method: str, path: str, body: dict[str, Any] | None
) -> None:
    """Asked a second time, what is added is there already; a change of nobody is refused at once."""
    root = house.signed_in("root")
    again = path.replace("lee", "nobody").replace("yard", "nothing").replace("gate", "nothing")
    if again == path:
        assert root.request(method, path, json=body).status_code == 201
    noted = len(house.installation.audit.list())
    assert root.request(method, again, json=body).status_code in (404, 422)
    assert len(house.installation.audit.list()) == noted


def catalogue(house: House) -> dict[str, list[Any]]:
    """Every row of every table, but for who is signed in."""
    engine = create_engine(catalogue_url(house.folder, house.config))
    try:
        with engine.connect() as connection:
            tables = [each for each in sessions.metadata.sorted_tables if each is not sessions]
            return {table.name: list(connection.execute(select(table)).all()) for table in tables}
    finally:
        engine.dispose()
