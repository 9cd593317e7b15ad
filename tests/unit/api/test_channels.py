"""Channels through the API: whether they work, a test of each, and never an address or a secret."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from passerby.access.cameras import CameraFacts
from passerby.access.channels import Channels
from passerby.access.sealer import Sealer
from passerby.config import Channel, Config
from passerby.errors import SettingsError
from passerby.media.messages import Message, Severity, new_id
from passerby.media.segments import TICKS_PER_S
from passerby.notify.configured import ConfiguredNotifier
from passerby.notify.outbox import Outbox
from passerby.rules.access import Role
from passerby.rules.notify import Planned
from passerby.testing.webhook import WebhookSink
from tests.unit.api.conftest import ON_SQLITE_ALONE, House, OpenHouse

SECRET = "hunter2-planted-secret"


def house_with(open_house: OpenHouse, url: str, **more: Any) -> House:
    channel = {"name": "hook", "kind": "webhook", "address": url, "secret": SECRET, "networks": ["127.0.0.0/8"]}
    house = open_house({"channel": [{**channel, **more}]})
    services = house.app.state.services
    object.__setattr__(services, "notifier", ConfiguredNotifier(house.installation))
    house.add_user("root", Role.ADMIN)
    house.add_user("eve", Role.AUDITOR)
    return house


def test_a_test_is_delivered_noted_and_shown(open_house: OpenHouse) -> None:
    with WebhookSink() as sink:
        house = house_with(open_house, sink.url("/hunter2-planted"))
        root = house.signed_in("root")
        (before,) = root.get("/api/channels").json()
        assert before == {
            "name": "hook", "kind": "webhook", "is_in_file": True, "is_overruled": False, "has_secret": True,
            "address_shown": sink.url("").rstrip("/"),
            "settings": {
                "language": "auto", "stills": False, "still_hours": 24.0, "sender": None, "to": None,
                "topic": "passerby", "discovery": "homeassistant", "switches": True, "trust_any_certificate": False,
            },
            "error": None, "failing_since_90k": None, "last_delivered_90k": None,
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


PAGE_HOOK = {"name": "own", "kind": "webhook", "address": "https://hooks.example/hunter2-path", "secret": SECRET}
MAIL = {
    "name": "duty", "kind": "email", "address": "smtps://kim:hunter2-word@mail.example",
    "sender": "cameras@mail.example", "to": ["duty@mail.example"],
}  # fmt: skip


def with_notifier(house: House) -> House:
    object.__setattr__(house.app.state.services, "notifier", ConfiguredNotifier(house.installation))
    house.add_user("root", Role.ADMIN)
    house.add_user("eve", Role.AUDITOR)
    return house


def test_a_channel_of_the_page_is_added_changed_and_removed_and_its_secrets_never_come_out(house: House) -> None:
    root, eve = with_notifier(house).signed_in("root"), house.signed_in("eve")
    added = root.post("/api/channels", json={"channel": MAIL})
    assert added.status_code == 201
    assert added.json()["address_shown"] == "smtps://mail.example" and added.json()["is_in_file"] is False
    assert house.app.state.services.notifier.has_channels, "the notifier has it at once"
    change = {"to": ["duty@mail.example", "boss@mail.example"], "sender": "cameras@mail.example", "address": None}
    changed = root.put("/api/channels/duty", json={"channel": change})
    assert changed.status_code == 200 and changed.json()["settings"]["to"] == change["to"]
    config = house.installation.channels.on_page("duty").config
    assert config and config.address and config.address.get_secret_value() == MAIL["address"], "it stays as it is"
    hook = root.post("/api/channels", json={"channel": PAGE_HOOK})
    assert hook.json()["address_shown"] == "https://hooks.example" and hook.json()["has_secret"]
    other = root.put("/api/channels/own", json={"channel": {"secret": "another-" + SECRET}})
    assert other.status_code == 200
    removed = root.delete("/api/channels/own")
    assert removed.status_code == 204 and [each["name"] for each in root.get("/api/channels").json()] == ["duty"]
    shown = [added, changed, hook, other, root.get("/api/channels"), eve.get("/api/channels"), eve.get("/api/audit")]
    noted = [(each.what, each.about) for each in house.installation.audit.list() if each.what.startswith("channel")]
    assert noted[::-1] == [
        ("channel:add", 'duty: address smtps://mail.example; kind "email"; sender "cameras@mail.example"; '
         'to ["duty@mail.example"]'),
        ("channel:change", 'duty: to ["duty@mail.example", "boss@mail.example"] (was ["duty@mail.example"])'),
        ("channel:add", 'own: address https://hooks.example; a secret; kind "webhook"'),
        ("channel:change", "own: another secret"),
        ("channel:remove", "channel own"),
    ]  # fmt: skip
    assert "hunter2" not in "".join(each.text for each in shown) + repr(house.installation.channels.list())
    for refused in (
        eve.post("/api/channels", json={"channel": PAGE_HOOK}), eve.put("/api/channels/duty", json={"channel": {}}),
        eve.delete("/api/channels/duty"), eve.post("/api/routes", json={"route": {"channels": ["duty"]}}),
        eve.put("/api/routes/1", json={"route": {"channels": ["duty"]}}), eve.delete("/api/routes/1"),
    ):  # fmt: skip
        assert refused.status_code == 403
    assert eve.get("/api/routes").status_code == 200


@ON_SQLITE_ALONE
@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"address": "env:HOME"}, "address", "channel-from-elsewhere"),
        ({"address": " ENV:HOME"}, "address", "channel-address-begins"),
        ({"kind": "apprise", "address": " Env:HOME"}, "address", "channel-from-elsewhere"),
        ({"address": "file:/etc/passwd"}, "address", "channel-from-elsewhere"),
        ({"secret": "file:/etc/a-file-of-secrets"}, "secret", "channel-from-elsewhere"),
        ({"networks": ["127.0.0.0/8"]}, "networks", "channel-networks-in-file"),
        ({"address": "https://a:99999/"}, "address", None),
        ({"address": "mqtt://broker.example"}, "address", "channel-address-begins"),
        ({"address": None}, "address", "channel-needs-address"),
        ({"secret": "short"}, "secret", "value-wrong"),
        ({"name": "two words"}, "name", "value-wrong"),
        ({"still_hours": 1000}, "still_hours", "value-wrong"),
        ({"kind": "email", "address": "smtp://a.example", "sender": "nobody"}, "to", "channel-needs-sender"),
        ({"kind": "email", "address": "smtp://a.example", "sender": "nobody", "to": ["x@y.example"]}, "sender",
         "not-an-e-mail-address"),
        ({"kind": "apprise", "address": "json://127.0.0.1/"}, "address", "apprise-any-server"),
        ({"kind": "apprise", "address": "syslog://"}, "address", "apprise-any-server"),
        ({"kind": "apprise", "address": "ntfy://127.0.0.1/topic"}, "address", "apprise-any-server"),
        ({"kind": "apprise", "address": "discord://1/a?template=/etc/passwd"}, "address", "apprise-options"),
        ({"kind": "apprise", "address": "ntfy://gate,json://127.0.0.1"}, "address", "apprise-options"),
        ({"kind": "apprise", "address": "ntfy://gate;json://127.0.0.1"}, "address", "apprise-options"),
        ({"name": "infile"}, "name", "channel-in-file"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_channel_is_said_at_its_field(
    open_house: OpenHouse, change: dict[str, Any], field: str, code: str | None
) -> None:
    in_file = {"name": "infile", "kind": "webhook", "address": "https://hooks.example", "secret": SECRET}
    root = with_notifier(open_house({"channel": [in_file]})).signed_in("root")
    refused = root.post("/api/channels", json={"channel": {**PAGE_HOOK, **change}})
    assert refused.status_code == 422 and refused.json()["field"] == field, refused.text
    assert SECRET not in refused.text and (code is None or refused.json()["said"]["code"] == code)
    assert [each["name"] for each in root.get("/api/channels").json()] == ["infile"]


def test_what_a_page_wrote_is_not_read_from_a_file_even_if_the_catalogue_says_so(house: House, tmp_path: Path) -> None:
    with_notifier(house)
    (tmp_path / "secret").write_text("https://hooks.example/")
    channels = house.installation.channels
    channels.add(Channel.model_validate({**PAGE_HOOK, "address": f"file:{tmp_path / 'secret'}"}), "root")
    assert channels.on_page("own").config is None
    notifier = house.app.state.services.notifier
    notifier.follow()
    assert not notifier.has_channels and "own" in notifier.unusable
    (shown,) = house.signed_in("root").get("/api/channels").json()
    assert shown["said"]["code"] == "with-hint" and "hooks.example" not in str(shown)


def test_the_file_wins_over_a_channel_of_the_same_name(open_house: OpenHouse) -> None:
    house = with_notifier(open_house())
    assert house.signed_in("root").post("/api/channels", json={"channel": PAGE_HOOK}).status_code == 201
    of_file = Channel.model_validate({**PAGE_HOOK, "address": "https://file.example"})
    later = Channels(house.installation.rows, Sealer(house.folder), Config(channel=(of_file,)))
    assert [(each.name, each.is_in_file, each.is_overruled) for each in later.list()] == [
        ("own", True, False), ("own", False, True),
    ]  # fmt: skip
    used = later.find("own")
    assert used and used.address_shown == "https://file.example"


def test_a_message_goes_where_the_routes_of_the_page_say_at_once(house: House) -> None:
    root = with_notifier(house).signed_in("root")
    notifier = house.app.state.services.notifier
    waiting = Outbox(house.installation.rows)

    def told(kind: str = "fall", severity: Severity = Severity.CRITICAL) -> set[str]:
        message = Message(new_id(), severity, kind, "gate", None, "Fall", "", house.clock.now_90k())
        notifier.tell(message)
        return {name for name in ("own", "duty") if waiting.claim(name, TICKS_PER_S) is not None}

    assert told() == set()
    for each in (PAGE_HOOK, MAIL):
        root.post("/api/channels", json={"channel": each})
    assert told() == {"own", "duty"}, "without routes to all"
    night = {"channels": ["duty"], "severity": "critical"}
    added = root.post("/api/routes", json={"route": night})
    assert added.status_code == 201 and told() == {"duty"} and told(severity=Severity.INFO) == set()
    id = added.json()["id"]
    both = {**night, "channels": ["own", "duty"], "escalate_after_s": 60, "escalate_to": ["own"]}
    assert root.put(f"/api/routes/{id}", json={"route": both}).status_code == 200
    assert told() == {"own", "duty"}
    for wrong, field in (
        ({"channels": []}, "channels"), ({"channels": ["gone"]}, "channels"), ({**night, "when": ["noon"]}, "when"),
        ({**night, "escalate_after_s": 60}, "escalate_to"), ({**night, "escalate_to": ["gone"]}, "escalate_to"),
    ):  # fmt: skip
        refused = root.post("/api/routes", json={"route": wrong})
        assert (refused.status_code, refused.json()["field"]) == (422, field), refused.text
        assert refused.json()["said"] or field == "when", refused.text
    root.delete("/api/channels/own")
    (left,) = root.get("/api/routes").json()
    assert left["route"]["channels"] == ["duty"] and left["route"]["escalate_to"] is None
    assert told() == {"duty"}
    root.delete("/api/channels/duty")
    assert root.get("/api/routes").json() == [], "nobody is left in it"
    assert root.put(f"/api/routes/{id}", json={"route": {**night}}).status_code == 422
    assert root.delete(f"/api/routes/{id}").status_code == 404
    routes = [(each.what, each.about) for each in house.installation.audit.list() if each.what.startswith("route")]
    assert routes[::-1] == [
        ("route:add", f'route {id}: channels ["duty"]; severity "critical"'),
        ("route:change", f'route {id}: channels ["own", "duty"] (was ["duty"]); escalate_after_s 60.0 (was null); '
         'escalate_to ["own"] (was null)'),
    ]  # fmt: skip


def test_what_waited_for_a_removed_channel_does_not_go_to_the_next_of_its_name(house: House) -> None:
    root = with_notifier(house).signed_in("root")
    root.post("/api/channels", json={"channel": MAIL})
    notifier = house.app.state.services.notifier
    notifier.tell(Message(new_id(), Severity.CRITICAL, "fall", "gate", None, "Fall", "", house.clock.now_90k()))
    root.delete("/api/channels/duty")
    root.post("/api/channels", json={"channel": {**MAIL, "to": ["somebody@else.example"]}})
    assert Outbox(house.installation.rows).claim("duty", TICKS_PER_S) is None


def test_another_server_takes_up_a_channel_of_the_page(house: House) -> None:
    """As the node that sends for a cluster does, when somebody changed it through another one."""
    sends = ConfiguredNotifier(house.installation)
    root = with_notifier(house).signed_in("root")
    with WebhookSink() as first, WebhookSink() as second:
        # This machine itself is refused to a channel of the page: what is sent is tried without that.
        sends._make = functools.partial(_anywhere, sends._make)  # type: ignore[method-assign]
        root.post("/api/channels", json={"channel": {**PAGE_HOOK, "address": first.url()}})
        sends.sender.start()
        sends.follow()
        try:
            sends.tell(Message(new_id(), Severity.INFO, "fall", "gate", None, "Fall", "", house.clock.now_90k()))
            first.wait_for(1)
            root.put("/api/channels/own", json={"channel": {"address": second.url()}})
            sends.follow()
            sends.tell(Message(new_id(), Severity.INFO, "fall", "gate", None, "Fall", "", house.clock.now_90k()))
            second.wait_for(1)
            root.delete("/api/channels/own")
            sends.follow()
            assert not sends.has_channels and sends.states() == {}
        finally:
            sends.sender.stop()
        assert len(first.received) == 1


def _anywhere(make: Callable[..., Any], config: Channel, *, is_in_file: bool) -> Any:
    return make(config.model_copy(update={"networks": ("127.0.0.0/8",)}), is_in_file=is_in_file)


def test_a_channel_of_the_page_cannot_reach_this_machine(house: House) -> None:
    root = with_notifier(house).signed_in("root")
    with WebhookSink() as sink:
        root.post("/api/channels", json={"channel": {**PAGE_HOOK, "address": sink.url()}})
        refused = root.post("/api/channels/own/test")
        assert refused.status_code == 503 and "this machine itself" in refused.text
        assert len(sink.received) == 0


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
