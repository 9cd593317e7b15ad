"""The section "Redact a file" in a real browser: bring a file, look through it, correct it, download, discard."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
import numpy as np
import pytest
import uvicorn

from passerby.api.app import behind_middleware, make_app
from passerby.api.page import built_page
from passerby.api.ports import Services
from passerby.jobs import Jobs, Limits
from passerby.rules.access import Role
from tests.exposure import is_exposed, patch
from tests.streets import Street, pictures, write_clip
from tests.unit.api.conftest import House, quick_passwords  # noqa: F401

if TYPE_CHECKING:
    from playwright import sync_api as playwright
else:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
from tests.browser import sign_in

WITHIN_MS = 150_000  # a process that loads the models takes seconds of a busy machine
WALL = (10.0, 10.0, 90.0, 70.0)
WIDE: playwright.ViewportSize = {"width": 1280, "height": 860}
PHONE: playwright.ViewportSize = {"width": 390, "height": 844}


@dataclass
class Served:
    """An installation as a browser reaches it."""

    house: House
    address: str


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    page = built_page()
    if page is None:
        pytest.skip("the page has not been built: make page")
    (tmp_path / "data").mkdir()
    house = House(tmp_path / "data")
    jobs = Jobs(tmp_path / "data" / "redactions", house.clock, Limits())
    house.app = make_app(Services(house.installation, house.archive, house.folder, redactions=jobs), page)
    house.add_user("kim", Role.OPERATOR)
    config = uvicorn.Config(
        behind_middleware(house.app, house.config.server), host="127.0.0.1", port=0, lifespan="off", log_config=None
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, name="served")
    thread.start()
    jobs.start()
    until_s = time.monotonic() + 20
    while not server.started and time.monotonic() < until_s:
        time.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield Served(house, f"http://127.0.0.1:{port}")
    jobs.stop()
    server.should_exit = True
    thread.join()
    house.close()


def signed_in(browser: playwright.Browser, served: Served, **how: Any) -> playwright.Page:
    page = browser.new_context(**how).new_page()
    page.set_default_timeout(30_000)
    page.on("pageerror", lambda error: pytest.fail(f"the page failed: {error}"))
    sign_in(page, served.address)
    page.wait_for_url("**/#/live")  # where it goes by itself
    page.goto(f"{served.address}/#/redact")
    playwright.expect(page.get_by_role("heading", name="Redact a file")).to_be_visible()
    return page


def wait_until_done(page: playwright.Page) -> None:
    playwright.expect(page.get_by_role("link", name="Download")).to_be_visible(timeout=WITHIN_MS)


def wait_for(what: playwright.Locator, says: str) -> None:
    """Until a function of it says so; the page's own content security lets no test wait inside of it."""
    until_s = time.monotonic() + 30
    while not what.evaluate(says) and time.monotonic() < until_s:
        time.sleep(0.05)
    assert what.evaluate(says), says


def draw_on_the_wall(page: playwright.Page, width: int) -> float:
    """A box over WALL with the mouse. width: of the picture, in its pixels. How many pixels of the page each takes."""
    around = page.locator(".viewer-frame").bounding_box()
    assert around
    scale = float(around["width"]) / width
    page.mouse.move(around["x"] + WALL[0] * scale, around["y"] + WALL[1] * scale)
    page.mouse.down()
    page.mouse.move(around["x"] + 60 * scale, around["y"] + 50 * scale)
    page.mouse.move(around["x"] + WALL[2] * scale, around["y"] + WALL[3] * scale)
    page.mouse.up()
    return scale


def bare(source: Path, output: Path, turns: int = 0) -> list[bool]:
    """For each frame, whether the wall can be seen. turns: quarters clockwise that a player turns it by."""
    inner = (0.05, 0.05, 0.95, 0.95)
    with av.open(str(source)) as clear, av.open(str(output)) as out:
        pairs = zip(clear.decode(video=0), out.decode(video=0), strict=True)
        greys = [
            [np.rot90(np.asarray(each.to_ndarray(format="gray"), np.uint8), -turns) for each in pair] for pair in pairs
        ]
    return [is_exposed(patch(a, WALL, inner), patch(b, WALL, inner)) for a, b in greys]


