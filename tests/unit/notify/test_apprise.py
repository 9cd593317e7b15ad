"""Apprise hands messages on to a real HTTP server; what fails says so, and nothing secret."""

from __future__ import annotations

import io
import json
import logging
import socket
import sys

import pytest

from passerby.clock import SystemClock
from passerby.config import Channel
from passerby.errors import OutputError, SettingsError
from passerby.media.messages import Message, Severity
from passerby.media.segments import TICKS_PER_S
from passerby.notify.channels import make_channels
from passerby.testing.webhook import WebhookSink

pytest.importorskip("apprise", reason="Apprise is not there")

MESSAGE = Message(
    "a1", Severity.CRITICAL, "fall", "hall", "floor", "Überfall? Nein: ein Sturz", "Somebody fell.",
    1_900_000_000 * TICKS_PER_S, "https://cameras.example/#/events",
)  # fmt: skip
TOKEN = "a-token-of-many-letters"


def send(address: str) -> None:
    config = Channel.model_validate({"name": "phone", "kind": "apprise", "address": address})
    make_channels([config], "https://cameras.example/", SystemClock())["phone"].send(MESSAGE)


def test_a_service_of_apprise_gets_the_message() -> None:
    with WebhookSink() as sink:
        send(sink.url(f"/{TOKEN}").replace("http://", "json://"))
        (request,) = sink.wait_for(1)
    body = json.loads(request.body)
    assert request.path == f"/{TOKEN}" and body["title"] == MESSAGE.title and body["type"] == "failure"
    for part in ("Somebody fell.", "Camera: hall", "Rule: floor", "2030-03-17", "https://cameras.example/#/events"):
        assert part in body["message"]
    assert body["attachments"] == []


@pytest.mark.parametrize(("status", "says"), [(500, "the service answered with 500"), (403, "answered with 403")])
def test_a_refusal_is_said_without_the_address(
    status: int, says: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root, handler = logging.getLogger(), logging.StreamHandler(io.StringIO())
    monkeypatch.setattr(root, "handlers", [handler])
    root.warning("logged")
    with WebhookSink() as sink:
        sink.status = status
        with pytest.raises(OutputError, match=says) as caught:
            send(sink.url(f"/{TOKEN}").replace("http://", "json://"))
    logged = handler.stream.getvalue()
    assert "logged" in logged and TOKEN not in f"{caught.value}{caught.value.hint}{logged}{capsys.readouterr()}"


def test_a_service_that_is_away_is_said() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        with pytest.raises(OutputError, match="the service cannot be reached"):
            send(f"json://127.0.0.1:{closed.getsockname()[1]}/{TOKEN}")


@pytest.mark.parametrize("address", ["nothing://there", "json://", "not an address"])
def test_an_address_that_apprise_does_not_know_is_refused(address: str) -> None:
    with pytest.raises(SettingsError, match="channel 'phone': Apprise knows no service with its address"):
        send(address)


def test_without_apprise_a_sentence_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    with pytest.raises(SettingsError, match="channel 'phone': Apprise is not installed") as caught:
        send(f"json://127.0.0.1/{TOKEN}")
    assert "passerby[apprise]" in str(caught.value.hint)
