"""Cameras of the web kind end to end: MJPEG and HLS, fetched from checked addresses only."""

from __future__ import annotations

import io
import threading
import time

import av
import numpy as np
import pytest

from passerby.capture.live.parts import Parts
from passerby.capture.live.source import open_live
from passerby.errors import Trouble
from passerby.media.frames import plane_views
from passerby.net.address import Address
from passerby.rules.reach import Reach
from passerby.testing.rtsp import Feed, numbered_picture
from passerby.testing.web import WebCamera, WebServer, segment
from tests.live import QUICK, Stalls, failure, seen, steps_s
from tests.retries import by_real_time

LIVE = by_real_time("who sends nothing for a second or two has failed, and a machine that stalls looks the same")
MJPEG = Feed.drawn("mjpeg", count=60, fps=50)
LANE = Feed.drawn("h264", count=25)


def grainy(number: int, width: int, height: int) -> av.VideoFrame:
    """So many bytes that a segment does not fit into what is read ahead."""
    picture = numbered_picture(number, width, height)
    luma = plane_views(picture)[0]
    luma[:] = luma.astype(np.int16) * 7 // 8 + np.random.default_rng(number).integers(0, 30, luma.shape)
    return picture


ENTRY, LOGIN = "admin:s3cr3t%40@", ("admin", "s3cr3t@")


@LIVE
def test_mjpeg_comes_in_order_at_the_time_of_its_arrival() -> None:
    with WebServer({"/cam": WebCamera("mjpeg", MJPEG)}) as server:
        began_s = time.monotonic()
        frames = seen(server.url("/cam"), 130)  # longer than the time for opening
        took_s = time.monotonic() - began_s
    assert [frame.number for frame in frames] == [n % 60 for n in range(130)]
    assert 0.7 * 129 * 0.02 <= sum(steps_s(frames)) <= took_s, "a busy machine makes it longer, as it is"


ODD = {
    "without a first boundary": {"first_head": "Content-Type: image/jpeg\r\n\r\n"},
    "with nothing before the first": {"first_head": ""},
    "without headers of parts": {"part_head": "--{boundary}\r\n\r\n"},
    "with nothing between": {"part_head": None},
    "without lengths": {"part_head": "--{boundary}\r\nContent-Type: image/jpeg\r\n\r\n"},
    "with lengths of zero": {"part_head": "--{boundary}\r\nContent-Length: 0\r\n\r\n"},
    "with another boundary": {"part_head": "--other\r\nContent-Type: image/jpeg\r\n\r\n"},
    "without a type": {"content_type": None},
    "without a type or a boundary": {"content_type": None, "part_head": None},
    "of a type that says nothing": {"content_type": "application/octet-stream"},
}


@LIVE
@pytest.mark.parametrize("how", ODD)
def test_mjpeg_is_played_however_its_parts_are_told(how: str) -> None:
    with Stalls() as stalls, WebServer({"/cam": WebCamera("mjpeg", MJPEG, **ODD[how])}) as server:  # type: ignore[arg-type]
        frames = seen(server.url("/cam"), 70)
    assert [frame.number for frame in frames] == [n % 60 for n in range(70)]
    assert not any(frame.damaged for frame in frames)
    assert max(steps_s(frames)) < 0.5 + stalls.longest_s, "each as it comes, none held back"


@LIVE
def test_hls_comes_in_order_at_its_own_pace() -> None:
    with Stalls() as stalls, WebServer({"/lane": WebCamera("hls", LANE)}) as server:
        frames = seen(server.url("/lane/index.m3u8"), 60)
    first = frames[0].number
    assert [frame.number for frame in frames] == [(first + n) % 25 for n in range(60)]
    assert not any(frame.damaged for frame in frames)
    assert max(steps_s(frames[5:])) < 0.5 + stalls.longest_s, "not a second at once and then a second of nothing"


@LIVE
def test_log_in() -> None:
    with WebServer(
        {"/cam": WebCamera("mjpeg", MJPEG, login=LOGIN), "/lane": WebCamera("hls", LANE, login=LOGIN)}
    ) as server:
        assert seen(server.url("/cam", ENTRY), 3)
        assert seen(server.url("/lane/index.m3u8", ENTRY), 3), "each part needs it too"
        assert failure(server.url("/cam", "admin:wrong@")).trouble is Trouble.WRONG_PASSWORD
        assert "wants a user" in failure(server.url("/cam")).message


FAULTS = [
    (WebCamera("mjpeg", MJPEG, cut_after=10), Trouble.ENDED, "ended"),
    (WebCamera("mjpeg", MJPEG, drip_after=10), Trouble.TIMED_OUT, "no whole packet for 1 s"),
    (WebCamera("mjpeg", MJPEG, drip_after=0), Trouble.TIMED_OUT, "no answer in time"),
    (WebCamera("page", mute=True), Trouble.TIMED_OUT, "no answer in time"),
    (WebCamera("page"), Trouble.NO_STREAM, "neither MJPEG nor HLS, but text/html"),
    (
        WebCamera("mjpeg", MJPEG, content_type="image/jpeg", part_head=None, cut_after=1),
        Trouble.NO_STREAM,
        "a single picture",
    ),
    (WebCamera("page", moved_to="/cam"), Trouble.NO_STREAM, "redirects too often"),
    (WebCamera("page", moved_to="http://169.254.169.254/latest"), Trouble.REFUSED_ADDRESS, "keys"),
    (WebCamera("page", moved_to="http://[::ffff:169.254.169.254]/"), Trouble.REFUSED_ADDRESS, "keys"),
    (WebCamera("page", moved_to="file:///etc/passwd"), Trouble.REFUSED_ADDRESS, "not HTTP"),
    (WebCamera("page", moved_to="gopher://127.0.0.1:70/"), Trouble.REFUSED_ADDRESS, "'gopher' is not a kind"),
]


