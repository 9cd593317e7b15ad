"""A small ONVIF camera that answers requests and probes on this machine, and fails on request: for tests."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import re
import socket
import sys
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal, Self

from passerby.closing import Closing
from passerby.testing.rtsp.login import challenge, may_enter

HOST = "127.0.0.1"
GROUP = ("239.255.255.250", 3702)
PATH = "/onvif/device_service"
_MEDIA = ("http://www.onvif.org/ver10/media/wsdl", "http://www.onvif.org/ver20/media/wsdl")
_DIGEST_LASTS_S = 30


@dataclass(frozen=True, slots=True)
class OnvifProfile:
    """One stream. uri: where the camera says it is."""

    token: str
    uri: str
    width: int = 1920
    height: int = 1080
    encoding: str = "H264"
    fps: int = 25


@dataclass
class OnvifCamera:
    """Its configuration. login_scheme: wsse (in the message) or http (Digest). has_media2: it has the newer service.
    clock_skew_s: its clock minus the real one. xaddr_host: the host that it gives for itself; None for its true host
    and port.

    Faults: mute accepts a request and never answers; drips sends one byte per second; endless never stops sending; raw
    answers every request with these bytes; moved_to redirects; status: of every answer, whatever it says. datagram: its
    answer to a probe, instead of the true one; datagrams: how often.
    """

    profiles: tuple[OnvifProfile, ...] = ()
    login: tuple[str, str] | None = None
    login_scheme: Literal["wsse", "http"] = "wsse"
    has_media2: bool = False
    has_services: bool = True
    clock_skew_s: float = 0.0
    xaddr_host: str | None = None
    scopes: str = "onvif://www.onvif.org/name/Yard%20camera onvif://www.onvif.org/hardware/C-7"
    mute: bool = False
    drips: bool = False
    endless: bool = False
    raw: bytes | None = None
    moved_to: str | None = None
    status: int = 200
    datagram: bytes | None = None
    datagrams: int = 1
    asked: list[tuple[str, str]] = field(default_factory=list)
    """Path and text of every request, in order."""


class OnvifServer(Closing):
    """Use it in a `with` block. host: as `streams_of` takes it. probed_at: where it listens for
    probes."""

    def __init__(self, camera: OnvifCamera, *, in_group: bool = False) -> None:
        """in_group: also answer multicast probes, on every interface of this machine."""
        self.camera = camera
        self.closing = threading.Event()
        self._http = ThreadingHTTPServer((HOST, 0), _handler_of(self))
        self._http.daemon_threads = True
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        if in_group:
            _join(self._udp)
        else:
            self._udp.bind((HOST, 0))
        self._udp.settimeout(0.05)
        self.host = f"{HOST}:{self._http.server_address[1]}"
        self.probed_at: tuple[str, int] = self._udp.getsockname()
        self._threads = [
            threading.Thread(target=self._http.serve_forever, args=(0.05,), name="onvif", daemon=True),
            threading.Thread(target=self._answer_probes, name="onvif-probes", daemon=True),
        ]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def close(self) -> None:
        """Stops answering."""
        self.closing.set()
        self._http.shutdown()
        self._http.server_close()
        for thread in self._threads:
            thread.join()
        self._udp.close()

    def _answer_probes(self) -> None:
        while not self.closing.is_set():
            try:
                data, asker = self._udp.recvfrom(65536)
            except TimeoutError:
                continue
            found = re.search(rb"MessageID>(?:uuid:)?([^<]+)<", data)
            camera = self.camera
            if found and not camera.mute:
                answer = self._match(found[1].decode()) if camera.datagram is None else camera.datagram
                for _ in range(camera.datagrams):
                    self._udp.sendto(answer.replace(b"MESSAGE-ID", found[1]), asker)

    def _match(self, message_id: str) -> bytes:
        xaddrs = f"http://{self.camera.xaddr_host or self.host}{PATH}"
        return envelope(
            f"<d:ProbeMatches><d:ProbeMatch><d:Scopes>{self.camera.scopes}</d:Scopes><d:XAddrs>{xaddrs}</d:XAddrs>"
            "</d:ProbeMatch></d:ProbeMatches>",
            f"<a:RelatesTo>uuid:{message_id}</a:RelatesTo>",
        )

    def answer(self, question: str) -> tuple[int, bytes]:
        """Status and body for a request that may be answered."""
        camera = self.camera
        here = f"http://{camera.xaddr_host or self.host}/onvif/media"
        name = re.search(r"<(\w+) xmlns", question.partition("Body>")[2])
        match name[1] if name else "":
            case "GetSystemDateAndTime":
                return 200, envelope(_clock(datetime.now(UTC) + timedelta(seconds=camera.clock_skew_s)))
            case "GetServices" if camera.has_services:
                known = _MEDIA if camera.has_media2 else _MEDIA[:1]
                services = [f"<t:Service><t:Namespace>{each}</t:Namespace><t:XAddr>{here}</t:XAddr></t:Service>"
                        for each in known]  # fmt: skip
                return 200, envelope(f"<t:GetServicesResponse>{''.join(services)}</t:GetServicesResponse>")
            case "GetCapabilities":
                return 200, envelope(f"<t:Capabilities><t:Media><t:XAddr>{here}</t:XAddr></t:Media></t:Capabilities>")
            case "GetProfiles":
                newer = _MEDIA[1] in question
                return 200, envelope("".join(_profile(each, newer=newer) for each in camera.profiles))
            case "GetStreamUri":
                token = re.search(r"ProfileToken>([^<]+)<", question)
                uris = [each.uri for each in camera.profiles if token and each.token == token[1]]
                return (200, envelope(f"<t:MediaUri><t:Uri>{uris[0]}</t:Uri></t:MediaUri>")) if uris else _NO_PROFILE
        return _UNKNOWN

    def may_ask(self, question: str, authorization: str | None) -> bool:
        camera = self.camera
        if camera.login is None or "GetSystemDateAndTime" in question:
            return True
        if camera.login_scheme == "http":
            return may_enter("digest", "POST", authorization, *camera.login)
        return _is_signed(question, *camera.login, datetime.now(UTC) + timedelta(seconds=camera.clock_skew_s))


def _join(sock: socket.socket) -> None:
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(("", GROUP[1]))
    for index, _ in socket.if_nameindex():
        with contextlib.suppress(OSError):  # an interface without multicast
            place = socket.inet_aton(GROUP[0]) + bytes(4) + index.to_bytes(4, sys.byteorder)
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, place)


def envelope(body: str, header: str = "") -> bytes:
    """An answer in the namespaces that cameras use."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?><e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope" '
        'xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:t="urn:any" xmlns:ter="urn:errors" '
        'xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery">'
        f"<e:Header>{header}</e:Header><e:Body>{body}</e:Body></e:Envelope>"
    ).encode()


