"""Cameras on the page: one is tried, added, changed, switched off, removed; found by ONVIF; and how it is."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from passerby.rules.access import Role
from passerby.testing.onvif import OnvifCamera, OnvifProfile, OnvifServer
from tests.page.conftest import PASSWORD, PHONE, Serve, Serving, Tab, add_user, playwright
from tests.retries import by_real_time
from tests.streets import Street

OpenTab = Callable[..., Tab]
expect = playwright.expect
PLANTED = "hunter2-planted"
LEARNS_WITHIN_MS = 240_000  # of a machine that does much else
SOURCES = '[sources]\nfiles = true\ndrawn = true\nnetworks = ["127.0.0.0/8"]\n'


@pytest.fixture(scope="module")
def school(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> Serving:
    data = tmp_path_factory.mktemp("school") / "data"
    data.mkdir()
    add_user(data, "kim", Role.ADMIN, Role.OPERATOR)
    return serve(data, SOURCES)


def add_camera(tab: Tab, title: str, address: str) -> None:
    tab.go("#/cameras/new")
    tab.page.get_by_label("Title").fill(title)
    tab.page.get_by_label("Address, including user and password").fill(address)
    tab.page.get_by_role("button", name="Add a camera").click()
    expect(tab.page.get_by_role("row").filter(has_text=title)).to_be_visible()


@by_real_time("the rate of the pictures is measured as they come")
def test_a_camera_is_tried_added_changed_switched_off_and_removed(
    school: Serving, street: Street, open_tab: OpenTab, shoot: Callable[[Tab, str], None]
) -> None:
    tab = open_tab(school.base)
    tab.sign_in()
    tab.go("#/cameras")
    tab.page.get_by_role("link", name="Add a camera").first.click()
    address = tab.page.get_by_label("Address, including user and password")
    assert address.get_attribute("type") == "password"

    address.fill(f"rtsp://kim:{PLANTED}@127.0.0.1:1/stream")
    tab.page.get_by_role("button", name="Test", exact=True).click()
    expect(tab.page.get_by_text("No picture")).to_be_visible()
    said = tab.page.locator(".test-picture").inner_text()
    assert "nothing accepts connections" in said and PLANTED not in said

    address.fill(f"file:{street.path}")
    expect(tab.page.get_by_text("Test the address to see")).to_be_visible()  # what was tried is not what is typed now
    tab.page.get_by_role("button", name="Test", exact=True).click()
    picture = tab.page.get_by_role("img", name="Redacted test picture from this camera")
    expect(picture).to_be_visible()
    assert picture.evaluate("each => each.decode().then(() => [each.naturalWidth, each.naturalHeight])") == [640, 360]
    expect(tab.page.get_by_text("640 × 360")).to_be_visible()
    expect(tab.page.get_by_text("10 fps")).to_be_visible()
    tab.page.get_by_label("Title").fill("North gate")
    assert tab.page.get_by_label("Name", exact=True).input_value() == "north-gate"
    shoot(tab, "camera-new")
    tab.page.get_by_role("button", name="Add a camera").click()

    row = tab.page.get_by_role("row").filter(has_text="North gate")
    expect(row.get_by_text("kept for the default time")).to_be_visible()
    row.get_by_role("link", name="Change North gate").click()
    assert tab.page.get_by_label("Address, including user and password").input_value() == ""
    expect(tab.page.get_by_text("To test the camera, type its address again")).to_be_visible()
    shoot(tab, "camera-change")
    tab.page.get_by_label("Keep recordings (hours)").fill("1000")
    tab.page.get_by_role("button", name="Save").click()
    expect(tab.page.get_by_role("alert")).to_contain_text("Tick “Keep recordings for more than 30 days”")
    tab.page.get_by_label("Keep recordings (hours)").fill("24")
    tab.page.get_by_role("button", name="Save").click()
    expect(row.get_by_text("kept for 24 h")).to_be_visible()
    row.get_by_role("button", name="Switch off North gate").click()
    expect(row.get_by_text("Switched off", exact=True)).to_be_visible()
    shoot(tab, "cameras")
    tab.go("#/live")
    expect(tab.page.get_by_text("All cameras are switched off")).to_be_visible()
    shoot(tab, "all-off")
    tab.page.get_by_role("link", name="Go to Cameras").click()

    row.get_by_role("button", name="Remove North gate").click()
    expect(tab.page.get_by_text("Its recordings stay until their retention time is over")).to_be_visible()
    tab.page.get_by_role("button", name="Remove camera").click()
    expect(tab.page.get_by_text("No cameras yet")).to_be_visible()
    for section in ("live", "timeline", "health"):
        tab.go(f"#/{section}")
        expect(
            tab.page.get_by_role("main").get_by_role("heading", name=section.capitalize(), exact=True)
        ).to_be_visible()
        expect(tab.page.get_by_role("main").get_by_role("link", name="Add a camera")).to_be_visible()


def test_what_the_api_refuses_is_said_beside_the_form(school: Serving, open_tab: OpenTab) -> None:
    tab = open_tab(school.base)
    tab.sign_in()
    tab.go("#/cameras/new")
    tab.page.get_by_label("Title").fill("Yard")
    tab.page.get_by_label("Address, including user and password").fill("ftp://192.0.2.7/x")
    tab.page.get_by_role("button", name="Add a camera").click()
    expect(tab.page.get_by_role("alert")).to_contain_text("ftp")
    tab.wrong[:] = [each for each in tab.wrong if "422" not in each]  # the browser itself notes the refusal


def test_a_form_that_was_left_is_as_it_was(school: Serving, open_tab: OpenTab) -> None:
    tab = open_tab(school.base)
    tab.sign_in()
    tab.go("#/cameras/new")
    not_saved = tab.page.get_by_text("These are your earlier entries")
    tab.page.get_by_label("Title").fill("Yard")
    expect(not_saved).to_have_count(0)
    tab.page.get_by_role("link", name="People").click()
    expect(tab.page.get_by_role("heading", name="Passkeys")).to_be_visible()
    tab.page.go_back()
    expect(tab.page.get_by_label("Title")).to_have_value("Yard")
    expect(not_saved).to_be_visible()
    tab.page.get_by_role("button", name="Cancel").click()
    tab.page.get_by_role("link", name="Add a camera").first.click()
    expect(tab.page.get_by_label("Title")).to_have_value("")
    tab.page.get_by_label("Title").fill("Сарай")
    assert tab.page.get_by_label("Name", exact=True).input_value() == "camera-1"
    tab.page.get_by_role("button", name="Sign out").click()
    expect(tab.page.get_by_role("heading", name="Sign in")).to_be_visible()
    tab.page.get_by_label("Name").fill("kim")
    tab.page.get_by_label("Password").fill(PASSWORD)
    tab.page.get_by_role("button", name="Sign in").click()
    expect(tab.page.get_by_label("Title")).to_have_value("")  # what was typed went with who typed it


@by_real_time("a camera has seconds to answer: a machine that stalls looks like one that does not")
def test_a_camera_that_speaks_onvif_gives_its_address(school: Serving, open_tab: OpenTab) -> None:
    profile = OnvifProfile("main", "rtsp://127.0.0.1:8554/main", 1280, 720)
    with OnvifServer(OnvifCamera((profile,), login=("viewer", "p@ss word"))) as camera:
        tab = open_tab(school.base)
        tab.sign_in()
        tab.go("#/cameras/new")
        tab.page.get_by_role("button", name="Find cameras").click()
        tab.page.get_by_role("button", name="Enter an address").click()
        tab.page.get_by_label("Name or IP address of the camera").fill(camera.host)
        tab.page.get_by_label("Camera user name").fill("viewer")
        tab.page.get_by_role("dialog").get_by_label("Password").fill("wrong")
        tab.page.get_by_role("button", name="List streams").click()
        expect(tab.page.get_by_role("dialog").get_by_role("alert")).to_contain_text("password")
        tab.page.get_by_role("dialog").get_by_label("Password").fill("p@ss word")
        tab.page.get_by_role("button", name="List streams").click()
        tab.page.get_by_role("button", name="1280 × 720").click()
    chosen = tab.page.get_by_label("Address, including user and password").input_value()
    assert chosen == "rtsp://viewer:p%40ss%20word@127.0.0.1:8554/main"


@by_real_time("it waits for what a camera learns in real time")
def test_health_shows_each_check_and_the_reference_beside_the_newest_picture(
    school: Serving, open_tab: OpenTab, shoot: Callable[[Tab, str], None]
) -> None:
    tab = open_tab(school.base)
    tab.sign_in()
    yard, shed = (f"{name} {time.time_ns()}" for name in ("Yard", "Shed"))  # this may be a second try
    add_camera(tab, yard, "drawn:street")
    add_camera(tab, shed, "rtsp://127.0.0.1:1/stream")
    tab.go("#/health")
    expect(tab.page.locator(".health-list li").first).to_contain_text("Shed")  # what needs attention comes first
    expect(tab.page.locator(".health-list li").first).to_contain_text("Failed")
    tab.page.get_by_role("link", name=yard).click()
    expect(tab.page.get_by_role("row").filter(has_text="Sends pictures")).to_contain_text("OK")
    reference = tab.page.get_by_role("img", name="Reference")
    expect(reference).to_be_visible(timeout=LEARNS_WITHIN_MS)
    assert reference.evaluate("each => each.decode().then(() => each.naturalWidth)") == 640
    expect(tab.page.get_by_role("img", name="Now")).to_be_visible(timeout=LEARNS_WITHIN_MS)
    expect(tab.page.locator("table").last).to_contain_text("Learning")  # connecting may be too short to be recorded
    shoot(tab, "health")

    tab.page.get_by_role("radio", name="Slider").check()
    slider = tab.page.get_by_role("slider", name="How much of the newest picture is shown")
    slider.focus()
    before = tab.page.locator(".over-now").bounding_box()
    tab.page.keyboard.press("Home")
    assert "100%" in tab.page.locator(".over-now").evaluate("each => getComputedStyle(each).clipPath")
    assert tab.page.locator(".over-now").bounding_box() == before, "nothing moves, it is only hidden"
    tab.page.get_by_role("button", name="Set new reference").click()
    tab.page.get_by_role("dialog").get_by_role("button", name="Set new reference").click()
    expect(tab.page.get_by_text("A new reference is being made.")).to_be_visible()

    tab.wrong[:] = [each for each in tab.wrong if "404" not in each]  # a picture before the first was recorded

    phone = open_tab(school.base, PHONE, is_mobile=True, has_touch=True)
    phone.sign_in()
    for section in (
        "health",
        f"health/{yard.lower().replace(chr(32), chr(45))}",
        "cameras",
        "cameras/new",
        "people/me",
        "people/users",
        "settings",
        "about",
    ):
        phone.go(f"#/{section}")
        expect(phone.page.get_by_role("main").get_by_role("heading").first).to_be_visible()
        phone.page.wait_for_load_state("networkidle") if "health" not in section else None
        assert phone.fits(), section
        shoot(phone, f"phone-{section.replace('/', '-')}")
