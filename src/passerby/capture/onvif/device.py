"""Asks an ONVIF device for its streams: services, profiles, addresses. Its answers never lead to another host."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape

from passerby.capture.onvif.safe_xml import first, number, text, word
from passerby.capture.onvif.soap import Conversation, Fault
from passerby.errors import SourceUnavailable, Trouble
from passerby.net.address import Address
from passerby.net.fetch import Limits
from passerby.net.resolve import checked_ips

WITHIN_S = 15.0  # for all requests together
MAX_STREAMS = 16
_OLDEST_YEAR, _LATEST_YEAR = 1970, 2100  # a camera with an empty battery starts at the first of these
_SERVICE = "/onvif/device_service"
_DEVICE = "http://www.onvif.org/ver10/device/wsdl"
_MEDIA = "http://www.onvif.org/ver10/media/wsdl"
_MEDIA_2 = "http://www.onvif.org/ver20/media/wsdl"  # the only one that knows H.265
_SCHEMA = "http://www.onvif.org/ver10/schema"


@dataclass(frozen=True, slots=True)
class OnvifStream:
    """A stream that a device offers. size_wh: pixels. codec: FFmpeg's name. fps: maximum pictures per second. address:
    where it is, with the given login. was_elsewhere: the device named another host, and this is the same address at its
    own.
    """

    name: str
    size_wh: tuple[int, int] | None
    codec: str | None
    fps: float | None
    address: Address = field(repr=False)
    was_elsewhere: bool


def streams_of(host: str, username: str | None, password: str | None, limits: Limits) -> list[OnvifStream]:
    """host: a name or an IP address, optionally with a port or with http:// or https:// before it. Largest picture
    first.

    Raises SourceUnavailable: not reachable, no ONVIF, a wrong password.
    """
    device = _device_at(host, username, password)
    own_ips = checked_ips(device, limits.reach, limits.start_s)
    talk = Conversation(device, limits, WITHIN_S)
    try:
        _follow_clock(talk)
        media, path = _media_of(talk, own_ips)
        streams = list(_streams(talk, media, path, own_ips))
    except Fault as fault:
        raise _refused(device, fault) from None
    if not streams:
        raise SourceUnavailable(Trouble.NO_STREAM, f"'{device.shown}' offers no stream", "check its video settings")
    return sorted(streams, key=lambda each: -(each.size_wh or (0, 0))[0])


def _device_at(host: str, username: str | None, password: str | None) -> Address:
    text = host.strip()
    if "://" not in text:
        is_ipv6 = text.count(":") > 1 and not text.startswith("[")
        text = f"http://[{text}]" if is_ipv6 else f"http://{text}"
    address = Address.parse(text)
    if address.kind != "http" or address.username is not None:
        raise SourceUnavailable(
            Trouble.REFUSED_ADDRESS,
            "couldn't use this host: it is not a host name",
            "such as 192.0.2.7 or 192.0.2.7:8080",
        )
    path = address.path if address.path != "/" else _SERVICE
    return replace(address, path=path, username=username, password=password)


def _follow_clock(talk: Conversation) -> None:
    """Digests contain the time, and cameras refuse those that differ from their own, which anybody may ask for."""
    with suppress(Fault):
        reply = talk.ask(talk.device.path, f'<GetSystemDateAndTime xmlns="{_DEVICE}"/>', signed=False)
        date, clock = (first(reply, "UTCDateTime", part) for part in ("Date", "Time"))
        with suppress(ValueError):
            year, month, day = (int(text(date, part)) for part in ("Year", "Month", "Day"))
            hour, minute, second = (int(text(clock, part)) for part in ("Hour", "Minute", "Second"))
            if _OLDEST_YEAR <= year <= _LATEST_YEAR:
                device_utc = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
                talk.clock_offset = device_utc - datetime.now(UTC)


def _media_of(talk: Conversation, own_ips: list[str]) -> tuple[str, str]:
    """The newest known media service that it has, and its path."""
    found: dict[str, str] = {}
    with suppress(Fault):  # older devices do not know this request
        asked = f'<GetServices xmlns="{_DEVICE}"><IncludeCapability>false</IncludeCapability></GetServices>'
        for service in talk.ask(talk.device.path, asked).iter():
            if service.tag.endswith("}Service"):
                found[text(service, "Namespace")] = text(service, "XAddr")
    if not found.keys() & {_MEDIA, _MEDIA_2}:
        asked = f'<GetCapabilities xmlns="{_DEVICE}"><Category>Media</Category></GetCapabilities>'
        found[_MEDIA] = text(talk.ask(talk.device.path, asked), "Media", "XAddr")
    media = _MEDIA_2 if _MEDIA_2 in found else _MEDIA
    try:
        return media, _own(talk.device, found[media], own_ips)[0].path
    except SourceUnavailable:
        raise SourceUnavailable(
            Trouble.NO_STREAM, f"'{talk.device.shown}' lists no service for video", "is it a camera?"
        ) from None


def _streams(talk: Conversation, media: str, path: str, own_ips: list[str]) -> Iterator[OnvifStream]:
    wanted = "<Type>VideoEncoder</Type>" if media == _MEDIA_2 else ""
    profiles = talk.ask(path, f'<GetProfiles xmlns="{media}">{wanted}</GetProfiles>')
    for profile in [each for each in profiles.iter() if each.tag.endswith("}Profiles")][:MAX_STREAMS]:
        encoder = first(profile, "VideoEncoder")
        if encoder is None:
            encoder = first(profile, "VideoEncoderConfiguration")
        if encoder is None:
            continue  # sound only, or not set up
        uri = text(talk.ask(path, _uri_question(media, profile.get("token", ""))), "Uri")
        try:
            address, was_elsewhere = _own(talk.device, uri, own_ips)
        except SourceUnavailable:
            continue  # not the address of a stream that can be played
        yield OnvifStream(_name(profile), _size(encoder), _codec(encoder), _rate(encoder), address, was_elsewhere)


def _uri_question(media: str, token: str) -> str:
    token = f"<ProfileToken>{escape(token)}</ProfileToken>"
    if media == _MEDIA_2:
        return f'<GetStreamUri xmlns="{media}"><Protocol>RTSP</Protocol>{token}</GetStreamUri>'
    set_up = (
        f'<StreamSetup><Stream xmlns="{_SCHEMA}">RTP-Unicast</Stream>'
        f'<Transport xmlns="{_SCHEMA}"><Protocol>RTSP</Protocol></Transport></StreamSetup>'
    )
    return f'<GetStreamUri xmlns="{media}">{set_up}{token}</GetStreamUri>'


def _own(device: Address, uri: str, own_ips: list[str]) -> tuple[Address, bool]:
    """An address that the device gave, moved to the device itself; and whether it named another host.

    Behind a router a camera gives an address that nobody can reach; a hostile one names hosts that should not be
    contacted. So its host is never used: only the path and, if the host is its own, the port. Raises SourceUnavailable.
    """
    said = Address.parse(uri)
    if said.kind not in ("http", "rtsp"):
        raise SourceUnavailable(
            Trouble.NO_STREAM, f"'{device.shown}' lists something that is not the address of a stream"
        )
    is_own = said.host == device.host or said.host in own_ips
    keeps_port = is_own or said.kind == "rtsp"  # a router forwards RTSP on its usual port, or not at all
    port, scheme = (said.port, said.scheme) if keeps_port else (device.port, device.scheme)
    own = replace(said, host=device.host, port=port, scheme=scheme, username=device.username, password=device.password)
    return own, not is_own


def _name(profile: Element) -> str:
    children = {each.tag.rpartition("}")[2]: each for each in profile}
    return word(text(profile, "Name") if "Name" in children else "") or word(profile.get("token", ""))


def _size(encoder: Element) -> tuple[int, int] | None:
    width, height = number(encoder, "Resolution", "Width"), number(encoder, "Resolution", "Height")
    return (int(width), int(height)) if width and height else None


def _codec(encoder: Element) -> str | None:
    encoding = word(text(encoder, "Encoding")).upper()
    known = {"JPEG": "mjpeg", "H264": "h264", "H265": "hevc", "MPEG4": "mpeg4"}
    return known.get(encoding, encoding.lower()[:20]) or None


def _rate(encoder: Element) -> float | None:
    return number(encoder, "RateControl", "FrameRateLimit")


def _refused(device: Address, fault: Fault) -> SourceUnavailable:
    if "auth" in fault.what.lower():  # NotAuthorized, FailedAuthentication
        if device.username is None:
            said = f"couldn't ask '{device.shown}': it wants a user and a password"
            return SourceUnavailable(Trouble.WRONG_PASSWORD, said, "name the user")
        return SourceUnavailable(
            Trouble.WRONG_PASSWORD,
            f"couldn't ask '{device.shown}': it does not accept this user and password",
            "many cameras have separate users for ONVIF: create one in the camera's settings",
        )
    return SourceUnavailable(
        Trouble.NO_STREAM, f"couldn't ask '{device.shown}': it refuses ({fault.what or 'no reason given'})",
        "is ONVIF switched on in the camera's settings?",
    )  # fmt: skip
