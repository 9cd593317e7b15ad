"""Signing in by passkey: with a real key pair and real signatures, and each way in which it must not work."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

from passerby.access.users import UserFacts
from passerby.rules.access import Role
from tests.unit.api.authenticator import SoftwarePasskey
from tests.unit.api.conftest import House

HERE = "http://localhost:8080"


@pytest.fixture
def kim(house: House) -> TestClient:
    house.add_user("root", Role.ADMIN)
    house.add_user("kim", Role.ADMIN)
    return house.signed_in("kim")


def add(client: TestClient, passkey: SoftwarePasskey, origin: str = HERE) -> Any:
    started = client.post("/api/self/passkeys/options").json()
    made = passkey.create(started["options"], origin)
    return client.post("/api/self/passkeys", json={"asked": started["asked"], "credential": made, "name": "telephone"})


def sign_in(client: TestClient, passkey: SoftwarePasskey, origin: str = HERE) -> Any:
    started = client.post("/api/session/passkey/options").json()
    return client.post(
        "/api/session/passkey", json={"asked": started["asked"], "credential": passkey.get(started["options"], origin)}
    )


def test_a_passkey_signs_in(house: House, kim: TestClient) -> None:
    passkey = SoftwarePasskey()
    assert add(kim, passkey).status_code == 201
    browser = house.client()
    for _ in range(2):
        done = sign_in(browser, passkey)
        assert done.status_code == 200 and done.json()["name"] == "kim"
        browser.headers["X-Passerby-CSRF"] = done.json()["csrf_token"]
    assert browser.get("/api/cameras").status_code == 200
    assert [each["name"] for each in kim.get("/api/self/passkeys").json()] == ["telephone"]


def test_a_page_of_another_site_cannot_use_it(house: House, kim: TestClient) -> None:
    passkey = SoftwarePasskey()
    assert add(kim, passkey, "https://evil.example").status_code == 422
    assert add(kim, passkey).status_code == 201
    assert sign_in(house.client(), passkey, "https://evil.example").status_code == 401


def test_an_answer_counts_once_and_soon(house: House, kim: TestClient) -> None:
    passkey, browser = SoftwarePasskey(), house.client()
    add(kim, passkey)
    started = browser.post("/api/session/passkey/options").json()
    answer = {"asked": started["asked"], "credential": passkey.get(started["options"], HERE)}
    assert house.client().post("/api/session/passkey", json=answer).status_code == 200
    assert house.client().post("/api/session/passkey", json=answer).status_code == 401, "again"
    started = browser.post("/api/session/passkey/options").json()
    answer = {"asked": started["asked"], "credential": passkey.get(started["options"], HERE)}
    house.clock.move(301)
    assert browser.post("/api/session/passkey", json=answer).status_code == 401, "too late"


def test_a_copied_key_is_found_out(house: House, kim: TestClient) -> None:
    passkey = SoftwarePasskey()
    add(kim, passkey)
    assert sign_in(house.client(), passkey).status_code == 200
    passkey.count -= 1
    assert sign_in(house.client(), passkey).status_code == 401


def test_a_key_that_did_not_ask_its_person_is_not_enough(house: House, kim: TestClient) -> None:
    assert add(kim, SoftwarePasskey(is_verified=False)).status_code == 422
    passkey = SoftwarePasskey()
    add(kim, passkey)
    passkey._flags = 0x01
    assert sign_in(house.client(), passkey).status_code == 401


def test_another_key_with_the_same_name_does_not_fit(house: House, kim: TestClient) -> None:
    passkey, other = SoftwarePasskey(), SoftwarePasskey()
    add(kim, passkey)
    other.id, other.handle = passkey.id, passkey.handle
    assert sign_in(house.client(), other).status_code == 401
    assert add(house.signed_in("root"), other).status_code == 422, "nor take it over"


def test_a_removed_passkey_and_a_user_who_left_are_out(house: House, kim: TestClient) -> None:
    one, other = SoftwarePasskey(), SoftwarePasskey()
    id = add(kim, one).json()["id"]
    add(kim, other)
    assert house.signed_in("root").delete(f"/api/self/passkeys/{id}").status_code == 404, "not theirs"
    assert kim.delete(f"/api/self/passkeys/{id}").status_code == 204
    assert sign_in(house.client(), one).status_code == 401
    house.installation.users.change("kim", UserFacts(frozenset({Role.ADMIN}), is_enabled=False))
    assert sign_in(house.client(), other).status_code == 401


@pytest.mark.parametrize("credential", [{}, {"id": 5}, {"id": "x", "response": {}}, {"id": None, "rawId": "%%%"}])
def test_nonsense_is_refused(house: House, kim: TestClient, credential: dict[str, Any]) -> None:
    passkey = SoftwarePasskey()
    add(kim, passkey)
    asked = house.client().post("/api/session/passkey/options").json()["asked"]
    credential = (
        {**credential, "id": kim.get("/api/self/passkeys").json()[0]["id"]} if "response" in credential else credential
    )
    assert (
        house.client().post("/api/session/passkey", json={"asked": asked, "credential": credential}).status_code == 401
    )
    asked = kim.post("/api/self/passkeys/options").json()["asked"]
    made = kim.post("/api/self/passkeys", json={"asked": asked, "credential": credential, "name": "x"})
    assert made.status_code == 422


def test_a_session_that_began_with_a_passkey_ends_with_it(house: House, kim: TestClient) -> None:
    passkey, lost = SoftwarePasskey(), house.client()
    id = add(kim, passkey).json()["id"]
    sign_in(lost, passkey)
    assert kim.delete(f"/api/self/passkeys/{id}").status_code == 204
    assert lost.get("/api/cameras").status_code == 401 and kim.get("/api/cameras").status_code == 200


def test_a_password_that_an_admin_sets_ends_passkeys(house: House, kim: TestClient) -> None:
    passkey = SoftwarePasskey()
    add(kim, passkey)
    new = {"password": "yet another pass phrase"}
    assert house.signed_in("root").put("/api/users/kim/password", json=new).status_code == 204
    assert sign_in(house.client(), passkey).status_code == 401


def test_who_signs_in_over_a_session_ends_it_and_that_is_noted(house: House, kim: TestClient) -> None:
    passkey = SoftwarePasskey()
    add(kim, passkey)
    assert sign_in(kim, passkey).status_code == 200
    assert [each.what for each in house.installation.audit.list(most=2)] == ["sign-out", "sign-in"]