def download(page: playwright.Page, path: Path) -> str:
    with page.expect_download() as saving:
        page.get_by_role("link", name="Download").click()
    saving.value.save_as(path)
    return str(saving.value.suggested_filename)


def shoot(page: playwright.Page, name: str, folder: Path | None) -> None:
    """For people to look at, where a folder is named."""
    if folder:
        page.screenshot(path=str(folder / f"{name}.png"), full_page=True)


def test_a_file_is_redacted_corrected_and_discarded(
    browser: playwright.Browser, served: Served, street: Street, tmp_path: Path, shots: Path | None
) -> None:
    page = signed_in(browser, served, viewport=WIDE)
    playwright.expect(page.get_by_text("No files yet")).to_be_visible()
    shoot(page, "empty", shots)
    page.get_by_label("Moving").check()
    page.get_by_label("Choose a file").set_input_files(str(street.path))
    playwright.expect(page.get_by_role("heading", name="street.mp4")).to_be_visible()
    shoot(page, "at-work", shots)
    wait_until_done(page)

    playwright.expect(page.get_by_text("Frames redacted")).to_be_visible()
    video = page.get_by_label("Redacted video")
    wait_for(video, "v => v.readyState >= 2")
    assert video.evaluate("v => [v.videoWidth, v.videoHeight]") == [640, 360]
    for _ in range(10):
        page.get_by_role("button", name="Next frame").click()
    wait_for(video, "v => !v.seeking && Math.abs(v.currentTime - 1.05) < 0.01")

    scale = draw_on_the_wall(page, 640)
    playwright.expect(page.get_by_role("button", name="Box 1", exact=True)).to_be_visible()
    playwright.expect(page.get_by_role("link", name="Download")).to_have_count(0)
    page.get_by_label("To", exact=True).fill("0.5")
    playwright.expect(page.get_by_text("The end is before the start.")).to_be_visible()
    playwright.expect(page.get_by_role("button", name="Render again")).to_be_disabled()
    page.get_by_label("To", exact=True).fill("1.5")
    # Another with the keyboard alone; then it is taken away with it.
    page.get_by_role("button", name="Add a box here").focus()
    page.keyboard.press("Enter")
    second = page.locator("g[role=button]").nth(1)
    playwright.expect(second).to_be_focused()
    before = second.locator("rect").first.get_attribute("x")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowDown")
    assert float(second.locator("rect").first.get_attribute("x") or 0) > float(before or 0)
    shoot(page, "drawn", shots)
    corner = second.locator(".drawn-handle").bounding_box()
    assert corner
    wide = float(second.locator("rect").first.get_attribute("width") or 0)
    page.mouse.move(corner["x"] + corner["width"] / 2, corner["y"] + corner["height"] / 2)
    page.mouse.down()
    page.mouse.move(corner["x"] + 40 * scale, corner["y"] + 20 * scale)
    page.mouse.up()
    assert float(second.locator("rect").first.get_attribute("width") or 0) > wide + 20
    second.focus()
    page.keyboard.press("Delete")
    playwright.expect(page.get_by_role("button", name="Box 2", exact=True)).to_have_count(0)

    page.get_by_role("button", name="Render again").click()
    playwright.expect(page.get_by_text("does not have your latest corrections yet")).to_be_visible()
    shoot(page, "again", shots)
    wait_until_done(page)
    assert download(page, tmp_path / "out.mp4") == "street.redacted.mp4"
    seen = bare(street.path, tmp_path / "out.mp4")
    assert seen == [not 10 <= number <= 15 for number in range(street.frames)], (
        "what was on the screen at 1 s, to 1.5 s"
    )
    shoot(page, "done", shots)
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing is wider than a phone"
    shoot(page, "done-phone", shots)
    page.set_viewport_size(WIDE)

    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Report").click()
    playwright.expect(opened.value.get_by_text("1 added, 0 removed")).to_be_visible()
    shoot(opened.value, "report", shots)
    opened.value.close()
    page.get_by_role("button", name="Discard").click()
    page.get_by_role("dialog").get_by_role("button", name="Discard").click()
    playwright.expect(page.get_by_text("No files yet")).to_be_visible()


