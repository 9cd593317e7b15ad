"""Who comes in and how: the set-up link, passwords, lock-out, sessions, CSRF, tokens."""

from __future__ import annotations

import sqlite3
import threading
from typing import Any

import pytest
from fastapi.testclient import TestClient

from passerby.access.secrets import key_of
from passerby.api.gate import CSRF_HEADER
from passerby.rules.access import Action, Role
from tests.unit.api.conftest import PASSWORD, House, OpenHouse


def first_user(token: str | None, name: str = "kim") -> dict[str, Any]:
    return {"token": token, "name": name, "password": PASSWORD}


def test_the_set_up_link_makes_the_first_user_once(house: House) -> None:
    client = house.client()
    assert client.get("/api/session").json()["needs_set_up"] is True
    token = house.installation.set_up.new_link()
    done = client.post("/api/set-up", json=first_user(token))
    assert done.status_code == 200 and set(done.json()["roles"]) == {"admin", "operator", "privacy-officer"}
    states = [each.json() for each in (house.client().get("/api/session"), done, client.get("/api/session"))]
    assert [each["min_password_letters"] for each in states] == [12, 12, 12], "also to who types the first one"
    assert client.get("/api/cameras").status_code == 200
    again = house.client().post("/api/set-up", json=first_user(token, "eve"))
    assert again.status_code == 403
    assert house.installation.set_up.new_link() is None, "there is a user"
    assert house.client().get("/api/session").json()["needs_set_up"] is False
    assert [user.name for user in house.installation.users.list()] == ["kim"]


