"""Servers that accept and then say nothing, or a byte at a time, hold up a channel only for as long as they may."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from passerby.errors import OutputError, SourceUnavailable
from passerby.net.address import Address
from passerby.net.fetch import Limits, Request, send
from passerby.net.mail import deliver
from passerby.notify.channels.email import mail_of
from passerby.rules.reach import Reach
from tests.certificates import certificate
from tests.unit.notify.test_email import MESSAGE

HERE = Limits(Reach((ip_network("127.0.0.0/8"),)), 2.0, 1.0, trust_any_certificate=True)
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
            return drip(given)
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
