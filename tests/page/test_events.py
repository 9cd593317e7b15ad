"""Events in a real browser: there within a second, dealt with by keys, found again on the timeline."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert

from passerby.access import Installation
from passerby.access.cameras import CameraFacts
from passerby.access.installation import catalogue_url
from passerby.archive import Archive
from passerby.catalogue.database import open_database
from passerby.catalogue.rows import Rows
from passerby.catalogue.schema.events import counts, events
from passerby.clock import SystemClock
from passerby.config import Config
from passerby.events.presence import PresenceSeries
from passerby.events.records import EventRecords
from passerby.media.events import CameraEvent, EventKind, EventState
from passerby.media.segments import MINUTE_90K, TICKS_PER_S
from passerby.media.series import Measure, Minute
from passerby.rules.access import Role
from tests.page.conftest import PHONE, Serve, Serving, Tab, add_user, playwright
from tests.page.test_accessibility import found_wrong
from tests.recordings import recorded, steady

OpenTab = Callable[..., Tab]
Shoot = Callable[[Tab, str], None]
expect = playwright.expect

NOWHERE = "http://192.0.2.7/"


@dataclass
class House:
    serving: Serving
    engine: Engine
    begin_90k: int

    @property
    def records(self) -> EventRecords:
        return EventRecords(Rows(self.engine, SystemClock()))


@pytest.fixture(scope="module")
def house(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> House:
    """Recordings of five minutes at the gate that ended some minutes ago, and a handful of events in them."""
    data: Path = tmp_path_factory.mktemp("events") / "data"
    data.mkdir()
    add_user(data, "kim", Role.OPERATOR, Role.ADMIN)
    add_user(data, "vic", Role.VIEWER)
    begin = int(time.time()) // 60 * MINUTE_90K - 15 * MINUTE_90K
    installation = Installation(data, Config())
    for name, title in (("gate", "Main gate"), ("hall", "Ticket hall")):
        installation.cameras.add(name, CameraFacts(address=NOWHERE, title=title, is_enabled=False))
    with Archive(data) as archive:
        for name in ("gate", "hall"):
            writer = archive.writer(name)
            for fragment in recorded(steady(300, begin), (320, 180)):
                writer.append(fragment)
            writer.close()
        archive.maintain(installation.keep(), installation.clock.now_90k())
    installation.close()
    engine = open_database(catalogue_url(data, Config()))
    house = House(serve(data), engine, begin)
    fill(house)
    return house


def fill(house: House) -> None:
    def at(seconds: float) -> int:
        return house.begin_90k + round(seconds * TICKS_PER_S)

    house.records.add([
        *(CameraEvent("gate", "Entrance", EventKind.LINE_CROSSED, "people", at(20 + 9 * n), at(20 + 9 * n), 1, "right")
          for n in range(5)),
        CameraEvent("hall", "Queue", EventKind.CROWD, "people", at(90), at(131), 14),
        CameraEvent("gate", "Emergency exit", EventKind.IN_ZONE, "people", at(150), at(157), 2),
        CameraEvent("hall", "Bench", EventKind.LOITERING, "people", at(180), at(280), 1),
        CameraEvent("gate", "One-way", EventKind.WRONG_WAY, "people", at(220), at(224), 1),
    ])  # fmt: skip
    old = [  # of the rule "One-way" many were false
        {"camera": "gate", "rule": "One-way", "kind": "wrong-way", "objects": "people", "way": "",
         "start_90k": at(-9 * n), "end_90k": at(-9 * n), "is_open": False, "count": 1,
         "state": EventState.FALSE if n < 5 else EventState.DONE,
         "state_who": "vic", "state_90k": at(0)}
        for n in range(1, 13)
    ]  # fmt: skip
    now = at(0) // MINUTE_90K
    crossings = [
        {"camera": "gate", "rule": "Entrance", "way": way, "minute": now - 30 * n, "count": 3 + (n * 7 + len(way)) % 23}
        for n in range(1, 48 * 16) for way in ("left", "right") if 14 < n % 48 < 40
    ]  # fmt: skip
    with house.engine.begin() as connection:
        connection.execute(insert(events), old)
        connection.execute(insert(counts), crossings)


def test_a_duty_officer_works_through_the_list_with_keys(house: House, open_tab: OpenTab, shoot: Shoot) -> None:
    tab = open_tab(house.serving.base)
    tab.sign_in()
    page = tab.page
    expect(page.get_by_role("navigation").first.get_by_text("9 new events")).to_be_attached()
    tab.go("#/events")
    rows = page.locator(".event-row")
    expect(rows).to_have_count(5)  # five crossings one after the other are one row
    expect(rows.last).to_contain_text("× 5")
    expect(rows.first).to_contain_text("Wrong way")
    page.keyboard.press("j")
    detail = page.locator(".event-detail")
    expect(detail.get_by_role("heading")).to_have_text("Wrong way")
    expect(detail).to_contain_text("Right in 66% of 12")
    expect(page.locator(".event-large")).to_have_js_property("complete", True)
    tab.until("document.querySelector('.event-large')?.naturalWidth === 320")
    assert found_wrong(tab) == []
    shoot(tab, "events")
    page.keyboard.press("f")
    expect(detail.get_by_role("heading")).to_have_text("Loitering")
    expect(rows).to_have_count(5)
    expect(rows.first).to_contain_text("False")
    page.keyboard.press("t")
    expect(detail).to_contain_text("Being dealt with: kim")
    page.keyboard.press("c")
    page.keyboard.type("Somebody waits for a bus")
    detail.get_by_role("button", name="Comment").click()
    expect(detail).to_contain_text("Somebody waits for a bus")
    page.locator("h1").click()
    for _ in range(2):
        page.keyboard.press("j")
    expect(detail.get_by_role("heading")).to_have_text("Crowd, 14 people")
    page.keyboard.press("s")
    expect(page.get_by_role("navigation").first.get_by_text("6 new events")).to_be_attached()
    page.keyboard.press("r")
    expect(page.locator(".scrubber")).to_be_visible()
    expect(page).to_have_url(re.compile("#/timeline/gate"))


def test_what_happens_now_is_there_within_a_second_and_leads_to_nothing_else(house: House, open_tab: OpenTab) -> None:
    tab = open_tab(house.serving.base)
    tab.sign_in("vic")
    tab.go("#/events")
    expect(tab.page.locator(".event-row").first).to_be_visible()
    tab.page.wait_for_timeout(1500)
    now = round(time.time() * TICKS_PER_S)
    house.records.add([CameraEvent("gate", "Square", EventKind.CROWD, "people", now, None, 30)])
    expect(tab.page.locator(".event-row").first).to_contain_text("Crowd, 30 people")
    expect(tab.page.locator(".event-row").first).to_contain_text("ongoing")
    tab.page.keyboard.press("j")
    expect(tab.page.locator(".event-detail")).to_be_visible()
    expect(tab.page.get_by_role("button", name="False")).to_have_count(0)  # a viewer changes nothing
    house.records.add([CameraEvent("gate", "Square", EventKind.CROWD, "people", now, now + TICKS_PER_S, 30)])


def test_filters_are_in_the_address_and_nothing_says_what_to_do(house: House, open_tab: OpenTab) -> None:
    tab = open_tab(house.serving.base)
    tab.sign_in()
    tab.go("#/events?all=1&kind=wrong-way")
    expect(tab.page.locator(".event-row")).to_have_count(13)
    tab.page.get_by_label("State").select_option("false")
    expect(tab.page.locator(".event-row").first).to_contain_text("False")
    expect(tab.page).to_have_url(re.compile("state=false"))
    tab.page.get_by_label("Camera").select_option("hall")
    expect(tab.page.get_by_text("No events match")).to_be_visible()


def test_an_event_without_a_recording_says_so_and_offers_none(house: House, open_tab: OpenTab, shoot: Shoot) -> None:
    tab = open_tab(house.serving.base)
    tab.sign_in()
    tab.go("#/events?all=1&rule=One-way&state=done")
    tab.page.get_by_role("listitem").filter(has_text="One-way").last.click()
    chosen = tab.page.get_by_role("complementary", name="Choose an event")
    expect(chosen.get_by_text("There is no recording of this event")).to_be_visible()
    expect(chosen.get_by_role("button", name="False alarm")).to_be_visible()
    for name in ("Recording", "Export"):
        expect(chosen.get_by_text(name, exact=True)).to_have_count(0)
    shoot(tab, "event-recording-gone")


def test_counts_are_drawn_beside_the_week_before(house: House, open_tab: OpenTab, shoot: Shoot) -> None:
    tab = open_tab(house.serving.base)
    tab.sign_in("vic")
    tab.go("#/events/counts?camera=gate&per=hour")
    expect(tab.page.locator(".counts-chart canvas")).to_be_visible()
    expect(tab.page.locator(".table tbody tr")).to_have_count(2)
    shoot(tab, "counts")
    for per in ("Day", "Week"):
        tab.page.get_by_role("radio", name=per, exact=True).check()
        expect(tab.page.locator(".counts-chart canvas")).to_be_visible()
    tab.page.get_by_label("Camera").select_option("hall")
    expect(tab.page.get_by_text("No counts yet")).to_be_visible()


def test_how_many_were_in_a_zone_is_drawn_with_gaps_where_nothing_is_known(
    house: House, open_tab: OpenTab, shoot: Shoot
) -> None:
    series = PresenceSeries(Rows(house.engine, SystemClock()))
    now = house.begin_90k // MINUTE_90K
    series.add("gate", [
        (now - n, Minute("Queue at the till", Measure.WAITING, 0.0, count=2, mean=4 + n % 600 / 100, most=5 + n % 8))
        for n in range(1, 6 * 1440, 5) if n % 1440 < 900
    ])  # fmt: skip
    tab = open_tab(house.serving.base)
    tab.sign_in("vic")
    tab.go("#/events/counts?camera=gate&per=hour")
    expect(tab.page.get_by_role("img", name="How many were in Queue at the till").locator("canvas")).to_be_visible()
    expect(tab.page.locator(".table tbody tr").filter(has_text="at most")).to_contain_text("12")
    shoot(tab, "counts-zone")
    series.retire(house.begin_90k + 24 * 60 * MINUTE_90K)


def test_an_hour_of_which_not_all_was_recorded_is_not_shown_as_complete(
    house: House, open_tab: OpenTab, shoot: Shoot
) -> None:
    series = PresenceSeries(Rows(house.engine, SystemClock()))
    begin = house.begin_90k // MINUTE_90K // 60 * 60 - 30 * 60
    there = Minute("Lobby", Measure.PRESENT, 0.0, mean=4.0, most=5)
    series.add("hall", [(begin + n, there) for n in range(60 + 25)])
    tab = open_tab(house.serving.base)
    tab.sign_in("vic")
    tab.go("#/events/counts?camera=hall&per=hour")
    expect(tab.page.get_by_text("○ Not complete: 1 hour not recorded in full.")).to_be_visible()
    chart = tab.page.locator(".counts-chart .u-over").bounding_box()
    assert chart
    shown, legend = tab.page.evaluate(SHARES_OF, begin * 60), tab.page.locator(".u-legend")
    for share, on_average, most in zip(shown, ("4", "4 (25 of 60 min)"), ("5", "5 (25 of 60 min)"), strict=True):
        tab.page.mouse.move(chart["x"] + share * chart["width"], chart["y"] + chart["height"] / 2)
        for way, said in (("on average", on_average), ("at most", most)):
            expect(legend.locator(".u-series").filter(has_text=way).first.locator(".u-value")).to_have_text(said)
    shoot(tab, "counts-part")
    tab.page.clock.install(time=(begin + 100) * 60)  # it is 40 minutes past the hour of which there are 25
    tab.page.reload()
    expect(tab.page.get_by_text("○ Not complete: this hour, which is not over.")).to_be_visible()


SHARES_OF = """(begin) => {
    const first = new Date();
    first.setHours(0, 0, 0, 0);
    first.setDate(first.getDate() - 6);
    const hours = (s) => (s - first / 1000) / 3600;
    return [begin, begin + 3600].map((at) => hours(at) / Math.floor(hours(Date.now() / 1000)));
}"""
"""Where two hours are in a chart of the last seven days, as shares of its width."""


def test_a_phone_shows_the_list_or_the_event(house: House, open_tab: OpenTab, shoot: Shoot) -> None:
    tab = open_tab(house.serving.base, PHONE, has_touch=True)
    tab.sign_in()
    tab.go("#/events?all=1")
    row = tab.page.locator(".event-row").first
    expect(row).to_be_visible()
    assert tab.fits()
    shoot(tab, "events-phone")
    expect(tab.page.get_by_label("Camera")).to_be_hidden()
    tab.page.get_by_role("button", name="Filters").click()
    expect(tab.page.get_by_label("Camera")).to_be_visible()
    assert tab.fits() and found_wrong(tab) == []
    row.get_by_role("link").click()
    expect(tab.page.locator(".event-detail")).to_be_visible()
    expect(row).to_be_hidden()
    assert tab.fits() and found_wrong(tab) == []
    shoot(tab, "event-phone")
    tab.page.get_by_role("link", name="All events").click()
    expect(row).to_be_visible()


def test_a_fault_that_repeats_is_one_row_below_what_happened(house: House, open_tab: OpenTab) -> None:
    def at(seconds: float) -> int:
        return house.begin_90k + round(seconds * TICKS_PER_S)

    faults = [
        CameraEvent(camera, "frozen", EventKind.CAMERA, "", at(200 + 60 * n + 5), at(200 + 60 * n + 30))
        for n in range(3) for camera in ("hall", "gate")
    ]  # fmt: skip
    house.records.add(faults)
    tab = open_tab(house.serving.base)
    tab.sign_in()
    tab.go("#/events?day=" + time.strftime("%Y-%m-%d", time.localtime(at(0) / TICKS_PER_S)))
    heading = tab.page.get_by_role("heading", name="Camera faults")
    expect(heading).to_be_visible()
    above, below = (tab.page.locator(".event-rows").nth(n) for n in (0, 1))
    expect(below.locator(".event-row")).to_have_count(2)
    for row in below.locator(".event-row").all():
        expect(row).to_contain_text("× 3")
    expect(above).not_to_contain_text("Camera fault")
    below.locator(".event-row a").first.click()
    tab.page.get_by_role("button", name="Seen").click()
    expect(below.locator(".event-row").first).to_contain_text("Seen")
    with house.engine.connect() as connection:
        query = "SELECT count(*) FROM events WHERE kind = 'camera' AND state = 'seen'"
        assert connection.exec_driver_sql(query).scalar_one() == 3


def test_a_picture_that_is_not_recorded_yet_comes_later(house: House, open_tab: OpenTab) -> None:
    now = round(time.time() * TICKS_PER_S)
    house.records.add([CameraEvent("gate", "Steps", EventKind.FALL, "people", now, now)])
    tab = open_tab(house.serving.base)
    asked: dict[str, int] = {}

    def answer(route: playwright.Route) -> None:
        url = route.request.url
        if f"at_90k={now}" not in url:
            return route.continue_()
        asked[url] = asked.get(url, 0) + 1
        if asked[url] == 1:  # an empty answer is no picture
            return route.fulfill(status=200, content_type="image/jpeg", body=b"")
        return route.continue_(url=url.replace(f"at_90k={now}", f"at_90k={house.begin_90k + 9 * TICKS_PER_S}"))

    tab.page.route("**/timeline/thumbnail.jpg*", answer)
    tab.sign_in()
    tab.go("#/events?kind=fall")
    row = tab.page.locator(".event-row").first
    expect(row).to_contain_text("Fall")
    tab.until("document.querySelector('.event-row img')?.naturalWidth > 0")
    assert max(asked.values()) == 2


def test_what_goes_on_is_beside_the_live_picture_and_leads_to_the_event(house: House, open_tab: OpenTab) -> None:
    now = round(time.time() * TICKS_PER_S)
    crowd = CameraEvent("gate", "Stairs", EventKind.CROWD, "people", now - TICKS_PER_S, None, 21)
    fault = CameraEvent("gate", "dark", EventKind.CAMERA, "", now, None)  # newer, and said by the state anyway
    house.records.add([crowd, fault])
    tab = open_tab(house.serving.base)
    tab.sign_in("vic")
    tab.go("#/live/gate")
    tab.page.get_by_role("link", name="Now: Crowd").click()
    expect(tab.page.locator(".event-detail").get_by_role("heading")).to_have_text("Crowd, 21 people")
    house.records.add([replace(each, end_90k=now + TICKS_PER_S) for each in (crowd, fault)])
