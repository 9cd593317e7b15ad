"""Finds ONVIF devices in the local network by WS-Discovery: asks all of them, and listens for a while."""

from __future__ import annotations

import re
import socket
import struct
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from passerby.capture.onvif.safe_xml import NotUnderstood, parse, text, word
from passerby.errors import SourceUnavailable, Trouble
from passerby.net.address import Address
from passerby.rules.reach import Reach, refusal

GROUP = ("239.255.255.250", 3702)
LISTEN_S = 3.0  # by the standard, devices wait at most half a second; cheap ones take two
ASKED_TIMES = 2  # a datagram may be lost
MAX_DEVICES = 256
MAX_DATAGRAMS = 4096  # each device may answer several times; anything that sends more is not a camera
LONGEST_DATAGRAM_BYTES = 16 * 1024
_KINDS = ("dn:NetworkVideoTransmitter", "tds:Device")
_NAMESPACES = (
    'xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" '
    'xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery" xmlns:dn="http://www.onvif.org/ver10/network/wsdl" '
    'xmlns:tds="http://www.onvif.org/ver10/device/wsdl"'
)
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_SCOPE = re.compile(r"onvif://www\.onvif\.org/(name|hardware|location)/(.+)", re.I)


@dataclass(frozen=True, slots=True)
class FoundDevice:
    """A device that answered. host: its IP address, with the port if it is not 80 and https:// if required, as
    `streams_of` takes it. name, hardware, location: what it says about itself, possibly empty."""

    host: str
    name: str = ""
    hardware: str = ""
    location: str = ""


def find_devices(
    reach: Reach, listen_s: float = LISTEN_S, *, to: Sequence[tuple[str, int]] | None = None
) -> list[FoundDevice]:
    """The devices that answer within a time, in order of address. Blocks for all of that time.

    reach: devices that may not be contacted are left out. to: whom to ask instead of everybody in this machine's
    networks. Raises SourceUnavailable if the network takes no request.
    """
    found: dict[str, FoundDevice] = {}
    message_ids = [str(uuid.uuid4()) for _ in _KINDS]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("", 0))
        end = time.monotonic() + listen_s
        for _ in range(ASKED_TIMES):
            if not _ask(sock, message_ids, to):
                said = "couldn't look for cameras: this machine has no network to search"
                raise SourceUnavailable(Trouble.UNREACHABLE, said, "is it in the cameras' network?")
            part_end = min(end, time.monotonic() + listen_s / ASKED_TIMES)
            for data, ip in _answers(sock, part_end):
                device = _device_in(data, ip, message_ids)
                if device and len(found) < MAX_DEVICES and refusal(ip, reach) is None:
                    found.setdefault(device.host, device)
    return sorted(found.values(), key=lambda each: socket.inet_aton(_ip_of(each.host)))


def _ask(sock: socket.socket, message_ids: Sequence[str], to: Sequence[tuple[str, int]] | None) -> int:
    """Returns how many requests were sent."""
    sent = 0
    for interface in _interfaces() if to is None else [None]:
        with suppress(OSError):  # an interface without an IPv4 address, or one that is down
            if interface is not None:
                sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, interface)
            for kind, message_id in zip(_KINDS, message_ids, strict=True):
                for place in to or [GROUP]:
                    sock.sendto(_probe(kind, message_id), place)
                    sent += 1
    return sent


def _interfaces() -> list[bytes]:
    """Each network interface as IP_MULTICAST_IF takes it: otherwise a multicast is sent on only one of them."""
    if not hasattr(socket, "if_nameindex"):
        return [struct.pack("=4s", b"\0" * 4)]
    return [struct.pack("@4s4si", b"\0" * 4, b"\0" * 4, index) for index, name in socket.if_nameindex() if name != "lo"]


def _probe(kind: str, message_id: str) -> bytes:
    return (
        f'<?xml version="1.0" encoding="utf-8"?><s:Envelope {_NAMESPACES}><s:Header>'
        f"<a:MessageID>uuid:{message_id}</a:MessageID>"
        '<a:To s:mustUnderstand="1">urn:schemas-xmlsoap-org:ws:2005:04:discovery</a:To>'
        '<a:Action s:mustUnderstand="1">http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</a:Action>'
        f"</s:Header><s:Body><d:Probe><d:Types>{kind}</d:Types></d:Probe></s:Body></s:Envelope>"
    ).encode()


def _answers(sock: socket.socket, end: float) -> Iterator[tuple[bytes, str]]:
    for _ in range(MAX_DATAGRAMS):
        left_s = end - time.monotonic()
        if left_s <= 0:
            return
        sock.settimeout(left_s)
        try:
            data, (ip, _port) = sock.recvfrom(LONGEST_DATAGRAM_BYTES + 1)
        except TimeoutError:
            return
        except OSError:  # such as "nobody listens there" for an earlier request
            continue
        if len(data) <= LONGEST_DATAGRAM_BYTES:
            yield data, ip


def _device_in(data: bytes, ip: str, message_ids: Sequence[str]) -> FoundDevice | None:
    """The device in an answer; None if it does not answer our request. A device speaks only for itself: what counts is
    the IP address that it answers from."""
    try:
        root = parse(data)
    except NotUnderstood:
        return None
    related = _UUID.search(text(root, "RelatesTo"))
    if related is None or related[0].lower() not in message_ids:
        return None
    said = _said_of_itself(root)
    return FoundDevice(_host(root, ip), said.get("name", ""), said.get("hardware", ""), said.get("location", ""))


def _host(root: Element, ip: str) -> str:
    for uri in text(root, "XAddrs").split()[:8]:
        try:
            address = Address.parse(uri)
        except SourceUnavailable:
            continue
        if address.kind == "http" and address.host == ip:
            return f"https://{address.authority}" if address.secure else address.authority
    return ip


def _said_of_itself(root: Element) -> dict[str, str]:
    said: dict[str, str] = {}
    for scope in text(root, "Scopes").split()[:64]:
        found = _SCOPE.fullmatch(scope)
        if found:
            said.setdefault(found[1].lower(), word(unquote(found[2])))
    return said


def _ip_of(host: str) -> str:
    return host.removeprefix("https://").partition(":")[0]
