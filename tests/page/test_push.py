"""The page as an installed app: its manifest, its service worker, messages on a device, and what leads from them."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from passerby.access import Installation
from passerby.access.cameras import CameraFacts
from passerby.access.installation import catalogue_url
from passerby.archive import Archive
from passerby.catalogue.database import open_database
from passerby.catalogue.rows import Rows
from passerby.clock import SystemClock
from passerby.config import Config
from passerby.events.records import EventRecords
from passerby.media.events import CameraEvent, EventKind
from passerby.media.segments import MINUTE_90K
from passerby.rules.access import Role
from passerby.testing.webhook import WebhookSink
from tests.certificates import certificate
from tests.page.conftest import PHONE, WIDE, Serve, Serving, Tab, add_user, playwright
from tests.page.proxy import proxying
from tests.push import Browser
from tests.recordings import recorded, steady

OpenTab = Callable[..., Tab]
Shoot = Callable[[Tab, str], None]
expect = playwright.expect

TOML = """
[[channel]]
name = "phones"
kind = "push"
networks = ["127.0.0.0/8"]
trust_any_certificate = true
"""
SUBSCRIBES = """
(() => {
  let current = null;
  const keys = %s;
  const options = { applicationServerKey: null };
  PushManager.prototype.getSubscription = async () => current;
  PushManager.prototype.subscribe = async ({ userVisibleOnly, applicationServerKey }) => {
    if (!userVisibleOnly || applicationServerKey.length !== 87) throw new Error("not as it should be");
    current = {
      endpoint: keys.endpoint, options,
      toJSON: () => ({ endpoint: keys.endpoint, keys: { p256dh: keys.p256dh, auth: keys.auth } }),
      unsubscribe: async () => { current = null; return true; },
    };
    return current;
  };
})();
"""
"""Chromium subscribes at its maker's push service, which no test may ask: the rest of the way is real."""


@dataclass
class Yard:
    serving: Serving
    data: Path
    sink: WebhookSink

    def happen(self, kind: EventKind = EventKind.FALL) -> int:
        """Something happens now: the id of the event."""
        engine = open_database(catalogue_url(self.data, Config()))
        rows = Rows(engine, SystemClock())
        EventRecords(rows).add([CameraEvent("gate", "Path", kind, "people", rows.clock.now_90k(), None)])
        with rows.transaction("look") as connection:
            id = int(connection.exec_driver_sql("SELECT max(id) FROM events").scalar_one())
        engine.dispose()
        return id


@pytest.fixture(scope="module")
def yard(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Yard]:
    folder = tmp_path_factory.mktemp("push")
    data = folder / "data"
    add_user(data_made(data), "kim", Role.OPERATOR, Role.ADMIN)
    installation = Installation(data, Config())
    installation.cameras.add("gate", CameraFacts(address="http://192.0.2.7/", title="Main gate", is_enabled=False))
    with Archive(data) as archive:
        writer = archive.writer("gate")
        begin = int(time.time()) // 60 * MINUTE_90K - MINUTE_90K
        for fragment in recorded(steady(50, begin), (320, 180)):
            writer.append(fragment)
        writer.close()
    installation.close()
    with WebhookSink(certificate(folder)) as sink:
        yield Yard(serve(data, TOML), data, sink)


def data_made(data: Path) -> Path:
    data.mkdir()
    return data


def worker_of(tab: Tab) -> Any:
    """The service worker, once it is active."""
    tab.until("navigator.serviceWorker.ready.then((each) => each.active?.state === 'activated')")
    (worker,) = tab.page.context.service_workers
    return worker


def deliver(tab: Tab, data: str) -> None:
    """As the browser does it when its push service has a message."""
    session = tab.page.context.new_cdp_session(tab.page)
    found: list[Any] = []
    session.on("ServiceWorker.workerRegistrationUpdated", lambda each: found.extend(each["registrations"]))
    session.send("ServiceWorker.enable")
    until_s = time.monotonic() + 20
    while not found:
        assert time.monotonic() < until_s
        tab.page.wait_for_timeout(50)
    origin = "/".join(tab.base.split("/")[:3])
    registration = found[-1]["registrationId"]
    session.send("ServiceWorker.deliverPushMessage", {"origin": origin, "registrationId": registration, "data": data})
    session.detach()


