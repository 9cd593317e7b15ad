"""Addresses of live sources: what they are, what is refused, and that nothing shows a password."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.errors import SourceUnavailable, Trouble
from passerby.net.address import Address

SECRET = "s3cr3t"


def refused(text: str) -> SourceUnavailable:
    with pytest.raises(SourceUnavailable) as caught:
        Address.parse(text)
    assert caught.value.trouble is Trouble.REFUSED_ADDRESS
    assert caught.value.hint
    return caught.value


def test_parts_of_an_rtsp_address() -> None:
    address = Address.parse("rtsp://admin:p%40ss%2F@Cam.example:8554/live/1?profile=a")
    assert (address.kind, address.scheme, address.host, address.port) == ("rtsp", "rtsp", "cam.example", 8554)
    assert (address.username, address.password) == ("admin", "p@ss/")
    assert address.path == "/live/1?profile=a"
    assert address.at("10.0.0.7") == "rtsp://admin:p%40ss%2F@10.0.0.7:8554/live/1?profile=a"
    assert address.without_login() == "rtsp://cam.example:8554/live/1?profile=a"


def test_an_at_sign_in_a_password_needs_no_quoting() -> None:
    assert Address.parse("rtsp://admin:p@ss@10.0.0.7/").password == "p@ss"


def test_ipv6() -> None:
    address = Address.parse("rtsp://[fd00::7]/live")
    assert address.host == "fd00::7"
    assert address.shown == "rtsp://[fd00::7]/live"
    assert address.at("fd00::7") == "rtsp://[fd00::7]:554/live"


@pytest.mark.parametrize(
    "text",
    ["exec:ls", "concat:a|b", "subfile:,,start,0,end,0,,:x", "data:text/plain,x", "pipe:0", "ftp://h/x", "rtmp://h/x",
     "udp://10.0.0.7:5000", "sdp:x", "lavfi:testsrc", "crypto+http://h/x", "street.mp4", "/etc/passwd", "/dev/sda", "",
     "/dev/video0/../sda", "rtsp:", "rtsp://", "rtsp:///x", "http://", "rtsp://h:0/", "rtsp://h:99999/", "rtsp://h:x/",
     "rtsp://a b/", "rtsp://h/\r\nTEARDOWN", "http://h/\nHost: x", "RTSP ://h/"],
)  # fmt: skip
def test_everything_that_is_not_on_the_list_is_refused(text: str) -> None:
    refused(text)


def test_kinds() -> None:
    assert Address.parse("/dev/video2").kind == "device"
    assert Address.parse("file:/srv/street.mp4") == Address.parse("file:///srv/street.mp4")
    assert Address.parse("file:/srv/street.mp4").path == "/srv/street.mp4"
    assert Address.parse("https://h/x").kind == "http"
    assert Address.parse("HTTP://h/x").scheme == "http"


@pytest.mark.parametrize(
    "text",
    [f"rtsp://admin:{SECRET}@h/live", f"rtsp://{SECRET}@h/live", f"rtsp://h/cam?user=admin&pwd={SECRET}",
     f"rtsp://h/user=admin&password={SECRET}&channel=1", f"http://h/token={SECRET}/video", f"http://h/x?{SECRET}"],
)  # fmt: skip
def test_nothing_that_is_shown_holds_a_secret(text: str) -> None:
    address = Address.parse(text)
    for shown in (address.shown, str(address), repr(address), f"{[address]}"):
        assert SECRET not in shown
        assert "h/" in shown


@pytest.mark.parametrize("sign", "/?#")
def test_a_password_that_cuts_the_address_in_two_is_refused_without_showing_it(sign: str) -> None:
    error = refused(f"rtsp://admin:12{sign}{SECRET}@10.0.0.7/live")
    assert SECRET not in str(error) and "admin" not in str(error) and "%2F" in str(error)


@given(st.text(st.characters(min_codepoint=32, exclude_categories=["Cs"])), st.text(min_size=1))
def test_a_refusal_repeats_nothing_but_a_scheme(start: str, end: str) -> None:
    text = f"{start}://admin:{SECRET}@{end}"
    try:
        shown = Address.parse(text).shown
    except SourceUnavailable as error:
        shown = str(error)
    assert SECRET not in shown or SECRET in start or SECRET in end


@given(st.text(min_size=1), st.text())
def test_a_log_in_survives_the_way_to_the_camera(user: str, password: str) -> None:
    try:
        address = Address("rtsp", "rtsp", "h", 554, "/x", user, password)
        again = Address.parse(address.at("10.0.0.7"))
    except UnicodeEncodeError:
        return  # half a surrogate pair: no text
    assert (again.username, again.password) == (user, password)
