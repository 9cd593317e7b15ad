"""The map: a site with its plan, cameras placed by mouse, finger and keys, clusters, events as they come, tiles."""

from __future__ import annotations

import itertools
import re
import struct
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from sqlalchemy import select

from passerby.access import Installation
from passerby.access.cameras import CameraFacts
from passerby.catalogue.database import open_database
from passerby.catalogue.rows import Rows
from passerby.catalogue.schema.access import cameras
from passerby.catalogue.schema.map import places
from passerby.clock import SystemClock
from passerby.config import Config
from passerby.events.records import EventRecords
from passerby.media.events import CameraEvent, EventKind
from passerby.rules.access import Role
from passerby.sites import OnGround, OnPlan, Place, plan_picture
from tests.page.conftest import PHONE, WIDE, Serve, Serving, Tab, add_user, playwright
from tests.page.test_accessibility import found_wrong
from tests.unit.sites.test_tiles import pmtiles

OpenTab = Callable[..., Tab]
Shoot = Callable[[Tab, str], None]
expect = playwright.expect
CAMERAS = """[sources]
drawn = true
files = true
[[camera]]
name = "street"
title = "Street"
address = "drawn:street"
[[camera]]
name = "gate"
title = "Gate"
address = "file:gone.mp4"
"""
MANY = 3000


def drawn_plan() -> bytes:
    """A school: a corridor with rooms."""
    picture = np.full((700, 1000, 3), 255, np.uint8)
    for left in range(40, 960, 184):
        for top in (40, 440):
            cv2.rectangle(picture, (left, top), (left + 184, top + 220), (60, 60, 60), 4)
            cv2.putText(picture, str(left), (left + 60, top + 120), cv2.FONT_HERSHEY_SIMPLEX, 1, (150, 120, 60), 2)
    return cv2.imencode(".png", picture)[1].tobytes()


def placed(data: Path, *places: Place, site: str | None = None) -> None:
    """With a site that has a plan."""
    installation = Installation(data, Config())
    try:
        if site:
            installation.sites.add(site, site.capitalize())
            installation.sites.set_plan(site, plan_picture(drawn_plan()))
        for each in places:
            installation.places.set(each)
    finally:
        installation.close()


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("map") / "data"


@pytest.fixture(scope="module")
def serving(serve: Serve, data: Path) -> Serving:
    add_user(data, "kim", Role.ADMIN, Role.OPERATOR)
    add_user(data, "lee", Role.VIEWER)
    return serve(data, CAMERAS)


@pytest.fixture(autouse=True)
def nothing_placed(serving: Serving, data: Path) -> None:
    installation = Installation(data, Config())
    try:
        for site in installation.sites.list():
            installation.sites.remove(site.name)
        for place in installation.places.list():
            installation.places.remove(place.camera)
    finally:
        installation.close()


def places_of(tab: Tab) -> dict[str, Any]:
    found: list[dict[str, Any]] = tab.page.evaluate("fetch('api/places').then((said) => said.json())")
    return {each["camera"]: each["place"] for each in found}


def handle(tab: Tab, kind: str) -> playwright.Locator:
    return tab.page.locator(f".map-handle.is-{kind}")


def middle(of: playwright.Locator) -> tuple[float, float]:
    box = of.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag(tab: Tab, what: playwright.Locator, by: tuple[float, float]) -> None:
    x, y = middle(what)
    tab.page.mouse.move(x, y)
    tab.page.mouse.down()
    tab.page.mouse.move(x + by[0], y + by[1], steps=5)
    tab.page.mouse.up()


