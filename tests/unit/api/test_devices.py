"""Web push through the API: who is told of what, in which browsers, until when; by a push service of the test's own."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from passerby.access import Installation
from passerby.access.cameras import CameraFacts
from passerby.access.users import UserFacts
from passerby.clock import SystemClock
from passerby.errors import PasserbyError
from passerby.events.records import EventRecords
from passerby.media.events import CameraEvent, EventKind
from passerby.media.messages import Message, Severity, new_id
from passerby.media.segments import TICKS_PER_S
from passerby.notify.channels import push
from passerby.notify.channels.push import GIVE_UP_AFTER_90K, PAYLOAD_BYTES, Push, payload
from passerby.notify.configured import ConfiguredNotifier
from passerby.notify.event_messages import EventMessages
from passerby.notify.notifier import Notifier
from passerby.rules.access import Role
from passerby.rules.notify import Planned
from passerby.testing.clock import MovingClock
from passerby.testing.webhook import WebhookSink
from tests.certificates import certificate
from tests.push import Browser
from tests.unit.api.conftest import ADDRESS, House, OpenHouse

PAGE = "http://localhost:8080/"
STILL = re.compile(r"api/linked-stills/1\.jpg\?until=\d+&signature=[\w-]+")
FIELDS = {"id", "title", "text", "at_ms", "where", "take", "still", "language"}
CHANNEL = {"name": "phones", "kind": "push", "networks": ["127.0.0.0/8"], "trust_any_certificate": True}


@dataclass
class Pushing:
    """kim sees all; vic is told of the gate only; adam is an admin, who watches nothing."""

    house: House
    sink: WebhookSink
    notifier: Notifier

    def browser(self, name: str, path: str | None = None, client: TestClient | None = None) -> Browser:
        """A browser that a user wants to be told in."""
        browser = Browser(self.sink, path or f"/push/{name}")
        done = add(client or self.house.signed_in(name), browser)
        assert done.status_code == 201, done.text
        return browser

    def happen(self, camera: str = "gate", kind: EventKind = EventKind.FALL) -> None:
        """Something happens, and is told through all that is due."""
        now_90k = self.house.clock.now_90k()
        records = EventRecords(self.house.installation.rows)
        records.add([CameraEvent(camera, "floor", kind, "people", now_90k, None)])
        EventMessages(self.house.installation.rows, self.notifier, f"{PAGE}#/events").round()
        self.send()

    def send(self) -> None:
        while self.notifier.sender.send_next("phones"):
            pass

    def catch_up(self) -> None:
        channel = self.notifier.for_devices("kim")
        assert isinstance(channel, Push)
        channel._catch_up()


def add(client: TestClient, browser: Browser, **more: Any) -> Any:
    return client.post("/api/self/devices", json={"name": "Firefox on Android", **browser.subscription, **more})


def titles(browser: Browser) -> list[str]:
    return [each["title"] for each in browser.read()]


@pytest.fixture
def pushing(open_house: OpenHouse, tmp_path: Path) -> Iterator[Pushing]:
    with WebhookSink(certificate(tmp_path)) as sink:
        house = open_house({"channel": [CHANNEL]})
        notifier = ConfiguredNotifier(house.installation)
        object.__setattr__(house.app.state.services, "notifier", notifier)
        for group in ("street", "back"):
            house.installation.groups.add(group, "")
        for name, group in (("gate", "street"), ("yard", "back")):
            house.installation.cameras.add(name, CameraFacts(address=ADDRESS, groups=frozenset({group})))
        house.add_user("kim", Role.OPERATOR, sees_all=True)
        house.add_user("vic", Role.VIEWER, groups=("street",))
        house.add_user("adam", Role.ADMIN)
        yield Pushing(house, sink, notifier)
        notifier.sender.stop()


def test_a_message_says_what_where_and_when_and_nothing_in_the_open(pushing: Pushing) -> None:
    browser = pushing.browser("kim")
    pushing.happen()
    (read,), (request,) = browser.read(), browser.requests()
    assert read == {
        "id": "event-1", "title": "gate: fall (floor)", "text": "", "take": True, "where": "#/events/1",
        "at_ms": pushing.house.clock.now_90k() * 1000 // TICKS_PER_S, "still": "", "language": "en",
    }  # fmt: skip
    assert b"gate" not in request.body and len(request.body) < 4096
    assert request.headers["Urgency"] == "high" and request.headers["Authorization"].startswith("vapid t=")


def test_every_message_has_the_same_size() -> None:
    def of(title: str, text: str) -> bytes:
        return payload(Message("a", Severity.INFO, "fall", None, None, title, text, 0), PAGE, may_take=False)

    assert {len(of(*each)) for each in (("Fall", ""), ("Fall", "x" * 4000), ("😀" * 200, "😀" * 4000))} == {
        PAYLOAD_BYTES
    }


def test_each_is_told_of_what_they_may_see_and_no_longer_once_they_may_not(pushing: Pushing) -> None:
    kim, vic, adam = (pushing.browser(name) for name in ("kim", "vic", "adam"))
    pushing.happen("gate")
    pushing.happen("yard")
    assert titles(kim) == ["gate: fall (floor)", "yard: fall (floor)"]
    assert titles(vic) == ["gate: fall (floor)"] and vic.read()[0]["take"] is False
    assert titles(adam) == [], "an admin watches nothing"
    pushing.house.installation.users.change("vic", UserFacts(frozenset({Role.VIEWER}), frozenset({"back"})))
    pushing.happen("gate", EventKind.CROWD)
    assert titles(vic) == ["gate: fall (floor)"]


def test_alarms_are_told_without_details_to_those_who_do_not_see_the_settings(pushing: Pushing) -> None:
    vic, adam = pushing.browser("vic"), pushing.browser("adam")
    now_90k = pushing.house.clock.now_90k()
    about = ("Recordings are missing", "in /srv/hunter2-planted", now_90k)
    pushing.notifier.tell(Message(new_id(), Severity.CRITICAL, "alarm-lost", None, None, *about))
    pushing.notifier.tell(Message(new_id(), Severity.CRITICAL, "alarm-lost", "yard", None, *about))
    pushing.send()
    assert [each["text"] for each in vic.read()] == [""]
    assert [each["text"] for each in adam.read()] == ["in /srv/hunter2-planted"] * 2


def test_a_digest_names_no_camera_to_those_who_do_not_see_all(pushing: Pushing) -> None:
    kim, vic = pushing.browser("kim"), pushing.browser("vic")
    pushing.happen("yard")
    pushing.happen("gate")
    pushing.happen("gate", EventKind.CROWD)
    now_90k = pushing.house.clock.now_90k()
    joined = Message(new_id(), Severity.CRITICAL, "digest", None, None, "3 messages, yard", "1 × yard", now_90k)
    pushing.notifier.tell(joined)
    pushing.send()
    assert (titles(kim)[-1], titles(vic)[-1]) == ("3 messages, yard", "2 new events")
    assert "yard" not in str(vic.read())


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_gone_is_removed(pushing: Pushing, status: int) -> None:
    kim, vic = pushing.browser("kim"), pushing.browser("vic")
    pushing.sink.statuses[vic.path] = status
    pushing.happen()
    pushing.happen(kind=EventKind.CROWD)
    assert (len(kim.requests()), len(vic.requests())) == (2, 1)
    assert pushing.house.signed_in("vic").get("/api/self/devices").json()["devices"] == []
    assert len(pushing.house.signed_in("kim").get("/api/self/devices").json()["devices"]) == 1


def test_a_browser_that_fails_holds_up_no_other_and_gets_it_later(pushing: Pushing) -> None:
    kim, vic = pushing.browser("kim"), pushing.browser("vic")
    pushing.sink.statuses[vic.path] = 500
    pushing.happen()
    pushing.happen(kind=EventKind.CROWD)
    assert (len(kim.requests()), len(vic.requests())) == (2, 1), "what fails is not asked with each message"
    assert pushing.notifier.states()["phones"].error is None, "the channel works"
    (device,) = pushing.house.signed_in("vic").get("/api/self/devices").json()["devices"]
    assert device["said"] == {"code": "push-answered", "params": {"status": "500"}}
    del pushing.sink.statuses[vic.path]
    pushing.house.clock.move(2)
    pushing.catch_up()
    pushing.catch_up()
    assert [each["id"] for each in vic.read()] == ["event-1", "event-1", "event-2"]
    assert len(kim.requests()) == 2
    (device,) = pushing.house.signed_in("vic").get("/api/self/devices").json()["devices"]
    assert device["error"] is None and device["told_90k"]


def test_what_waits_is_not_told_to_somebody_who_may_no_longer_see_it_and_given_up(pushing: Pushing) -> None:
    _, vic, devices = pushing.browser("kim"), pushing.browser("vic"), pushing.house.installation.devices
    pushing.sink.statuses[vic.path] = 500
    pushing.happen()
    assert len(devices.waiting("phones", is_due=False)) == 1
    pushing.house.clock.move(GIVE_UP_AFTER_90K / TICKS_PER_S + 1)
    pushing.catch_up()
    assert devices.waiting("phones", is_due=False) == []
    pushing.happen()
    pushing.house.installation.users.change("vic", UserFacts(frozenset({Role.VIEWER}), frozenset({"back"})))
    before = len(vic.requests())
    pushing.house.clock.move(2)
    pushing.catch_up()
    assert devices.waiting("phones", is_due=False) == [] and len(vic.requests()) == before


def test_where_all_fail_the_channel_fails_and_sends_again(pushing: Pushing) -> None:
    kim = pushing.browser("kim")
    pushing.sink.status = 503
    pushing.happen()
    assert pushing.notifier.states()["phones"].error == "the push service answered with 503"
    pushing.sink.status = 201
    pushing.house.clock.move(2)
    pushing.send()
    assert [each["id"] for each in kim.read()] == ["event-1", "event-1"]
    assert pushing.notifier.states()["phones"].error is None


def disabled(installation: Installation) -> None:
    installation.users.change("vic", UserFacts(frozenset({Role.VIEWER}), frozenset({"street"}), is_enabled=False))


def removed(installation: Installation) -> None:
    installation.users.remove("vic")


def reset(installation: Installation) -> None:
    user = installation.users.find("vic")
    assert user
    installation.users.reset_password(user.id, "x")


@pytest.mark.parametrize("done", [disabled, removed, reset])
def test_who_is_gone_is_told_no_more(pushing: Pushing, done: Any) -> None:
    vic = pushing.browser("vic")
    done(pushing.house.installation)
    pushing.happen()
    assert vic.requests() == [] and pushing.house.installation.devices.listening() == []


def test_signing_out_ends_it_there_and_another_password_everywhere_else(pushing: Pushing) -> None:
    phone, desk = pushing.house.signed_in("vic"), pushing.house.signed_in("vic")
    on_phone, at_desk = pushing.browser("vic", "/push/phone", phone), pushing.browser("vic", "/push/desk", desk)
    assert phone.delete("/api/session").status_code == 204
    pushing.happen()
    assert (len(on_phone.requests()), len(at_desk.requests())) == (0, 1)
    pushing.house.clock.move(10 * 86400)  # the session has long expired
    pushing.happen(kind=EventKind.CROWD)
    assert len(at_desk.requests()) == 2
    here = pushing.house.signed_in("vic")
    on_phone = pushing.browser("vic", "/push/phone", here)
    words = {"old": "a long enough pass phrase", "new": "another long enough pass phrase"}
    assert here.put("/api/self/password", json=words).status_code == 204
    pushing.happen(kind=EventKind.LYING)
    assert (len(on_phone.requests()), len(at_desk.requests())) == (1, 2)


def test_a_browser_belongs_to_whoever_said_so_last(pushing: Pushing) -> None:
    kim, vic = pushing.house.signed_in("kim"), pushing.house.signed_in("vic")
    browser = pushing.browser("vic", "/push/shared", vic)
    assert add(kim, browser).status_code == 201
    assert vic.get("/api/self/devices").json()["devices"] == []
    pushing.happen("yard")
    assert titles(browser) == ["yard: fall (floor)"]


def test_devices_are_listed_tested_and_removed_by_their_user_only(pushing: Pushing) -> None:
    kim, vic = pushing.house.signed_in("kim"), pushing.house.signed_in("vic")
    browser = pushing.browser("kim", client=kim)
    assert add(kim, browser).status_code == 201, "again"
    listed = kim.get("/api/self/devices")
    (device,) = listed.json()["devices"]
    assert device["name"] == "Firefox on Android" and listed.json()["public_key"]
    assert browser.path not in listed.text and browser.subscription["auth"] not in listed.text
    assert kim.post(f"/api/self/devices/{device['id']}/test").status_code == 204
    assert titles(browser) == ["A test from passerby"]
    for method, rest in (("POST", "/test"), ("DELETE", "")):
        refused = vic.request(method, f"/api/self/devices/{device['id']}{rest}")
        assert refused.status_code == 404 and refused.json()["said"]["code"] == "no-such-device"
    pushing.sink.status = 500
    failed = kim.post(f"/api/self/devices/{device['id']}/test")
    assert failed.status_code == 503 and failed.json()["said"]["code"] == "push-answered"
    assert kim.delete(f"/api/self/devices/{device['id']}").status_code == 204
    assert kim.get("/api/self/devices").json()["devices"] == []
    noted = [(r.who, r.what) for r in pushing.house.installation.audit.list() if r.what.startswith("device:")]
    assert noted == [("kim", "device:remove"), ("kim", "device:add")]


def test_nothing_of_a_browser_is_kept_in_the_open(pushing: Pushing) -> None:
    browser = pushing.browser("kim")
    with pushing.house.installation.rows.transaction("look") as connection:
        kept = [str(row) for table in ("push_devices", "own_secrets") for row in
                connection.exec_driver_sql(f"SELECT * FROM {table}")]  # fmt: skip
    assert len(kept) == 2 and browser.path not in str(kept) and "127.0.0.1" not in str(kept)


def test_an_address_inside_is_refused_with_a_sentence(open_house: OpenHouse) -> None:
    house = open_house({"channel": [{"name": "phones", "kind": "push"}]})
    object.__setattr__(house.app.state.services, "notifier", ConfiguredNotifier(house.installation))
    house.add_user("vic", Role.VIEWER)
    vic = house.signed_in("vic")
    with WebhookSink() as sink:
        browser = Browser(sink, "/a")
    for inside in ("https://127.0.0.1/a", "https://10.0.0.7/a", "https://169.254.169.254/a", "https://localhost/a"):
        refused = add(vic, browser, endpoint=inside)
        assert refused.status_code == 503 and "not contacted because" in refused.json()["message"], refused.text
    refused = add(vic, browser, endpoint="http://push.example/a")
    assert (refused.status_code, refused.json()["said"]["code"]) == (422, "push-not-subscribed")
    with pytest.raises(PasserbyError, match="no device gets messages yet"):
        house.app.state.services.notifier.test("phones")


def test_without_a_channel_there_is_no_key_and_no_device(house: House) -> None:
    house.add_user("vic", Role.VIEWER)
    vic = house.signed_in("vic")
    assert vic.get("/api/self/devices").json() == {"public_key": None, "devices": []}
    with WebhookSink() as sink:
        refused = add(vic, Browser(sink, "/a"))
    assert (refused.status_code, refused.json()["said"]["code"]) == (409, "push-no-channel")


def test_a_channel_may_tell_some_users_only(open_house: OpenHouse, tmp_path: Path) -> None:
    with WebhookSink(certificate(tmp_path)) as sink:
        house = open_house({"channel": [CHANNEL | {"to": ["kim"]}]})
        notifier = ConfiguredNotifier(house.installation)
        object.__setattr__(house.app.state.services, "notifier", notifier)
        for name in ("kim", "vic"):
            house.add_user(name, Role.VIEWER, sees_all=True)
        pushing = Pushing(house, sink, notifier)
        kim = pushing.browser("kim")
        assert house.signed_in("vic").get("/api/self/devices").json()["public_key"] is None
        pushing.happen()
        assert titles(kim) == ["gate: fall (floor)"]
        notifier.sender.stop()


def test_each_is_told_in_their_own_language_and_the_others_in_that_of_the_installation(pushing: Pushing) -> None:
    installation = pushing.house.installation
    kim, vic = pushing.browser("kim"), pushing.browser("vic")
    vics = pushing.house.signed_in("vic")
    assert vics.patch("/api/self/preferences", json={"language": "ru"}).status_code == 200
    pushing.happen()
    assert (titles(kim), titles(vic)) == (["gate: fall (floor)"], ["gate: падение (floor)"])
    assert [each.read()[0]["language"] for each in (kim, vic)] == ["en", "ru"]
    installation.settings.change({"about.language": "ru"})
    pushing.happen(kind=EventKind.CROWD)
    assert titles(kim)[1] == "gate: скопление (floor)"
    (device,) = vics.get("/api/self/devices").json()["devices"]
    assert vics.post(f"/api/self/devices/{device['id']}/test").status_code == 204
    assert titles(vic)[-1] == "Проверочное сообщение от passerby"


def test_a_still_is_shown_to_those_who_may_see_it_and_every_message_has_one_size(
    open_house: OpenHouse, tmp_path: Path
) -> None:
    with WebhookSink(certificate(tmp_path)) as sink:
        house = open_house({"channel": [CHANNEL | {"stills": True}]})
        notifier = ConfiguredNotifier(house.installation)
        object.__setattr__(house.app.state.services, "notifier", notifier)
        house.installation.cameras.add("gate", CameraFacts(address=ADDRESS))
        for name, roles in (("kim", (Role.OPERATOR,)), ("adam", (Role.ADMIN,))):
            house.add_user(name, *roles, sees_all=True)
        pushing = Pushing(house, sink, notifier)
        kim, adam = pushing.browser("kim"), pushing.browser("adam")
        pushing.happen()
        notifier.tell(Message(new_id(), Severity.CRITICAL, "alarm-lost", "gate", None, "Recordings are missing: gate",
                              "", house.clock.now_90k()))  # fmt: skip
        pushing.send()
        event, alarm = kim.read()
        assert STILL.fullmatch(event["still"]) and alarm["still"] == ""
        assert [each["still"] for each in adam.read()] == [""], "he is told of the alarm only"
        assert len({len(each.body) for each in (*kim.requests(), *adam.requests())}) == 1
        assert set(event) == set(alarm) == FIELDS
        notifier.sender.stop()


@pytest.mark.promise
def test_a_message_of_web_push_has_no_field_for_a_track_a_crop_or_a_description() -> None:
    """Promise 3. Whoever adds a field has to change this list, and to answer for it."""
    message = Message("event-1", Severity.CRITICAL, "fall", "gate", "floor", "gate: fall (floor)", "", 90_000)
    assert set(json.loads(payload(message, PAGE, may_take=False))) == FIELDS


def test_what_was_told_in_a_transaction_is_sent_right_after_it(
    pushing: Pushing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not when the sender happens to look next."""
    monkeypatch.setattr("passerby.notify.sender.LOOK_EVERY_S", 600.0)
    browser = pushing.browser("kim")
    pushing.notifier.sender.start()
    pushing.notifier.sender.wake()
    rows = pushing.house.installation.rows
    now_90k = rows.clock.now_90k()
    for kind in (EventKind.FALL, EventKind.CROWD, EventKind.LYING):
        EventRecords(rows).add([CameraEvent("gate", "floor", kind, "people", now_90k, None)])
        EventMessages(rows, pushing.notifier, f"{PAGE}#/events").round()
    assert len(pushing.sink.wait_for(3, 30)) == 3 == len(browser.requests())