SHOWN = """navigator.serviceWorker.ready
  .then((each) => each.getNotifications())
  .then((all) => all.map(({ title, body, tag, data, actions }) => ({ title, body, tag, data, actions })))"""
CLICK = """async (action) => {
  const [notification] = await self.registration.getNotifications();
  self.dispatchEvent(new NotificationEvent("notificationclick", { notification, action }));
}"""


def test_the_page_can_be_installed(yard: Yard, open_tab: OpenTab) -> None:
    tab = open_tab(yard.serving.base)
    tab.go("")
    expect(tab.page.get_by_label("Name")).to_be_visible()
    worker = worker_of(tab)
    assert worker.url == f"{yard.serving.base}/sw.js"
    session = tab.page.context.new_cdp_session(tab.page)
    manifest = session.send("Page.getAppManifest")
    assert manifest["errors"] == [] and manifest["url"] == f"{yard.serving.base}/manifest.webmanifest"
    parsed = json.loads(manifest["data"])
    assert parsed["display"] == "standalone" and parsed["start_url"] == "./" == parsed["scope"]
    problems = {each["errorId"] for each in session.send("Page.getInstallabilityErrors")["installabilityErrors"]}
    assert problems <= {"in-incognito"}, "tests have no other windows"
    for icon in parsed["icons"]:
        got = tab.page.request.get(f"{yard.serving.base}/{icon['src']}")
        assert got.ok and got.headers["content-type"] == icon["type"], icon
    assert tab.page.evaluate("caches.keys()") == [], "nothing is kept"


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_a_device_is_told_of_an_event_which_one_press_takes(
    yard: Yard, open_tab: OpenTab, shoot: Shoot, size: playwright.ViewportSize
) -> None:
    name = "wide" if size is WIDE else "phone"
    browser = Browser(yard.sink, f"/push/{name}")
    tab = open_tab(yard.serving.base, size, permissions=["notifications"])
    tab.page.add_init_script(SUBSCRIBES % json.dumps(browser.subscription))
    tab.sign_in()
    tab.go("#/people/me")
    page = tab.page
    panel = page.locator("section, .panel").filter(has=page.get_by_role("heading", name="Messages on my devices")).last
    panel.get_by_role("button", name="Tell me on this device").click()
    row = panel.get_by_role("listitem").filter(has_text="This device")
    expect(row).to_be_visible()
    row.get_by_role("button", name="Test").click()
    expect(page.get_by_text("A test was sent to")).to_be_visible()
    assert [each["title"] for each in browser.read()] == ["A test from passerby"]
    shoot(tab, f"devices-{name}")
    assert tab.fits()

    id = yard.happen()
    until_s = time.monotonic() + 20
    while len(browser.requests()) < 2:
        assert time.monotonic() < until_s
        time.sleep(0.02)
    message = browser.read()[-1]
    assert (message["title"], message["where"], message["take"]) == ("gate: fall (Path)", f"#/events/{id}", True)

    worker = worker_of(tab)
    for _ in range(2):  # it may come twice
        deliver(tab, json.dumps(message))
    tab.until(f"{SHOWN}.then((all) => all.length)")
    (shown,) = page.evaluate(SHOWN)
    assert (shown["title"], shown["tag"], shown["data"]) == (
        message["title"],
        f"event-{id}",
        {"where": message["where"]},
    )
    assert [each["action"] for each in shown["actions"]] == ["take"]
    worker.evaluate(CLICK, "take")
    expect(page).to_have_url(f"{yard.serving.base}/#/events/{id}/take")
    detail = page.locator(".event-detail")
    expect(detail).to_contain_text("Nobody is dealing with this event yet.")
    shoot(tab, f"take-{name}")
    assert tab.fits()
    state = f"fetch('api/events/{id}').then((each) => each.json()).then((each) => each.event.state)"
    assert page.evaluate(state) == "new", "to open it changes nothing"
    detail.locator(".event-take").get_by_role("button", name="I'll deal with it").click()
    expect(detail.locator(".badge").first).to_have_text("Being dealt with: kim")
    expect(page).to_have_url(f"{yard.serving.base}/#/events/{id}")