def xs(page: playwright.Page) -> tuple[float, float]:
    """The left and right side of the first box, in pixels of the picture."""
    box = page.locator("g[role=button]").first.locator("rect")
    left, width = (float(box.get_attribute(name) or 0) for name in ("x", "width"))
    return left, left + width


def test_drawing_is_plainly_on_or_off_and_a_box_follows_from_place_to_place(
    browser: playwright.Browser, served: Served, street: Street, tmp_path: Path, shots: Path | None
) -> None:
    page = signed_in(browser, served, viewport=WIDE)
    page.get_by_label("Moving").check()
    page.get_by_label("Choose a file").set_input_files(str(street.path))
    wait_until_done(page)
    draw, drawing = page.get_by_role("button", name="Draw", exact=True), page.locator("svg.drawing")
    playwright.expect(draw).to_have_attribute("aria-pressed", "true")
    playwright.expect(page.get_by_text("Drawing is on")).to_be_visible()
    assert drawing.evaluate("each => getComputedStyle(each).cursor") == "crosshair"
    draw.click()
    playwright.expect(draw).to_have_attribute("aria-pressed", "false")
    playwright.expect(page.get_by_text("Drawing is off")).to_be_visible()
    assert drawing.evaluate("each => getComputedStyle(each).cursor") != "crosshair"
    draw_on_the_wall(page, 640)
    playwright.expect(page.get_by_text("None yet.")).to_be_visible()
    shoot(page, "draw-off", shots)
    draw.click()
    draw_on_the_wall(page, 640)
    page.get_by_label("To", exact=True).fill("2")

    # With the keyboard alone: it begins where it was drawn, and ends 200 pixels to the right.
    page.get_by_role("button", name="Box 1: follow movement").focus()
    page.keyboard.press("Enter")
    video = page.get_by_label("Redacted video")
    wait_for(video, "v => !v.seeking && Math.abs(v.currentTime - 2) < 0.01")
    page.locator("g[role=button]").first.focus()
    left, right = xs(page)
    for _ in range(33):
        page.keyboard.press("ArrowRight")
    assert xs(page) == pytest.approx((left + 198, right + 198), abs=1)
    page.get_by_role("button", name="Position 1, at 0:00.0").click()
    wait_for(video, "v => !v.seeking && v.currentTime < 0.01")
    assert xs(page) == pytest.approx((left, right), abs=1), "where it begins it stays"
    for _ in range(10):
        page.get_by_role("button", name="Next frame").click()
    wait_for(video, "v => !v.seeking && Math.abs(v.currentTime - 1.05) < 0.01")
    assert xs(page) == pytest.approx((left + 104, right + 104), abs=2), "half of the way in half of the time"
    shoot(page, "moving", shots)
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing is wider than a phone"
    shoot(page, "moving-phone", shots)
    page.set_viewport_size(WIDE)

    page.get_by_role("button", name="Render again").click()
    wait_until_done(page)
    page.reload()
    playwright.expect(page.get_by_role("button", name="Position 2, at 0:02.0")).to_be_visible()
    download(page, tmp_path / "out.mp4")
    with av.open(str(street.path)) as clear, av.open(str(tmp_path / "out.mp4")) as out:
        pairs = [
            [np.asarray(each.to_ndarray(format="gray"), np.uint8) for each in pair]
            for pair in zip(clear.decode(video=0), out.decode(video=0), strict=True)
        ]
    for number in (0, 5, 10, 15, 20):
        place = WALL[0] + 9.9 * number, WALL[1], WALL[2] + 9.9 * number, WALL[3]
        assert not is_exposed(*(patch(each, place, (0.05, 0.05, 0.95, 0.95)) for each in pairs[number])), number
    beside = WALL[0] + 198, WALL[1], WALL[2] + 198, WALL[3]
    assert is_exposed(*(patch(each, beside, (0.05, 0.05, 0.95, 0.95)) for each in pairs[0])), "it is not there yet"

    page.get_by_role("button", name="Box 1: follow movement").click()
    playwright.expect(page.get_by_role("button", name="Position 1")).to_have_count(0)


