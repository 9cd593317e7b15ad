"""Servers that accept and then say nothing, or a byte at a time, hold up a channel only for as long as they may."""

from __future__ import annotations

import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from passerby.catalogue.rows import Rows
from passerby.errors import OutputError, SourceUnavailable
from passerby.media.messages import Message
from passerby.net.address import Address
from passerby.net.fetch import Limits, Request, send
from passerby.net.mail import deliver
from passerby.notify import sender
from passerby.notify.channel import ShownCamera
from passerby.notify.channels.email import mail_of
from passerby.notify.notifier import Notifier
from passerby.notify.outbox import Sending
from passerby.notify.sender import LEASE_S
from passerby.rules.reach import Reach
from passerby.testing.clock import MovingClock
from passerby.testing.webhook import WebhookSink
from tests.certificates import certificate
from tests.unit.notify.conftest import Kept, a_message
from tests.unit.notify.test_email import MESSAGE
from tests.unit.notify.test_mqtt import MOSQUITTO, Mosquitto, Reader, channel, until

HERE = Limits(Reach(("127.0.0.0/8",)), 2.0, 1.0, trust_any_certificate=True)
WITHIN_S = 12.0  # of a limit of 2 s: the machine may be busy; without the limit it would take a minute
TO = ["duty@mail.example"]

Speak = Callable[[Any], None]
"""What a server says over a connection."""


@contextmanager
def serving(speak: Speak) -> Iterator[int]:
    """A server of one connection. Yields its port."""
    over = threading.Event()

    def run() -> None:
        with suppress(OSError):
            given, _ = server.accept()
            with given:
                speak(given)
                over.wait(60)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        over.set()


def drip(to: Any, text: bytes = b"2" * 300) -> None:
    """Each byte well within the longest silence."""
    for each in text:
        to.sendall(bytes([each]))
        time.sleep(0.2)


def lines(given: Any) -> Iterator[bytes]:
    with given.makefile("rb") as file:
        while line := file.readline():
            yield line


def says_nothing(given: Any) -> None:
    """Accepts, and that is all."""


def drips_its_greeting(given: Any) -> None:
    drip(given, b"2" * 300)


def offers_tls_and_then_drips(folder: Path) -> Speak:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate(folder))

    def speak(given: Any) -> None:
        given.sendall(b"220 here\r\n")
        for line in lines(given):
            if line.upper().startswith(b"STARTTLS"):
                given.sendall(b"220 go on\r\n")
                break
            given.sendall(b"250-here\r\n250 STARTTLS\r\n")
        drip(context.wrap_socket(given, server_side=True))

    return speak


def takes_the_mail_and_drips_goodbye(given: Any) -> None:
    given.sendall(b"220 here\r\n")
    is_in_mail = False
    for line in lines(given):
        verb = line.upper().strip()
        if is_in_mail:
            is_in_mail = verb != b"."
            if not is_in_mail:
                given.sendall(b"250 taken\r\n")
        elif verb == b"QUIT":
            drip(given)
        elif verb == b"DATA":
            is_in_mail = True
            given.sendall(b"354 go on\r\n")
        else:
            given.sendall(b"250 here\r\n")


@pytest.mark.parametrize("speak", [says_nothing, drips_its_greeting])
def test_a_mail_server_that_says_nothing_or_drips_is_left_in_time(speak: Speak) -> None:
    with serving(speak) as port:
        started_s = time.monotonic()
        with pytest.raises((OutputError, SourceUnavailable)):
            deliver(mail_of(MESSAGE, "a@mail.example", TO), TO, Address.parse_server(f"smtp://127.0.0.1:{port}"), HERE)
        assert time.monotonic() - started_s < WITHIN_S


def test_a_mail_server_that_drips_once_it_is_encrypted_is_left_in_time(tmp_path: Path) -> None:
    with serving(offers_tls_and_then_drips(tmp_path)) as port:
        started_s = time.monotonic()
        with pytest.raises((OutputError, SourceUnavailable)):
            deliver(mail_of(MESSAGE, "a@mail.example", TO), TO, Address.parse_server(f"smtp://127.0.0.1:{port}"), HERE)
        assert time.monotonic() - started_s < WITHIN_S


def test_a_mail_that_was_taken_is_delivered_however_long_the_goodbye() -> None:
    with serving(takes_the_mail_and_drips_goodbye) as port:
        started_s = time.monotonic()
        deliver(mail_of(MESSAGE, "a@mail.example", TO), TO, Address.parse_server(f"smtp://127.0.0.1:{port}"), HERE)
        assert time.monotonic() - started_s < WITHIN_S


@pytest.mark.parametrize("begins", [b"", b"HTTP/1.1 200 OK\r\nX: "])
def test_a_webhook_that_drips_is_left_in_time(begins: bytes) -> None:
    def speak(given: Any) -> None:
        given.sendall(begins)
        drip(given)

    with serving(speak) as port:
        started_s = time.monotonic()
        with pytest.raises((OutputError, SourceUnavailable)):
            send(Request("POST", b"{}", "application/json"), Address.parse_server(f"http://127.0.0.1:{port}/"), HERE)
        assert time.monotonic() - started_s < WITHIN_S