@LIVE
@pytest.mark.parametrize(("camera", "trouble", "words"), FAULTS)
def test_what_goes_wrong_is_told(camera: WebCamera, trouble: Trouble, words: str) -> None:
    with WebServer({"/cam": camera}) as server:
        error = failure(server.url("/cam"))
    assert error.trouble is trouble
    assert words in error.message


@LIVE
def test_a_play_list_that_stands_still_ends_it() -> None:
    with WebServer({"/lane": WebCamera("hls", LANE, stalls_after=4)}) as server:
        assert failure(server.url("/lane/index.m3u8")).trouble in (Trouble.ENDED, Trouble.TIMED_OUT)


@LIVE
def test_many_play_lists_that_each_come_just_in_time_are_not_waited_for() -> None:
    slow = WebCamera("hls", LANE, variants=9, part_after_s=0.9 * QUICK.read_timeout_s)
    with WebServer({"/lane": slow}) as server:
        began_s = time.monotonic()
        error = failure(server.url("/lane/index.m3u8"))
        assert time.monotonic() - began_s < QUICK.open_timeout_s + 2.0
    assert error.trouble is Trouble.TIMED_OUT and "no answer in time" in error.message


@LIVE
def test_a_list_of_play_lists_is_played() -> None:
    with WebServer({"/lane": WebCamera("hls", LANE, variants=2)}) as server:
        assert seen(server.url("/lane/index.m3u8"), 60)


@LIVE
def test_a_segment_may_be_read_for_longer_than_the_time_out_since_it_is_read_at_its_own_pace() -> None:
    lane = Feed.drawn("h264", (640, 360), count=75, draw=grainy)
    assert len(segment(lane, 0)) > 300_000
    with Stalls() as stalls, WebServer({"/lane": WebCamera("hls", lane)}) as server:
        frames = seen(server.url("/lane/index.m3u8"), 75, read_timeout_s=1.0)
    assert not any(frame.damaged for frame in frames)
    assert max(steps_s(frames[5:])) < 0.5 + stalls.longest_s


@LIVE
def test_a_path_and_a_user_may_have_any_letters() -> None:
    camera = WebCamera("mjpeg", MJPEG, login=("Jürgen", "s3cr3t@"))
    with WebServer({"/h%C3%B6f/%C3%B6%20": camera}) as server:
        assert seen(server.url("/höf/%C3%B6 ?größe=1", "J%C3%BCrgen:s3cr3t%40@"), 3)
        assert server.requests[-1] == "/h%C3%B6f/%C3%B6%20?gr%C3%B6%C3%9Fe=1"


def test_nothing_there() -> None:
    with WebServer({}) as server:
        assert failure(server.url("/cam")).trouble is Trouble.NO_STREAM
        gone = server.url("/cam")
    assert failure(gone).trouble is Trouble.UNREACHABLE


def test_this_machine_is_not_contacted_unless_allowed() -> None:
    with WebServer({"/cam": WebCamera("mjpeg", MJPEG)}) as server:
        assert failure(server.url("/cam"), reach=Reach()).trouble is Trouble.REFUSED_ADDRESS
        assert not server.requests


def test_a_redirect_is_followed_where_it_may_be_and_takes_no_log_in_elsewhere() -> None:
    with WebServer({"/cam": WebCamera("mjpeg", MJPEG, login=LOGIN)}) as elsewhere:
        cameras = {"/near": WebCamera("page", moved_to="/cam"), "/cam": WebCamera("mjpeg", MJPEG, login=LOGIN),
                   "/far": WebCamera("page", moved_to=elsewhere.url("/cam"))}  # fmt: skip
        with WebServer(cameras) as server:
            assert seen(server.url("/near", ENTRY), 3)
            assert failure(server.url("/far", ENTRY)).trouble is Trouble.WRONG_PASSWORD
        assert elsewhere.requests == ["/cam"], "it was asked without the log-in, and not again with it"


@pytest.mark.parametrize("part", ["file:///etc/passwd", "data:text/plain,x", "concat:a|b", "http://169.254.169.254/x.ts",
                                  "crypto+http://127.0.0.1/x", "/dev/video0", "subfile:,,start,0,,:x"])  # fmt: skip
def test_a_play_list_cannot_reach_what_an_address_cannot(part: str) -> None:
    parts = Parts(Address.parse("http://10.0.0.7/index.m3u8"), QUICK.limits, 5.0)
    got = parts.get(part, 0, {})
    assert isinstance(got, io.BytesIO) and got.read() == b""
    assert getattr(parts.error, "trouble", None) is Trouble.REFUSED_ADDRESS


def test_stopping_leaves_no_thread_and_no_connection() -> None:
    with WebServer({"/cam": WebCamera("mjpeg", MJPEG)}) as server:
        before = {each.name for each in threading.enumerate() if "Thread-" not in each.name}
        with open_live(server.url("/cam"), QUICK) as source:
            for frame in source:
                if frame.index == 5:
                    source.stop()
        assert {each.name for each in threading.enumerate() if "Thread-" not in each.name} == before
