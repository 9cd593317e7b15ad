"""Webhooks arrive signed, at a real HTTP server; what fails says so, and nothing secret."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from passerby.catalogue.database import open_database
from passerby.catalogue.rows import Rows
from passerby.clock import SystemClock
from passerby.config import Channel
from passerby.errors import OutputError, SettingsError
from passerby.media.messages import Message, Severity
from passerby.media.segments import TICKS_PER_S
from passerby.notify.channels import make_channels
from passerby.notify.notifier import Notifier
from passerby.notify.outbox import Outbox
from passerby.rules.notify import Planned
from passerby.testing.webhook import WebhookSink

SECRET = "a-secret-of-many-letters"
MESSAGE = Message(
    "a1", Severity.WARNING, "line-crossed", "gate", "fence", "Überquert", "", 1_900_000_000 * TICKS_PER_S + 45_000
)
GUIDE = Path(__file__).parents[3] / "docs" / "guides" / "webhooks.md"


def config(url: str, **more: object) -> Channel:
    values = {"name": "hook", "kind": "webhook", "address": url, "secret": SECRET, "networks": ["127.0.0.0/8"], **more}
    return Channel.model_validate(values)


def sent_to(url: str, **more: object) -> None:
    make_channels([config(url, **more)], "https://cameras.example/", SystemClock())["hook"].send(MESSAGE)


def test_a_message_is_a_cloud_event_with_a_signature() -> None:
    with WebhookSink() as sink:
        sent_to(sink.url())
        (request,) = sink.wait_for(1)
    assert request.headers["Content-Type"] == "application/cloudevents+json"
    event = json.loads(request.body)
    assert event == {
        "specversion": "1.0", "id": "a1", "source": "https://cameras.example/", "type": "passerby.line-crossed",
        "time": "2030-03-17T17:46:40.500000Z", "subject": "gate", "datacontenttype": "application/json",
        "data": json.loads(MESSAGE.to_json()),
    }  # fmt: skip
    timestamp = request.headers["Passerby-Timestamp"]
    assert abs(int(timestamp) - time.time()) < 60
    expected = hmac.new(SECRET.encode(), timestamp.encode() + b"." + request.body, hashlib.sha256).hexdigest()
    assert request.headers["Passerby-Signature"] == f"v1={expected}"


def test_the_guide_verifies_what_is_sent_and_refuses_the_rest() -> None:
    code = re.search(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.S)
    assert code
    names: dict[str, object] = {}
    exec(code[1], names)
    verified = names["verified"]
    assert callable(verified)
    with WebhookSink() as sink:
        sent_to(sink.url())
        (request,) = sink.wait_for(1)
    headers, body = dict(request.headers.items()), request.body
    assert verified(headers, body, SECRET.encode())["id"] == "a1"
    old = {**headers, "Passerby-Timestamp": str(int(headers["Passerby-Timestamp"]) - 301)}
    for wrong_headers, wrong_body, secret in (
        (headers, body + b" ", SECRET), (headers, body, SECRET + "x"), (old, body, SECRET),
        ({**headers, "Passerby-Signature": "v1="}, body, SECRET), ({}, body, SECRET),
    ):  # fmt: skip
        with pytest.raises(ValueError):
            verified(wrong_headers, wrong_body, secret.encode())


@pytest.mark.parametrize("status", [302, 400, 410, 500])
def test_any_other_answer_is_a_failure_and_no_redirect_is_followed(status: int) -> None:
    with WebhookSink() as sink:
        sink.status = status
        with pytest.raises(OutputError, match=f"^the webhook answered with {status}$"):
            sent_to(sink.url())
        assert len(sink.received) == 1


def test_this_machine_is_refused_unless_the_channel_allows_it() -> None:
    with WebhookSink() as sink:
        with pytest.raises(OutputError, match="because it is this machine itself") as caught:
            sent_to(sink.url("/services/hunter2-planted"), networks=())
        assert sink.received == []
    assert "hunter2" not in str(caught.value) and "networks" in str(caught.value)


def test_an_error_of_the_network_names_no_path() -> None:
    with WebhookSink() as sink:
        url = sink.url("/services/hunter2-planted")
    with pytest.raises(OutputError, match="nothing accepts connections") as caught:
        sent_to(url)
    assert "hunter2" not in str(caught.value) and "camera" not in str(caught.value)


def test_secrets_come_from_the_environment_or_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "secret").write_text(f"{SECRET}\n", encoding="utf-8")
    with WebhookSink() as sink:
        monkeypatch.setenv("HOOK", sink.url())
        sent_to("env:HOOK", secret=f"file:{tmp_path / 'secret'}")
        (request,) = sink.wait_for(1)
    signed = request.headers["Passerby-Timestamp"].encode() + b"." + request.body
    assert hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest() in request.headers["Passerby-Signature"]
    with pytest.raises(SettingsError, match="no environment variable 'NOWHERE'"):
        sent_to("env:NOWHERE")
    with pytest.raises(SettingsError, match="couldn't read the secret of 'hook'"):
        sent_to("env:HOOK", secret=f"file:{tmp_path / 'nothing'}")


CHILD = """
import sys
from passerby.catalogue.rows import Rows
from passerby.catalogue.database import open_database
from passerby.clock import SystemClock
from passerby.notify.channels import make_channels
from passerby.notify.notifier import Notifier
from tests.unit.notify.test_webhook import config