def test_a_service_of_apprise_that_drips_is_left_in_time_and_holds_up_neither_others_nor_the_end() -> None:
    pytest.importorskip("apprise", reason="Apprise is not there")

    def speak(given: Any) -> None:
        given.sendall(b"HTTP/1.1 200 OK\r\nX: ")
        drip(given)

    with serving(speak) as port, WebhookSink() as sink:
        started_s = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-c", TELLS_TWO, f"json://127.0.0.1:{port}/a", sink.url().replace("http://", "json://")],
            check=True, capture_output=True, text=True, timeout=50,
        )  # fmt: skip
        assert time.monotonic() - started_s < 30.0  # of a minute: it imports Apprise
        assert len(sink.received) == 1
    assert done.stdout.splitlines() == [
        "the service gave no answer in time", "the service has not answered the message before yet",
    ]  # fmt: skip


TELLS_TWO = """
import sys
from passerby.errors import OutputError
from passerby.net.apprise import AppriseService

hangs, works = (AppriseService(each) for each in sys.argv[1:])
for _ in range(2):
    try:
        hangs.send("title", "text", "info", 1.0)
    except OutputError as error:
        print(error)
works.send("title", "text", "info", 20.0)
"""


class Hangs:
    """A channel that neither sends nor closes until it is let go."""

    def __init__(self) -> None:
        self.goes, self.sends = threading.Event(), threading.Event()

    def send(self, message: Message) -> None:
        self.sends.set()
        self.goes.wait(60)

    def close(self) -> None:
        self.goes.wait(60)


def test_the_end_waits_for_no_channel_that_hangs_and_the_others_are_closed(rows: Rows, clock: MovingClock) -> None:
    class Closes(Kept):
        closed = False

        def close(self) -> None:
            self.closed = True

    hangs, closes = Hangs(), Closes()
    notifier = Notifier(rows, {"dead": hangs, "mail": closes})
    notifier.sender.start()
    notifier.tell(a_message(clock))
    assert hangs.sends.wait(20)
    started_s = time.monotonic()
    notifier.sender.stop(within_s=0.2)
    assert time.monotonic() - started_s < WITHIN_S and closes.closed
    hangs.goes.set()


def test_a_delivery_that_could_not_be_noted_is_noted_later_and_not_sent_again(
    rows: Rows, clock: MovingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = Kept()
    notifier = Notifier(rows, {"mail": kept})
    notifier.tell(a_message(clock))

    def full(sending: object) -> None:
        raise OutputError("couldn't note a delivery in the catalogue: the disk is full")

    with monkeypatch.context() as broken, pytest.raises(OutputError):
        broken.setattr(notifier.outbox, "delivered", full)
        notifier.sender.send_next("mail")
    clock.move(2 * LEASE_S)
    assert notifier.sender.send_next("mail") is None
    assert len(kept.messages) == 1 and notifier.states()["mail"].last_delivered_90k


def test_an_error_nobody_foresaw_ends_no_thread_and_is_said(
    rows: Rows, clock: MovingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender, "AGAIN_AFTER_S", 0.05)
    kept = Kept()
    notifier = Notifier(rows, {"mail": kept})
    claim = notifier.outbox.claim
    says: list[str | None] = []

    def fails(channel: str, lease_90k: int) -> Sending | None:
        if not says:
            raise ZeroDivisionError
        return claim(channel, lease_90k)

    monkeypatch.setattr(notifier.outbox, "claim", fails)
    notifier.tell(a_message(clock))
    notifier.sender.start()
    until(lambda: notifier.sender.trouble)
    says.append(notifier.sender.trouble)
    until(lambda: kept.messages and notifier.sender.trouble is None)
    notifier.sender.stop()
    assert says == ["messages could not be sent: an unexpected ZeroDivisionError"]


@pytest.mark.skipif(MOSQUITTO is None, reason="there is no Mosquitto on this machine")
def test_a_broker_that_stops_in_the_middle_holds_up_no_other_and_gets_the_latest_state_once_it_goes_on(
    tmp_path: Path, rows: Rows
) -> None:
    folders = tmp_path / "one", tmp_path / "two"
    for each in folders:
        each.mkdir()
    stops, works = (Mosquitto(each, "allow_anonymous true") for each in folders)
    reading, other = Reader(stops.port), Reader(works.port)
    state = "passerby/cameras/gate/state"
    notifier = Notifier(rows, {"stops": channel(stops.port), "works": channel(works.port)})
    try:
        notifier.show({"gate": ShownCamera("", "recording")})
        until(lambda: reading.latest.get(state) == other.latest.get(state) == "recording")
        stops.signal(signal.SIGSTOP)
        for shown in ("frozen", "no-signal"):
            notifier.show({"gate": ShownCamera("", shown)})
            until(partial(other.has, state, shown), 5.0)  # the dead one takes ten seconds
        stops.signal(signal.SIGCONT)
        until(lambda: reading.latest[state] == "no-signal")
    finally:
        stops.signal(signal.SIGCONT)
        notifier.sender.stop()
        for reader, broker in ((reading, stops), (other, works)):
            reader.close()
            broker.stop()