def test_an_admin_makes_a_site_and_places_a_camera(
    serving: Serving, open_tab: OpenTab, shoot: Shoot, tmp_path: Path
) -> None:
    tab = open_tab(serving.base, WIDE)
    tab.sign_in()
    tab.go("#/map")
    expect(tab.page.get_by_role("heading", name="2 cameras without a place")).to_be_visible()
    shoot(tab, "map-empty")
    tab.page.get_by_role("button", name="Add a site").click()
    dialog = tab.page.get_by_role("dialog")
    dialog.get_by_label("Title").fill("School")
    (tmp_path / "plan.png").write_bytes(drawn_plan())
    dialog.get_by_label("Floor plan").set_input_files(tmp_path / "plan.png")
    dialog.get_by_role("button", name="Add a site").click()
    expect(tab.page.get_by_role("img", name="Floor plan of School")).to_be_visible()
    tab.page.get_by_role("button", name="Place Street here").click()
    assert handle(tab, "dot").is_visible()
    before = middle(handle(tab, "dot"))
    drag(tab, handle(tab, "dot"), (-150, 60))
    assert middle(handle(tab, "dot")) == pytest.approx((before[0] - 150, before[1] + 60), abs=1.5)
    drag(tab, handle(tab, "tip"), (90, 60))
    bearing = float(tab.page.get_by_label("Direction, °").input_value())
    assert 20 < bearing < 170
    handle(tab, "side").press("ArrowRight")
    assert tab.page.get_by_label("Angle of view, °").input_value() == "75"
    handle(tab, "tip").press("ArrowLeft")
    assert float(tab.page.get_by_label("Direction, °").input_value()) == pytest.approx(bearing - 5, abs=0.2)
    shoot(tab, "map-placing")
    tab.page.get_by_role("button", name="Save place").click()
    expect(tab.page.locator(".map-mark", has_text="Street")).to_be_visible()
    place = places_of(tab)["street"]
    assert place["site"] == "school" and place["angle_deg"] == 75 and place["x_share"] < 0.5 < place["y_share"]
    shoot(tab, "map-plan")
    tab.page.get_by_role("button", name="Move Street").click()
    tab.page.get_by_role("button", name="Take off the map").click()
    expect(tab.page.get_by_role("heading", name="2 cameras without a place")).to_be_visible()
    assert places_of(tab) == {}
    tab.page.get_by_role("button", name="Change site").click()
    tab.page.get_by_role("dialog").get_by_role("button", name="Remove site").click()
    tab.page.get_by_role("dialog").get_by_role("button", name="Remove site").click()
    expect(tab.page.get_by_label("Plan or map")).to_have_count(0)


def test_a_picture_that_is_no_plan_is_refused_in_words_and_its_site_is_made_once(
    serving: Serving, open_tab: OpenTab, tmp_path: Path
) -> None:
    tab = open_tab(serving.base, WIDE)
    tab.sign_in()
    tab.go("#/map")
    tab.page.get_by_role("button", name="Add a site").click()
    dialog = tab.page.get_by_role("dialog")
    dialog.get_by_label("Title").fill("Office")
    (tmp_path / "plan.png").write_bytes(b"<svg xmlns='http://www.w3.org/2000/svg'/>")
    dialog.get_by_label("Floor plan").set_input_files(tmp_path / "plan.png")
    dialog.get_by_role("button", name="Add a site").click()
    expect(dialog.get_by_role("alert")).to_contain_text("A floor plan is a PNG or a JPEG.")
    (tmp_path / "other.png").write_bytes(drawn_plan())
    dialog.get_by_label("Floor plan").set_input_files(tmp_path / "other.png")
    dialog.get_by_role("button", name="Add a site").click()
    tab.wrong[:] = [each for each in tab.wrong if "422" not in each]  # of the refusal
    expect(tab.page.get_by_role("img", name="Floor plan of Office")).to_be_visible()


def test_a_finger_moves_a_camera_and_the_map_on_a_phone(
    serving: Serving, data: Path, open_tab: OpenTab, shoot: Shoot
) -> None:
    placed(data, Place("street", OnPlan("school", 0.5, 0.5, 0.2), 90, 60), site="school")
    tab = open_tab(serving.base, PHONE, has_touch=True, is_mobile=True)
    tab.sign_in()
    tab.go("#/map/school")
    expect(tab.page.locator(".map-mark")).to_have_count(1)
    assert tab.fits()
    shoot(tab, "phone-map-plan")
    finger = tab.page.context.new_cdp_session(tab.page)

    def swipe(x: float, y: float, by: tuple[float, float]) -> None:
        finger.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
        for step in (0.4, 0.7, 1):
            at = {"x": x + by[0] * step, "y": y + by[1] * step}
            finger.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [at]})
        finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    before = middle(tab.page.locator(".map-dot"))
    swipe(before[0] - 60, before[1] - 60, (40, 30))
    assert middle(tab.page.locator(".map-dot")) == pytest.approx((before[0] + 40, before[1] + 30), abs=2)
    tab.page.get_by_role("button", name="Move Street").click()
    handle(tab, "dot").scroll_into_view_if_needed()
    swipe(*middle(handle(tab, "dot")), (-50, 40))
    tab.page.get_by_role("button", name="Save place").click()
    expect(tab.page.get_by_role("button", name="Move Street")).to_be_visible()
    place = places_of(tab)["street"]
    assert place["x_share"] < 0.45 and place["y_share"] > 0.55
    assert tab.fits()


