"""The page behind a real proxy that has passerby under a path: all that it asks for is below it."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from passerby.access import Installation
from passerby.access.cameras import CameraFacts
from passerby.archive import Archive
from passerby.config import Config
from passerby.media.segments import TICKS_PER_S
from passerby.rules.access import Role
from tests.page.conftest import Serve, Serving, Tab, add_user, playwright
from tests.page.proxy import proxying
from tests.recordings import recorded, steady
from tests.retries import by_real_time

OpenTab = Callable[..., Tab]
expect = playwright.expect

TOML = """path = "/cameras"
trusted_proxies = ["127.0.0.1/32"]
[sources]
drawn = true
[[camera]]
name = "street"
title = "Street"
address = "drawn:street"
"""
PLAYS = "document.querySelector(\"video[aria-label='Live picture of street']\")?.currentTime ?? 0"
SHOWS = "(document.querySelector('video')?.readyState ?? 0) > 1"
NOWHERE = "http://192.0.2.7/"


@pytest.fixture(scope="module")
def archive(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> tuple[Serving, int]:
    """A street that is recorded now, and a yard that was, from so many seconds since 1970."""
    data = tmp_path_factory.mktemp("under") / "data"
    data.mkdir()
    add_user(data, "kim", Role.OPERATOR)
    begin_s = int(time.time()) // 60 * 60 - 600
    installation = Installation(data, Config())
    installation.cameras.add("yard", CameraFacts(address=NOWHERE, title="Yard"))
    installation.close()
    with Archive(data) as kept:
        writer = kept.writer("yard")
        for fragment in recorded(steady(30, begin_s * TICKS_PER_S), (192, 108)):
            writer.append(fragment)
        writer.close()
    return serve(data, TOML), begin_s


@pytest.mark.parametrize("strips", [False, True], ids=["passes the path on", "removes the path"])
@by_real_time("a live picture that comes late is said to be old")
def test_live_and_timeline_are_seen_and_nothing_is_asked_for_beside_the_path(
    archive: tuple[Serving, int], open_tab: OpenTab, strips: bool
) -> None:
    serving, begin_s = archive
    with proxying(int(serving.base.rsplit(":", 1)[1]), "/cameras/", strips=strips) as proxy:
        tab = open_tab(proxy.base)
        asked: list[str] = []
        tab.page.on("request", lambda request: asked.append(request.url))
        tab.page.on("websocket", lambda socket: asked.append(socket.url.replace("ws:", "http:", 1)))
        tab.sign_in()
        tab.go("#/live")
        begun = tab.until(PLAYS)
        tab.until(f"{PLAYS} > {begun + 1}")
        tab.go(f"#/timeline/yard?at={begin_s + 10}")
        tab.page.reload()
        tab.until(SHOWS)
        tab.go("#/about")
        expect(tab.page.get_by_text("react-dom")).to_be_visible()
        assert {cookie["path"] for cookie in tab.page.context.cookies()} == {"/cameras/"}
        tab.page.goto("about:blank")
    assert any("/live" in each for each in asked) and any("/timeline/objects/" in each for each in asked)
    assert [each for each in asked if not each.startswith((f"{proxy.base}/", "blob:", "data:", "about:"))] == []
    assert proxy.beside == []


def test_without_the_proxy_the_page_is_found_under_its_path_too(
    archive: tuple[Serving, int], open_tab: OpenTab
) -> None:
    tab = open_tab(archive[0].base)
    tab.go("")
    expect(tab.page).to_have_url(f"{tab.base}/cameras/")
    tab.sign_in()
    tab.page.reload()
    expect(tab.page.get_by_role("button", name="Sign out")).to_be_visible()
