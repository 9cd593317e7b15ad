"""Serving under a path of the host, whether or not a proxy passes it on; and at / as without one."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from passerby.api import make_app
from passerby.api.app import behind_middleware
from passerby.config import parse_config
from passerby.rules.access import Role
from tests.unit.api.conftest import PASSWORD, House, OpenHouse

PROXIED = {"X-Forwarded-For": "192.0.2.9"}


@pytest.fixture
def house(open_house: OpenHouse) -> House:
    house = open_house({"server": {"path": "/cameras/"}})
    house.add_user("kim", Role.OPERATOR)
    return house


@pytest.fixture
def browser(house: House, tmp_path: Path) -> TestClient:
    (tmp_path / "page").mkdir()
    (tmp_path / "page" / "index.html").write_text("the page")
    app = make_app(house.app.state.services, tmp_path / "page")
    served = behind_middleware(app, house.config.server)
    return TestClient(served, base_url="http://localhost:8080", follow_redirects=False)


@pytest.mark.parametrize("path", ["/cameras/", "/"], ids=["passed on", "removed"])
def test_a_proxy_may_pass_the_path_on_or_remove_it(browser: TestClient, path: str) -> None:
    assert browser.get(path, headers=PROXIED).text == "the page"
    done = browser.get(f"{path}api/session", headers=PROXIED)
    assert done.json()["name"] is None and done.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/cameras", "/"])
def test_a_browser_beside_the_path_is_sent_to_it(browser: TestClient, path: str) -> None:
    done = browser.get(path)
    assert done.status_code == 307 and done.headers["location"] == "/cameras/"


@pytest.mark.parametrize("path", ["/camerasapi/session", "/cameras//api/session", "/cameras/cameras/api/session"])
def test_what_only_looks_like_the_path_is_not_found(browser: TestClient, path: str) -> None:
    assert browser.get(path).status_code == 404


def test_an_address_with_a_slash_too_many_leads_nowhere_else(browser: TestClient) -> None:
    assert browser.get("/cameras/api/session/").status_code == 404


def test_the_description_of_the_api_says_where_it_is(browser: TestClient) -> None:
    assert browser.get("/cameras/api/openapi.json").json()["servers"] == [{"url": "/cameras"}]


def test_the_size_of_a_body_is_limited_below_the_path_too(browser: TestClient) -> None:
    assert browser.post("/cameras/api/session", content=b"x" * (1 << 21)).status_code == 413


@pytest.mark.promise
@pytest.mark.parametrize(
    ("base", "name"),
    [("https://localhost", "__Secure-passerby-cameras"), ("http://localhost:8080", "passerby-cameras")],
)
def test_other_pages_of_the_host_are_not_sent_the_cookie(house: House, base: str, name: str) -> None:
    sign_in = {"name": "kim", "password": PASSWORD}
    done = house.client(base).post("/cameras/api/session", json=sign_in)
    cookie = done.headers["set-cookie"]
    assert cookie.startswith(f"{name}=") and "; Path=/cameras/;" in cookie and "HttpOnly" in cookie
    assert cookie.endswith("; Secure") == base.startswith("https")


def test_who_signed_out_has_no_cookie_left(house: House) -> None:
    client = house.client()
    done = client.post("/cameras/api/session", json={"name": "kim", "password": PASSWORD})
    assert client.get("/cameras/api/session").json()["name"] == "kim"
    headers = {"X-Passerby-CSRF": done.json()["csrf_token"]}
    assert client.delete("/cameras/api/session", headers=headers).status_code == 204
    assert not client.cookies


def test_the_cookie_of_a_passerby_at_the_root_is_another(house: House) -> None:
    sign_in = {"name": "kim", "password": PASSWORD}
    secret = house.client().post("/cameras/api/session", json=sign_in).cookies["passerby-cameras"]
    client = house.client()
    client.headers["Cookie"] = f"passerby-cameras={secret}; passerby=of-another"
    assert client.get("/cameras/api/session").json()["name"] == "kim"


@pytest.mark.parametrize("path", ["cameras/", "/came ras/", "/../x/", "//", "/a//b/", "/api/", "/assets/x/", "/c%61/"])
def test_a_path_that_cannot_work_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match=r"server\.path"):
        parse_config({"server": {"path": path}})


@pytest.mark.parametrize(("given", "path"), [("/cameras", "/cameras/"), ("/a/b.c/", "/a/b.c/"), ("/", "/")])
def test_a_path_ends_with_a_slash(given: str, path: str) -> None:
    assert parse_config({"server": {"path": given}}).server.path == path
