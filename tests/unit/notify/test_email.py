"""Mail arrives at a real SMTP server, encrypted and signed in; what is refused says so, and nothing secret."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from passerby.clock import SystemClock
from passerby.config import Channel
from passerby.errors import OutputError, SettingsError
from passerby.media.messages import Message, Severity
from passerby.media.segments import TICKS_PER_S
from passerby.notify.channels import make_channels
from tests.certificates import certificate

controller = pytest.importorskip("aiosmtpd.controller", reason="aiosmtpd, the mail server of these tests, is not there")
smtp = pytest.importorskip("aiosmtpd.smtp")

MESSAGE = Message(
    "a1", Severity.WARNING, "line-crossed", "gate", "fence", "Überquert: gate", "Zweimal.",
    1_900_000_000 * TICKS_PER_S, "https://cameras.example/#/events/7",
)  # fmt: skip


class Sink:
    """Keeps mails. refuses: the answer to recipients that it does not take."""

    def __init__(self) -> None:
        self.mails: list[tuple[list[str], EmailMessage]] = []
        self.was_encrypted: list[bool] = []
        self.refuses: dict[str, str] = {}

    async def handle_RCPT(  # noqa: N802  aiosmtpd calls it so
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if address in self.refuses:
            return self.refuses[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802  aiosmtpd calls it so
        self, server: Any, session: Any, envelope: Any
    ) -> str:
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append((envelope.rcpt_tos, mail))
        self.was_encrypted.append(session.ssl is not None or server.transport.get_extra_info("sslcontext") is not None)
        return "250 OK"


def _only_kim(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> Any:
    is_kim = (data.login, data.password) == (b"kim", b"hunter2-planted")
    return smtp.AuthResult(success=is_kim, handled=False)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


@contextmanager
def served(folder: Path, *, tls: str, login: bool = False) -> Iterator[tuple[Sink, int]]:
    """tls: at once, offered, none."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate(folder))
    port = free_port()
    how: dict[str, Any] = {"hostname": "127.0.0.1", "port": port}
    if tls == "offered":
        how |= {"tls_context": context, "require_starttls": True}
    elif tls == "at once":
        how["ssl_context"] = context
    if login:
        how |= {"authenticator": _only_kim, "auth_required": True, "auth_require_tls": tls == "offered"}
    sink = Sink()
    server = controller.Controller(sink, **how)
    server.start()
    try:
        yield sink, port
    finally:
        server.stop()


def send(address: str, **more: Any) -> None:
    values = {
        "name": "duty", "kind": "email", "address": address, "sender": "passerby@mail.example",
        "to": ["duty@mail.example", "kim@mail.example"], "networks": ["127.0.0.0/8"], "trust_any_certificate": True,
    }  # fmt: skip
    channels = make_channels([Channel.model_validate({**values, **more})], "x", SystemClock())
    channels["duty"].send(MESSAGE)


@pytest.mark.parametrize(("scheme", "tls"), [("smtps", "at once"), ("smtp", "offered"), ("smtp", "none")])
def test_a_message_arrives_as_a_mail(tmp_path: Path, scheme: str, tls: str) -> None:
    with served(tmp_path, tls=tls) as (sink, port):
        send(f"{scheme}://127.0.0.1:{port}")
    ((to, mail),) = sink.mails
    assert to == ["duty@mail.example", "kim@mail.example"]
    assert mail["Subject"] == "Überquert: gate" and mail["Message-ID"] == "<a1@passerby.invalid>"
    assert mail["Auto-Submitted"] == "auto-generated"
    text = mail.get_content().replace("\r\n", "\n")
    assert text.startswith("Zweimal.\n\nCamera: gate\nRule: fence\nTime: 2030-03-17")
    links = "Open: https://cameras.example/#/events/7\nI take it: https://cameras.example/#/events/7/take"
    assert text.strip().endswith(links)
    assert sink.was_encrypted == [tls != "none"], "on this machine it may be in the clear"


@pytest.mark.parametrize(("scheme", "tls"), [("smtps", "at once"), ("smtp", "offered")])
def test_it_signs_in_and_says_when_it_may_not(tmp_path: Path, scheme: str, tls: str) -> None:
    with served(tmp_path, tls=tls, login=True) as (sink, port):
        send(f"{scheme}://kim:hunter2-planted@127.0.0.1:{port}")
        assert len(sink.mails) == 1
        with pytest.raises(OutputError, match=r"does not accept this user and password \(535\)$") as caught:
            send(f"{scheme}://kim:hunter2-wrong@127.0.0.1:{port}")
    assert "hunter2" not in str(caught.value)


def test_a_certificate_that_cannot_be_checked_is_refused(tmp_path: Path) -> None:
    for scheme, tls in (("smtps", "at once"), ("smtp", "offered")):
        with served(tmp_path, tls=tls) as (sink, port):
            with pytest.raises(OutputError, match="its certificate cannot be trusted"):
                send(f"{scheme}://127.0.0.1:{port}", trust_any_certificate=False)
            assert sink.mails == []


def test_a_recipient_that_is_refused_is_a_failure(tmp_path: Path) -> None:
    with served(tmp_path, tls="none") as (sink, port):
        sink.refuses = {"kim@mail.example": "550 no such user"}
        with pytest.raises(OutputError, match=r"^the mail server refused 1 of the 2 recipients$"):
            send(f"smtp://127.0.0.1:{port}")
        sink.refuses["duty@mail.example"] = "550 no such user"
        with pytest.raises(OutputError, match="refused all recipients"):
            send(f"smtp://127.0.0.1:{port}")


def test_nothing_there_and_this_machine_are_said_clearly(tmp_path: Path) -> None:
    with served(tmp_path, tls="none") as (_, port), pytest.raises(OutputError, match="it is this machine itself"):
        send(f"smtp://kim:hunter2-planted@127.0.0.1:{port}", networks=())
    with pytest.raises(OutputError, match=f"'smtp://127.0.0.1:{port}': nothing accepts connections"):
        send(f"smtp://127.0.0.1:{port}")


@pytest.mark.parametrize("wrong", ["kim", "kim@a\r\nBcc: all@mail.example", "a@b, c@d"])
def test_an_address_that_is_none_is_refused_at_the_start(wrong: str) -> None:
    with pytest.raises(SettingsError, match="is not an e-mail address"):
        send("smtp://mail.example", to=[wrong])
