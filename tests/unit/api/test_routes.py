"""Every route × every role, by real requests: what the gate says is what happens, and no route is without an entry."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, APIWebSocketRoute
from fastapi.testclient import TestClient
from starlette.routing import BaseRoute
from starlette.websockets import WebSocketDisconnect

from passerby.api.permissions import TABLE
from passerby.rules.access import NEVER_BY_TOKEN, ROLES, Action, Role
from tests.unit.api.conftest import ADDRESS, ON_SQLITE_ALONE, House, OpenHouse

ALL = "vocapA"
NOBODY_TOO = "-vocapA"

# Who may, by hand: - nobody signed in, viewer, operator, custodian, auditor, privacy officer, Admin.
EXPECTED: dict[tuple[str, str], str] = {
    ("GET", "/healthz"): NOBODY_TOO,
    ("GET", "/metrics"): "A",
    ("GET", "/api/openapi.json"): NOBODY_TOO,
    ("GET", "/api/about"): NOBODY_TOO,
    ("GET", "/api/settings"): "apA",
    ("PATCH", "/api/settings"): "pA",
    ("GET", "/api/channels"): "apA",
    ("POST", "/api/channels"): "pA",
    ("PUT", "/api/channels/{name}"): "pA",
    ("DELETE", "/api/channels/{name}"): "pA",
    ("POST", "/api/channels/{name}/test"): "pA",
    ("GET", "/api/routes"): "apA",
    ("POST", "/api/routes"): "pA",
    ("PUT", "/api/routes/{id}"): "pA",
    ("DELETE", "/api/routes/{id}"): "pA",
    ("POST", "/api/messages/{id}/seen"): "voA",
    ("GET", "/api/audit"): "ap",
    ("GET", "/api/states"): ALL,
    ("GET", "/api/alarms"): ALL,
    ("GET", "/api/machines"): "apA",
    ("GET", "/api/users"): "apA",
    ("POST", "/api/users"): "A",
    ("PUT", "/api/users/{name}"): "A",
    ("DELETE", "/api/users/{name}"): "A",
    ("PUT", "/api/users/{name}/password"): "A",
    ("GET", "/api/groups"): "apA",
    ("POST", "/api/groups"): "A",
    ("PUT", "/api/groups/{name}"): "A",
    ("DELETE", "/api/groups/{name}"): "A",
    ("POST", "/api/set-up"): NOBODY_TOO,
    ("POST", "/api/reset"): NOBODY_TOO,
    ("GET", "/api/session"): NOBODY_TOO,
    ("POST", "/api/session"): NOBODY_TOO,
    ("DELETE", "/api/session"): ALL,
    ("POST", "/api/session/passkey/options"): NOBODY_TOO,
    ("POST", "/api/session/passkey"): NOBODY_TOO,
    ("GET", "/api/session/oidc"): NOBODY_TOO,
    ("GET", "/api/session/oidc/callback"): NOBODY_TOO,
    ("GET", "/api/self/passkeys"): ALL,
    ("POST", "/api/self/passkeys"): ALL,
    ("POST", "/api/self/passkeys/options"): ALL,
    ("DELETE", "/api/self/passkeys/{id}"): ALL,
    ("PUT", "/api/self/password"): ALL,
    ("GET", "/api/self/preferences"): ALL,
    ("PATCH", "/api/self/preferences"): ALL,
    ("GET", "/api/self/devices"): ALL,
    ("POST", "/api/self/devices"): ALL,
    ("DELETE", "/api/self/devices/{id}"): ALL,
    ("POST", "/api/self/devices/{id}/test"): ALL,
    ("GET", "/api/self/tokens"): ALL,
    ("POST", "/api/self/tokens"): ALL,
    ("DELETE", "/api/self/tokens/{id}"): ALL,
    ("GET", "/api/cameras"): ALL,
    ("POST", "/api/cameras"): "A",
    ("POST", "/api/cameras/try"): "A",
    ("POST", "/api/cameras/find"): "A",
    ("POST", "/api/cameras/streams"): "A",
    ("GET", "/api/cameras/{camera}"): ALL,
    ("PUT", "/api/cameras/{camera}"): "A",
    ("DELETE", "/api/cameras/{camera}"): "A",
    ("GET", "/api/cameras/{camera}/not-people"): ALL,
    ("POST", "/api/cameras/{camera}/not-people"): "pA",
    ("DELETE", "/api/cameras/{camera}/not-people/{id}"): "pA",
    ("PUT", "/api/cameras/{camera}/alerts"): "oA",
    ("GET", "/api/rules"): ALL,
    ("GET", "/api/cameras/{camera}/rules"): ALL,
    ("POST", "/api/cameras/{camera}/rules"): "oA",
    ("POST", "/api/cameras/{camera}/rules/try"): "o",
    ("GET", "/api/cameras/{camera}/in-view"): "o",
    ("PUT", "/api/cameras/{camera}/rules/{rule:path}"): "oA",
    ("DELETE", "/api/cameras/{camera}/rules/{rule:path}"): "oA",
    ("GET", "/api/map"): ALL,
    ("GET", "/api/map/tiles/{z}/{x}/{y}"): ALL,
    ("GET", "/api/places"): ALL,
    ("PUT", "/api/cameras/{camera}/place"): "A",
    ("DELETE", "/api/cameras/{camera}/place"): "A",
    ("GET", "/api/sites"): ALL,
    ("POST", "/api/sites"): "A",
    ("PUT", "/api/sites/{name}"): "A",
    ("DELETE", "/api/sites/{name}"): "A",
    ("POST", "/api/plans"): "A",
    ("GET", "/api/plans/{name}"): ALL,
    ("WS", "/api/cameras/{camera}/live"): "vo",
    ("GET", "/api/cameras/{camera}/live/playlist.m3u8"): "vo",
    ("GET", "/api/cameras/{camera}/still.jpg"): "vo",
    ("GET", "/api/cameras/{camera}/health"): ALL,
    ("GET", "/api/cameras/{camera}/health/history"): ALL,
    ("GET", "/api/cameras/{camera}/health/reference.jpg"): "vo",
    ("POST", "/api/cameras/{camera}/health/reference"): "oA",
    ("GET", "/api/cameras/{camera}/timeline"): "vo",
    ("GET", "/api/cameras/{camera}/timeline/playlist.m3u8"): "vo",
    ("GET", "/api/cameras/{camera}/timeline/init/{id}.mp4"): "vo",
    ("GET", "/api/cameras/{camera}/timeline/objects/{day}/{name}"): "vo",
    ("GET", "/api/cameras/{camera}/timeline/still.jpg"): "vo",
    ("GET", "/api/cameras/{camera}/timeline/thumbnail.jpg"): "vo",
    ("GET", "/api/cameras/{camera}/timeline/export.mp4"): "o",
    ("GET", "/api/cameras/{camera}/events"): "vo",
    ("GET", "/api/cameras/{camera}/counts"): "vo",
    ("GET", "/api/cameras/{camera}/counts.csv"): "vo",
    ("GET", "/api/events"): "vo",
    ("GET", "/api/events/unread"): "vo",
    ("GET", "/api/events/precision"): "vo",
    ("GET", "/api/events/new"): "vo",
    ("GET", "/api/events/{id}"): "vo",
    ("PUT", "/api/events/{id}/state"): "o",
    ("POST", "/api/events/{id}/comments"): "o",
    ("GET", "/api/events/{id}/still.jpg"): "vo",
    ("GET", "/api/events/{id}/export.mp4"): "o",
    ("GET", "/api/linked-stills/{id}.jpg"): NOBODY_TOO,
    ("GET", "/api/redactions"): "o",
    ("POST", "/api/redactions"): "o",
    ("GET", "/api/redactions/{id}"): "o",
    ("DELETE", "/api/redactions/{id}"): "o",
    ("PUT", "/api/redactions/{id}/corrections"): "o",
    ("PUT", "/api/redactions/{id}/dismissed"): "o",
    ("GET", "/api/redactions/{id}/output"): "o",
    ("GET", "/api/redactions/{id}/report.json"): "o",
    ("GET", "/api/redactions/{id}/report.html"): "o",
    ("GET", "/api/redactions/{id}/report/said"): "o",
}
LETTERS = dict(zip("vocapA", Role, strict=True))
VALUES = {"camera": "gate", "name": "somebody", "id": "0" * 16, "day": "2026-09-21", "rule:path": "door",
          "z": "1", "x": "0", "y": "1"}  # fmt: skip


def routes_of(app: FastAPI) -> Iterator[tuple[str, str]]:
    for route in _flat(app.routes):
        if isinstance(route, APIWebSocketRoute):
            yield "WS", route.path
        elif isinstance(route, APIRoute):
            assert route.methods
            yield from ((method, route.path) for method in route.methods)
        else:
            raise AssertionError(f"{route} does not pass the gate")


def _flat(routes: list[BaseRoute]) -> Iterator[BaseRoute]:
    for route in routes:
        inner = getattr(route, "effective_route_contexts", None)
        if callable(inner):
            yield from (
                context.original_route if hasattr(context, "original_route") else context for context in inner()
            )
        else:
            yield route


def test_every_route_has_an_entry_and_every_entry_a_route(house: House) -> None:
    routes = set(routes_of(house.app))
    assert len(routes) > 30 and routes == set(TABLE) == set(EXPECTED)


def test_a_route_without_an_entry_answers_nobody(house: House) -> None:
    @house.app.get("/api/forgotten")
    def forgotten() -> str:
        return "this should not be seen"

    house.add_user("kim", *Role, sees_all=True)
    for client in (house.client(), house.signed_in("kim")):
        done = client.get("/api/forgotten")
        assert done.status_code == 403 and "should not be seen" not in done.text
    with pytest.raises(AssertionError):
        test_every_route_has_an_entry_and_every_entry_a_route(house)


def path_of(path: str) -> str:
    name = "141500-161100000000000.mp4" if "objects" in path else "somebody"
    for key, value in {**VALUES, "name": name}.items():
        path = path.replace(f"{{{key}}}", value)
    path = path.replace("tokens/" + "0" * 16, "tokens/7")
    return f"{path}?within_s=0" if path == "/api/events/new" else path  # else it goes on for an hour


def answer(client: TestClient, method: str, path: str) -> int:
    if method == "WS":
        try:
            with client.websocket_connect(
                f"ws://localhost:8080{path_of(path)}", headers={"Origin": "http://localhost:8080"}
            ) as socket:
                socket.receive_text()
        except WebSocketDisconnect as error:
            return 403 if error.code == 1008 else 200
        return 200
    return client.request(method, path_of(path), json={} if method in ("POST", "PUT", "PATCH") else None).status_code


@ON_SQLITE_ALONE
@pytest.mark.parametrize("letter", NOBODY_TOO)
def test_each_role_reaches_what_the_table_says(house: House, letter: str) -> None:
    from passerby.access.cameras import CameraFacts

    house.installation.cameras.add("gate", CameraFacts(address=ADDRESS))
    house.add_user("root", Role.ADMIN)
    if letter != "-":
        house.add_user("kim", LETTERS[letter], sees_all=True)
    refused = 401 if letter == "-" else 403
    client = house.client() if letter == "-" else house.signed_in("kim")
    wrong = []
    for (method, path), who in EXPECTED.items():
        if (method, path) == ("DELETE", "/api/session"):
            continue  # would end this session; test_sign_in has it
        got = answer(client, method, path)
        is_right = got not in (401, 403) if letter in who else got in (refused, 403 if method == "WS" else refused)
        if not is_right and not (path == "/api/set-up" and got == 422):
            wrong.append((method, path, got))
    assert not wrong


CAMERA_ROUTES = [each for each in EXPECTED if "{camera}" in each[1] and "v" in EXPECTED[each]]


@pytest.mark.parametrize("role", Role)
def test_a_camera_of_another_group_is_out_of_reach(house: House, role: Role) -> None:
    from passerby.access.cameras import CameraFacts

    house.installation.groups.add("yard", "")
    house.installation.groups.add("hall", "")
    house.installation.cameras.add("gate", CameraFacts(address=ADDRESS, groups=frozenset({"yard"})))
    house.installation.cameras.add("desk", CameraFacts(address=ADDRESS, groups=frozenset({"hall"})))
    house.add_user("kim", role, groups=("hall",))
    client = house.signed_in("kim")
    names = {each["name"] for each in client.get("/api/cameras").json()}
    answers_for_all = role in (Role.ADMIN, Role.AUDITOR, Role.PRIVACY_OFFICER)
    assert names == ({"gate", "desk"} if answers_for_all else {"desk"})
    assert {each["camera"] for each in client.get("/api/states").json()} == names
    for method, path in CAMERA_ROUTES:
        got = answer(client, method, path)
        if TABLE[method, path] in (Action.SEE_CAMERAS, Action.SEE_HEALTH, Action.SEE_RULES) and answers_for_all:
            assert got != 403, (method, path)
        else:
            assert got == 403, (method, path)


@ON_SQLITE_ALONE
def test_scopes_reach_what_the_table_says(house: House) -> None:
    """Each token of one scope, against every route."""
    from passerby.access.cameras import CameraFacts

    house.installation.cameras.add("gate", CameraFacts(address=ADDRESS))
    house.add_user("kim", *Role, sees_all=True)
    user = house.installation.users.find("kim")
    assert user
    for scope in sorted(ROLES):
        secret, _ = house.installation.tokens.add(user, "program", frozenset({scope}), 1)
        client = house.client()
        client.headers["Authorization"] = f"Bearer {secret}"
        for (method, path), action in TABLE.items():
            if EXPECTED[method, path] == NOBODY_TOO or method == "DELETE":
                continue
            is_meant = action is scope and action not in NEVER_BY_TOKEN
            got = answer(client, method, path)
            assert (got not in (401, 403)) == is_meant, (scope, method, path, got)


def test_the_description_has_every_route_and_every_way_to_fail(open_house: OpenHouse) -> None:
    description: dict[str, Any] = open_house().client().get("/api/openapi.json").json()
    described = {(method.upper(), path) for path, methods in description["paths"].items() for method in methods}
    assert described == {(method, path.replace(":path", "")) for method, path in TABLE if method != "WS"}
    for path, methods in description["paths"].items():
        for method, route in methods.items():
            assert route["summary"] and route["tags"], (method, path)
            assert {"401", "403", "422", "503"} <= route["responses"].keys()
            assert "HTTPValidationError" not in str(route), "errors are one kind"


@ON_SQLITE_ALONE
@pytest.mark.parametrize("path", ["/api/redactions/not-an-id", "/api/cameras/a%20gate/health", "/api/redactions/%00"])
def test_what_no_name_can_be_is_not_there_and_no_pattern_is_shown(house: House, path: str) -> None:
    house.add_user("kim", *Role, sees_all=True)
    done = house.signed_in("kim").get(path)
    assert done.status_code == 404
    assert done.json()["message"] == "there is nothing at this address" and done.json()["said"]