def test_keys_move_and_enlarge_and_a_click_opens_live(serving: Serving, data: Path, open_tab: OpenTab) -> None:
    placed(data, Place("street", OnPlan("school", 0.5, 0.5, 0.2), 90, 60), site="school")
    tab = open_tab(serving.base, WIDE)
    tab.sign_in("lee")
    tab.go("#/map")
    dot = tab.page.locator(".map-dot")
    start = middle(dot)
    frame = tab.page.locator(".map-frame")
    frame.press("ArrowRight")
    assert middle(dot) == pytest.approx((start[0] - 80, start[1]), abs=2)
    frame.press("0")
    assert middle(dot) == pytest.approx(start, abs=2)
    width = tab.page.locator(".map-plan").bounding_box()
    frame.press("+")
    larger = tab.page.locator(".map-plan").bounding_box()
    assert width and larger and larger["width"] == pytest.approx(1.5 * width["width"], rel=0.02)
    expect(tab.page.get_by_role("button", name="Add a site")).to_have_count(0)
    expect(tab.page.get_by_role("button", name="Move Street")).to_have_count(0)
    drag(tab, dot, (40, 0))
    assert "#/map" in tab.page.url, "the end of a drag is no click"
    dot.click()
    expect(tab.page.get_by_role("heading", name="Street")).to_be_visible()
    assert tab.page.url.endswith("#/live/street")


def test_the_ground_shows_cameras_without_tiles_and_asks_nobody(
    serving: Serving, data: Path, open_tab: OpenTab, shoot: Shoot
) -> None:
    street = Place("street", OnGround(56.9496, 24.1052, 40), 30, 60)
    placed(data, street, Place("gate", OnGround(56.95, 24.1063, 40), 200, 90))
    tab = open_tab(serving.base, WIDE)
    asked: list[str] = []
    tab.page.on("request", lambda request: asked.append(request.url))
    tab.sign_in()
    tab.go("#/map")
    expect(tab.page.locator(".map-mark")).to_have_count(2)
    assert tab.page.locator(".map-scale").inner_text().endswith("m")
    expect(tab.page.locator("a.map-mark", has_text="Gate")).to_have_class(re.compile(r"\bmap-mark bad\b"))
    shoot(tab, "map-ground")
    assert found_wrong(tab) == []
    assert asked and all(url.startswith(serving.base) for url in asked)
    assert not [url for url in asked if "Tiles" in url or "maplibre" in url], "loaded only where there are tiles"


