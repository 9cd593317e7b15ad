"""axe-core finds nothing wrong on any page: at the size of a desk and of a phone, light and dark, in both languages."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import pytest

from passerby.rules.access import Role
from tests.browser import PASSWORD
from tests.page.conftest import PHONE, WIDE, Serve, Serving, Tab, add_user, playwright

axe = importlib.import_module("axe_playwright_python.sync_playwright")  # it has no types
expect = playwright.expect
OpenTab = Callable[..., Tab]

HOUSE = """[[camera]]
name = "street"
title = "Street"
address = "drawn:street"
[[camera]]
name = "gate"
title = "Gate"
address = "file:gone.mp4"
[sources]
drawn = true
files = true
"""
SIGNED_IN = (
    "live", "live/street", "live/none", "timeline", "timeline/street", "events",
    "events/counts", "health", "health/street", "health/none", "map", "map/none",
    "cameras", "cameras/new", "cameras/change/none", "people/users", "people/groups", "people/audit", "people/me",
    "rules", "rules/street", "rules/none", "redact", "settings", "about", "nowhere",
)  # fmt: skip
BUTTON = {"en": "Sign in", "ru": "Войти"}


@pytest.fixture(scope="module")
def house(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> Serving:
    """One camera that records, and one that fails; kim may do all."""
    data = tmp_path_factory.mktemp("house") / "data"
    add_user(data, "kim", *Role)
    return serve(data, HOUSE)


def found_wrong(tab: Tab) -> list[str]:
    """What axe finds on the page as it is: each rule with its first element."""
    found: dict[str, Any] = axe.Axe().run(tab.page).response
    return [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in found["violations"]]


MAIN = (
    "live", "timeline/street", "events", "health", "map", "cameras", "people/users", "rules/street", "redact",
    "about", "settings",
)  # fmt: skip
FORM = {"en": "Add a channel", "ru": "Добавить канал"}
HEADING = "dialog[open] h2"


def signed_in(
    house: Serving, open_tab: OpenTab, size: playwright.ViewportSize, scheme: str, language: str
) -> tuple[Tab, dict[str, list[str]]]:
    """And what is wrong with the page of signing in."""
    locale = {"en": "en-GB", "ru": "ru-RU"}[language]
    tab = open_tab(house.base, size, color_scheme=scheme, locale=locale, reduced_motion="reduce")
    tab.go("")
    button = tab.page.get_by_role("button", name=BUTTON[language], exact=True)
    expect(button).to_be_visible()
    wrong = {"sign-in": found_wrong(tab)}
    tab.page.locator("input[autocomplete^=username]").fill("kim")
    tab.page.locator("input[type=password]").fill(PASSWORD)
    button.click()
    expect(button).to_have_count(0)
    return tab, wrong


def look_at(tab: Tab, name: str) -> list[str]:
    tab.go(f"#/{name}")
    expect(tab.page.get_by_role("main").get_by_role("heading").first).to_be_visible()
    expect(tab.page.locator(".skeleton")).to_have_count(0)
    assert tab.fits(), name
    return found_wrong(tab)


@pytest.mark.parametrize(
    ("size", "scheme", "language"),
    [(WIDE, "light", "en"), (WIDE, "dark", "ru"), (PHONE, "light", "ru"), (PHONE, "dark", "en")],
    ids=["wide, light", "wide, dark, Russian", "phone, light, Russian", "phone, dark"],
)
def test_axe_finds_nothing_wrong(
    house: Serving, open_tab: OpenTab, size: playwright.ViewportSize, scheme: str, language: str
) -> None:
    tab, wrong = signed_in(house, open_tab, size, scheme, language)
    for name in SIGNED_IN:
        wrong[name] = look_at(tab, name)
    assert {name: each for name, each in wrong.items() if each} == {}


@pytest.mark.parametrize(
    ("size", "scheme", "language"),
    [(WIDE, "dark", "en"), (WIDE, "light", "ru"), (PHONE, "dark", "ru"), (PHONE, "light", "en")],
    ids=["wide, dark", "wide, light, Russian", "phone, dark, Russian", "phone, light"],
)
def test_axe_finds_nothing_wrong_with_the_main_pages_in_the_other_combinations(
    house: Serving, open_tab: OpenTab, size: playwright.ViewportSize, scheme: str, language: str
) -> None:
    tab, wrong = signed_in(house, open_tab, size, scheme, language)
    for name in MAIN:
        wrong[name] = look_at(tab, name)
    tab.page.get_by_role("button", name=FORM[language]).click()  # on the last of them, settings
    expect(tab.page.locator(HEADING)).to_be_visible()
    wrong["form"] = found_wrong(tab)
    assert tab.fits()
    assert {name: each for name, each in wrong.items() if each} == {}
