"""Live pictures in a real browser, from a `passerby serve` that records a drawn street."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from passerby.media import Kind
from passerby.media.look import COLOURS
from passerby.rules.access import Role
from tests.page.conftest import PHONE, WIDE, Serve, Serving, Tab, add_user, playwright
from tests.retries import by_real_time

OpenTab = Callable[..., Tab]
Shoot = Callable[[Tab, str], None]
expect = playwright.expect

CAMERAS = """
[sources]
drawn = true
files = true

[[camera]]
name = "street"
title = "Street"
address = "drawn:street"

[[camera]]
name = "gone"
title = "A camera that is gone"
address = "file:/nowhere/at/all.mp4"
"""
LEARNT_WITHIN_S = 240  # 36 s, where the machine has the time

# How much the pixels of the street's picture differ; 0 while it is covered whole.
SPREAD = """() => {
  const video = document.querySelector("video[aria-label='Live picture of street']");
  if (!video || video.readyState < 2) return 0;
  const canvas = new OffscreenCanvas(96, 54), paper = canvas.getContext("2d");
  paper.drawImage(video, 0, 0, 96, 54);
  const {data} = paper.getImageData(0, 0, 96, 54);
  const grey = Array.from({length: data.length / 4}, (_, n) => data[4 * n + 1]);
  const mean = grey.reduce((a, b) => a + b) / grey.length;
  return grey.reduce((a, b) => a + (b - mean) ** 2, 0) / grey.length;
}"""
PLAYS = "document.querySelector(\"video[aria-label='Live picture of street']\")?.currentTime ?? 0"


@pytest.fixture(scope="module")
def live(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> Serving:
    data = tmp_path_factory.mktemp("live") / "data"
    add_user(data, "kim", Role.OPERATOR)
    add_user(data, "ada", Role.AUDITOR)
    return serve(data, CAMERAS)


def advances(tab: Tab) -> None:
    begun = tab.until(PLAYS)
    tab.until(f"{PLAYS} > {begun + 2}")


@by_real_time("a live picture that comes late is said to be old")
def test_cameras_play_and_one_without_a_picture_says_why(live: Serving, open_tab: OpenTab, shoot: Shoot) -> None:
    tab = open_tab(live.base, WIDE)
    tab.sign_in()
    advances(tab)
    gone = tab.page.get_by_role("listitem").filter(has_text="A camera that is gone")
    expect(gone.locator(".badge")).to_have_text("Failed")
    expect(gone.get_by_role("status")).to_contain_text("there is no such file")
    shoot(tab, "live-learning")

    tab.until(SPREAD, LEARNT_WITHIN_S)  # learned: more is shown than the cover
    shoot(tab, "live")
    tab.page.get_by_role("link", name="Street", exact=True).click()
    advances(tab)
    expect(tab.page.get_by_text("s ago")).to_be_visible()
    shoot(tab, "live-one")
    tab.page.keyboard.press("Escape")
    expect(tab.page.get_by_role("heading", name="Live")).to_be_visible()


@by_real_time("it plays what is recorded at that moment")
def test_a_live_picture_leads_to_its_timeline_of_which_more_comes(live: Serving, open_tab: OpenTab) -> None:
    tab = open_tab(live.base, WIDE)
    tab.sign_in()
    tab.page.get_by_role("link", name="Timeline of Street").click()
    tab.until("document.querySelector('video')?.readyState >= 2")
    tab.page.get_by_role("button", name="Now").click()
    begun = tab.until("document.querySelector('video').currentTime")
    tab.until(f"document.querySelector('video').currentTime > {begun + 3}")


@by_real_time("a live picture that comes late opens another connection")
def test_on_a_phone_tiles_are_below_each_other_and_what_is_not_seen_is_not_sent(
    live: Serving, open_tab: OpenTab, shoot: Shoot
) -> None:
    tab = open_tab(live.base, PHONE, is_mobile=True, has_touch=True)
    opened: list[str] = []
    tab.page.on("websocket", lambda socket: opened.append(socket.url))
    tab.sign_in()
    advances(tab)
    assert tab.fits()
    shoot(tab, "phone-live")
    assert len([each for each in opened if "/street/" in each]) == 1
    tab.page.get_by_role("link", name="Health").tap()
    expect(tab.page.get_by_role("heading", name="Health", exact=True)).to_be_visible()
    tab.until("document.querySelectorAll('video').length === 0")


def test_a_reason_is_whole_or_one_word(live: Serving, open_tab: OpenTab, shoot: Shoot) -> None:
    tab = open_tab(live.base, {"width": 390, "height": 844})
    tab.sign_in()
    tab.until(PLAYS)
    words = tab.page.locator(".picture-words").filter(has_text="there is no such file")
    assert words.evaluate("each => each.scrollHeight <= each.clientHeight")
    expect(words.locator(".long")).to_be_visible()
    tab.page.get_by_role("radio", name="4").check()  # two side by side
    expect(words.locator(".long")).to_be_hidden()
    expect(words.get_by_text("Failed", exact=True)).to_be_visible()
    assert words.evaluate("each => each.scrollHeight <= each.clientHeight")
    shoot(tab, "live-small")
    tab.page.get_by_role("radio", name="Auto").last.check()


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_one_legend_says_what_the_colours_of_covers_mean(
    live: Serving, open_tab: OpenTab, shoot: Shoot, size: dict[str, int]
) -> None:
    tab = open_tab(live.base, size)
    tab.sign_in()
    tab.until(PLAYS)
    for where in ("live", "live/street", "timeline/street"):
        tab.go(f"#/{where}")
        legend = tab.page.get_by_role("list", name="What the cover colours mean")
        expect(legend).to_have_count(1)
        legend.scroll_into_view_if_needed()
        expect(legend.get_by_role("listitem")).to_have_text(
            ["Person", "Moving, or not known yet", "Face", "Vehicle", "Number plate", "Whole picture"]
        )
        person = legend.locator(".cover-swatch").first
        shown = person.evaluate("each => getComputedStyle(each).backgroundColor")
        assert shown == f"rgb{COLOURS[Kind.PERSON]}"
        if where == "live/street":  # on a phone its word is not there
            expect(tab.page.get_by_role("main").get_by_role("link", name="Timeline of Street")).to_be_visible()
        assert tab.fits()
        shoot(tab, f"legend-{where.replace('/', '-')}-{size['width']}")
    if size == WIDE:
        tab.go("#/live")
        box = legend.bounding_box()
        assert box and box["y"] + box["height"] <= WIDE["height"], "with all tiles in sight"


@pytest.mark.promise
def test_who_may_not_watch_is_shown_no_live_section(live: Serving, open_tab: OpenTab) -> None:
    tab = open_tab(live.base, WIDE)
    tab.sign_in("ada")
    expect(tab.page.get_by_role("link", name="Live", exact=True)).to_have_count(0)
    tab.go("#/live/street")
    expect(tab.page.get_by_text("This page is not available")).to_be_visible()
    assert tab.page.evaluate("document.querySelectorAll('video').length") == 0


@by_real_time("what the page notices after some seconds is waited for, while a service starts")
def test_without_passerby_nothing_is_shown_as_well_and_it_comes_back_by_itself(
    serve: Serve, open_tab: OpenTab, shoot: Shoot, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    add_user(data, "kim", Role.OPERATOR)
    first = serve(data, CAMERAS)
    tab = open_tab(first.base, WIDE)
    tab.sign_in()
    advances(tab)
    tab.go("#/cameras")
    expect(tab.page.get_by_role("cell", name="Street street")).to_be_visible()
    tab.go("#/live")
    advances(tab)
    assert first.stop() == 0
    expect(tab.page.get_by_text("Trying again").first).to_be_visible()
    # What was heard last is not what is: nowhere is a camera shown as recording that nobody knows about.
    shown = tab.page.get_by_role("main")
    expect(shown.get_by_text("Unknown", exact=True)).to_have_count(2, timeout=20_000)
    expect(shown.get_by_text("Recording", exact=True)).to_have_count(0)
    shoot(tab, "lost")
    for where in ("#/health", "#/cameras", "#/live"):  # the code of the first was not loaded yet
        tab.page.evaluate("where => { location.hash = where }", where)
        expect(shown.get_by_role("alert")).to_contain_text("Passerby is not responding", timeout=20_000)
        expect(shown.get_by_text("Recording", exact=True)).to_have_count(0)
        shoot(tab, f"lost-{where[2:]}")
    serve(data, CAMERAS, port=int(first.base.rsplit(":", 1)[1]))
    expect(shown.get_by_role("alert")).to_have_count(0, timeout=60_000)
    expect(shown.get_by_text("Unknown", exact=True)).to_have_count(0, timeout=60_000)
    advances(tab)
    known = ("WebSocket", "Failed to load", "passerby is not responding")  # the browser itself notes them
    tab.wrong[:] = [each for each in tab.wrong if not any(word in each for word in known)]