def test_a_link_leads_to_an_event_that_the_list_no_longer_has(yard: Yard, open_tab: OpenTab) -> None:
    id = yard.happen(EventKind.LOITERING)
    tab = open_tab(yard.serving.base, PHONE)
    tab.sign_in()
    tab.go(f"#/events/{id}")
    detail = tab.page.locator(".event-detail")
    detail.get_by_role("button", name="Done").click()
    expect(tab.page.get_by_text("Marked as done")).to_be_visible()
    expect(detail.get_by_role("heading")).to_have_text("Fall")  # the next one
    tab.go("#/about")
    tab.go(f"#/events/{id}")
    expect(detail.get_by_role("heading")).to_have_text("Loitering")
    expect(detail.locator(".badge").first).to_have_text("Done: kim")
    detail.get_by_role("button", name="New again").click()
    expect(detail.locator(".badge").first).to_have_text("New: kim")


@pytest.mark.parametrize("data", ["", "no json", '{"where": "https://example.org/", "title": "x"}'])
def test_whatever_comes_is_shown_and_leads_nowhere_else(yard: Yard, open_tab: OpenTab, data: str) -> None:
    tab = open_tab(yard.serving.base, permissions=["notifications"])
    tab.sign_in()
    worker = worker_of(tab)
    deliver(tab, data)
    tab.until(f"{SHOWN}.then((all) => all.length)")
    (shown,) = tab.page.evaluate(SHOWN)
    assert shown["title"] in ("passerby", "x") and shown["data"] == {"where": "#/events"} and shown["actions"] == []
    worker.evaluate(CLICK, "")
    expect(tab.page).to_have_url(f"{yard.serving.base}/#/events")


def test_a_click_goes_to_the_window_of_the_page_and_not_to_a_picture_of_ours(yard: Yard, open_tab: OpenTab) -> None:
    tab = open_tab(yard.serving.base, permissions=["notifications"])
    tab.sign_in()
    worker = worker_of(tab)
    deliver(tab, json.dumps({"title": "x", "where": "#/events"}))
    tab.until(f"{SHOWN}.then((all) => all.length)")
    picture = tab.page.context.new_page()
    picture.goto(f"{yard.serving.base}/icon-192.png")
    picture.bring_to_front()
    worker.evaluate(CLICK, "")
    expect(tab.page).to_have_url(f"{yard.serving.base}/#/events")
    assert len(tab.page.context.pages) == 2, "none was opened"


def test_without_a_channel_the_account_says_so(serve: Serve, open_tab: OpenTab, tmp_path: Path) -> None:
    data = data_made(tmp_path / "data")
    add_user(data, "vic", Role.VIEWER)
    tab = open_tab(serve(data).base)
    tab.sign_in("vic")
    tab.go("#/people/me")
    expect(tab.page.get_by_text("Not set up yet. An admin can add a channel of the kind Web push")).to_be_visible()
    expect(tab.page.get_by_role("button", name="Tell me on this device")).to_have_count(0)


def test_under_a_path_it_is_an_app_of_that_path(serve: Serve, open_tab: OpenTab, tmp_path: Path) -> None:
    data = data_made(tmp_path / "data")
    add_user(data, "vic", Role.VIEWER)
    serving = serve(data, 'path = "/cameras"\ntrusted_proxies = ["127.0.0.1/32"]\n' + TOML)
    with proxying(int(serving.base.rsplit(":", 1)[1]), "/cameras/", strips=True) as proxy:
        base = proxy.base
        tab = open_tab(base)
        tab.sign_in("vic")
        assert worker_of(tab).url == f"{base}/sw.js"
        assert tab.page.evaluate("navigator.serviceWorker.ready.then((each) => each.scope)") == f"{base}/"
        session = tab.page.context.new_cdp_session(tab.page)
        assert session.send("Page.getAppManifest")["url"] == f"{base}/manifest.webmanifest"
        assert proxy.beside == []
        tab.page.goto("about:blank")  # while the proxy is there
