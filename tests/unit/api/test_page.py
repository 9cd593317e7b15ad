"""The page's files are served to anybody, and its client is generated from the API as it is."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from passerby.api import make_app
from passerby.api.app import behind_middleware
from passerby.api.description import description
from tests.unit.api.conftest import House

DESCRIBED = Path(__file__).parents[3] / "web" / "src" / "api" / "openapi.json"


@pytest.fixture
def browser(house: House, tmp_path: Path) -> TestClient:
    page = tmp_path / "page"
    (page / "assets").mkdir(parents=True)
    (page / "index.html").write_text("<!doctype html>the page")
    (page / "assets" / "main-1a2b.js").write_text("script")
    (page / "assets" / "large-3c4d.js").write_text("much the same again and again; " * 1000)
    app = make_app(house.app.state.services, page)
    return TestClient(behind_middleware(app, house.config.server), base_url="http://localhost:8080")


def test_anybody_may_load_the_page_which_is_asked_for_each_time(browser: TestClient) -> None:
    done = browser.get("/")
    assert done.status_code == 200 and done.text.endswith("the page")
    assert done.headers["cache-control"] == "no-cache"
    assert "script-src 'self'" in done.headers["content-security-policy"]


def test_files_with_a_hash_in_their_name_are_kept_for_ever(browser: TestClient) -> None:
    done = browser.get("/assets/main-1a2b.js")
    assert done.status_code == 200 and "immutable" in done.headers["cache-control"]


def test_text_is_compressed_for_browsers_that_take_it(browser: TestClient) -> None:
    done = browser.get("/assets/large-3c4d.js", headers={"Accept-Encoding": "gzip"})
    assert done.headers["content-encoding"] == "gzip" and int(done.headers["content-length"]) < 1000
    assert done.text == "much the same again and again; " * 1000
    assert "accept-encoding" in done.headers["vary"].lower()
    plain = browser.get("/assets/large-3c4d.js", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers and plain.text == done.text
    assert "content-encoding" not in browser.get("/assets/main-1a2b.js").headers, "shorter as it is"


@pytest.mark.parametrize("path", ["/assets/gone.js", "/../secrets.key", "/assets/%2e%2e/%2e%2e/catalogue.sqlite3"])
def test_what_is_no_file_of_the_page_is_said_in_words(browser: TestClient, path: str) -> None:
    done = browser.get(path)
    assert done.status_code == 404 and done.json()["message"] == "not found"
    assert "immutable" not in done.headers.get("cache-control", "")


def test_the_pages_client_knows_the_api_as_it_is() -> None:
    assert DESCRIBED.read_text(encoding="utf-8") == description(), "run: make api"
