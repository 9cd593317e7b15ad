"""Live pictures on the screen: they fill their rows whatever their shape, are enlarged, and are chosen by layouts."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from passerby.rules.access import Role
from tests.page.conftest import PHONE, WIDE, Serve, Serving, Tab, add_user, playwright
from tests.retries import by_real_time

OpenTab = Callable[..., Tab]
Shoot = Callable[[Tab, str], None]
expect = playwright.expect

SHAPES = {"tall": (270, 480), "square": (320, 240)}
GONE = 3
PLAYS = "document.querySelector(\"video[aria-label='Live picture of tall']\")?.readyState >= 2"

# Of each tile: left, top, right, bottom.
TILES = """() => [...document.querySelectorAll(".tile")].map(each => {
  const {left, top, right, bottom} = each.getBoundingClientRect();
  return [left, top, right, bottom];
})"""

# Notes how long, ms, it is said that there is no picture over one that is there.
WATCH = """
window.saidOver = 0;
let last = performance.now();
const watch = () => {
  const now = performance.now();
  const isOver = [...document.querySelectorAll(".picture")].some(each =>
    each.querySelector("video").readyState >= 2 && /Waiting for|Connecting/.test(each.textContent));
  if (isOver) window.saidOver += now - last;
  last = now;
  requestAnimationFrame(watch);
};
document.addEventListener("DOMContentLoaded", () => requestAnimationFrame(watch));
"""


def drawn(path: Path, size_wh: tuple[int, int]) -> None:
    """Five seconds of a picture of this shape."""
    width, height = size_wh
    with av.open(str(path), "w") as file:
        stream = file.add_stream("libx264", 5)
        stream.width, stream.height, stream.pix_fmt, stream.time_base = width, height, "yuv420p", Fraction(1, 5)
        for number in range(25):
            picture = np.full((height, width, 3), 80 + number, np.uint8)
            file.mux(stream.encode(av.VideoFrame.from_ndarray(picture, "rgb24")))
        file.mux(stream.encode(None))


@pytest.fixture(scope="module")
def live(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> Serving:
    """Two cameras of odd shapes and three that are gone."""
    data = tmp_path_factory.mktemp("shapes") / "data"
    cameras = [f'name = "gone-{n}"\naddress = "file:/nowhere/{n}.mp4"' for n in range(GONE)]
    for name, size in SHAPES.items():
        drawn(data.parent / f"{name}.mp4", size)
        cameras.append(f'name = "{name}"\naddress = "file:{data.parent}/{name}.mp4"')
    add_user(data, "kim", Role.OPERATOR)
    add_user(data, "vic", Role.VIEWER)
    return serve(data, "[sources]\nfiles = true\n" + "".join(f"\n[[camera]]\n{each}\n" for each in cameras))


def rows_of(tab: Tab) -> list[list[list[float]]]:
    """The tiles of each row, from left to right."""
    tiles: list[list[float]] = tab.page.evaluate(TILES)
    return [list(row) for _, row in itertools.groupby(sorted(tiles, key=lambda each: each[1]), lambda each: each[1])]


def assert_no_holes(tab: Tab, count: int) -> None:
    rows = rows_of(tab)
    assert sum(map(len, rows)) == count
    lefts, rights = [row[0][0] for row in rows], [row[-1][2] for row in rows]
    assert max(lefts) - min(lefts) < 1 and max(rights) - min(rights) < 1, rows
    for row in rows:
        assert all(7 < after[0] - before[2] < 9 for before, after in itertools.pairwise(row)), rows
        assert max(each[3] for each in row) - min(each[3] for each in row) < 1, rows
    assert all(7 < after[0][1] - before[0][3] < 9 for before, after in itertools.pairwise(rows)), rows


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_tiles_fill_their_rows_whatever_their_number_and_shape(
    live: Serving, open_tab: OpenTab, shoot: Shoot, size: playwright.ViewportSize
) -> None:
    tab = open_tab(live.base, size)
    tab.sign_in()
    tab.page.get_by_label("Live picture of tall").scroll_into_view_if_needed()
    tab.until(PLAYS)
    tab.until("Math.abs(document.querySelector(\"video[aria-label$=tall]\").clientWidth"
              " / document.querySelector(\"video[aria-label$=tall]\").clientHeight - 270 / 480) < 0.01")  # fmt: skip
    tab.page.get_by_label("Live picture of square").scroll_into_view_if_needed()
    tab.until('document.querySelector("video[aria-label$=square]").readyState >= 2')
    tab.page.wait_for_timeout(300)
    assert_no_holes(tab, 5)
    shoot(tab, f"rows-{size['width']}")
    for choice, shown in (("9", 5), ("4", 4), ("1", 1)):
        tab.page.get_by_role("radio", name=choice, exact=True).check()
        expect(tab.page.locator(".tile")).to_have_count(shown)
        assert_no_holes(tab, shown)
        assert tab.fits()
    expect(tab.page.get_by_role("button", name="Next cameras")).to_contain_text("Next")
    tab.page.get_by_role("radio", name="Auto").last.check()


@by_real_time("a busy machine is slow to take the words away")
def test_nobody_is_told_to_wait_for_a_picture_that_is_there(live: Serving, open_tab: OpenTab) -> None:
    tab = open_tab(live.base, WIDE)
    tab.page.add_init_script(WATCH)
    tab.sign_in()
    for where in ("live", "live/tall", "live", "live/square"):
        tab.go(f"#/{where}")
        tab.until("[...document.querySelectorAll('video')].some(each => each.readyState >= 2 && each.currentTime > 1)")
    assert tab.page.evaluate("window.saidOver") < 60


BY = "new DOMMatrix(getComputedStyle(document.querySelector('video')).transform).a"
LEFT = "new DOMMatrix(getComputedStyle(document.querySelector('video')).transform).e"


def test_a_picture_is_enlarged_and_moved(live: Serving, open_tab: OpenTab, shoot: Shoot) -> None:
    tab = open_tab(live.base, WIDE)
    tab.sign_in()
    tab.go("#/live/square")
    tab.until("document.querySelector('video')?.readyState >= 2")
    box = tab.page.locator(".picture").bounding_box()
    assert box
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    tab.page.mouse.move(*middle)
    tab.page.mouse.wheel(0, -500)
    tab.until(f"{BY} > 2")
    assert tab.page.locator(".picture").bounding_box() == box, "only what is in the frame is larger"
    before = tab.page.evaluate(LEFT)
    assert before < 0
    tab.page.mouse.down()
    tab.page.mouse.move(middle[0] + 60, middle[1])
    tab.page.mouse.up()
    tab.until(f"Math.abs({LEFT} - {before + 60}) < 2")
    shoot(tab, "zoomed")
    tab.page.keyboard.press("ArrowRight")
    tab.until(f"{LEFT} < {before + 50}")
    assert tab.page.evaluate("location.hash") == "#/live/square", "not to the next camera"
    for _ in range(20):
        tab.page.keyboard.press("ArrowRight")
    tab.until(f"Math.abs({LEFT} + ({BY} - 1) * {box['width']}) < 1")  # never beyond the picture
    tab.page.keyboard.press("Escape")
    tab.until(f"{BY} === 1")
    tab.page.keyboard.press("+")
    tab.until(f"Math.abs({BY} - 1.5) < 0.01")
    tab.page.get_by_role("button", name="Zoom out of the picture").click()
    tab.until(f"{BY} === 1")
    tab.page.keyboard.press("Escape")
    expect(tab.page.get_by_role("heading", name="Live")).to_be_visible()


def test_on_a_phone_two_fingers_enlarge_a_picture_and_every_button_has_a_word(
    live: Serving, open_tab: OpenTab, shoot: Shoot
) -> None:
    tab = open_tab(live.base, PHONE, is_mobile=True, has_touch=True)
    tab.sign_in()
    tab.go("#/live/square")
    tab.until("document.querySelector('video')?.readyState >= 2")
    head, zoom = tab.page.locator(".one-head :is(a, button)"), tab.page.locator(".picture-zoom button")
    for each in [*head.all(), zoom.first]:
        assert each.is_visible() and each.inner_text().strip()
    assert zoom.filter(visible=True).count() < zoom.count(), "one that does nothing yet does not cover the picture"
    box = tab.page.locator(".picture").bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    touch = tab.page.context.new_cdp_session(tab.page)

    def put(kind: str, *xs: float) -> None:
        points = [{"x": each, "y": y, "id": n} for n, each in enumerate(xs)]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    put("touchStart", x - 30)
    put("touchStart", x - 30, x + 30)
    for spread in (40, 50, 60, 75, 90):
        put("touchMove", x - spread, x + spread)
    put("touchEnd")
    tab.until(f"{BY} > 1.8 && {BY} < 4")
    assert all(each.is_visible() and each.inner_text().strip() for each in zoom.all())
    assert tab.page.evaluate("visualViewport.scale") == 1, "the picture alone"
    before = tab.page.evaluate(LEFT)
    put("touchStart", x)
    put("touchMove", x + 20)
    put("touchMove", x + 40)
    put("touchEnd")
    tab.until(f"{LEFT} > {before + 20}")
    assert tab.fits()
    shoot(tab, "phone-zoomed")


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_a_layout_is_a_name_for_some_cameras_and_stays(
    live: Serving, open_tab: OpenTab, shoot: Shoot, size: playwright.ViewportSize
) -> None:
    tab = open_tab(live.base, size)
    tab.sign_in()
    expect(tab.page.locator(".tile")).to_have_count(5)
    tab.page.get_by_role("button", name="Layouts").click()
    tab.page.get_by_label("Name", exact=True).fill("Both shapes")
    for n in range(GONE):
        tab.page.get_by_role("checkbox", name=f"gone-{n}").uncheck()
    shoot(tab, f"layout-{size['width']}")
    tab.page.get_by_role("button", name="Save layout").click()
    expect(tab.page.locator(".tile-name")).to_have_text(["square", "tall"])
    tab.page.get_by_role("radio", name="4", exact=True).check()
    tab.page.reload()
    expect(tab.page.get_by_label("Layout", exact=True)).to_have_value("Both shapes")
    expect(tab.page.locator(".tile-name")).to_have_text(["square", "tall"])
    expect(tab.page.get_by_role("radio", name="4", exact=True)).to_be_checked()
    assert tab.fits()
    if size == PHONE:  # the narrow tile has room for its name only
        links = tab.page.locator(".tile-link")
        expect(links.nth(0)).to_be_visible()  # a tile gets its shape from its picture
        expect(links.nth(1)).to_be_hidden()
    shoot(tab, f"with-layout-{size['width']}")
    tab.page.get_by_label("Layout", exact=True).select_option("All cameras")
    expect(tab.page.locator(".tile")).to_have_count(5)
    expect(tab.page.get_by_role("radio", name="Auto").last).to_be_checked()
    tab.page.get_by_role("button", name="Layouts").click()
    tab.page.get_by_role("button", name="Remove Both shapes").click()
    expect(tab.page.get_by_role("button", name="Remove Both shapes")).to_have_count(0)
    tab.page.get_by_role("button", name="Cancel").click()
    expect(tab.page.get_by_label("Layout", exact=True)).to_have_count(0)


def test_layouts_are_the_account_s_and_those_that_a_browser_kept_before_come_along(
    live: Serving, open_tab: OpenTab
) -> None:
    old = {"layouts": [{"name": "Narrow", "cameras": ["tall"], "count": "auto"}], "chosen": "Narrow", "count": "4"}
    tab = open_tab(live.base)
    tab.page.add_init_script(
        f"if (!localStorage.getItem('was-here')) localStorage.setItem('passerby-live-kim', '{json.dumps(old)}');"
        "localStorage.setItem('was-here', 'yes');"
    )
    tab.sign_in()
    expect(tab.page.locator(".tile-name")).to_have_text(["tall"])
    other = open_tab(live.base)
    other.sign_in()
    other.page.get_by_label("Layout", exact=True).select_option("Narrow")
    expect(other.page.locator(".tile-name")).to_have_text(["tall"])
    other.page.get_by_role("button", name="Layouts").click()
    other.page.get_by_role("button", name="Remove Narrow").click()
    expect(other.page.get_by_role("button", name="Remove Narrow")).to_have_count(0)
    tab.page.reload()
    expect(tab.page.locator(".tile")).to_have_count(5)  # taken over once: it does not come back
    expect(tab.page.get_by_label("Layout", exact=True)).to_have_count(0)