def _fault(code: str, subcode: str) -> bytes:
    return envelope(
        f"<e:Fault><e:Code><e:Value>{code}</e:Value><e:Subcode><e:Value>ter:{subcode}</e:Value></e:Subcode></e:Code>"
        "<e:Reason><e:Text>no</e:Text></e:Reason></e:Fault>"
    )


_UNKNOWN = 500, _fault("e:Receiver", "ActionNotSupported")
_NO_PROFILE = 400, _fault("e:Sender", "NoProfile")
_NOT_AUTHORIZED = 400, _fault("e:Sender", "NotAuthorized")


def _clock(now: datetime) -> str:
    return (
        "<t:UTCDateTime>"
        f"<t:Time><t:Hour>{now.hour}</t:Hour><t:Minute>{now.minute}</t:Minute><t:Second>{now.second}</t:Second></t:Time>"
        f"<t:Date><t:Year>{now.year}</t:Year><t:Month>{now.month}</t:Month><t:Day>{now.day}</t:Day></t:Date>"
        "</t:UTCDateTime>"
    )


def _profile(profile: OnvifProfile, *, newer: bool) -> str:
    name = "VideoEncoder" if newer else "VideoEncoderConfiguration"
    return (
        f'<t:Profiles token="{profile.token}"><t:Name>{profile.token} stream</t:Name><t:{name}>'
        f"<t:Name>encoder</t:Name><t:Encoding>{profile.encoding}</t:Encoding><t:Resolution>"
        f"<t:Width>{profile.width}</t:Width><t:Height>{profile.height}</t:Height></t:Resolution>"
        f"<t:RateControl><t:FrameRateLimit>{profile.fps}</t:FrameRateLimit></t:RateControl></t:{name}></t:Profiles>"
    )


def _is_signed(question: str, user: str, password: str, now: datetime) -> bool:
    """Whether its UsernameToken is correct and has this camera's time."""
    said = dict(re.findall(r"<\w+:(Username|Password|Nonce|Created)\b[^>]*>([^<]*)</", question))
    try:
        created = datetime.strptime(said["Created"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        nonce = base64.b64decode(said["Nonce"])
    except (KeyError, ValueError):
        return False
    digest = hashlib.sha1(nonce + said["Created"].encode() + password.encode(), usedforsecurity=False).digest()
    is_fresh = abs((now - created).total_seconds()) < _DIGEST_LASTS_S
    return is_fresh and said["Username"] == user and said["Password"] == base64.b64encode(digest).decode()


def _handler_of(server: OnvifServer) -> type[BaseHTTPRequestHandler]:
    class Handler(_Handler):
        onvif = server

    return Handler


class _Handler(BaseHTTPRequestHandler):
    onvif: OnvifServer
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:
        """Logs nothing, to keep the output of tests clean."""

    def do_POST(self) -> None:
        question = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
        camera = self.onvif.camera
        camera.asked.append((self.path, f"{self.headers}{question}"))
        self.close_connection = True
        with contextlib.suppress(ConnectionError, TimeoutError):  # the client went away
            if camera.mute:
                self.onvif.closing.wait()
            elif camera.endless or camera.drips:
                self._go_on_and_on()
            elif camera.moved_to is not None:
                self._say(302, b"", {"Location": camera.moved_to})
            elif camera.raw is not None:
                self._say(camera.status, camera.raw)
            elif self.onvif.may_ask(question, self.headers.get("Authorization")):
                self._say(*self.onvif.answer(question))
            elif camera.login_scheme == "http":
                self._say(401, b"", {"WWW-Authenticate": challenge("digest")})
            else:
                self._say(*_NOT_AUTHORIZED)

    def _go_on_and_on(self) -> None:
        self.send_response(200)
        self.end_headers()
        while not self.onvif.closing.is_set():
            self.wfile.write(b"<a>" if self.onvif.camera.drips else b"<a>" * 20_000)
            time.sleep(0.3 if self.onvif.camera.drips else 0.0)

    def _say(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/soap+xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
