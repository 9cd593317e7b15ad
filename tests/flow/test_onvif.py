"""ONVIF over real sockets: devices are found and asked for streams, and a hostile one leads nowhere, and in time."""

from __future__ import annotations

import re
import socket
import threading
import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.capture.onvif import device as device_module
from passerby.capture.onvif import find_devices, streams_of
from passerby.capture.onvif.safe_xml import NotUnderstood, parse
from passerby.errors import SourceUnavailable, Trouble
from passerby.net.fetch import Limits
from passerby.rules.reach import Reach
from passerby.testing.onvif import HOST, OnvifCamera, OnvifProfile, OnvifServer, envelope
from tests.live import LOCAL
from tests.retries import by_real_time

LIMITS = Limits(LOCAL, start_s=2.0, read_s=1.0)
LOGIN = ("admin", "s3cr3t&<>")
ANSWERS = by_real_time("a camera has a second or two to answer, and a machine that stalls looks like one that does not")
MAIN = OnvifProfile("main", f"rtsp://{HOST}:554/Streaming/101?unicast=true&amp;profile=1", 2560, 1440, "H265", 20)
SUB = OnvifProfile("sub", f"rtsp://{HOST}:554/Streaming/102", 640, 360, "H264", 15)
EXPANDS = b'<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;">]><a>&c;</a>'
OUTSIDE = b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'


def camera(**how: object) -> OnvifCamera:
    return OnvifCamera(**{"profiles": (SUB, MAIN), "login": LOGIN, **how})  # type: ignore[arg-type]


@ANSWERS
@pytest.mark.parametrize("login_scheme", ["wsse", "http"])
@pytest.mark.parametrize("has_media2", [True, False])
@pytest.mark.parametrize("has_services", [True, False])
def test_streams_with_size_codec_and_rate_the_largest_first(
    login_scheme: str, has_media2: bool, has_services: bool
) -> None:
    asked = camera(login_scheme=login_scheme, has_media2=has_media2, has_services=has_services)
    with OnvifServer(asked) as server:
        main, sub = streams_of(server.host, *LOGIN, LIMITS)
    assert (main.name, main.size_wh, main.codec, main.fps) == ("main stream", (2560, 1440), "hevc", 20)
    assert (sub.name, sub.size_wh, sub.codec, sub.fps) == ("sub stream", (640, 360), "h264", 15)
    assert main.address.without_login() == f"rtsp://{HOST}/Streaming/101?unicast=true&profile=1"
    assert (main.address.username, main.address.password) == LOGIN and not main.was_elsewhere
    assert LOGIN[1] not in repr(main)
    assert not any("s3cr3t" in words for _, words in asked.asked), "the password itself is never sent"


@ANSWERS
@pytest.mark.parametrize("skew_s", [-86400 * 365, 3600])
def test_a_camera_whose_clock_is_wrong_is_asked_by_its_own(skew_s: float) -> None:
    with OnvifServer(camera(clock_skew_s=skew_s)) as server:
        assert len(streams_of(server.host, *LOGIN, LIMITS)) == 2


def failure(asked: OnvifCamera, user: str | None = LOGIN[0], password: str | None = LOGIN[1]) -> SourceUnavailable:
    began = time.monotonic()
    with OnvifServer(asked) as server:
        with pytest.raises(SourceUnavailable) as caught:
            streams_of(server.host, user, password, LIMITS)
        assert time.monotonic() - began < 12
    assert caught.value.hint and "s3cr3t" not in str(caught.value)
    return caught.value


@ANSWERS
@pytest.mark.parametrize("login_scheme", ["wsse", "http"])
def test_a_wrong_password_and_none_are_said(login_scheme: str) -> None:
    wrong = failure(camera(login_scheme=login_scheme), "admin", "wrong")
    assert wrong.trouble is Trouble.WRONG_PASSWORD and "does not accept" in wrong.message
    none = failure(camera(login_scheme=login_scheme), None, None)
    assert none.trouble is Trouble.WRONG_PASSWORD and "wants a user" in none.message


