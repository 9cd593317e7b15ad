"""Cameras on the page: one is tried, added, changed, switched off, removed; found by ONVIF; and how it is."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from passerby.rules.access import Role
from passerby.testing.onvif import OnvifCamera, OnvifProfile, OnvifServer
from tests.media_samples import Recipe, make_video
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


def address_of(tab: Tab) -> playwright.Locator:
    return tab.page.get_by_label("Address", exact=True)


def password_of(tab: Tab) -> playwright.Locator:
    return tab.page.get_by_label("Password on the camera")


def add_camera(tab: Tab, title: str, address: str) -> None:
    tab.go("#/cameras/new")
    tab.page.get_by_label("Title").fill(title)
    address_of(tab).fill(address)
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
    address = address_of(tab)
    assert password_of(tab).get_attribute("type") == "password"

    address.fill(f"rtsp://kim:{PLANTED}@127.0.0.1:1/stream")
    expect(address).to_have_value("rtsp://127.0.0.1:1/stream")
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
    assert address_of(tab).input_value() == ""
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


def test_what_the_api_refuses_is_said_beside_the_form_with_the_key_that_allows_it(
    school: Serving, open_tab: OpenTab
) -> None:
    tab = open_tab(school.base)
    tab.sign_in()
    tab.go("#/cameras/new")
    tab.page.get_by_label("Title").fill("Yard")
    address_of(tab).fill("/dev/video0")
    expect(password_of(tab)).to_have_count(0)
    tab.page.get_by_role("button", name="Add a camera").click()
    expect(tab.page.get_by_role("alert")).to_contain_text("Set sources.devices = true in passerby.toml and restart")
    address_of(tab).fill("rtsp://169.254.1.1/stream")
    tab.page.get_by_role("button", name="Test", exact=True).click()
    expect(tab.page.locator(".test-picture")).to_contain_text("such as 169.254.1.1/32, to sources.networks in passerby")
    tab.wrong[:] = [each for each in tab.wrong if "422" not in each]  # the browser itself notes the refusal


PASTED = [
    ("rtsp://kim:p%40ss%2F@192.0.2.7:8554/x?y=1", "rtsp://192.0.2.7:8554/x?y=1", "kim", "p@ss/"),
    ("  rtsp://kim:p@ss@192.0.2.7/x  ", "rtsp://192.0.2.7/x", "kim", "p@ss"),
    ("rtsps://kim:pa/ss@192.0.2.7/x", "rtsps://192.0.2.7/x", "kim", "pa/ss"),
    ("http://kim:100%:pure@192.0.2.7/x", "http://192.0.2.7/x", "kim", "100%:pure"),
    ("rtsp://kim@192.0.2.7/x", "rtsp://192.0.2.7/x", "kim", ""),
    ("kim:secret@192.0.2.7", "192.0.2.7", "kim", "secret"),
]


def test_a_pasted_address_is_taken_apart(school: Serving, open_tab: OpenTab, shoot: Callable[[Tab, str], None]) -> None:
    tab = open_tab(school.base)
    tab.sign_in()
    tab.go("#/cameras/new")
    address, user = address_of(tab), tab.page.get_by_label("User name on the camera")
    for pasted, left, name, password in PASTED:
        address.fill("")
        address.fill(pasted)
        for field, value in ((address, left), (user, name), (password_of(tab), password)):
            expect(field).to_have_value(value)
    for untouched in ("rtsp://192.0.2.7/kim:x@y", "rtsp://[fd00::7]/a@b", "file:/srv/a:b@c.mp4"):
        address.fill("")
        address.fill(untouched)
        expect(address).to_have_value(untouched)
    address.fill("")
    address.press_sequentially("rtsp://lee:p@ss@127.0.0.1:1/x")
    expect(address).to_have_value("rtsp://lee:p@ss@127.0.0.1:1/x")  # not while it is typed
    address.press("Tab")
    expect(address).to_have_value("rtsp://127.0.0.1:1/x")
    expect(user).to_have_value("lee")
    password_of(tab).fill("p@ss'/?")
    with tab.page.expect_request("**/api/cameras/try") as asked:
        tab.page.get_by_role("button", name="Test", exact=True).click()
    body = asked.value.post_data_json
    assert body and body["address"] == "rtsp://lee:p%40ss%27%2F%3F@127.0.0.1:1/x"
    expect(tab.page.get_by_text("No picture")).to_be_visible()
    shoot(tab, "camera-login")


WRONG = [
    ("rtsp://192.0.2.7/a b", "There is a space in it."),
    ("ftp://192.0.2.7/x", "ftp:// is not for cameras."),
    ("rtsp:/192.0.2.7/x", "After rtsp: come two slashes"),
    ("192.0.2.7/stream1", "The beginning is missing, such as rtsp://"),
    ("rtsp:///stream1", "The name or IP address of the camera is missing."),
    ("rtsp://north gate/x", "There is a space in it."),
    ("rtsp://north!gate/x", "The name of the camera cannot contain !"),
    ("rtsp://192.0.2.700/x", "192.0.2.700 is not an IP address"),
    ("192.0.2", "192.0.2 is not an IP address"),
    ("rtsp://fd00::7/x", "Put brackets around an IPv6 address"),
    ("rtsp://192.0.2.7:99999/x", "a number from 1 to 65535, not 99999."),
    ("rtsp://192.0.2.7:/x", "a number from 1 to 65535."),
    ("/dev/camera", "A camera attached to this machine is called /dev/video0"),
    ("drawn:", "A drawn scene has a name such as drawn:street."),
]
RIGHT = ["rtsp://[fd00::7]:8554/x", "HTTP://cam_1.school.example/x", "file:/srv/my street.mp4", "rtsp://192.0.2.7"]


def test_what_is_wrong_with_an_address_is_said_below_it(
    school: Serving, open_tab: OpenTab, shoot: Callable[[Tab, str], None]
) -> None:
    tab = open_tab(school.base, PHONE)
    tab.sign_in()
    tab.go("#/cameras/new")
    address = address_of(tab)
    address.press_sequentially("rtsp:/1")
    expect(address).to_have_attribute("aria-invalid", "false")  # nobody has finished yet
    address.blur()
    expect(address).to_have_attribute("aria-invalid", "true")
    for typed, says in WRONG:
        address.fill(typed)
        expect(tab.page.locator(".field-problem")).to_contain_text(says)
    shoot(tab, "phone-camera-wrong")
    tab.page.get_by_label("Title").fill("Yard")
    tab.page.get_by_role("button", name="Add a camera").click()
    expect(address).to_be_focused()
    for typed in RIGHT:
        address.fill(typed)
        expect(address).to_have_attribute("aria-invalid", "false")
    assert tab.fits()


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
    assert address_of(tab).input_value() == "rtsp://127.0.0.1:8554/main"
    assert tab.page.get_by_label("User name on the camera").input_value() == "viewer"
    assert password_of(tab).input_value() == "p@ss word"


@by_real_time("a camera has seconds to answer: a machine that stalls looks like one that does not")
def test_a_bare_host_is_asked_for_its_streams(
    school: Serving, open_tab: OpenTab, shoot: Callable[[Tab, str], None]
) -> None:
    profiles = tuple(OnvifProfile(f"s{width}", f"rtsp://127.0.0.1:1/{width}", width, 360) for width in (1280, 640))
    with OnvifServer(OnvifCamera(profiles, login=("viewer", "p@ss"))) as camera:
        tab = open_tab(school.base, PHONE)
        tab.sign_in()
        tab.go("#/cameras/new")
        tab.page.get_by_label("User name on the camera").fill("viewer")
        password_of(tab).fill("p@ss")
        address_of(tab).fill(camera.host)
        expect(tab.page.get_by_role("button", name="Find its streams")).to_be_visible()
        expect(tab.page.get_by_role("button", name="Test", exact=True)).to_have_count(0)
        tab.page.get_by_label("Name", exact=True).fill("gate")
        address_of(tab).press("Enter")  # adding it comes later
        chosen = tab.page.get_by_role("dialog").get_by_role("button", name="640 × 360 · H.264")
        expect(chosen).to_be_visible()
        shoot(tab, "phone-camera-streams")
        chosen.click()
    expect(address_of(tab)).to_have_value("rtsp://127.0.0.1:1/640")
    expect(password_of(tab)).to_have_value("p@ss")
    expect(tab.page.get_by_role("button", name="Test", exact=True)).to_be_enabled()
    assert tab.fits()


def test_an_old_file_has_its_codec_named(school: Serving, open_tab: OpenTab, tmp_path: Path) -> None:
    make_video(tmp_path / "old.avi", Recipe(codec="mpeg4", width=320, height=192))
    tab = open_tab(school.base)
    tab.sign_in()
    tab.go("#/cameras/new")
    address_of(tab).fill(f"file:{tmp_path / 'old.avi'}")
    tab.page.get_by_role("button", name="Test", exact=True).click()
    expect(tab.page.get_by_text("MPEG-4 Part 2")).to_be_visible()


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