rows = Rows(open_database(sys.argv[1]), SystemClock())
notifier = Notifier(rows, make_channels([config(sys.argv[2])], "x", rows.clock))
notifier.sender.start()
sys.stdin.read()
"""


@pytest.mark.parametrize("when", ["before it is sent", "while it is sent"])
def test_a_kill_between_raising_and_telling_loses_nothing_and_tells_at_most_twice(
    catalogue_url: str, when: str
) -> None:
    engine = open_database(catalogue_url)
    rows = Rows(engine, SystemClock())
    Outbox(rows).add(MESSAGE, [Planned("hook", rows.clock.now_90k())])
    with WebhookSink() as sink:
        if when == "while it is sent":
            sink.holds.set()
            command = [sys.executable, "-c", CHILD, catalogue_url, sink.url()]
            child = subprocess.Popen(command, stdin=subprocess.PIPE, cwd=Path(__file__).parents[3])
            assert len(sink.wait_for(1, 60)) == 1
            os.kill(child.pid, signal.SIGKILL)
            child.communicate()
            sink.holds.clear()
        channels = make_channels([config(sink.url())], "x", rows.clock)
        notifier = Notifier(rows, channels)
        assert (notifier.sender.send_next("hook") is None) == (when == "while it is sent"), "the lease still holds"
        with rows.transaction("let the lease end") as connection:
            connection.exec_driver_sql("UPDATE outbox SET leased_until_90k = 0")
        assert notifier.sender.send_next("hook") is (True if when == "while it is sent" else None)
        assert notifier.sender.send_next("hook") is None
        received = sink.wait_for(1)
    assert len(received) == (2 if when == "while it is sent" else 1)
    assert {json.loads(each.body)["id"] for each in received} == {"a1"}
    engine.dispose()


def test_a_channel_that_hangs_holds_up_no_other(catalogue_url: str) -> None:
    engine = open_database(catalogue_url)
    rows = Rows(engine, SystemClock())
    with WebhookSink() as slow, WebhookSink() as quick:
        slow.holds.set()
        both = [config(slow.url(), name="slow"), config(quick.url(), name="quick")]
        notifier = Notifier(rows, make_channels(both, "x", rows.clock))
        notifier.sender.start()
        notifier.tell(MESSAGE)
        assert len(quick.wait_for(1)) == 1 == len(slow.wait_for(1))
        slow.holds.clear()
        notifier.sender.stop()
        states = notifier.states()
    assert all(each.last_delivered_90k and not each.error for each in states.values())
    engine.dispose()