@ANSWERS
@pytest.mark.parametrize(
    ("how", "trouble", "says"),
    [
        ({"mute": True}, Trouble.TIMED_OUT, "answer in time"),
        ({"drips": True}, Trouble.TIMED_OUT, "answer in time"),
        ({"endless": True}, Trouble.NO_STREAM, "too long"),
        ({"moved_to": "http://192.0.2.1/onvif"}, Trouble.NO_STREAM, "error 302"),
        ({"raw": b"<html>a router", "status": 404}, Trouble.NO_STREAM, "error 404"),
        ({"raw": b"<html></html>"}, Trouble.NO_STREAM, "not ONVIF"),
        ({"raw": EXPANDS}, Trouble.NO_STREAM, "not ONVIF"),
        ({"raw": OUTSIDE}, Trouble.NO_STREAM, "not ONVIF"),
        ({"raw": b"<a>" * 300_000}, Trouble.NO_STREAM, "not ONVIF"),
        ({"raw": envelope("")}, Trouble.NO_STREAM, "no service for video"),
        ({"raw": b"\xff\xfe\x00"}, Trouble.NO_STREAM, "not ONVIF"),
        ({"profiles": ()}, Trouble.NO_STREAM, "offers no stream"),
        ({"profiles": (replace(MAIN, uri="file:///etc/passwd"),)}, Trouble.NO_STREAM, "offers no stream"),
        ({"profiles": (replace(MAIN, uri="exec:ls"),)}, Trouble.NO_STREAM, "offers no stream"),
    ],
)
def test_what_is_wrong_is_one_sentence_in_time(
    how: dict[str, object], trouble: Trouble, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(device_module, "WITHIN_S", 3.0)
    error = failure(camera(**how))
    assert error.trouble is trouble and says in error.message
    assert not [each for each in threading.enumerate() if each.name == "resolve"]


def test_a_camera_that_names_other_hosts_is_asked_itself_and_nobody_else() -> None:
    """Whoever it names would have got a connection, and the digest of a password."""
    with socket.create_server((HOST, 0)) as other:
        other.settimeout(0.2)
        elsewhere = f"localhost.:{other.getsockname()[1]}"
        named = replace(MAIN, uri=f"rtsp://{elsewhere}/Streaming/101")
        asked = camera(xaddr_host=elsewhere, profiles=(named, replace(SUB, uri="rtsp://169.254.169.254/latest")))
        with OnvifServer(asked) as server:
            streams = streams_of(server.host, *LOGIN, LIMITS)
        with pytest.raises(TimeoutError):
            other.accept()
    assert [(each.address.host, each.was_elsewhere) for each in streams] == [(HOST, True), (HOST, True)]
    assert {path for path, _ in asked.asked} == {"/onvif/device_service", "/onvif/media"}


@pytest.mark.parametrize(
    "host", ["169.254.169.254", "127.0.0.1:80", "rtsp://192.0.2.1", "file:///etc", "a b", "", "u:p@h"]
)
def test_who_may_not_be_asked_is_not(host: str) -> None:
    with pytest.raises(SourceUnavailable) as caught:
        streams_of(host, *LOGIN, Limits(Reach(), 1.0, 1.0))
    assert caught.value.trouble is Trouble.REFUSED_ADDRESS


@ANSWERS
def test_at_most_so_many_streams_are_asked_for() -> None:
    asked = camera(profiles=tuple(replace(SUB, token=f"p{number}") for number in range(100)))
    with OnvifServer(asked) as server:
        assert len(streams_of(server.host, *LOGIN, LIMITS)) == device_module.MAX_STREAMS


# Discovery.


def found(*cameras: OnvifCamera, reach: Reach = LOCAL, listen_s: float = 1.0) -> list[tuple[int | str, str, str]]:
    servers = [OnvifServer(each) for each in cameras]
    for server in servers:
        server.__enter__()
    try:
        devices = find_devices(reach, listen_s, to=[server.probed_at for server in servers])
        hosts = [server.host for server in servers]
    finally:
        for server in servers:
            server.__exit__(None, None, None)
    return [(hosts.index(each.host) if each.host in hosts else each.host, each.name, each.hardware) for each in devices]


@ANSWERS
def test_devices_say_who_they_are_each_once() -> None:
    devices = found(camera(), camera(scopes="onvif://www.onvif.org/name/Gate", datagrams=50), camera(scopes=""))
    assert sorted(devices, key=str) == [(0, "Yard camera", "C-7"), (1, "Gate", ""), (2, "", "")]


@ANSWERS
def test_a_device_speaks_for_itself_only() -> None:
    """What it says is elsewhere is taken for its own IP address."""
    assert found(camera(xaddr_host="192.0.2.66")) == [(HOST, "Yard camera", "C-7")]


def test_who_may_not_be_contacted_is_left_out() -> None:
    assert found(camera(), reach=Reach()) == []


HUGE = envelope("<t:Scopes>" + "x" * 30_000 + "</t:Scopes>", "<a:RelatesTo>uuid:MESSAGE-ID</a:RelatesTo>")
FORGED = envelope("", "<a:RelatesTo>uuid:00000000-0000-0000-0000-000000000000</a:RelatesTo>")
ANSI = envelope(
    "<d:Scopes>onvif://www.onvif.org/name/a%1b%5b2Jb%0d%0ac</d:Scopes>", "<a:RelatesTo>MESSAGE-ID</a:RelatesTo>"
)


@ANSWERS
@pytest.mark.parametrize("datagram", [b"", b"<a", EXPANDS, OUTSIDE, HUGE, FORGED, b"\xff" * 200])
def test_answers_that_are_none_are_passed_over(datagram: bytes) -> None:
    assert found(camera(datagram=datagram, datagrams=20), camera(scopes="")) == [(1, "", "")]


@ANSWERS
def test_what_a_device_calls_itself_can_be_printed() -> None:
    (device,) = found(camera(datagram=ANSI))
    assert device[1] == "a[2Jbc"


@ANSWERS
def test_it_ends_in_time_whoever_goes_on_answering() -> None:
    began = time.monotonic()
    found(camera(datagrams=3000), listen_s=0.5)
    assert time.monotonic() - began < 5


@ANSWERS
def test_everybody_in_the_network_is_asked() -> None:
    """The question itself goes out as a multicast, to whoever joined the group at one of this machine's interfaces."""
    names = [name for _, name in socket.if_nameindex() if name != "lo"]
    if not names:
        pytest.skip("this machine has no network interface")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(("", 3702))
        joined = 0
        for index, _ in socket.if_nameindex():
            try:
                group = socket.inet_aton("239.255.255.250") + bytes(4) + index.to_bytes(4, "little")
                sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, group)
                joined += 1
            except OSError:
                continue
        if not joined:
            pytest.skip("no interface of this machine can be joined")
        sock.settimeout(3)
        try:
            find_devices(Reach(), 0.2)
        except SourceUnavailable:
            pytest.skip("no interface of this machine takes a multicast")
        probe, _ = sock.recvfrom(65536)
    assert re.search(rb"<d:Probe><d:Types>(dn:NetworkVideoTransmitter|tds:Device)</d:Types></d:Probe>", probe)


@given(st.binary(max_size=300) | st.text("<>/&;!\"'[]ENTITYDOCabc =:", max_size=200).map(str.encode))
def test_parsing_ends_in_xml_without_a_document_type_or_a_refusal(data: bytes) -> None:
    try:
        parse(data)
    except NotUnderstood:
        return
    assert b"<!DOCTYPE" not in data
