"""Somebody says that something is not a person: a box is drawn over the newest redacted picture, and removed again."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from passerby.rules.access import Role
from tests.page.conftest import PHONE, WIDE, Serve, Serving, Tab, add_user, playwright

OpenTab = Callable[..., Tab]
Shoot = Callable[[Tab, str], None]
expect = playwright.expect
CAMERA = '[sources]\ndrawn = true\n[[camera]]\nname = "street"\ntitle = "Street"\naddress = "drawn:street"\n'


@pytest.fixture(scope="module")
def serving(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> Serving:
    data = tmp_path_factory.mktemp("not-people") / "data"
    add_user(data, "kim", Role.ADMIN, Role.OPERATOR, Role.PRIVACY_OFFICER)
    add_user(data, "lee", Role.VIEWER)
    add_user(data, "pia", Role.PRIVACY_OFFICER)
    return serve(data, CAMERA)


def opened(tab: Tab, name: str = "kim") -> None:
    tab.sign_in(name)
    tab.go("#/health/street")
    expect(tab.page.get_by_role("main").get_by_role("heading", name="Street")).to_be_visible()


def begin(tab: Tab) -> None:
    tab.page.get_by_role("button", name="Draw a box").click()
    picture = tab.page.get_by_role("img", name="Newest redacted picture, to draw on")
    expect(picture).to_be_visible()
    tab.until("document.querySelector('.not-person-editor .drawing')")
    picture.scroll_into_view_if_needed()


def test_a_box_is_drawn_saved_listed_noted_and_removed(serving: Serving, open_tab: OpenTab, shoot: Shoot) -> None:
    tab = open_tab(serving.base, WIDE)
    opened(tab)
    begin(tab)
    expect(
        tab.page.get_by_text("Only for posters, statues and screens. Anything that moves there stays hidden.")
    ).to_be_visible()
    save = tab.page.get_by_role("button", name="This is not a person")
    expect(save).to_be_disabled()
    drawing = tab.page.locator(".not-person-editor .drawing")
    drawing.scroll_into_view_if_needed()
    place = drawing.bounding_box()
    assert place

    def drag(*shares: tuple[float, float]) -> None:
        (x0, y0), (x1, y1) = ((place["x"] + x * place["width"], place["y"] + y * place["height"]) for x, y in shares)
        tab.page.mouse.move(x0, y0)
        tab.page.mouse.down()
        tab.page.mouse.move(x1, y1, steps=4)
        tab.page.mouse.up()

    drag((0.02, 0.02), (0.9, 0.9))
    expect(tab.page.get_by_text("A box can cover at most a quarter of the picture.")).to_be_visible()
    expect(save).to_be_disabled()
    drag((0.95, 0.95), (0.99, 0.99))  # another one replaces it
    drag((0.6, 0.2), (0.7, 0.5))
    expect(tab.page.get_by_text("10% wide, 30% high")).to_be_visible()
    shoot(tab, "not-a-person")
    save.click()
    row = tab.page.locator(".not-people li")
    expect(row).to_contain_text("60% from the left, 20% from the top, 10% wide, 30% high")
    expect(row).to_contain_text("by kim")
    tab.go("#/people/audit")
    expect(tab.page.get_by_role("row").filter(has_text="Marked something as not a person")).to_contain_text(
        "box 1: left"
    )
    shoot(tab, "not-a-person-audit")

    lee = open_tab(serving.base, WIDE)
    opened(lee, "lee")
    expect(lee.page.locator(".not-people li")).to_contain_text("by kim")
    expect(lee.page.get_by_role("button", name="Draw a box")).to_have_count(0)
    expect(lee.page.get_by_role("button", name="Remove box 1")).to_have_count(0)

    pia = open_tab(serving.base, WIDE)
    opened(pia, "pia")
    expect(
        pia.page.get_by_text("Your roles do not let you see pictures, so you can remove boxes but not draw them.")
    ).to_be_visible()
    pia.page.get_by_role("button", name="Remove box 1").click()
    expect(pia.page.locator(".not-people li")).to_have_count(0)


def test_a_box_is_made_with_the_keyboard_alone(serving: Serving, open_tab: OpenTab, shoot: Shoot) -> None:
    tab = open_tab(serving.base, PHONE)
    opened(tab)
    begin(tab)
    assert tab.fits()
    tab.page.get_by_role("button", name="Add a box here").focus()
    tab.page.keyboard.press("Enter")
    box = tab.page.locator(".not-person-editor").get_by_role("button", name="arrow keys move it")
    expect(box).to_be_focused()
    for _ in range(10):
        tab.page.keyboard.press("ArrowLeft")
    for _ in range(5):
        tab.page.keyboard.press("Shift+ArrowLeft")
    expect(tab.page.get_by_text("15% wide, 34% high")).to_be_visible()
    shoot(tab, "phone-not-a-person")
    save = tab.page.get_by_role("button", name="This is not a person")
    save.focus()
    tab.page.keyboard.press("Enter")
    row = tab.page.locator(".not-people li")
    expect(row).to_contain_text("31% from the left, 33% from the top, 15% wide, 34% high")
    assert tab.fits()
    shoot(tab, "phone-not-a-person-saved")
    tab.page.get_by_role("button", name="Remove box 1").focus()
    tab.page.keyboard.press("Enter")
    expect(row).to_have_count(0)
