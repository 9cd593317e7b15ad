"""Links to stills in messages: the very picture that the API serves, until they expire, for one event only."""

from __future__ import annotations

import json
from pathlib import Path
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
from passerby.notify.links import StillsShown, message_id
from passerby.service.telling import told_of
from passerby.testing.webhook import WebhookSink
from tests.unit.api.conftest import ADDRESS, House
from tests.unit.api.test_events import AT, house, noted

__all__ = ["house"]

PAGE = "http://localhost:8080/"


def fall(event: int = 2, kind: str = "fall") -> Message:
    link = f"{PAGE}#/events/{event}"
    return Message(message_id(event), Severity.CRITICAL, kind, "gate", "door", "gate: fall", "", AT, link)


def link_of(house: House, event: int = 2, hours: float = 24.0) -> str:
    link = StillsShown(house.installation.still_links, PAGE, hours).link(fall(event))
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
    assert sentence(client, link_of(house, 3)) == (404, "nothing is recorded there")
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
            channels = make_channels([channel], PAGE, house.clock, told_of(house.installation))
            for message in (fall(), fall(kind="camera"), fall(kind="digest")):
                channels["hook"].send(message)
        sent = [json.loads(each.body)["data"] for each in sink.wait_for(6)]
    assert [each.get("still") is not None for each in sent] == [False, False, False, True, False, False]
    assert sent[3]["take_link"] == f"{PAGE}#/events/2/take" and "take_link" not in sent[5]
    assert house.client().get(sent[3]["still"].removeprefix(PAGE[:-1])).status_code == 200
    assert parse_qs(urlsplit(sent[3]["still"]).query)["until"] == [str(AT // TICKS_PER_S + 86400)]


def test_a_mail_has_the_link_and_no_picture(house: House) -> None:
    mail = mail_of(fall(), "passerby@mail.example", ["duty@mail.example"], "https://cameras.example/picture")
    assert "Picture: https://cameras.example/picture" in mail.get_content() and not mail.is_multipart()


@pytest.mark.parametrize("kind", ["mqtt", "push"])
def test_other_kinds_cannot_have_them(kind: str, tmp_path: Path) -> None:
    address = {} if kind == "push" else {"address": "mqtts://broker.example"}
    with pytest.raises(ValueError, match="cannot have stills: only webhooks and e-mail can"):
        Channel.model_validate({"name": "x", "kind": kind, "stills": True, **address})