def tile(colour: int) -> bytes:
    """A PNG of one gray, 256 × 256."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    rows = b"".join(b"\0" + bytes([colour]) * 256 for _ in range(256))
    head = struct.pack(">IIBBBBB", 256, 256, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_a_site_with_coordinates_is_on_the_map_and_leads_to_its_plan(
    serving: Serving, data: Path, open_tab: OpenTab, shoot: Shoot, size: playwright.ViewportSize
) -> None:
    cones = (OnPlan("school", 0.3, 0.3, 0.1), OnPlan("school", 0.6, 0.3, 0.1))
    placed(data, *(Place(name, at, 90, 60) for name, at in zip(("street", "gate"), cones, strict=True)), site="school")
    tab = open_tab(serving.base, size)
    tab.sign_in()
    tab.go("#/map/school")
    page = tab.page
    page.get_by_role("button", name="Change site").click()
    page.get_by_label("Latitude, °").fill("56.95")
    page.get_by_label("Longitude, °").fill("24.1")
    shoot(tab, f"site-{size['width']}")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    tab.go("#/map/~")
    mark = page.get_by_role("link", name=re.compile("Plan of School: 2 cameras, worst state: "))
    expect(mark).to_be_visible()
    expect(page.get_by_role("heading", name="1 site")).to_be_visible()
    school = page.locator(".map-list li").filter(has=page.get_by_role("link", name="School"))
    expect(school).to_contain_text("2 cameras")
    expect(page.get_by_text("cameras here")).to_have_count(0)  # they are at the school
    shoot(tab, f"site-on-map-{size['width']}")
    assert tab.fits() and found_wrong(tab) == []
    mark.click()
    expect(page).to_have_url(f"{serving.base}/#/map/school")
    tab.go("#/cameras")
    switch = page.get_by_role("button", name="Switch off the alerts of Gate")  # it is in the file
    switch.click()
    expect(page.get_by_text("Notifications about Gate are off.")).to_be_visible()
    shoot(tab, f"alerts-{size['width']}")
    assert tab.fits() and found_wrong(tab) == []
    page.get_by_role("button", name="Switch on the alerts of Gate").click()
    expect(switch).to_be_visible()


def test_tiles_of_a_file_are_drawn_under_the_cameras(
    serve: Serve, open_tab: OpenTab, shoot: Shoot, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    add_user(data, "kim", Role.ADMIN, Role.OPERATOR)
    path = tmp_path / "map.pmtiles"
    tiles = {(z, x, y): tile(40 + 170 * ((x + y) % 2)) for z in (0, 1, 2) for x in range(1 << z) for y in range(1 << z)}
    path.write_bytes(pmtiles(tiles))
    serving = serve(data, f'{CAMERAS}[map]\ntiles = "{path}"\nattribution = "drawn by hand"\n')
    placed(data, Place("street", OnGround(10, 20, 100_000), 30, 60))
    tab = open_tab(serving.base, WIDE)
    tab.sign_in()
    tab.go("#/map")
    tab.page.locator("canvas.maplibregl-canvas").wait_for()
    expect(tab.page.locator(".map-whose")).to_have_text("drawn by hand")
    tab.page.wait_for_timeout(3000)  # it draws as tiles come
    shot = cv2.imdecode(np.frombuffer(tab.page.locator(".map-frame").screenshot(), np.uint8), cv2.IMREAD_GRAYSCALE)
    assert shot is not None
    shares = [float(np.mean(np.abs(shot.astype(int) - gray) < 6)) for gray in (40, 210)]
    assert sum(shares) > 0.5 and max(shares) > 0.2, shares
    shoot(tab, "map-tiles")
    tab.wrong[:] = [each for each in tab.wrong if "GPU stall due to ReadPixels" not in each]  # of the screenshot
    assert found_wrong(tab) == []


def test_an_event_pulses_at_its_camera_with_its_words(serving: Serving, data: Path, open_tab: OpenTab) -> None:
    placed(data, Place("street", OnPlan("school", 0.5, 0.5, 0.2), 90, 60), site="school")
    tab = open_tab(serving.base, WIDE)
    tab.sign_in("lee")
    tab.go("#/map")
    mark = tab.page.locator("a.map-mark")
    expect(mark).to_have_count(1)
    tab.page.wait_for_timeout(1500)  # the feed is open
    engine = open_database(f"sqlite:///{data / 'catalogue.sqlite3'}")
    now_90k = SystemClock().now_90k()
    crossed = CameraEvent("street", "Door", EventKind.LINE_CROSSED, "people", now_90k, now_90k, 1, "right")
    EventRecords(Rows(engine, SystemClock())).add([crossed])
    engine.dispose()
    expect(tab.page.locator("a.map-mark.is-new")).to_be_visible()
    expect(mark).to_contain_text("crossed")


def with_many_cameras(data: Path) -> None:
    """Two towns of them, switched off: rows like that of one camera, since adding each by itself takes minutes."""
    random = np.random.default_rng(7)
    installation = Installation(data, Config())
    try:
        installation.cameras.add("camera-0", CameraFacts(address="rtsp://192.0.2.7/stream", is_enabled=False))
        with installation.rows.transaction("make many cameras") as connection:
            first = connection.execute(select(cameras)).one()._asdict()
            others = [{**first, "name": f"camera-{n}", "title": f"Camera {n}"} for n in range(1, MANY)]
            connection.execute(cameras.insert(), others)
            spread = random.normal(0, 0.05, (MANY, 2))
            connection.execute(
                places.insert(),
                [
                    {"camera": f"camera-{n}", "latitude": 56.9 + y + 0.2 * (n % 2), "longitude": 24.1 + x,
                     "range_m": 40, "bearing_deg": n % 360, "angle_deg": 60}
                    for n, (x, y) in enumerate(spread.tolist())
                ],
            )  # fmt: skip
    finally:
        installation.close()


def test_thousands_of_cameras_are_there_at_once_and_move_smoothly(
    serve: Serve, open_tab: OpenTab, shoot: Shoot, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    add_user(data, "kim", Role.ADMIN, Role.OPERATOR)
    with_many_cameras(data)
    serving = serve(data)
    tab = open_tab(serving.base, WIDE)
    tab.sign_in()
    tab.go("#/about")
    tab.page.wait_for_timeout(500)
    begun_s = time.monotonic()
    tab.go("#/map")
    tab.page.locator(".map-mark").first.wait_for()
    first_s = time.monotonic() - begun_s
    shown = tab.page.locator(".map-mark").count()
    names = tab.page.locator(".map-mark.is-all .map-dot").all_inner_texts()
    single = tab.page.locator("a.map-mark").count()
    assert sum(int(each) for each in names) + single == MANY, "every camera is in one mark"
    shoot(tab, "map-many")
    x, y = middle(tab.page.locator(".map-frame"))
    tab.page.mouse.move(x, y)
    frames = tab.page.evaluate_handle(
        "(() => { const times = []; const note = (now) => { times.push(now); requestAnimationFrame(note); };"
        " requestAnimationFrame(note); return times; })()"
    )
    tab.page.mouse.down()
    tab.page.mouse.move(x + 300, y + 200, steps=40)
    tab.page.mouse.up()
    times = frames.json_value()
    slow_ms = sorted(b - a for a, b in itertools.pairwise(times))
    figures = f"first mark after {first_s:.2f} s, {shown} marks, frames {slow_ms[len(slow_ms) // 2]:.0f} ms"
    assert shown < 400 and first_s < 15 and slow_ms[len(slow_ms) // 2] < 100, figures
    tab.page.locator(".map-mark.is-all").first.click()
    tab.page.wait_for_timeout(300)
    assert found_wrong(tab) == []