def left_to_check(page: playwright.Page) -> int:
    says = page.get_by_text(re.compile(r"^\d+ of \d+ left to check$")).inner_text()
    return int(says.split()[0])


def test_what_is_doubtful_is_outlined_and_covered_or_dismissed(
    browser: playwright.Browser, served: Served, street: Street, tmp_path: Path, shots: Path | None
) -> None:
    page = signed_in(browser, served, viewport=WIDE)
    page.get_by_label("Moving").check()
    page.get_by_label("Choose a file").set_input_files(str(street.path))
    wait_until_done(page)
    entries, all_of_them = page.locator(".review > li[data-doubt]"), left_to_check(page)
    assert all_of_them > 3, "the drawn street has people in it who are hard to see"

    outline = page.locator(".doubt-outline")
    playwright.expect(outline).to_have_count(0)
    entries.nth(1).get_by_role("button", name=re.compile("^Go to")).click()
    playwright.expect(outline).to_be_visible()
    playwright.expect(entries.nth(1).get_by_role("button", name=re.compile("^Go to"))).to_have_attribute(
        "aria-current", "true"
    )
    shoot(page, "review", shots)
    page.set_viewport_size(PHONE)
    entries.nth(3).get_by_role("button", name=re.compile("^Go to")).click()
    playwright.expect(page.get_by_label("Redacted video")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing is wider than a phone"
    if shots:
        page.screenshot(path=str(shots / "review-phone.png"))
    page.set_viewport_size(WIDE)

    # With the keyboard: the next one is outlined, and the keyboard is there.
    first, second = (entries.nth(n).get_attribute("data-doubt") for n in (0, 1))
    entries.nth(0).get_by_role("button", name="Nothing here").focus()
    page.keyboard.press("Enter")
    playwright.expect(page.locator(f".review > li[data-doubt='{second}'] .review-go")).to_be_focused()
    playwright.expect(outline).to_be_visible()
    assert left_to_check(page) == all_of_them - 1
    video = page.get_by_label("Redacted video")
    wait_for(video, "v => !v.seeking")
    shown = outline.bounding_box()
    around = page.locator(".viewer-frame").bounding_box()
    entries.nth(0).get_by_role("button", name="Cover this").click()
    playwright.expect(page.get_by_role("button", name="Box 1", exact=True)).to_be_visible()
    assert left_to_check(page) <= all_of_them - 2, "others in the same place are covered with it"
    says_soon = page.get_by_text("What you cover is rendered in a few seconds.")
    playwright.expect(says_soon).to_be_visible()
    shoot(page, "review-soon", shots)
    page.get_by_role("button", name="Not yet").click()
    playwright.expect(says_soon).to_have_count(0)
    page.wait_for_timeout(8000)
    playwright.expect(page.get_by_role("button", name="Render again")).to_be_enabled()
    page.get_by_role("button", name="Remove box").click()
    entries.nth(0).get_by_role("button", name="Cover this").click()
    playwright.expect(says_soon).to_be_visible()
    wait_until_done(page)  # by itself
    playwright.expect(says_soon).to_have_count(0)

    page.reload()
    playwright.expect(page.get_by_text("Frames redacted")).to_be_visible()
    page.get_by_text("Checked: ").click()
    gone = page.locator(f".review-done li[data-doubt='{first}']")
    playwright.expect(gone.get_by_text("Nothing here")).to_be_visible()
    assert page.locator(f".review > li[data-doubt='{second}'] >> text='Cover this'").count() == 0
    before = left_to_check(page)
    gone.get_by_role("button", name="Undo").click()
    assert left_to_check(page) == before + 1
    shoot(page, "reviewed", shots)
    russian = browser.new_context(locale="ru-RU", storage_state=page.context.storage_state()).new_page()
    russian.goto(page.url)
    playwright.expect(russian.get_by_text("Движущаяся камера: так задано.")).to_be_visible(timeout=30_000)
    shoot(russian, "reviewed-ru", shots)
    russian.context.close()

    download(page, tmp_path / "out.mp4")
    assert shown and around
    scale = 640 / float(around["width"])
    left, top = ((shown[side] - around[side]) * scale for side in ("x", "y"))
    place = (left, top, left + shown["width"] * scale, top + shown["height"] * scale)
    covered = [float(each.std()) for each in patches(tmp_path / "out.mp4", place)]
    assert min(covered) < 12, "it is one colour while it is covered"


def patches(path: Path, place: tuple[float, ...]) -> Iterator[np.ndarray]:
    """The same part of every frame."""
    left, top, right, bottom = (max(0, round(side)) for side in place)
    with av.open(str(path)) as clip:
        for picture in clip.decode(video=0):
            yield picture.to_ndarray(format="gray")[top:bottom, left:right]


def test_where_most_is_hidden_the_other_mode_is_a_button(
    browser: playwright.Browser, served: Served, tmp_path: Path, shots: Path | None
) -> None:
    """A place that changes all over: as from a fixed camera, nothing of it can be shown."""
    clip, still = tmp_path / "leaves.mp4", np.random.default_rng(1)
    leaves = (still.integers(0, 255, (12, 16, 3)).astype(np.uint8) for _ in range(30))
    write_clip(clip, (np.kron(each, np.ones((16, 16, 1), np.uint8)) for each in leaves))
    page = signed_in(browser, served, viewport=WIDE)
    page.get_by_label("Fixed").check()
    page.get_by_label("Choose a file").set_input_files(str(clip))
    wait_until_done(page)
    playwright.expect(page.get_by_text(re.compile("^100.* of the picture is hidden on average"))).to_be_visible()
    shoot(page, "other-mode", shots)
    page.get_by_role("button", name="Redact as moving camera").click()
    playwright.expect(page.get_by_role("link", name="Download")).to_have_count(0)
    wait_until_done(page)
    playwright.expect(page.get_by_text(re.compile("^Moving camera: "))).to_be_visible()
    playwright.expect(page.get_by_text("of the picture is hidden on average")).to_have_count(0)


def test_a_video_on_its_side_that_begins_late_is_corrected_where_it_was_drawn(
    browser: playwright.Browser, served: Served, street: Street, tmp_path: Path
) -> None:
    source = tmp_path / "telephone.mp4"
    write_clip(source, pictures(street.path), turn=90, pts=range(14_000, 1_000_000, 1000))  # from 1.4 s on
    page = signed_in(browser, served, viewport=WIDE)
    page.get_by_label("Moving").check()
    page.get_by_label("Choose a file").set_input_files(str(source))
    wait_until_done(page)
    video = page.get_by_label("Redacted video")
    wait_for(video, "v => v.readyState >= 2")
    assert video.evaluate("v => [v.videoWidth, v.videoHeight]") == [360, 640]
    for _ in range(7):
        page.get_by_role("button", name="Next frame").click()
    playwright.expect(page.locator(".viewer-time")).to_contain_text("0:00.7")
    draw_on_the_wall(page, 360)
    page.get_by_role("button", name="End here").click()
    page.get_by_role("button", name="Render again").click()
    playwright.expect(page.get_by_role("link", name="Download")).to_have_count(0)
    wait_until_done(page)
    download(page, tmp_path / "out.mp4")
    seen = bare(source, tmp_path / "out.mp4", turns=1)
    assert [number for number, is_bare in enumerate(seen) if not is_bare] == [7]


def test_what_is_drawn_and_typed_is_kept_while_somebody_works_on_it(
    browser: playwright.Browser, served: Served, street: Street, shots: Path | None
) -> None:
    page = signed_in(browser, served, viewport=WIDE)
    page.get_by_label("Moving").check()
    page.get_by_label("Choose a file").set_input_files(str(street.path))
    wait_until_done(page)
    expires = page.get_by_text(re.compile(r"^Deleted at \d\d:\d\d, or later if"))
    until = expires.inner_text()
    page.get_by_role("button", name="Add a box here").click()
    begins = page.get_by_label("From", exact=True)
    begins.press("Control+a")
    begins.press("Backspace")
    begins.press_sequentially("2.5")
    assert begins.input_value() == "2.5"
    page.get_by_label("To", exact=True).fill("3.25")
    begins.fill("")
    page.get_by_label("To", exact=True).focus()
    assert begins.input_value() == "2.5", "a field that is left empty has its time again"
    shoot(page, "unsaved", shots)

    page.get_by_role("link", name="Live").click()
    playwright.expect(page.get_by_role("heading", name="Live", exact=True)).to_be_visible()
    page.go_back()
    playwright.expect(page.get_by_label("From", exact=True)).to_have_value("2.5")
    playwright.expect(page.get_by_label("To", exact=True)).to_have_value("3.25")

    page.wait_for_timeout(11_000)  # longer than the page waits before it asks again
    served.house.clock.move(59 * 60)
    page.get_by_label("To", exact=True).press("ArrowRight")
    playwright.expect(expires).not_to_have_text(until)
    served.house.clock.move(59 * 60)
    page.get_by_role("button", name="Render again").click()
    wait_until_done(page)

    page.get_by_role("button", name="Add a box here").click()
    asked: list[str] = []

    def accept(dialog: playwright.Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", accept)
    with page.expect_event("close"):
        page.close(run_before_unload=True)
    assert asked == ["beforeunload"]


def test_what_cannot_be_redacted_is_said_in_a_sentence(
    browser: playwright.Browser, served: Served, shots: Path | None
) -> None:
    page = signed_in(browser, served, viewport=WIDE, color_scheme="dark")
    dropped = page.evaluate_handle(
        "() => { const d = new DataTransfer(); d.items.add(new File(['this is a letter'], 'letter.mp4')); return d; }"
    )
    page.locator(".drop").dispatch_event("drop", {"dataTransfer": dropped})
    says = page.get_by_text(re.compile("Couldn't read 'letter.mp4': it is not a video"))
    playwright.expect(says).to_be_visible(timeout=WITHIN_MS)
    shoot(page, "failed", shots)
    page.goto(f"{served.address}/#/redact/0123456789abcdef")
    playwright.expect(page.get_by_text("This file is no longer here")).to_be_visible()
    page.get_by_role("link", name="All files").click()
    playwright.expect(page.get_by_role("link", name="letter.mp4")).to_be_visible()
    playwright.expect(page.get_by_text("Failed")).to_be_visible()
    shoot(page, "list", shots)


def test_on_a_phone_a_still_is_corrected_with_a_finger(
    browser: playwright.Browser, served: Served, street: Street, tmp_path: Path, shots: Path | None
) -> None:
    with av.open(str(street.path)) as video:
        next(video.decode(video=0)).save(tmp_path / "still.png")
    page = signed_in(browser, served, viewport=PHONE, has_touch=True, is_mobile=True, color_scheme="dark")
    page.get_by_label("Choose a file").set_input_files(str(tmp_path / "still.png"))
    wait_until_done(page)
    page.get_by_role("button", name="Draw").tap()
    around = page.locator(".viewer-frame").bounding_box()
    assert around
    touch = page.context.new_cdp_session(page)
    for kind, x, y in (("touchStart", 12, 12), ("touchMove", 60, 50), ("touchMove", 90, 70), ("touchEnd", 0, 0)):
        points = [{"x": around["x"] + x * around["width"] / 640, "y": around["y"] + y * around["width"] / 640}]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [] if kind == "touchEnd" else points})
    playwright.expect(page.get_by_role("button", name="Box 1", exact=True)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing is wider than the phone"
    shoot(page, "phone", shots)
    page.get_by_role("button", name="Render again").click()
    wait_until_done(page)
    shown = page.get_by_alt_text("Redacted picture")
    assert shown.evaluate("i => [i.naturalWidth, i.naturalHeight]") == [640, 360]
