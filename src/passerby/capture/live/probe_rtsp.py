"""Asks an RTSP server for its description before FFmpeg does, to explain problems and to refuse redirects.

FFmpeg follows any RTSP redirect and cannot be told not to, so a server that redirects is refused here. One that answers
now and redirects FFmpeg a moment later could still cause a connection: with an RTSP greeting in it, and only the
decoder sees what comes back.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from passerby.errors import SourceUnavailable, Trouble
from passerby.net.address import Address
from passerby.net.login import answer
from passerby.net.wire import Wire, connect, unreachable

LONGEST_ANSWER_BYTES = 64 * 1024
AGENT = "passerby"


@dataclass(slots=True)
class _Answer:
    status: int
    headers: list[tuple[str, str]] = field(default_factory=list)
    """Names in lower case."""
    body: str = ""

    def all(self, name: str) -> list[str]:
        return [value for each, value in self.headers if each == name]


@dataclass(frozen=True, slots=True)
class Described:
    """ip: the address that answered. certificate: the one it presented, in PEM; None without encryption. codecs: the
    names of its video's codecs in the SDP, in upper case.
    """

    ip: str
    certificate: str | None
    codecs: tuple[str, ...]


def probe_rtsp(
    address: Address, ips: Sequence[str], finish_by: float, read_s: float, *, trust_any_certificate: bool = False
) -> Described:
    """Sends DESCRIBE with the login of the address. Raises SourceUnavailable if the answer does not describe video."""
    wire, ip = connect(address, ips, finish_by, read_s, trust_any_certificate=trust_any_certificate)
    wire.finish_by = finish_by
    certificate = wire.certificate
    try:
        reply = _ask(wire, address)
    except TimeoutError:
        raise SourceUnavailable(
            Trouble.TIMED_OUT,
            f"couldn't open '{address.shown}': it accepted the connection, but did not answer completely in time",
            "is it an RTSP port, and is the camera overloaded?",
        ) from None
    except OSError as error:
        raise unreachable(address, error) from None
    finally:
        wire.close()
    _check_status(address, reply)
    return Described(ip, certificate, _video_codecs(address, reply.body))


def _ask(wire: Wire, address: Address) -> _Answer:
    reader = io.BufferedReader(wire)
    reply = _exchange(wire, reader, address, 1, None)
    if reply.status == 401 and address.username is not None:
        challenges = reply.all("www-authenticate")
        uri = address.without_login()
        entry = answer(challenges, "DESCRIBE", uri, address.username, address.password or "")
        if entry is not None:
            reply = _exchange(wire, reader, address, 2, entry)
    return reply


def _exchange(wire: Wire, reader: io.BufferedReader[Wire], address: Address, number: int, entry: str | None) -> _Answer:
    lines = [f"DESCRIBE {address.without_login()} RTSP/1.0", f"CSeq: {number}", f"User-Agent: {AGENT}",
             "Accept: application/sdp"]  # fmt: skip
    if entry:
        lines.append(f"Authorization: {entry}")
    wire.send(("\r\n".join(lines) + "\r\n\r\n").encode())
    start = reader.readline(LONGEST_ANSWER_BYTES)
    status = re.match(rb"RTSP/\d\.\d (\d{3})", start)
    if not status:
        raise SourceUnavailable(
            Trouble.NO_STREAM,
            f"couldn't open '{address.shown}': what answers there does not speak RTSP",
            "check the port: most cameras have RTSP on 554",
        )
    reply = _Answer(int(status[1]))
    size = 0
    while (line := reader.readline(LONGEST_ANSWER_BYTES).decode("latin-1").strip()) and size < LONGEST_ANSWER_BYTES:
        name, _, value = line.partition(":")
        reply.headers.append((name.strip().lower(), value.strip()))
        size += len(line)
    length = next((int(value) for value in reply.all("content-length") if value.isdecimal()), 0)
    reply.body = reader.read(min(length, LONGEST_ANSWER_BYTES)).decode("utf-8", "replace")
    return reply


def _check_status(address: Address, reply: _Answer) -> None:
    if 200 <= reply.status < 300:
        return
    trouble = Trouble.NO_STREAM
    if reply.status == 401 and address.username is None:
        trouble, said, hint = Trouble.WRONG_PASSWORD, "it wants a user and a password", "give them with the address"
    elif reply.status in (401, 403):
        trouble, said = Trouble.WRONG_PASSWORD, "it does not accept this user and password"
        hint = "check both; many cameras have an extra user for video"
    elif 300 <= reply.status < 400:
        said, hint = "it redirects to another address, which is not followed", "use the address where it leads"
    elif reply.status in (404, 410):
        said, hint = "it has no stream of this name", "look up the path in the camera's manual"
    else:
        said, hint = f"it answers with error {reply.status}", "does it have too many viewers already?"
    raise SourceUnavailable(trouble, f"couldn't open '{address.shown}': {said}", hint)


def _video_codecs(address: Address, sdp: str) -> tuple[str, ...]:
    video = re.search(r"^m=video .*?(?=^m=|\Z)", sdp, re.M | re.S)
    if not video:
        raise SourceUnavailable(
            Trouble.NO_PICTURE,
            f"couldn't open '{address.shown}': it offers no video",
            "check the path: some cameras have one for sound only",
        )
    named = re.findall(r"^a=rtpmap:\d+ ([^/\s]+)", video[0], re.M)
    return tuple(each.upper() for each in named)
