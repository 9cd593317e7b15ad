"""The link for who forgot the password: made by a command, used once, and afterwards nothing old works."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from sqlalchemy import insert

from passerby.access.users import User, UserFacts
from passerby.api.gate import CSRF_HEADER
from passerby.catalogue.schema.access import passkeys
from passerby.errors import OutputError
from passerby.rules.access import Role
from tests.unit.api.conftest import PASSWORD, House

NEW = "another pass phrase"


@pytest.fixture
def kim(house: House) -> User:
    """The only admin."""
    house.add_user("kim", Role.ADMIN, Role.AUDITOR)
    house.add_user("lee", Role.VIEWER)
    return found(house, "kim")


def found(house: House, name: str) -> User:
    user = house.installation.users.find(name)
    assert user
    return user


def reset_with(token: str, name: str = "kim", password: str = NEW) -> dict[str, Any]:
    return {"token": token, "name": name, "password": password}


def test_a_sole_admin_who_forgot_the_password_comes_in_again(house: House, kim: User) -> None:
    token = house.installation.reset.new_link(kim)
    assert house.installation.set_up.new_link() is None, "a start of the service in between leaves it be"
    client = house.client()
    done = client.post("/api/reset", json=reset_with(token))
    assert done.status_code == 200 and done.json()["name"] == "kim" and "admin" in done.json()["roles"]
    client.headers[CSRF_HEADER] = done.json()["csrf_token"]
    assert client.post("/api/groups", json={"name": "yard"}).status_code == 201
    for password, code in ((PASSWORD, 401), (NEW, 200)):
        assert house.client().post("/api/session", json={"name": "kim", "password": password}).status_code == code
    (noted,) = [each for each in house.installation.audit.list() if each.what == "password:change"]
    assert (noted.who, noted.through, noted.about) == ("kim", "reset link", "kim")


def test_every_old_way_in_ends_and_nobody_elses(house: House, kim: User) -> None:
    programs, browsers = {}, {name: house.signed_in(name) for name in ("kim", "lee")}
    for name, browser in browsers.items():
        asked = {"name": "wall", "scopes": ["cameras:see"]}
        secret = browser.post("/api/self/tokens", json=asked).json()["token"]
        programs[name] = {"Authorization": f"Bearer {secret}"}
        with house.installation.passkeys._rows.transaction("plant a passkey") as connection:
            row = {"user_id": found(house, name).id, "name": "key", "public_key": b"", "sign_count": 0}
            connection.execute(insert(passkeys).values(id=f"of-{name}", created_90k=0, **row))
    token = house.installation.reset.new_link(kim)
    assert browsers["kim"].get("/api/cameras").status_code == 200, "until it is used"
    assert house.client().post("/api/reset", json=reset_with(token)).status_code == 200
    for name, code in (("kim", 401), ("lee", 200)):
        assert browsers[name].get("/api/cameras").status_code == code
        assert house.client().get("/api/cameras", headers=programs[name]).status_code == code
        assert len(house.installation.passkeys.list(found(house, name))) == (0 if code == 401 else 1)


def test_it_works_once_for_an_hour_and_the_newest_only(house: House, kim: User) -> None:
    first, second = (house.installation.reset.new_link(kim) for _ in range(2))
    assert house.client().post("/api/reset", json=reset_with(first)).status_code == 403
    assert house.client().post("/api/reset", json=reset_with(second)).status_code == 200
    assert house.client().post("/api/reset", json=reset_with(second, password=PASSWORD)).status_code == 403
    third = house.installation.reset.new_link(kim)
    house.clock.move(3601)
    assert house.client().post("/api/reset", json=reset_with(third)).status_code == 403
    assert house.client().post("/api/session", json={"name": "kim", "password": NEW}).status_code == 200


def test_a_link_is_of_one_user_and_not_of_the_next_of_that_name(house: House, kim: User) -> None:
    token = house.installation.reset.new_link(found(house, "lee"))
    assert house.client().post("/api/reset", json=reset_with(token)).status_code == 403
    assert house.client().post("/api/reset", json=reset_with(token, "nobody")).status_code == 403
    assert house.client().post("/api/set-up", json=reset_with(token, "eve")).status_code == 403
    house.installation.users.remove("lee")
    house.add_user("lee", Role.ADMIN)
    assert house.client().post("/api/reset", json=reset_with(token, "lee")).status_code == 403


def test_a_locked_user_stays_out(house: House, kim: User) -> None:
    token = house.installation.reset.new_link(found(house, "lee"))
    house.installation.users.change("lee", UserFacts(frozenset({Role.VIEWER}), is_enabled=False))
    refused = house.client().post("/api/reset", json=reset_with(token, "lee"))
    assert refused.status_code == 403 and "set-cookie" not in refused.headers


def test_guessing_is_slowed_and_locks_nobody_out(house: House, kim: User) -> None:
    token = house.installation.reset.new_link(kim)
    stranger = house.client(address="192.0.2.66")
    codes = [stranger.post("/api/reset", json=reset_with("wrong")).status_code for _ in range(22)]
    assert codes == [403] * 20 + [429] * 2
    assert len(house.installation.audit.list()) == 20, "a record of each that was listened to, and no more"
    short = {house.client().post("/api/reset", json=reset_with(token, password="short")).status_code for _ in range(25)}
    assert short == {422}
    afar = {"Origin": "https://evil.example"}
    assert house.client().post("/api/reset", json=reset_with(token), headers=afar).status_code == 403
    assert house.client().post("/api/reset", json=reset_with(token)).status_code == 200


def test_what_is_refused_is_in_the_audit_with_the_name_that_was_told(house: House, kim: User) -> None:
    token = house.installation.reset.new_link(found(house, "lee"))
    house.installation.users.change("lee", UserFacts(frozenset({Role.VIEWER}), is_enabled=False))
    for wrong in (reset_with("wrong"), reset_with(token, "nobody"), reset_with(token, "lee")):
        assert house.client().post("/api/reset", json=wrong).status_code == 403
    noted = [(each.who, each.through, each.what, each.about) for each in house.installation.audit.list()]
    assert noted == [("", "reset link", "sign-in:refused", name) for name in ("lee", "nobody", "kim")]
    house.installation.users.change("lee", UserFacts(frozenset({Role.VIEWER})))
    assert house.client().post("/api/reset", json=reset_with(token, "lee")).status_code == 200, "it was not used up"


def test_without_its_record_nothing_is_changed(house: House, kim: User, monkeypatch: pytest.MonkeyPatch) -> None:
    token = house.installation.reset.new_link(kim)

    def full_disk(*_: object, **__: object) -> None:
        raise OutputError("couldn't write an audit record in the catalogue: disk full")

    with monkeypatch.context() as broken:
        broken.setattr(house.installation.audit, "note", full_disk)
        refused = house.client().post("/api/reset", json=reset_with(token))
        assert refused.status_code == 503 and "set-cookie" not in refused.headers
    assert house.client().post("/api/session", json={"name": "kim", "password": PASSWORD}).status_code == 200
    assert house.client().post("/api/reset", json=reset_with(token)).status_code == 200, "nor is the link used up"


def test_of_two_that_use_it_at_once_one_gets_in(house: House, kim: User) -> None:
    token = house.installation.reset.new_link(kim)
    done, start = list[bool](), threading.Barrier(8)

    def use(number: int) -> None:
        start.wait()
        done.append(house.installation.reset.use(token, kim, f"hash {number}"))

    threads = [threading.Thread(target=use, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == [False] * 7 + [True]
