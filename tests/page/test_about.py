"""About, as somebody who was filmed reads it: what is noticed here, and what an event keeps, which is never who."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from passerby.rules.access import Role
from tests.page.conftest import PHONE, WIDE, Serve, Serving, Tab, add_user, playwright

expect = playwright.expect
RULES = """
[storage]
keep_events_days = 21

[[camera]]
name = "backdoor"
address = "rtsp://192.0.2.7/stream"

[[rule]]
camera = "backdoor"
name = "Behind the bins"
kind = "zone"
zone = [[0.0, 0.46], [1.0, 0.46], [1.0, 1.0]]

[[rule]]
camera = "backdoor"
name = "floor"
kind = "fall"
"""


@pytest.fixture(scope="module")
def serving(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> Serving:
    data = tmp_path_factory.mktemp("about") / "data"
    add_user(data, "kim", Role.ADMIN)
    return serve(data, RULES)


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_a_visitor_reads_what_is_noticed_and_that_it_is_never_who(
    serving: Serving, open_tab: Callable[..., Tab], shoot: Callable[[Tab, str], None], size: playwright.ViewportSize
) -> None:
    tab = open_tab(serving.base, size, locale="en-GB")
    tab.go("#/about")
    notices = tab.page.locator("section", has=tab.page.get_by_role("heading", name="What it notices", exact=True))
    expect(notices.get_by_text("Falls.")).to_be_visible()
    expect(notices.get_by_role("listitem")).to_have_count(2)
    expect(notices.get_by_text("for 21 days, then deleted")).to_be_visible()
    expect(notices.get_by_text("It has no face, no description, no path of a person")).to_be_visible()
    shown = tab.page.get_by_role("main").inner_text()
    assert "backdoor" not in shown and "bins" not in shown, "not where"
    notices.scroll_into_view_if_needed()
    assert tab.fits()
    shoot(tab, f"about-notices-{'wide' if size == WIDE else 'phone'}")


def test_without_rules_it_says_so_in_russian(
    serve: Serve, open_tab: Callable[..., Tab], tmp_path_factory: pytest.TempPathFactory
) -> None:
    data = tmp_path_factory.mktemp("about-none") / "data"
    add_user(data, "kim", Role.ADMIN)
    tab = open_tab(serve(data).base, locale="ru-RU")
    tab.go("#/about")
    expect(tab.page.get_by_text("Ни одно правило не включено")).to_be_visible()
    expect(tab.page.get_by_text("90 дней, затем удаляются")).to_be_visible()