def test_of_two_that_use_the_link_at_once_one_gets_in(house: House) -> None:
    token = house.installation.set_up.new_link()
    assert token
    done: list[bool] = []
    start = threading.Barrier(8)

    def use(name: str) -> None:
        start.wait()
        done.append(house.installation.set_up.use(token, name, "x"))

    threads = [threading.Thread(target=use, args=(f"user{i}",)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == [False] * 7 + [True] and house.installation.users.count() == 1


def test_nobody_else_can_lock_the_set_up_link(house: House) -> None:
    token = house.installation.set_up.new_link()
    stranger = house.client(address="192.0.2.66")
    codes = [stranger.post("/api/set-up", json=first_user("wrong")).status_code for _ in range(25)]
    assert codes == [403] * 20 + [429] * 5, "but nobody goes on for ever"
    noted = [(each.who, each.through, each.what, each.about) for each in house.installation.audit.list()]
    assert noted == [("", "set-up link", "sign-in:refused", "kim")] * 20
    assert house.client().post("/api/set-up", json=first_user(token)).status_code == 200


def test_a_password_that_is_too_short_is_no_attempt(house: House) -> None:
    token, client = house.installation.set_up.new_link(), house.client()
    short = {**first_user(token), "password": "short"}
    assert {client.post("/api/set-up", json=short).status_code for _ in range(25)} == {422}
    assert client.post("/api/set-up", json=first_user(token)).status_code == 200


def test_the_set_up_link_ends_and_a_new_one_replaces_it(house: House) -> None:
    first, second = house.installation.set_up.new_link(), house.installation.set_up.new_link()
    assert house.client().post("/api/set-up", json=first_user(first)).status_code == 403
    house.clock.move(3601)
    assert house.client().post("/api/set-up", json=first_user(second)).status_code == 403
    assert house.installation.users.count() == 0


@pytest.mark.parametrize("open_house", ["sqlite"], indirect=True)  # whose file it reads
def test_no_secret_is_in_the_catalogue(house: House) -> None:
    token = house.installation.set_up.new_link()
    client = house.client()
    client.headers[CSRF_HEADER] = client.post("/api/set-up", json=first_user(token)).json()["csrf_token"]
    made = client.post("/api/self/tokens", json={"name": "t", "scopes": ["cameras:see"]}).json()["token"]
    cookie = client.cookies["passerby"]
    house.installation.audit.list()
    with sqlite3.connect(house.folder / "catalogue.sqlite3") as database:
        dump = "\n".join(database.iterdump())
    assert key_of(cookie) in dump and "$argon2id$" in dump
    for secret in (token, cookie, made, PASSWORD):
        assert secret and secret not in dump


def test_a_right_password_signs_in_and_out(house: House) -> None:
    house.add_user("kim", Role.ADMIN)
    client = house.signed_in("kim")
    assert client.get("/api/session").json()["name"] == "kim"
    old = dict(client.cookies)
    assert client.delete("/api/session").status_code == 204
    assert client.get("/api/cameras").status_code == 401
    assert house.client().get("/api/cameras", headers={"Cookie": f"passerby={old['passerby']}"}).status_code == 401


def test_a_cookie_is_out_of_reach_of_scripts_and_other_sites(house: House) -> None:
    house.add_user("kim", Role.ADMIN)
    body = {"name": "kim", "password": PASSWORD}
    plain = house.client().post("/api/session", json=body).headers["set-cookie"]
    assert "HttpOnly" in plain and "samesite=strict" in plain.lower() and "Domain" not in plain
    secure = house.client("https://localhost").post("/api/session", json=body).headers["set-cookie"]
    assert secure.startswith("__Host-passerby=") and "Secure" in secure and "Path=/" in secure


def test_signing_in_makes_a_new_session_and_ends_the_one_before(house: House) -> None:
    """Session fixation: a cookie that somebody else put there becomes nobody's session."""
    house.add_user("kim", Role.ADMIN)
    client = house.client()
    client.cookies.set("passerby", "prepared-by-somebody-else")
    done = client.post("/api/session", json={"name": "kim", "password": PASSWORD})
    given = done.cookies["passerby"]
    assert given != "prepared-by-somebody-else"
    assert (
        house.client().get("/api/cameras", headers={"Cookie": "passerby=prepared-by-somebody-else"}).status_code == 401
    )
    with_first = {"Cookie": f"passerby={given}", CSRF_HEADER: done.json()["csrf_token"]}
    again = house.client().post("/api/session", json={"name": "kim", "password": PASSWORD}, headers=with_first)
    assert again.status_code == 200
    assert house.client().get("/api/cameras", headers=with_first).status_code == 401


def test_a_session_ends_idle_and_ends_after_all(house: House) -> None:
    house.add_user("kim", Role.ADMIN)
    client = house.signed_in("kim")
    for _ in range(12 * 2 - 1):
        house.clock.move(30 * 60)
        assert client.get("/api/cameras").status_code == 200
    house.clock.move(30 * 60)
    assert client.get("/api/cameras").status_code == 401, "12 hours, whatever is done"
    client = house.signed_in("kim")
    house.clock.move(61 * 60)
    assert client.get("/api/cameras").status_code == 401, "idle for an hour"


def test_a_wrong_password_and_an_unknown_name_are_told_alike(house: House) -> None:
    house.add_user("kim", Role.ADMIN)
    answers = [
        house.client().post("/api/session", json={"name": name, "password": "something else"})
        for name in ("kim", "nobody")
    ]
    assert [each.status_code for each in answers] == [401, 401]
    assert answers[0].content == answers[1].content and "set-cookie" not in answers[0].headers


def test_an_unknown_name_takes_as_much_work_as_a_wrong_password(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.add_user("kim", Role.ADMIN)
    seen: list[str] = []
    hasher = house.installation.passwords._hasher
    verify = type(hasher).verify

    def counted(self: Any, kept: str, password: str) -> bool:
        seen.append(kept.rpartition("$")[0].rpartition("$")[0])
        return bool(verify(self, kept, password))

    monkeypatch.setattr(type(hasher), "verify", counted)
    for name in ("kim", "nobody"):
        house.client().post("/api/session", json={"name": name, "password": "something else"})
    assert len(seen) == 2 and seen[0] == seen[1], "the same Argon2 numbers for both"


@pytest.mark.parametrize("name", ["kim", "nobody"])
def test_a_name_that_fails_too_often_is_locked_longer_each_time(house: House, name: str) -> None:
    house.add_user("kim", Role.ADMIN)
    wrong, right = {"name": name, "password": "something else"}, {"name": name, "password": PASSWORD}
    for _ in range(5):
        assert house.client().post("/api/session", json=wrong).status_code == 401
    locked = house.client(address="192.0.2.51").post("/api/session", json=right)
    assert locked.status_code == 429 and 0 < int(locked.headers["retry-after"]) <= 61
    house.clock.move(61)
    assert house.client().post("/api/session", json=wrong).status_code == 401
    house.clock.move(61)
    assert house.client().post("/api/session", json=right).status_code == 429, "twice as long"
    house.clock.move(61)
    assert house.client().post("/api/session", json=right).status_code == (200 if name == "kim" else 401)
    if name == "kim":
        assert house.client().post("/api/session", json=wrong).status_code == 401, "forgiven"


def test_one_address_may_not_try_many_names(house: House) -> None:
    bodies = [{"name": f"user{i}", "password": "x"} for i in range(21)]
    codes = [house.client().post("/api/session", json=each).status_code for each in bodies]
    assert codes == [401] * 20 + [429]
    assert house.client(address="192.0.2.99").post("/api/session", json=bodies[20]).status_code == 401
    house.clock.move(61)
    assert house.client().post("/api/session", json=bodies[20]).status_code == 401


def test_guesses_at_the_same_moment_are_no_more_than_in_a_row(house: House) -> None:
    throttle = house.installation.throttle
    assert [throttle.wait_s(f"192.0.2.{i}", "kim") > 0 for i in range(9)] == [False] * 5 + [True] * 4


@pytest.mark.parametrize("headers", [{}, {CSRF_HEADER: "0" * 64}, {"Origin": "https://evil.example"}])
def test_a_change_from_another_page_is_refused(house: House, headers: dict[str, str]) -> None:
    house.add_user("kim", Role.ADMIN)
    client = house.signed_in("kim")
    if "Origin" not in headers:
        del client.headers[CSRF_HEADER]
    new = {"name": "gate", "address": "rtsp://192.0.2.7/"}
    assert client.post("/api/cameras", json=new, headers=headers).status_code == 403
    assert client.delete("/api/session", headers=headers).status_code == 403
    assert client.get("/api/cameras", headers=headers).json() == [], "reading needs none, and nothing was added"


@pytest.mark.parametrize("authorization", ["", " ", "Bearer", "Bearer x", "Basic a2ltOng="])
def test_an_authorization_that_signs_nobody_in_excuses_nothing(house: House, authorization: str) -> None:
    """What counts is what signed in: the cookie does, wherever the header is empty."""
    house.add_user("kim", Role.ADMIN)
    client = house.signed_in("kim")
    del client.headers[CSRF_HEADER]
    new = {"name": "gate", "address": "rtsp://192.0.2.7/"}
    assert client.post("/api/cameras", json=new, headers={"Authorization": authorization}).status_code in (401, 403)
    from_afar = {"Authorization": authorization, "Origin": "https://evil.example"}
    sign_in = {"name": "kim", "password": PASSWORD}
    assert house.client().post("/api/session", json=sign_in, headers=from_afar).status_code == 403
    assert client.get("/api/cameras").json() == []


def test_a_cookie_of_plain_http_is_not_in_the_way_of_https(house: House) -> None:
    """Browsers send cookies of both to the same host: each request has its own."""
    house.add_user("kim", Role.ADMIN)
    sign_in = {"name": "kim", "password": PASSWORD}
    secret = house.client("https://localhost").post("/api/session", json=sign_in).cookies["__Host-passerby"]
    client = house.client("https://localhost")
    client.headers["Cookie"] = f"passerby=of-before; __Host-passerby={secret}"
    csrf = {CSRF_HEADER: client.get("/api/session").json()["csrf_token"]}
    change = {"old": PASSWORD, "new": "another pass phrase"}
    assert client.put("/api/self/password", json=change, headers=csrf).status_code == 204


def test_the_csrf_token_of_another_session_does_not_fit(house: House) -> None:
    house.add_user("kim", Role.ADMIN)
    one, other = house.signed_in("kim"), house.signed_in("kim")
    one.headers[CSRF_HEADER] = other.headers[CSRF_HEADER]
    assert one.delete("/api/session").status_code == 403


def test_nobody_is_signed_in_from_another_page(house: House) -> None:
    house.add_user("kim", Role.ADMIN)
    body = {"name": "kim", "password": PASSWORD}
    refused = house.client().post("/api/session", json=body, headers={"Origin": "https://evil.example"})
    assert refused.status_code == 403 and "set-cookie" not in refused.headers
    form = house.client().post("/api/session", data=body)
    assert form.status_code == 422, "a form of another page cannot be JSON"


def token_for(client: TestClient, *scopes: str, days: float = 1) -> dict[str, Any]:
    done = client.post("/api/self/tokens", json={"name": "program", "scopes": list(scopes), "days": days})
    assert done.status_code == 201, done.text
    return dict(done.json())


def bearer(token: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {token['token']}"}


def test_a_token_does_what_it_was_made_for_and_no_more(house: House) -> None:
    house.add_user("kim", Role.ADMIN)
    kim = house.signed_in("kim")
    token = bearer(token_for(kim, "cameras:see"))
    program = house.client()
    assert program.get("/api/cameras", headers=token).status_code == 200
    new = {"name": "gate", "address": "rtsp://192.0.2.7/"}
    refused = program.post("/api/cameras", json=new, headers=token)
    assert refused.status_code == 403 and "does not allow" in refused.json()["message"]
    for path in ("/api/self/tokens", "/api/settings"):
        assert program.get(path, headers=token).status_code in (403, 404)
    assert (
        program.post("/api/self/tokens", json={"name": "x", "scopes": ["cameras:see"]}, headers=token).status_code
        == 403
    )
    with_change = bearer(token_for(kim, "cameras:change"))
    assert program.post("/api/cameras", json=new, headers=with_change).status_code == 201, "and needs no CSRF"


def test_a_token_is_not_more_than_its_user_is_now(house: House) -> None:
    from passerby.access.users import UserFacts

    house.add_user("root", Role.ADMIN)
    house.add_user("kim", Role.ADMIN)
    token = bearer(token_for(house.signed_in("kim"), "cameras:change", "cameras:see"))
    program = house.client()
    house.installation.users.change("kim", UserFacts(frozenset({Role.VIEWER})))
    new = {"name": "gate", "address": "rtsp://192.0.2.7/"}
    assert program.post("/api/cameras", json=new, headers=token).status_code == 403
    assert program.get("/api/cameras", headers=token).status_code == 200
    house.installation.users.change("kim", UserFacts(frozenset({Role.VIEWER}), is_enabled=False))
    assert program.get("/api/cameras", headers=token).status_code == 401


def test_a_token_ends_and_can_be_taken_back(house: House) -> None:
    house.add_user("kim", Role.ADMIN)
    kim = house.signed_in("kim")
    short, long = token_for(kim, "cameras:see", days=1), token_for(kim, "cameras:see", days=30)
    assert "token" not in kim.get("/api/self/tokens").text.replace("tokens", "")
    assert kim.delete(f"/api/self/tokens/{long['id']}").status_code == 204
    assert house.client().get("/api/cameras", headers=bearer(long)).status_code == 401
    assert house.client().get("/api/cameras", headers=bearer(short)).status_code == 200
    house.clock.move(86401)
    assert house.client().get("/api/cameras", headers=bearer(short)).status_code == 401


@pytest.mark.parametrize("scope", ["users:change", "self:change", "sign-in", "live:watch"])
def test_no_token_has_what_its_maker_may_not_or_no_program_should(house: House, scope: str) -> None:
    house.add_user("kim", Role.ADMIN)
    body = {"name": "program", "scopes": [scope]}
    assert house.signed_in("kim").post("/api/self/tokens", json=body).status_code == 403


def test_a_wrong_token_is_nobody_even_with_a_cookie(house: House) -> None:
    house.add_user("kim", Role.ADMIN)
    assert house.signed_in("kim").get("/api/cameras", headers={"Authorization": "Bearer x"}).status_code == 401


def test_a_new_password_ends_the_other_sessions(house: House) -> None:
    house.add_user("kim", Role.ADMIN)
    one, other = house.signed_in("kim"), house.signed_in("kim")
    wrong = {"old": "something else", "new": "another pass phrase"}
    assert one.put("/api/self/password", json=wrong).status_code == 403
    newest = house.installation.audit.list()[0]
    assert (newest.who, newest.what, newest.about) == ("kim", "password:refused", "kim")
    assert one.put("/api/self/password", json={"old": PASSWORD, "new": "short"}).status_code == 422
    assert one.put("/api/self/password", json={"old": PASSWORD, "new": "another pass phrase"}).status_code == 204
    assert one.get("/api/cameras").status_code == 200 and other.get("/api/cameras").status_code == 401
    assert house.client().post("/api/session", json={"name": "kim", "password": PASSWORD}).status_code == 401


def test_foreign_host_names_are_refused(open_house: OpenHouse) -> None:
    """DNS rebinding: a foreign name that leads to this machine."""
    house = open_house({"server": {"names": ["cameras.school.example"]}})
    codes = {
        url: house.client(url).get("/api/session").status_code
        for url in (
            "http://evil.example",
            "http://cameras.school.example",
            "http://127.0.0.1:8080",
            "http://[::1]:8080",
        )
    }
    assert list(codes.values()) == [403, 200, 200, 200]


def test_headers_of_proxies_are_believed_only_when_configured(open_house: OpenHouse) -> None:
    body = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "198.51.100.1"}
    for proxies, is_believed in (([], False), (["192.0.2.50"], True), (["192.0.2.51"], False)):
        house = open_house({"server": {"trusted_proxies": proxies, "allow_plain_http": True}})
        house.add_user("kim", Role.ADMIN)
        done = house.client().post("/api/session", json={"name": "kim", "password": PASSWORD}, headers=body)
        assert ("Secure" in done.headers["set-cookie"]) == is_believed
        assert ("198.51.100.1" in house.installation.throttle._attempts) == is_believed


def test_behind_a_proxy_nobody_is_served_in_the_clear(open_house: OpenHouse) -> None:
    house = open_house({"server": {"trusted_proxies": ["192.0.2.51"]}})
    client = house.client()  # from 192.0.2.50, which is not the proxy
    assert client.get("/api/session").status_code == 403 and "HTTPS" in client.get("/api/session").json()["message"]
    assert client.get("/healthz").status_code == 200
    assert house.client("https://localhost").get("/api/session").status_code == 200
    house = open_house({"server": {"trusted_proxies": ["192.0.2.50"]}})
    assert house.client().get("/api/session", headers={"X-Forwarded-Proto": "https"}).status_code == 200
    assert house.client().get("/api/session", headers={"X-Forwarded-For": "198.51.100.1"}).status_code == 403
    here = {"X-Forwarded-For": "127.0.0.1"}
    assert house.client().get("/api/session", headers=here).status_code == 200, "a command on this machine"


def test_every_answer_tells_browsers_what_not_to_do(house: House) -> None:
    for path in ("/api/session", "/api/cameras", "/nothing"):
        headers = house.client("https://localhost").get(path).headers
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff" and "strict-transport-security" in headers


def test_too_much_is_not_taken(house: House) -> None:
    assert house.client().post("/api/session", content=b"x" * (1 << 21)).status_code == 413

    def pieces() -> Any:
        for _ in range(64):
            yield b"x" * (1 << 16)

    assert house.client().post("/api/session", content=pieces()).status_code >= 400


def test_actions_have_words_for_audit_and_scopes() -> None:
    assert all(len(action) <= 32 for action in Action)