def test_an_event_that_somebody_deals_with_does_not_escalate(pushing: Pushing) -> None:
    pushing.happen()
    pushing.happen(kind=EventKind.CROWD)
    outbox, now_90k = pushing.notifier.outbox, pushing.house.clock.now_90k()
    for id in (1, 2):
        message = Message(f"event-{id}", Severity.CRITICAL, "fall", "gate", "floor", "gate: fall", "", now_90k)
        outbox.add(message, [Planned("phones", now_90k + 60 * TICKS_PER_S, escalates=True)])
    assert pushing.house.signed_in("kim").put("/api/events/1/state", json={"state": "taken"}).status_code == 200
    pushing.house.clock.move(61)
    left = outbox.claim("phones", TICKS_PER_S)
    assert left and left.message.id == "event-2" and outbox.claim("phones", TICKS_PER_S) is None


CHILD = """
import sys
from pathlib import Path
from passerby.access import Installation
from passerby.config import parse_config
from passerby.notify.configured import ConfiguredNotifier
from tests.unit.api.test_devices import CHANNEL

notifier = ConfiguredNotifier(Installation(Path(sys.argv[1]), parse_config({"channel": [CHANNEL]})))
notifier.sender.start()
sys.stdin.read()
"""


def test_a_kill_while_it_is_sent_loses_nothing(tmp_path: Path) -> None:
    with WebhookSink(certificate(tmp_path)) as sink:
        house = House(tmp_path, {"channel": [CHANNEL]}, clock=MovingClock(SystemClock().now_90k()))
        house.add_user("kim", Role.OPERATOR, sees_all=True)
        before = Pushing(house, sink, ConfiguredNotifier(house.installation))
        object.__setattr__(house.app.state.services, "notifier", before.notifier)
        kim = before.browser("kim")
        records = EventRecords(house.installation.rows)
        records.add([CameraEvent("gate", "floor", EventKind.FALL, "people", house.clock.now_90k(), None)])
        EventMessages(house.installation.rows, before.notifier, f"{PAGE}#/events").round()
        sink.holds.set()
        command = [sys.executable, "-c", CHILD, str(tmp_path)]
        child = subprocess.Popen(command, stdin=subprocess.PIPE, cwd=Path(__file__).parents[3])
        assert len(sink.wait_for(1, 60)) == 1
        os.kill(child.pid, signal.SIGKILL)
        child.communicate()
        sink.holds.clear()
        assert before.notifier.sender.send_next("phones") is None, "the lease still holds"
        house.clock.move(120)
        assert before.notifier.sender.send_next("phones") is True
        assert before.notifier.sender.send_next("phones") is None
        assert [each["id"] for each in kim.read()] == ["event-1", "event-1"], "by its id the browser shows it once"
        before.notifier.sender.stop()
        house.close()


