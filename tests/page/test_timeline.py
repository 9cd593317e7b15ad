"""The timeline in a real browser, over recordings whose pictures and times are known."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import av
import pytest

from passerby.access import Installation
from passerby.access.cameras import CameraFacts
from passerby.access.users import UserFacts
from passerby.archive import Archive
from passerby.config import Config
from passerby.media.camera import CameraState, CameraStatus
from passerby.media.segments import TICKS_PER_S
from passerby.rules.access import Role
from tests.page.conftest import PHONE, WIDE, Serve, Serving, Tab, add_user, playwright
from tests.recordings import FRAME_90K, recorded, steady
from tests.retries import by_real_time

OpenTab = Callable[..., Tab]
Shoot = Callable[[Tab, str], None]
expect = playwright.expect

FRAME_S = FRAME_90K / TICKS_PER_S
AFTER_S = 100
"""So long after the beginning the recording of the gate goes on, after a gap of 40 s."""
NOWHERE = "http://192.0.2.7/"  # nobody is there: what is recorded is what the test recorded

# The one video, once it shows a picture; `mark` differs from picture to picture.
SEEN = """() => {
  const video = document.querySelector("video");
  if (!video || video.readyState < 2 || video.seeking) return null;
  const canvas = new OffscreenCanvas(96, 54), paper = canvas.getContext("2d");
  paper.drawImage(video, 0, 0, 96, 54);
  const {data} = paper.getImageData(0, 0, 96, 54);
  const grey = Array.from({length: data.length / 4}, (_, n) => data[4 * n + 1]);
  const mean = grey.reduce((a, b) => a + b) / grey.length;
  return {at: video.currentTime, spread: grey.reduce((a, b) => a + (b - mean) ** 2, 0) / grey.length,
          mark: grey.reduce((a, b, n) => a + b * (n % 97), 0)};
}"""


# When both videos' pictures are of, once there are both.
BOTH = """() => {
  const both = [...document.querySelectorAll("video")];
  const isThere = both.length === 2 && both.every(each => each.readyState > 1 && !each.seeking);
  return isThere && both.map(each => each.currentTime);
}"""


@dataclass
class Recorded:
    """What is served, from where. begin_s: when both cameras' recordings begin, seconds since 1970."""

    serving: Serving
    begin_s: int
    data: Path


