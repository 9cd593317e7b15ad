"""What needs attention is said in every section; what could not be checked is never shown as well."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from passerby.rules.access import Role
from tests.page.conftest import PHONE, WIDE, Serve, Serving, Tab, add_user, playwright
from tests.retries import by_real_time

OpenTab = Callable[..., Tab]
Shoot = Callable[[Tab, str], None]
expect = playwright.expect

CAMERAS = """
[sources]
drawn = true
files = true

[[camera]]
name = "arcade"
title = "Arcade"
address = "drawn:street"

[[camera]]
name = "gone"
title = "Zoo gate"
address = "file:/nowhere/at/all.mp4"
"""


@pytest.fixture(scope="module")
def serving(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> Serving:
    data = tmp_path_factory.mktemp("attention") / "data"
    add_user(data, "kim", Role.OPERATOR)
    return serve(data, CAMERAS)


def fulfil(tab: Tab, path: str, answer: list[dict[str, Any]]) -> None:
    """What the API is made to answer: states and alarms that no camera here has."""
    tab.page.route(f"**{path}", lambda route: route.fulfill(body=json.dumps(answer), content_type="application/json"))


def state(camera: str, what: str, reason: str) -> dict[str, Any]:
    return {"camera": camera, "what": what, "reason": reason, "since_90k": None, "progress": None}


def test_every_section_counts_the_cameras_that_need_attention(
    serving: Serving, open_tab: OpenTab, shoot: Shoot
) -> None:
    tab = open_tab(serving.base, WIDE)
    tab.sign_in()
    side = tab.page.get_by_role("navigation", name="Sections").get_by_role("link", name="Health")
    for section in ("live", "timeline", "cameras", "redact", "people", "settings", "about", "health"):
        tab.go(f"#/{section}")
        expect(side).to_have_accessible_name("Health 1 camera needs attention")
        expect(side.locator(".section-count [aria-hidden]")).to_have_text("1")
    tab.go("#/live")
    tiles = tab.page.get_by_role("main").get_by_role("listitem")
    expect(tiles.first).to_contain_text("Zoo gate")  # faults first, whatever the titles are
    expect(tiles.first.get_by_role("status")).to_contain_text("there is no such file")
    shoot(tab, "attention")
    tab.page.get_by_role("main").get_by_role("link", name="1 camera needs attention").click()
    expect(tab.page.locator(".health-list li").first).to_contain_text("Zoo gate")


def test_on_a_phone_it_is_said_in_words(serving: Serving, open_tab: OpenTab, shoot: Shoot) -> None:
    tab = open_tab(serving.base, PHONE, is_mobile=True, has_touch=True)
    tab.sign_in()
    line = tab.page.get_by_role("link", name="1 camera needs attention", exact=True)
    for section in ("live", "timeline/arcade", "people/me", "about"):
        tab.go(f"#/{section}")
        expect(line).to_be_visible()
        expect(line).to_have_text("1 camera needs attention")
        assert tab.fits()
    shoot(tab, "phone-attention")
    line.tap()
    expect(tab.page.get_by_role("heading", name="Health", exact=True)).to_be_visible()


def test_a_fault_is_in_words_on_its_tile_though_its_pictures_come(
    serving: Serving, open_tab: OpenTab, shoot: Shoot
) -> None:
    tab = open_tab(serving.base, PHONE)
    reason = "the whole picture is hidden: the detector does not find what it must"
    fulfil(tab, "/api/states", [state("arcade", "canary-failed", reason), state("gone", "failed", "no such file")])
    tab.sign_in()
    tile = tab.page.get_by_role("main").get_by_role("listitem").filter(has_text="Arcade")
    tab.until("document.querySelector('.picture.playing')")
    expect(tile.locator(".picture-words .long")).to_have_text(f"T{reason[1:]}.")
    badge = tile.locator(".badge")
    expect(badge).to_have_text("Canary failed")  # a word that this page does not know
    expect(badge).to_have_class("badge warn")
    tab.page.get_by_role("radio", name="4").check()  # two side by side: no room for a sentence, but for the word
    expect(tile.locator(".picture-words .brief")).to_be_visible()
    expect(tile.locator(".picture-words .brief")).to_have_text("Canary failed")
    shoot(tab, "attention-small")
    tab.page.get_by_role("radio", name="Auto").last.check()


@pytest.mark.promise
def test_what_could_not_be_checked_is_never_shown_as_well(serving: Serving, open_tab: OpenTab, shoot: Shoot) -> None:
    tab = open_tab(serving.base, WIDE)
    fulfil(
        tab, "/api/states", [state("arcade", "unknown", "the picture could not be checked"), state("gone", "off", "")]
    )
    check = {"verdict": "ok", "reason": "pictures are arriving", "since_90k": 0}
    health = {
        "state": state("arcade", "silent", "sends no pictures"), "reference_at_90k": None,
        "checks": [{**check, "check": "signal", "verdict": "bad"}, {**check, "check": "frozen"}],
    }  # fmt: skip
    fulfil(tab, "/api/cameras/arcade/health", health)  # type: ignore[arg-type]
    tab.sign_in()
    line = tab.page.get_by_role("main").get_by_role("link", name="1 camera could not be checked")
    expect(line).to_be_visible()
    tile = tab.page.get_by_role("main").get_by_role("listitem").filter(has_text="Arcade")
    tab.until("document.querySelector('.picture.playing')")
    expect(tile.locator(".picture-words .long")).to_have_text("The picture could not be checked.")
    expect(tab.page.locator(".badge.good")).to_have_count(0)
    line.click()
    expect(tab.page.get_by_text("1 could not be checked")).to_be_visible()
    expect(tab.page.locator(".badge.good")).to_have_count(0)
    tab.go("#/health/arcade")
    row = tab.page.get_by_role("row").filter(has_text="Picture changes")
    expect(row).to_contain_text("Unknown")
    expect(row).to_contain_text("there are no pictures")
    expect(tab.page.locator(".badge.good")).to_have_count(0)


def test_an_alarm_of_a_kind_that_the_page_does_not_know_is_told_in_the_words_of_the_api(
    serving: Serving, open_tab: OpenTab
) -> None:
    tab = open_tab(serving.base, WIDE)
    alarm = {"kind": "of-tomorrow", "camera": None, "says": None, "count": 1, "since_90k": None}
    fulfil(tab, "/api/alarms", [{**alarm, "means": "the detector does not find what it must"}])
    tab.sign_in()
    expect(tab.page.get_by_role("main").get_by_role("link", name="1 camera needs attention, 1 alarm")).to_be_visible()
    tab.go("#/health")
    expect(tab.page.locator(".alarms")).to_contain_text("The detector does not find what it must.")


@by_real_time("what the page notices after some seconds is waited for")
def test_answers_that_are_old_are_shown_as_unknown(serving: Serving, open_tab: OpenTab) -> None:
    tab = open_tab(serving.base, WIDE)
    tab.sign_in()
    tab.go("#/health")
    arcade = tab.page.locator(".health-list li").filter(has_text="Arcade")
    expect(arcade.locator(".badge")).to_have_text("Recording", timeout=240_000)
    tab.page.route("**/api/states", lambda route: None)  # neither an answer nor an error
    expect(arcade.locator(".badge")).to_have_text("Unknown", timeout=20_000)
    expect(arcade).to_contain_text("Passerby has not responded for a while.")
    expect(tab.page.locator(".badge.good")).to_have_count(0)