def test_a_push_service_that_asks_for_time_gets_it_and_other_devices_are_told(pushing: Pushing) -> None:
    kim, vic = pushing.browser("kim"), pushing.browser("vic")
    pushing.sink.retry_after = "120"
    pushing.sink.statuses[vic.path] = 429
    pushing.happen()
    for _ in range(4):
        pushing.house.clock.move(25)
        pushing.catch_up()
    assert (len(kim.requests()), len(vic.requests())) == (1, 1)
    pushing.happen(kind=EventKind.CROWD)
    assert len(kim.requests()) == 2, "too many for one device are not too many for the other"
    del pushing.sink.statuses[vic.path]
    pushing.house.clock.move(61)
    pushing.catch_up()
    assert titles(vic) == ["gate: fall (floor)"] * 2 + ["gate: crowd (floor)"]


def test_a_push_service_that_is_away_is_asked_for_no_device_until_it_wants_to(pushing: Pushing) -> None:
    kim, vic = pushing.browser("kim"), pushing.browser("vic")
    pushing.sink.status, pushing.sink.retry_after = 503, "120"
    pushing.happen()
    before = len(pushing.sink.received)
    for _ in range(4):
        pushing.house.clock.move(25)
        pushing.send()
    assert len(pushing.sink.received) == before
    assert pushing.notifier.states()["phones"].error == "the push service answered with 503"
    pushing.sink.status = 201
    pushing.house.clock.move(61)
    pushing.send()
    assert titles(kim)[-1:] == titles(vic)[-1:] == ["gate: fall (floor)"]


def test_devices_that_hang_hold_a_message_up_for_no_longer_than_it_may_take(
    pushing: Pushing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More than are asked at once. A device that works is told with the next try."""
    monkeypatch.setattr(push, "AT_ONCE", 2)
    monkeypatch.setattr(push, "BEGIN_WITHIN_S", 0.0)
    vic = pushing.browser("vic")
    pushing.happen()
    assert vic.requests() == []
    assert pushing.notifier.states()["phones"].error == "the push service was not asked in time"
    monkeypatch.setattr(push, "BEGIN_WITHIN_S", 10.0)
    pushing.house.clock.move(2)
    pushing.send()
    assert len(vic.requests()) == 1