@pytest.fixture(scope="module")
def archive(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    """The gate: a minute, a gap of 40 s, another minute; frozen for 30 s. The yard: three minutes without a gap. Ten
    minutes ago. And 14 cameras that never recorded."""
    data = tmp_path_factory.mktemp("recorded") / "data"
    data.mkdir()
    begin_s = int(time.time()) // 60 * 60 - 600
    begin = begin_s * TICKS_PER_S
    add_user(data, "kim", Role.OPERATOR)
    add_user(data, "vic", Role.VIEWER)
    add_user(data, "ann", Role.AUDITOR)
    add_user(data, "ada", Role.ADMIN)  # without one nobody could take kim's roles away
    installation = Installation(data, Config())
    for name in ("gate", "yard"):
        installation.cameras.add(name, CameraFacts(address=NOWHERE, title=name.capitalize()))
    for n in range(14):
        installation.cameras.add(f"more-{n}", CameraFacts(address=NOWHERE, title=f"More {n}", is_enabled=False))
    with Archive(data) as kept:
        record(kept, "gate", [*steady(60, begin), *steady(60, begin + AFTER_S * TICKS_PER_S)])
        record(kept, "yard", steady(180, begin))
        kept.history.note({"gate": said("frozen", begin), "yard": said("learning", begin)}, begin)
        later = begin + 30 * TICKS_PER_S
        kept.history.note({"yard": said("blurred", later)}, later)
        kept.history.end(later + 30 * TICKS_PER_S)
        kept.maintain(installation.keep(), installation.clock.now_90k())
    installation.close()
    return Recorded(serve(data), begin_s, data)


def said(what: str, from_90k: int) -> CameraState:
    return CameraState(CameraStatus(what), "the test said so", from_90k)


def record(archive: Archive, camera: str, times_90k: Iterable[int]) -> None:
    writer = archive.writer(camera)
    for fragment in recorded(times_90k, (192, 108)):
        writer.append(fragment)
    writer.close()


def seen(tab: Tab) -> dict[str, float]:
    found: dict[str, float] = tab.until(SEEN)
    return found


def at(tab: Tab, archive: Recorded, seconds: float, cameras: str = "gate") -> dict[str, float]:
    """Goes to so many seconds after the beginning; what is shown then."""
    tab.go(f"#/timeline/{cameras}?at={archive.begin_s + seconds}")
    tab.page.reload()
    return seen(tab)


def clock(tab: Tab) -> str:
    return tab.page.locator(".clock-time").inner_text()


def local(moment_s: float) -> str:
    """As the page writes it: the browser is in the time zone of this machine."""
    return time.strftime("%H:%M:%S", time.localtime(moment_s))


def test_a_moment_is_shown_and_pictures_are_stepped_through(archive: Recorded, open_tab: OpenTab, shoot: Shoot) -> None:
    tab = open_tab(archive.serving.base, WIDE)
    tab.sign_in()
    first = at(tab, archive, 20.05)
    assert first["spread"] > 20, "the picture is not blank"
    assert clock(tab) == local(archive.begin_s + 20)
    shoot(tab, "timeline")
    for key, steps in ((".", 1), (".", 2), (",", 1)):
        tab.page.keyboard.press(key)
        tab.until(
            f"Math.abs(document.querySelector('video').currentTime - {first['at'] - 0.05 + steps * FRAME_S}) < 0.01"
        )
        assert seen(tab)["mark"] != first["mark"], "another picture"


@by_real_time("it plays at 16 times the speed, while the machine decodes")
def test_it_plays_faster_and_slower_and_over_gaps(archive: Recorded, open_tab: OpenTab) -> None:
    tab = open_tab(archive.serving.base, WIDE)
    tab.sign_in()
    begun = at(tab, archive, 5)
    tab.page.get_by_role("button", name="Play", exact=True).click()
    tab.until(f"document.querySelector('video').currentTime > {begun['at'] + 1.5}")
    tab.page.get_by_label("Speed").select_option("16")
    # On over the gap: 60 s to 100 s are not there, and no time is spent with them.
    tab.until(f"document.querySelector('video').currentTime > {begun['at'] + AFTER_S}")
    tab.page.get_by_label("Speed").select_option("0.5")
    tab.page.get_by_role("button", name="Pause").click()
    expect(tab.page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    tab.page.wait_for_timeout(500)  # the picture comes to where the time stopped
    paused = seen(tab)
    tab.page.wait_for_timeout(700)
    assert seen(tab)["at"] == paused["at"]
    assert paused["spread"] > 20


def test_the_audit_says_what_was_fetched_and_not_what_was_on_the_screen(
    archive: Recorded, open_tab: OpenTab, shoot: Shoot
) -> None:
    looker = open_tab(archive.serving.base)
    looker.sign_in("vic")
    begun = at(looker, archive, 20, "yard")
    looker.page.get_by_role("button", name="Play", exact=True).click()
    looker.until(f"document.querySelector('video').currentTime > {begun['at'] + 4}")
    looker.page.goto("about:blank")
    tab = open_tab(archive.serving.base)
    tab.sign_in("ann")
    tab.go("#/people/audit?who=vic&what=timeline:watch")
    row = tab.page.get_by_role("row").filter(has_text="Yard")
    expect(row).to_have_count(1)
    said = re.search(r"looked at .*?(\d\d:\d\d:\d\d) to (\d\d:\d\d:\d\d)", row.inner_text())
    assert said is not None, row.inner_text()
    assert local(archive.begin_s + 10) <= said[1] <= local(archive.begin_s + 20)
    assert local(archive.begin_s + 22) <= said[2] <= local(archive.begin_s + 60)
    shoot(tab, "audit-look")
    tab.go("#/people/audit?who=vic&what=timeline:overview")
    expect(tab.page.get_by_role("row").filter(has_text="overview of").first).to_be_visible()


def test_a_gap_is_a_gap_and_leads_to_what_is_beside_it(archive: Recorded, open_tab: OpenTab, shoot: Shoot) -> None:
    tab = open_tab(archive.serving.base, WIDE)
    tab.sign_in()
    tab.go(f"#/timeline/gate?at={archive.begin_s + 80}")
    expect(tab.page.get_by_text("There is no recording at this time.")).to_be_visible()
    shoot(tab, "gap")
    tab.page.get_by_role("button", name="Later").click()
    expect(tab.page.locator(".clock-time")).to_have_text(local(archive.begin_s + AFTER_S))
    tab.go(f"#/timeline/gate?at={archive.begin_s + 80}")
    tab.page.reload()
    tab.page.get_by_role("button", name="Earlier").click()
    expect(tab.page.locator(".clock-time")).to_have_text(local(archive.begin_s + 55))
    assert seen(tab)["spread"] > 20


def test_a_camera_that_never_recorded_says_so_at_once(archive: Recorded, open_tab: OpenTab, shoot: Shoot) -> None:
    tab = open_tab(archive.serving.base)
    tab.sign_in()
    tab.go("#/timeline/gate")
    seen(tab)
    tab.go("#/timeline/more-0")
    # Until then it was "Loading" for ten seconds: what the newest pictures may take to come.
    expect(tab.page.get_by_text("Nothing is recorded yet.")).to_be_visible(timeout=9000)
    expect(tab.page.get_by_role("button", name="Earlier")).to_have_count(0)
    shoot(tab, "nothing-yet")


def test_a_click_on_the_strip_goes_there_and_the_wheel_zooms(archive: Recorded, open_tab: OpenTab) -> None:
    tab = open_tab(archive.serving.base, WIDE)
    tab.sign_in()
    begun = at(tab, archive, 10)
    strip = tab.page.get_by_role("slider", name="Timeline")
    box = strip.bounding_box()
    assert box
    # The strip shows an hour, of which four fifths are before the time: so many pixels are 30 s.
    middle = box["y"] + box["height"] / 2
    x = box["x"] + 0.8 * box["width"] + 30 / 3600 * box["width"]
    tab.page.mouse.click(x, middle)
    tab.until(f"Math.abs(document.querySelector('video').currentTime - {begun['at'] + 30}) < 4")
    one_px_s = 3600 / box["width"]
    tab.page.mouse.move(x, middle)
    for _ in range(6):
        tab.page.mouse.wheel(0, -400)
    before = seen(tab)["at"]
    tab.page.mouse.click(x + 100, middle)
    tab.until(f"document.querySelector('video').currentTime !== {before}")
    moved = tab.page.evaluate(f"document.querySelector('video').currentTime - {begun['at'] + 30}")
    assert 0 < moved < 100 * one_px_s / 4, "100 pixels are less time than they were"


def test_a_reader_of_the_screen_is_told_the_time_of_the_strip(archive: Recorded, open_tab: OpenTab) -> None:
    tab = open_tab(archive.serving.base, WIDE)
    tab.sign_in()
    at(tab, archive, 20.05)
    strip = tab.page.get_by_role("slider")
    strip.focus()
    before = int(strip.get_attribute("aria-valuenow") or 0)
    assert before == round(archive.begin_s + 20.05)
    assert local(archive.begin_s + 20) in (strip.get_attribute("aria-valuetext") or "")
    tab.until("document.querySelector('[role=slider]').ariaValueText.endsWith(', Frozen')")
    expect(tab.page.locator(".clock").get_by_text("Frozen", exact=True)).to_be_visible()
    tab.page.keyboard.press("ArrowRight")
    tab.until(f"Number(document.querySelector('[role=slider]').ariaValueNow) === {before + 10}")
    assert int(strip.get_attribute("aria-valuemin") or 0) < before < int(strip.get_attribute("aria-valuemax") or 0)


THUMBNAIL = """() => {
  const found = document.querySelector(".scrubber-hint img");
  return found?.complete && found.naturalWidth > 0 ? {src: found.src, wide: found.naturalWidth} : null;
}"""


def test_a_picture_of_what_is_there_is_shown_where_the_strip_is_pointed_at(
    archive: Recorded, open_tab: OpenTab, shoot: Shoot
) -> None:
    tab = open_tab(archive.serving.base, WIDE)
    asked: list[str] = []
    tab.page.on("request", lambda request: asked.append(request.url) if "thumbnail" in request.url else None)
    tab.sign_in()
    at(tab, archive, 20.05)
    strip = tab.page.get_by_role("slider", name="Timeline")
    box = strip.bounding_box()
    assert box
    middle, one_s = box["y"] + box["height"] / 2, box["width"] / 3600
    x = box["x"] + 0.8 * box["width"]
    tab.page.wait_for_timeout(1000)  # the gaps are known
    for back in range(12):  # on the way nothing is asked for
        tab.page.mouse.move(x + 20 * one_s + back % 3, middle)
    first = tab.until(THUMBNAIL)
    assert first["wide"] == 192 and len(asked) <= 2, "recorded no larger"
    shoot(tab, "thumbnail")
    tab.page.mouse.move(x + 60 * one_s, middle)  # in the gap
    expect(tab.page.locator(".scrubber-hint img")).to_have_count(0)
    expect(tab.page.locator(".scrubber-hint")).to_contain_text(local(archive.begin_s + 80)[:5])
    before = len(asked)
    tab.page.mouse.move(x + 20 * one_s, middle)
    tab.until(THUMBNAIL)
    assert len(asked) == before, "one that is known is not asked for again"
    tab.page.mouse.move(x, 10)
    expect(tab.page.locator(".scrubber-hint")).to_have_count(0)
    strip.focus()
    tab.page.keyboard.press("ArrowLeft")
    tab.until(THUMBNAIL)
    installation = Installation(archive.data, Config())
    try:
        found = [each for each in installation.audit.list() if each.who == "kim" and each.what == "still:see"]
    finally:
        installation.close()
    assert not found, "noted as playing is: not one look for each"


def test_a_recorded_picture_is_enlarged_and_the_strip_is_not(
    archive: Recorded, open_tab: OpenTab, shoot: Shoot
) -> None:
    by = "new DOMMatrix(getComputedStyle(document.querySelector('video')).transform).a"
    tab = open_tab(archive.serving.base, WIDE)
    tab.sign_in()
    at(tab, archive, 10)
    strip = tab.page.get_by_role("slider", name="Timeline")
    ends = [strip.get_attribute(f"aria-value{end}") for end in ("min", "max")]
    tab.page.get_by_role("button", name="Zoom in on the picture").click()
    tab.until(f"Math.abs({by} - 1.5) < 0.01")
    tab.page.keyboard.press("+")  # where the keyboard is: in the picture
    tab.until(f"Math.abs({by} - 2.25) < 0.01")
    shoot(tab, "timeline-zoomed")
    now = clock(tab)
    tab.page.keyboard.press("ArrowRight")
    tab.page.get_by_role("button", name="2.3 ×").click()
    tab.until(f"{by} === 1")
    assert [strip.get_attribute(f"aria-value{end}") for end in ("min", "max")] == ends and clock(tab) == now


def test_the_mark_of_the_time_is_dragged_with_the_mouse(archive: Recorded, open_tab: OpenTab) -> None:
    tab = open_tab(archive.serving.base, WIDE)
    tab.sign_in()
    begun = at(tab, archive, 10)
    box = tab.page.get_by_role("slider", name="Timeline").bounding_box()
    assert box
    x, y = box["x"] + 0.8 * box["width"], box["y"] + box["height"] / 2
    tab.page.mouse.move(x, y)
    tab.page.mouse.down()
    tab.page.mouse.move(x + 5, y)
    tab.page.mouse.move(x + 40 / 3600 * box["width"], y)
    tab.until(f"Math.abs(document.querySelector('video').currentTime - {begun['at'] + 40}) < 4")
    tab.page.mouse.up()


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_every_control_says_what_it_does_in_a_word(
    archive: Recorded, open_tab: OpenTab, size: playwright.ViewportSize
) -> None:
    tab = open_tab(archive.serving.base, size)
    tab.sign_in()
    at(tab, archive, 10)
    controls = tab.page.locator(".controls :is(button, select)")
    for each in controls.all():
        assert each.inner_text().strip(), each.get_attribute("aria-label")
        assert each.evaluate("each => each.scrollWidth <= each.clientWidth + 1")
    assert tab.fits()


@by_real_time("two players run side by side, and are compared while they do")
def test_cameras_are_in_step(archive: Recorded, open_tab: OpenTab, shoot: Shoot) -> None:
    tab = open_tab(archive.serving.base, WIDE)
    tab.sign_in()
    at(tab, archive, 12)
    tab.page.get_by_role("button", name="Cameras").click()
    tab.page.get_by_label("Yard").check()
    tab.page.get_by_role("button", name="Show 2 cameras").click()
    expect(tab.page.get_by_role("heading", name="2 cameras in sync")).to_be_visible()
    one, other = tab.until(BOTH)
    assert abs(one - other) < 0.001
    tab.page.keyboard.press(" ")
    tab.until(f"[...document.querySelectorAll('video')].every(v => v.currentTime > {one + 2})")
    shoot(tab, "in-step")
    one, other = tab.until(BOTH)
    assert abs(one - other) < 1, "while it runs, on a busy machine too"
    tab.page.keyboard.press(" ")
    tab.until(f"({BOTH})().every?.((each, _, [first]) => Math.abs(each - first) < 0.001)")


def test_a_range_is_exported_and_plays(archive: Recorded, open_tab: OpenTab, shoot: Shoot, tmp_path: Path) -> None:
    tab = open_tab(archive.serving.base, WIDE)
    tab.sign_in()
    at(tab, archive, 10)
    expect(tab.page.get_by_role("button", name="Export")).to_be_disabled()
    tab.page.keyboard.press("i")
    tab.page.keyboard.press("ArrowRight")
    tab.page.keyboard.press("o")
    shoot(tab, "range")
    with tab.page.expect_download() as saving:
        tab.page.get_by_role("button", name="Export 10 s").click()
    assert saving.value.suggested_filename.startswith("gate-")
    saving.value.save_as(tmp_path / "export.mp4")
    with av.open(str(tmp_path / "export.mp4")) as file:
        times = [float(picture.time or 0) for picture in file.decode(video=0)]
    assert 10 / FRAME_S <= len(times) <= 14 / FRAME_S, "the range, in whole groups of pictures"


def test_choosing_a_range_moves_nothing_and_each_of_several_cameras_is_exported_from_a_list(
    archive: Recorded, open_tab: OpenTab, shoot: Shoot
) -> None:
    for size in (WIDE, PHONE):
        tab = open_tab(archive.serving.base, size)
        tab.sign_in()
        tab.go(f"#/timeline/gate+yard?at={archive.begin_s + 65}")
        tab.page.reload()
        strip = tab.page.get_by_role("slider", name="Timeline")
        expect(tab.page.get_by_text("There is no recording at this time.")).to_be_visible()
        before = strip.bounding_box()
        tab.page.keyboard.press("i")
        tab.page.keyboard.press("ArrowRight")
        tab.page.keyboard.press("o")
        expect(tab.page.get_by_role("button", name="Export 10 s")).to_be_enabled()
        assert strip.bounding_box() == before
        assert tab.fits()
        shoot(tab, f"range-of-two-{size['width']}")
        tab.page.get_by_role("button", name="Export 10 s").click()
        gate = tab.page.get_by_role("dialog").get_by_role("listitem").filter(has_text="Gate")
        expect(gate).to_contain_text("There is no recording in this range")
        with tab.page.expect_download() as saving:
            tab.page.get_by_role("button", name="Export Yard").click()
        assert saving.value.suggested_filename.startswith("yard-")
        shoot(tab, f"export-of-two-{size['width']}")


def test_what_cannot_be_exported_is_said(archive: Recorded, open_tab: OpenTab, shoot: Shoot) -> None:
    tab = open_tab(archive.serving.base, WIDE)
    tab.sign_in()
    tab.go(f"#/timeline/gate?at={archive.begin_s + 70}")
    tab.page.reload()
    expect(tab.page.get_by_text("There is no recording at this time.")).to_be_visible()
    tab.page.keyboard.press("i")
    tab.page.keyboard.press("ArrowRight")
    tab.page.keyboard.press("o")
    expect(tab.page.get_by_text("There is no recording in this range.")).to_be_visible()
    expect(tab.page.get_by_role("button", name="Export 10 s")).to_be_disabled()
    shoot(tab, "range-in-gap")
    # What only the server knows: somebody took the right away after the page was loaded.
    at(tab, archive, 10)
    tab.page.keyboard.press("i")
    tab.page.keyboard.press("ArrowRight")
    tab.page.keyboard.press("o")
    installation = Installation(archive.data, Config())
    try:
        kim = installation.users.find("kim")
        assert kim is not None
        installation.users.change("kim", UserFacts(frozenset({Role.VIEWER}), frozenset(), True))
        tab.page.get_by_role("button", name="Export 10 s").click()
        expect(tab.page.get_by_role("alert")).to_contain_text("This needs the role: operator")
        shoot(tab, "export-refused")
    finally:
        installation.users.change("kim", UserFacts(frozenset({Role.OPERATOR}), frozenset(), True))
        installation.close()
    tab.wrong[:] = [each for each in tab.wrong if "403" not in each]  # the browser itself notes the refusal


def test_a_day_and_a_time_are_typed_in_sight(archive: Recorded, open_tab: OpenTab, shoot: Shoot) -> None:
    tab = open_tab(archive.serving.base, WIDE, locale="en-US")
    tab.sign_in()
    at(tab, archive, 20.05)
    wanted = archive.begin_s + 110
    tab.page.get_by_role("button", name="Go to a day and time").focus()
    tab.page.keyboard.press("Enter")
    time_field = tab.page.get_by_label("Time", exact=True)
    expect(tab.page.get_by_label("Day", exact=True)).to_have_value(time.strftime("%Y-%m-%d", time.localtime(wanted)))
    time_field.fill("25:99")
    expect(tab.page.get_by_role("dialog")).to_contain_text("This is not a time")
    expect(tab.page.get_by_role("button", name="Go", exact=True)).to_be_disabled()
    shoot(tab, "pick")
    time_field.fill(local(wanted))
    time_field.press("Enter")
    expect(tab.page.get_by_role("dialog")).to_have_count(0)
    expect(tab.page.locator(".clock-time")).to_have_text(local(wanted))
    assert seen(tab)["spread"] > 20


def test_many_cameras_keep_pictures_that_can_be_seen_and_the_strip_in_sight(
    archive: Recorded, open_tab: OpenTab, shoot: Shoot
) -> None:
    names = "+".join(f"more-{n}" for n in range(14))
    for size, min_px in ((WIDE, 224), (PHONE, 170)):
        tab = open_tab(archive.serving.base, size)
        tab.sign_in()
        tab.go(f"#/timeline/gate+yard+{names}?at={archive.begin_s + 20}")
        tab.page.reload()
        expect(tab.page.get_by_role("heading", name="16 cameras in sync")).to_be_visible()
        tab.until("document.querySelector('video')?.readyState >= 2")
        widths = tab.page.evaluate("[...document.querySelectorAll('.recorded')].map(each => each.clientWidth)")
        assert len(widths) == 16 and min(widths) >= min_px
        assert tab.fits()
        if size is WIDE:
            expect(tab.page.get_by_role("slider", name="Timeline")).to_be_in_viewport(ratio=1)
        shoot(tab, f"sixteen-{size['width']}")


def test_the_cameras_seen_last_are_shown_the_next_time(archive: Recorded, open_tab: OpenTab) -> None:
    tab = open_tab(archive.serving.base, WIDE)
    tab.sign_in()
    for cameras in ("yard", "gate+yard"):
        at(tab, archive, 10, cameras)
        tab.go("#/live")
        tab.page.reload()
        tab.page.get_by_role("link", name="Timeline").first.click()
        tab.until(
            f"location.hash.startsWith('#/timeline/{cameras}') && location.hash.split('?')[0].endsWith('/{cameras}')"
        )


@pytest.mark.promise
def test_who_only_watches_is_offered_no_export(archive: Recorded, open_tab: OpenTab) -> None:
    tab = open_tab(archive.serving.base, WIDE)
    tab.sign_in("vic")
    at(tab, archive, 10)
    expect(tab.page.get_by_role("button", name="Start range here")).to_be_visible()
    expect(tab.page.get_by_text("Export")).to_have_count(0)


def test_on_a_phone_it_fits_and_is_dragged_and_pinched(archive: Recorded, open_tab: OpenTab, shoot: Shoot) -> None:
    tab = open_tab(archive.serving.base, PHONE, is_mobile=True, has_touch=True)
    tab.sign_in()
    begun = at(tab, archive, 30)
    assert tab.fits()
    shoot(tab, "phone-timeline")
    strip = tab.page.get_by_role("slider", name="Timeline")
    strip.scroll_into_view_if_needed()
    box = strip.bounding_box()
    assert box
    middle = box["y"] + box["height"] / 2
    x = box["x"] + 0.8 * box["width"]
    touch = tab.page.context.new_cdp_session(tab.page)

    def put(kind: str, *places: float) -> None:
        points = [{"x": each, "y": middle, "id": n} for n, each in enumerate(places)]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    def pinch() -> None:
        put("touchStart", x - 20, x + 20)
        for spread in (40, 70, 100):
            put("touchMove", x - spread, x + spread)
        put("touchEnd")

    pinch()
    tab.page.touchscreen.tap(x - 10, middle)  # ten times ten seconds before, had it not been pinched: before all
    tab.until(f"document.querySelector('video').currentTime != {begun['at']}")
    back = begun["at"] - seen(tab)["at"]
    assert 0 < back < 30

    # One finger along the strip takes the picture along, and a small one is shown above it.
    before = at(tab, archive, 170, "yard")["at"]
    pinch()
    pictures = set()
    put("touchStart", x)
    for way in range(4, 60, 4):
        put("touchMove", x - way)
        tab.page.wait_for_timeout(60)
        pictures.add(seen(tab)["mark"])
    tab.until(THUMBNAIL)
    shoot(tab, "phone-dragged")
    put("touchEnd")
    expect(tab.page.locator(".scrubber-hint")).to_have_count(0)
    assert 60 < before - seen(tab)["at"] < 180 and len(pictures) > 2, "it moves while the finger does"
