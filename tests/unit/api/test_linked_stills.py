"""Links to stills in messages: the very picture that the API serves, until they expire, for one event only."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.testclient import TestClient

from passerby.access.cameras import CameraFacts
from passerby.config import Channel
from passerby.media.messages import Message, Severity
from passerby.media.segments import TICKS_PER_S
from passerby.notify.channels import make_channels
from passerby.notify.channels.email import mail_of
from passerby.notify.configured import channel_context
from passerby.notify.links import StillsShown, message_id
from passerby.notify.wording import Wording
from passerby.testing.webhook import WebhookSink
from tests.recordings import recorded, steady
from tests.unit.api.conftest import ADDRESS, House
from tests.unit.api.test_events import AT, crossed, house, noted, records

__all__ = ["house"]

PAGE = "http://localhost:8080/"


def fall(event: int = 2, kind: str = "fall") -> Message:
    link = f"{PAGE}#/events/{event}"
    return Message(message_id(event), Severity.CRITICAL, kind, "gate", "door", "gate: fall", "", AT, link)


def link_of(house: House, event: int = 2, hours: float = 24.0) -> str:
    link = StillsShown(house.installation.still_links, PAGE, hours, house.clock).link(fall(event))
    assert link
    return link.removeprefix(PAGE[:-1])


def sentence(client: TestClient, link: str) -> tuple[int, str]:
    done = client.get(link)
    assert done.headers["Content-Type"] == "application/json"
    return done.status_code, done.json()["message"]


def test_a_link_shows_the_picture_that_the_api_serves_and_the_look_is_noted(house: House) -> None:
    served = house.signed_in("kim").get("/api/events/2/still.jpg")
    shown = house.client().get(link_of(house))
    assert served.status_code == shown.status_code == 200 and shown.content == served.content
    assert shown.headers["Cache-Control"] == "no-store" and shown.headers["Referrer-Policy"] == "no-referrer"
    assert noted(house, "still:linked") == [("", "still:linked", "gate", "event 2")]


def test_without_a_record_there_is_no_picture(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*args: object) -> None:
        raise OSError

    monkeypatch.setattr(house.installation.audit, "note", fails)
    with pytest.raises(OSError):
        house.client().get(link_of(house))


def test_a_link_expires(house: House) -> None:
    link, client = link_of(house, hours=1), house.client()
    assert client.get(link).status_code == 200
    house.clock.move((AT - house.clock.now_90k()) / TICKS_PER_S + 3599)
    assert client.get(link).status_code == 200
    house.clock.move(1)
    assert sentence(client, link) == (403, "this link has expired")
    assert len(noted(house, "still:linked")) == 2


@pytest.mark.parametrize(
    "change",
    [
        lambda link: link.replace("stills/2.jpg", "stills/4.jpg"),
        lambda link: link.replace("stills/2.jpg", "stills/99.jpg"),
        lambda link: link.replace("until=1", "until=2"),
        lambda link: link[:-1] + ("A" if link[-1] != "A" else "B"),
        lambda link: link.partition("&")[0] + "&signature=",
        lambda link: link.partition("&")[0] + "&signature=%C3%A4%00",
    ],
)
def test_a_changed_link_is_refused_in_one_sentence(house: House, change: Any) -> None:
    changed = change(link_of(house))
    assert changed != link_of(house)
    assert sentence(house.client(), changed) == (403, "this link is not valid")
    assert noted(house, "still:linked") == []


def test_a_link_of_another_installation_is_not_valid_here(house: House) -> None:
    link = link_of(house)
    with house.installation.rows.transaction("forget") as connection:
        connection.exec_driver_sql("DELETE FROM own_secrets")
    assert sentence(house.client(), link)[1] == "this link is not valid"


def test_a_link_ends_with_the_recording_the_event_or_the_camera(house: House) -> None:
    client, link = house.client(), link_of(house)
    assert sentence(client, link_of(house, 1)) == (404, "the recording is gone"), "of an earlier camera of this name"
    assert sentence(client, link_of(house, 3)) == (404, "there is no recording of this event")
    house.installation.cameras.remove("gate")
    assert sentence(client, link) == (404, "the recording is gone")
    house.installation.cameras.add("gate", CameraFacts(address=ADDRESS))
    assert sentence(client, link) == (404, "the recording is gone"), "another camera has the name now"
    house.installation.events.retire(house.clock.now_90k() + 1)
    assert sentence(client, link) == (404, "the recording is gone")


def test_only_a_channel_that_is_set_up_so_has_them(house: House) -> None:
    with WebhookSink() as sink:
        for stills in (False, True):
            config = {
                "name": "hook", "kind": "webhook", "address": sink.url(), "secret": "a-secret-of-many-letters",
                "networks": ["127.0.0.0/8"], "stills": stills,
            }  # fmt: skip
            channel = Channel.model_validate(config)
            channels = make_channels([channel], PAGE, house.clock, channel_context(house.installation))
            for message in (fall(), fall(kind="camera"), fall(kind="digest")):
                channels["hook"].send(message)
        sent = [json.loads(each.body)["data"] for each in sink.wait_for(6)]
    assert [each.get("still") is not None for each in sent] == [False, False, False, True, False, False]
    assert sent[3]["take_link"] == f"{PAGE}#/events/2/take" and "take_link" not in sent[5]
    assert house.client().get(sent[3]["still"].removeprefix(PAGE[:-1])).status_code == 200
    assert parse_qs(urlsplit(sent[3]["still"]).query)["until"] == [str(AT // TICKS_PER_S + 86400)]


def test_a_mail_has_the_link_and_no_picture(house: House) -> None:
    stills = StillsShown(house.installation.still_links, PAGE, 24, house.clock)
    mail = mail_of(fall(), "passerby@mail.example", ["duty@mail.example"], Wording(lambda: "ru", stills))
    assert f"Снимок: {PAGE[:-1]}{link_of(house)}" in mail.get_content() and not mail.is_multipart()
    assert mail["Subject"] == "gate: fall", "it has no code, as it has no rule"


def test_a_picture_that_is_still_being_written_is_waited_for(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A telephone asks for it as soon as it has the message, and never again."""
    now_90k = house.clock.now_90k()
    records(house).add([crossed(start_90k=now_90k)])
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        house.clock.move(seconds)
        if len(slept) == 3:
            writer = house.archive.writer("gate")
            for fragment in recorded(steady(4, now_90k)):
                writer.append(fragment)
            writer.close()

    monkeypatch.setattr(house.clock, "sleep", sleep)
    link = StillsShown(house.installation.still_links, PAGE, 24, house.clock).link(
        replace(fall(5), when_90k=now_90k)
    )  # fmt: skip
    assert link
    assert house.client().get(link.removeprefix(PAGE[:-1])).status_code == 200 and len(slept) == 3
    house.clock.move(100)
    records(house).add([crossed(start_90k=house.clock.now_90k())])
    link = StillsShown(house.installation.still_links, PAGE, 24, house.clock).link(
        replace(fall(6), when_90k=house.clock.now_90k())
    )  # fmt: skip
    assert link and house.client().get(link.removeprefix(PAGE[:-1])).status_code == 404
    assert sum(slept[3:]) <= 5.5, "but not for long"


@pytest.mark.promise
@pytest.mark.parametrize("stills", [False, True])
def test_what_programs_get_has_no_field_for_a_track_a_crop_or_a_description(house: House, stills: bool) -> None:
    """Promise 3, for webhooks and MQTT. Whoever adds a field has to change this list, and to answer for it."""
    shown = StillsShown(house.installation.still_links, PAGE, 24, house.clock) if stills else None
    fields = Wording(stills=shown).fields(fall())
    assert fields.keys() == {
        "id", "severity", "kind", "camera", "rule", "title", "text", "when_90k", "link", "take_link",
    } | ({"still"} if stills else set())  # fmt: skip


def test_apprise_has_the_link_and_no_picture(house: House) -> None:
    pytest.importorskip("apprise", reason="Apprise is not there")
    with WebhookSink() as sink:
        address = sink.url("/x").replace("http://", "json://")
        config = Channel.model_validate({"name": "phone", "kind": "apprise", "address": address, "stills": True})
        make_channels([config], PAGE, house.clock, channel_context(house.installation))["phone"].send(fall())
        (request,) = sink.wait_for(1)
    body = json.loads(request.body)
    assert f"Picture: {PAGE[:-1]}{link_of(house)}" in body["message"] and body["attachments"] == []
