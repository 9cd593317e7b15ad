"""Channels through the API: whether they work, a test of each, and never an address or a secret."""

from __future__ import annotations

from typing import Any

import pytest

from passerby.access.cameras import CameraFacts
from passerby.errors import SettingsError
from passerby.media.messages import Message, Severity
from passerby.media.segments import TICKS_PER_S
from passerby.rules.access import Role
from passerby.rules.notify import Planned
from passerby.service.notifying import make_notifier
from passerby.testing.webhook import WebhookSink
from tests.unit.api.conftest import House, OpenHouse

SECRET = "hunter2-planted-secret"


def house_with(open_house: OpenHouse, url: str, **more: Any) -> House:
    channel = {"name": "hook", "kind": "webhook", "address": url, "secret": SECRET, "networks": ["127.0.0.0/8"]}
    house = open_house({"channel": [{**channel, **more}]})
    services = house.app.state.services
    object.__setattr__(services, "notifier", make_notifier(house.installation))
    house.add_user("root", Role.ADMIN)
    house.add_user("eve", Role.AUDITOR)
    return house


def test_a_test_is_delivered_noted_and_shown(open_house: OpenHouse) -> None:
    with WebhookSink() as sink:
        house = house_with(open_house, sink.url("/hunter2-planted"))
        root = house.signed_in("root")
        (before,) = root.get("/api/channels").json()
        assert before == {
            "name": "hook", "kind": "webhook", "error": None, "failing_since_90k": None, "last_delivered_90k": None,
            "waiting": 0, "said": None,
        }  # fmt: skip
        after = root.post("/api/channels/hook/test").json()
        assert after["last_delivered_90k"] and after["error"] is None
        assert len(sink.received) == 1
        (noted,) = [each for each in house.installation.audit.list() if each.what == "channel:test"]
        assert (noted.who, noted.about) == ("root", "channel hook")
        sink.status = 500
        house.clock.move(1)
        failed = root.post("/api/channels/hook/test")
        assert failed.status_code == 503 and failed.json()["said"]["code"] == "webhook-answered"
        (fails,) = root.get("/api/channels").json()
        assert fails["error"] == "the webhook answered with 500" and fails["waiting"] == 0
        assert root.post("/api/channels/other/test").json()["said"]["code"] == "no-such-channel"
        seen = house.signed_in("eve").get("/api/channels")
        assert seen.status_code == 200 and "hunter2" not in seen.text + failed.text
        assert house.signed_in("eve").post("/api/channels/hook/test").status_code == 403
        assert SECRET not in root.get("/api/settings").text and sink.url() not in root.get("/api/settings").text


def test_without_channels_there_are_none(house: House) -> None:
    house.add_user("root", Role.ADMIN)
    assert house.signed_in("root").get("/api/channels").json() == []


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"address": "smtp://mail.example"}, "the address of channel 'hook' begins with https or http://"),
        ({"secret": None}, "channel 'hook' needs a secret"),
        ({"kind": "email", "address": "smtp://mail.example"}, "channel 'hook' needs a sender, and somebody in to"),
    ],
)
def test_a_channel_that_lacks_something_is_refused_at_the_start(
    open_house: OpenHouse, more: dict[str, Any], says: str
) -> None:
    with pytest.raises(SettingsError, match=says):
        house_with(open_house, "https://hooks.example", **more)


def test_whoever_takes_care_of_a_message_keeps_it_from_others(open_house: OpenHouse) -> None:
    house = house_with(open_house, "https://hooks.example")
    outbox = house.app.state.services.notifier.outbox
    message = Message("a1", Severity.WARNING, "line-crossed", "gate", None, "Line crossed", "", house.clock.now_90k())
    later_90k = house.clock.now_90k() + 600 * TICKS_PER_S
    outbox.add(message, [Planned("hook", later_90k, escalates=True)])
    root = house.signed_in("root")
    assert root.post("/api/messages/a2/seen").json() == {"was_waiting": False}
    assert root.post("/api/messages/a1/seen").json() == {"was_waiting": True}
    assert root.post("/api/messages/a1/seen").json() == {"was_waiting": False}
    house.clock.move(601)
    assert outbox.claim("hook", TICKS_PER_S) is None
    noted = [(each.who, each.about) for each in house.installation.audit.list() if each.what == "message:take"]
    assert noted == [("root", "message a1")]


def test_nobody_keeps_a_message_about_a_camera_that_they_do_not_see_from_others(open_house: OpenHouse) -> None:
    """Ids of messages about events can be guessed."""
    house = house_with(open_house, "https://hooks.example")
    for group in ("street", "back"):
        house.installation.groups.add(group, "")
    facts = CameraFacts(address="rtsp://camera.example/", groups=frozenset({"back"}))
    house.installation.cameras.add("yard", facts)
    house.add_user("vic", Role.VIEWER, groups=("street",))
    house.add_user("olu", Role.OPERATOR, groups=("back",))
    outbox = house.app.state.services.notifier.outbox
    message = Message("event-1", Severity.CRITICAL, "fall", "yard", "floor", "Fall", "", house.clock.now_90k())
    outbox.add(message, [Planned("hook", house.clock.now_90k() + 600 * TICKS_PER_S, escalates=True)])
    assert house.signed_in("vic").post("/api/messages/event-1/seen").json() == {"was_waiting": False}
    assert house.signed_in("olu").post("/api/messages/event-1/seen").json() == {"was_waiting": True}
