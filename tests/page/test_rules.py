"""The editor of rules: drawing with a mouse, a finger and keys, undo, refusals, switching off, removing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from passerby.access import Installation
from passerby.config import Config
from passerby.config.rule import DensityRule
from passerby.rules.access import Role
from passerby.rules.retention import HOUR_90K
from tests.kept import keep_walk
from tests.page.conftest import PHONE, WIDE, Serve, Serving, Tab, add_user, playwright
from tests.page.test_accessibility import found_wrong

OpenTab = Callable[..., Tab]
Shoot = Callable[[Tab, str], None]
expect = playwright.expect
CAMERA = """[sources]
drawn = true
[[camera]]
name = "street"
title = "Street"
address = "drawn:street"
"""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("rules") / "data"


@pytest.fixture(scope="module")
def serving(serve: Serve, data: Path) -> Serving:
    add_user(data, "kim", Role.ADMIN, Role.OPERATOR, Role.AUDITOR)
    add_user(data, "ada", Role.ADMIN)
    add_user(data, "lee", Role.VIEWER)
    return serve(data, CAMERA)


@pytest.fixture(autouse=True)
def no_rules(serving: Serving, data: Path) -> None:
    """Whatever an earlier test left is removed."""
    installation = Installation(data, Config())
    try:
        for each in installation.rules.list():
            installation.rules.remove(each.camera, each.rule.name)
    finally:
        installation.close()


def opened(tab: Tab, name: str = "kim") -> None:
    tab.sign_in(name)
    tab.go("#/rules/street")
    expect(tab.page.get_by_role("heading", name="Rules of Street")).to_be_visible()


def until_recorded(tab: Tab) -> None:
    """The picture is asked for once: it has to be there by then."""
    tab.go("#/live/street")
    tab.until("document.querySelector('video, canvas')")
    for _ in range(60):
        tab.go("#/health/street")
        tab.go("#/rules/street")
        expect(tab.page.get_by_role("heading", name="Rules of Street")).to_be_visible()
        tab.page.wait_for_timeout(1000)
        if tab.page.get_by_role("img", name="Newest redacted picture of the camera").count():
            return
    raise AssertionError("nothing was recorded")


def rules_of(tab: Tab) -> list[dict[str, Any]]:
    """As the API has them."""
    found: list[dict[str, Any]] = tab.page.evaluate("fetch('api/cameras/street/rules').then((said) => said.json())")
    return found


def add(tab: Tab, kind: str) -> None:
    tab.page.get_by_role("button", name="Add rule").first.click()
    tab.page.get_by_role("dialog").get_by_role("button", name=kind).click()


def point(tab: Tab, name: str) -> playwright.Locator:
    return tab.page.locator(".rules-canvas").get_by_role("button", name=name)


def drag(tab: Tab, name: str, to: tuple[float, float]) -> None:
    """To a place in the picture, as shares of its width and height."""
    canvas = tab.page.locator(".rules-canvas")
    canvas.scroll_into_view_if_needed()
    box, place = point(tab, name).locator(".rule-dot").bounding_box(), canvas.bounding_box()
    assert box and place
    tab.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    tab.page.mouse.down()
    tab.page.mouse.move(place["x"] + to[0] * place["width"], place["y"] + to[1] * place["height"], steps=5)
    tab.page.mouse.up()


def test_a_rule_needs_three_clicks_and_is_then_drawn_undone_and_saved(
    serving: Serving, open_tab: OpenTab, shoot: Shoot
) -> None:
    tab = open_tab(serving.base, WIDE)
    opened(tab)
    until_recorded(tab)
    expect(tab.page.get_by_role("heading", name="No rules yet")).to_be_visible()
    shoot(tab, "rules-none")
    tab.page.get_by_role("button", name="Add rule").first.click()
    assert found_wrong(tab) == []
    shoot(tab, "rules-kinds")
    tab.page.get_by_role("dialog").get_by_role("button", name="Line").click()
    expect(tab.page.locator(".rule-tag", has_text="right")).to_be_visible()
    assert found_wrong(tab) == []
    shoot(tab, "rules-line")
    tab.page.get_by_role("button", name="Save rule").click()
    expect(tab.page.locator(".rules-list li")).to_contain_text("Line · people")
    (line,) = rules_of(tab)
    assert line["rule"]["line"] == [[0.15, 0.65], [0.85, 0.65]] and line["is_enabled"] and line["who"] == "kim"

    add(tab, "Zone")
    undo, redo = (tab.page.get_by_role("button", name=each, exact=True) for each in ("Undo", "Redo"))
    expect(undo).to_be_disabled()
    drag(tab, "Corner 1 of 4", (0.3, 0.4))
    drag(tab, "Corner 2 of 4", (0.995, 0.4))  # near the border: it is at the border
    drag(tab, "Add a corner between 1 and 2", (0.6, 0.2))
    expect(point(tab, "Corner 5 of 5")).to_have_count(1)
    shoot(tab, "rules-zone")
    undo.click()
    expect(point(tab, "Corner 4 of 4")).to_have_count(1)
    redo.click()
    expect(point(tab, "Corner 5 of 5")).to_have_count(1)
    tab.page.get_by_label("Name").fill("Yard / north")
    tab.page.get_by_label("After (seconds)").fill("10")
    tab.page.get_by_role("button", name="Save rule").click()
    expect(tab.page.locator(".rules-list li").filter(has_text="Yard / north")).to_contain_text("after 10 s")
    zone = next(each["rule"] for each in rules_of(tab) if each["rule"]["kind"] == "zone")
    assert zone["name"] == "Yard / north" and zone["after_s"] == 10 and len(zone["zone"]) == 5
    first, top, second = zone["zone"][:3]
    assert first == pytest.approx([0.3, 0.4], abs=0.01) and top == pytest.approx([0.6, 0.2], abs=0.01)
    assert second[0] == 1.0, "snapped to the border"
    shoot(tab, "rules-list")

    tab.page.get_by_role("button", name="Switch off Yard / north").click()
    expect(tab.page.get_by_role("button", name="Switch on Yard / north")).to_be_visible()
    tab.page.get_by_role("button", name="Edit Yard / north").click()
    tab.page.get_by_label("Name").fill("Yard")
    tab.page.get_by_role("button", name="Save", exact=True).click()
    expect(tab.page.get_by_role("button", name="Edit Yard", exact=True)).to_be_visible()
    assert [(each["rule"]["name"], each["is_enabled"]) for each in rules_of(tab)] == [("Line", True), ("Yard", False)]
    tab.go("#/people/audit")
    expect(tab.page.get_by_role("row").filter(has_text="Added a rule")).to_have_count(2)
    tab.go("#/rules/street")
    for name in ("Line", "Yard"):
        tab.page.get_by_role("button", name=f"Remove {name}", exact=True).click()
        tab.page.get_by_role("button", name="Remove rule").click()
        expect(tab.page.get_by_role("button", name=f"Remove {name}", exact=True)).to_have_count(0)
    assert rules_of(tab) == []


def test_a_zone_that_crosses_itself_is_wrong_at_once_and_cannot_be_saved(
    serving: Serving, open_tab: OpenTab, shoot: Shoot
) -> None:
    tab = open_tab(serving.base, WIDE)
    opened(tab)
    add(tab, "Crowd")
    drag(tab, "Corner 1 of 4", (0.95, 0.7))
    expect(tab.page.get_by_text("The sides of the zone cross each other")).to_be_visible()
    save = tab.page.get_by_role("button", name="Save rule")
    expect(save).to_be_disabled()
    shoot(tab, "rules-crossed")
    tab.page.keyboard.press("Control+z")
    expect(tab.page.get_by_text("The sides of the zone cross each other")).to_have_count(0)
    tab.page.get_by_label("More than").fill("0")
    expect(tab.page.get_by_text("Enter a number from 1 to 10000.")).to_be_visible()
    expect(save).to_be_disabled()
    tab.page.get_by_label("More than").fill("3")
    expect(save).to_be_enabled()
    tab.page.get_by_role("button", name="Cancel").click()
    tab.page.get_by_role("button", name="Discard", exact=True).click()
    expect(tab.page.get_by_role("button", name="Add rule").first).to_be_visible()
    assert rules_of(tab) == []


def test_a_density_is_measured_on_the_ground_that_is_marked(serving: Serving, open_tab: OpenTab, shoot: Shoot) -> None:
    tab = open_tab(serving.base, WIDE)
    opened(tab)
    add(tab, "Density")
    expect(tab.page.locator(".rule-tag", has_text="4 m")).to_have_count(2)
    tab.page.get_by_label("First side of the ground").fill("6")
    expect(tab.page.locator(".rule-tag", has_text="6 m")).to_have_count(1)
    shoot(tab, "rules-density")
    save = tab.page.get_by_role("button", name="Save rule")
    drag(tab, "Corner 1 of the ground", (0.9, 0.8))
    expect(tab.page.get_by_text("must look like a rectangle")).to_be_visible()
    expect(save).to_be_disabled()
    tab.page.get_by_role("button", name="Undo", exact=True).click()
    drag(tab, "Corner 1 of 4", (0.2, 0.02))
    expect(tab.page.get_by_text("towards the horizon")).to_be_visible()
    tab.page.get_by_role("button", name="Undo", exact=True).click()
    shown = tab.page.get_by_text("The zone covers about").inner_text()
    save.click()
    expect(tab.page.locator(".rules-list li")).to_contain_text("Density · people · more than 2 per m²")
    (rule,) = [each["rule"] for each in rules_of(tab)]
    area = DensityRule.model_validate(rule).area_m2
    assert rule["ground_m"] == [6, 4] and shown == f"The zone covers about {area:.1f} m²."


def test_a_rule_holds_at_the_times_that_are_chosen(serving: Serving, open_tab: OpenTab, shoot: Shoot) -> None:
    tab = open_tab(serving.base, WIDE)
    opened(tab)
    add(tab, "Zone")
    tab.page.get_by_label("When").select_option("At certain times")
    for day in ("Saturday", "Sunday"):
        tab.page.get_by_label(day).uncheck()
    tab.page.get_by_role("button", name="Add times").click()
    second = tab.page.locator(".rules-times").nth(1)
    for day in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday"):
        second.get_by_label(day).uncheck()
    second.get_by_label("From").fill("06:00")
    expect(second.get_by_text("The beginning and the end must differ.")).to_be_visible()
    expect(tab.page.get_by_role("button", name="Save rule")).to_be_disabled()
    second.get_by_label("The whole day").check()
    second.get_by_label("Sunday").uncheck()
    expect(second.get_by_label("Saturday")).to_be_disabled()  # a rule without any day would never hold
    second.get_by_label("Sunday").check()
    second.scroll_into_view_if_needed()
    shoot(tab, "rules-when")
    tab.page.get_by_role("button", name="Save rule").click()
    expect(tab.page.locator(".rules-list li")).to_contain_text("Mon–Fri 22:00–06:00 · Sat–Sun")
    (rule,) = [each["rule"] for each in rules_of(tab)]
    assert rule["when"] == ["mon-fri 22:00-06:00", "sat-sun"]
    tab.page.get_by_role("button", name="Edit Zone").click()
    tab.page.get_by_label("When").select_option("Always")
    tab.page.get_by_role("button", name="Save", exact=True).click()
    expect(tab.page.locator(".rules-list li")).not_to_contain_text("22:00")
    assert rules_of(tab)[0]["rule"]["when"] == []


def test_points_move_with_keys_and_what_is_not_saved_is_kept_while_somebody_is_elsewhere(
    serving: Serving, open_tab: OpenTab, shoot: Shoot
) -> None:
    tab = open_tab(serving.base, WIDE)
    opened(tab)
    add(tab, "Wrong way")
    head = point(tab, "Head of the arrow")
    head.focus()
    for _ in range(5):
        tab.page.keyboard.press("ArrowDown")
    tab.page.keyboard.press("Shift+ArrowRight")
    corner = point(tab, "Corner 1 of 4")
    corner.focus()
    tab.page.keyboard.press("ArrowLeft")
    point(tab, "Add a corner between 4 and 1").focus()
    tab.page.keyboard.press("Enter")
    expect(point(tab, "Corner 5 of 5")).to_be_focused()
    tab.page.keyboard.press("Delete")
    expect(point(tab, "Corner 4 of 4")).to_be_focused()
    shoot(tab, "rules-wrong-way")
    tab.go("#/health/street")
    expect(tab.page.get_by_role("heading", name="Street")).to_be_visible()
    tab.go("#/rules/street")
    expect(tab.page.get_by_text("You began this earlier and did not save it.")).to_be_visible()
    tab.page.get_by_role("button", name="Turn the arrow").click()
    tab.page.get_by_role("button", name="Save rule").click()
    expect(tab.page.locator(".rules-list li")).to_contain_text("Wrong way")
    (rule,) = [each["rule"] for each in rules_of(tab)]
    assert rule["arrow"] == [[0.701, 0.78], [0.3, 0.73]] and rule["zone"][0] == [0.09, 0.5] and len(rule["zone"]) == 4


def test_a_finger_draws_on_a_phone(serving: Serving, open_tab: OpenTab, shoot: Shoot) -> None:
    tab = open_tab(serving.base, PHONE, has_touch=True, is_mobile=True)
    opened(tab)
    add(tab, "Line")
    assert tab.fits()
    place = point(tab, "Point 2 of the line").locator(".rule-dot").bounding_box()
    assert place
    x, y = place["x"] + place["width"] / 2, place["y"] + place["height"] / 2
    finger = tab.page.context.new_cdp_session(tab.page)
    finger.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for step in (10, 25, 40):
        finger.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{"x": x - step, "y": y + step}]})
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    shoot(tab, "phone-rules-line")
    tab.page.get_by_role("button", name="Swap right and left").click()
    tab.page.get_by_role("button", name="Save rule").click()
    expect(tab.page.locator(".rules-list li")).to_contain_text("Line · people")
    (rule,) = [each["rule"] for each in rules_of(tab)]
    (x0, y0), second = rule["line"]
    assert x0 < 0.8 and y0 > 0.7 and second == [0.15, 0.65]
    assert tab.fits()
    shoot(tab, "phone-rules-list")


def test_who_sees_no_pictures_draws_on_a_grid_and_who_only_watches_changes_nothing(
    serving: Serving, open_tab: OpenTab, shoot: Shoot
) -> None:
    ada = open_tab(serving.base, WIDE)
    opened(ada, "ada")
    expect(ada.page.get_by_text("Your roles show no pictures.")).to_be_visible()
    add(ada, "Loitering")
    shoot(ada, "rules-grid")
    ada.page.get_by_role("button", name="Save rule").click()
    expect(ada.page.locator(".rules-list li")).to_contain_text("longer than 60 s")
    lee = open_tab(serving.base, WIDE)
    opened(lee, "lee")
    expect(lee.page.locator(".rules-list li")).to_contain_text("Loitering")
    for name in ("Add rule", "Edit Loitering", "Remove Loitering"):
        expect(lee.page.get_by_role("button", name=name)).to_have_count(0)


def test_health_and_cameras_lead_to_the_rules(serving: Serving, open_tab: OpenTab) -> None:
    tab = open_tab(serving.base, WIDE)
    tab.sign_in()
    tab.go("#/health/street")
    tab.page.get_by_role("link", name="Rules", exact=True).click()
    expect(tab.page.get_by_role("heading", name="Rules of Street")).to_be_visible()
    tab.go("#/cameras")
    tab.page.get_by_role("link", name="Rules of Street").click()
    expect(tab.page.get_by_role("heading", name="Rules of Street")).to_be_visible()
    tab.go("#/rules")
    tab.page.get_by_role("link", name="Street").click()
    expect(tab.page.get_by_role("heading", name="Rules of Street")).to_be_visible()


def test_a_rule_is_tried_on_the_last_day_and_shows_who_is_in_view(
    serving: Serving, data: Path, open_tab: OpenTab, shoot: Shoot
) -> None:
    tab = open_tab(serving.base, WIDE)
    opened(tab)
    until_recorded(tab)
    installation = Installation(data, Config())
    try:
        keep_walk(installation.rows, installation.clock.now_90k() - HOUR_90K, "street")
        keep_walk(installation.rows, installation.clock.now_90k() - 3 * HOUR_90K, "street", height=0.3)
    finally:
        installation.close()
    add(tab, "Zone")
    boxes = tab.page.locator(".rules-in-view g")
    expect(boxes.first).to_be_attached(timeout=240_000)  # it learns first, and a busy machine covers all for a while
    expect(tab.page.locator(".rules-now")).to_contain_text("In view now:")
    tab.page.get_by_role("button", name="Try it on the last day").click()
    expect(tab.page.locator(".try-sum")).to_contain_text("event")
    panel = tab.page.locator(".panel", has_text="Try it first")
    expect(panel).to_contain_text("nothing is known of the rest")
    expect(panel.locator(".try-hours li").first).to_be_attached()
    first = panel.locator(".try-list a").last
    assert "#/timeline/street?at=" in (first.get_attribute("href") or "")
    shoot(tab, "rules-tried")
    tab.page.get_by_label("Name").fill("renamed")
    expect(panel).not_to_contain_text("The rule has changed since")
    tab.page.get_by_label("After (seconds)").fill("600")
    expect(panel).to_contain_text("The rule has changed since")
    panel.get_by_role("button", name="Try again").click()
    expect(tab.page.locator(".try-sum")).to_have_text("No events")
    assert rules_of(tab) == [], "nothing is saved"
    tab.page.set_viewport_size(PHONE)
    assert tab.fits()
    shoot(tab, "rules-tried-phone")


def test_an_admin_alone_tries_nothing_and_sees_nobody(serving: Serving, open_tab: OpenTab) -> None:
    tab = open_tab(serving.base, WIDE)
    opened(tab, "ada")
    add(tab, "Zone")
    expect(tab.page.get_by_role("button", name="Save rule")).to_be_visible()
    expect(tab.page.get_by_role("button", name="Try it on the last day")).to_have_count(0)
    expect(tab.page.locator(".rules-now")).to_have_count(0)


def test_what_cannot_be_tried_is_said(serving: Serving, open_tab: OpenTab) -> None:
    tab = open_tab(serving.base, WIDE)
    opened(tab)
    add(tab, "Left object")
    expect(tab.page.locator(".panel", has_text="Try it first")).to_contain_text("This kind cannot be tried")
    expect(tab.page.get_by_role("button", name="Try it on the last day")).to_have_count(0)
