"""RTSP end to end: pictures with times, and each way in which cameras fail, reported in words and in time."""

from __future__ import annotations

import itertools
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from av import VideoFrame

from passerby.capture.live.source import open_live
from passerby.clock import SystemClock
from passerby.errors import SourceUnavailable, Trouble
from passerby.media.frames import plane_views
from passerby.media.segments import TICKS_PER_S
from passerby.rules.reach import Reach
from passerby.testing.clock import MovingClock
from passerby.testing.rtsp import Feed, RtspServer, Script, number_in, numbered_picture
from passerby.testing.rtsp.rtp import Packetizer
from tests.live import QUICK, Stalls, failure, seen, steps_s
from tests.media_samples import Recipe, make_video
from tests.retries import by_real_time

PATH = "/street"
USER, PASSWORD = "admin", "s3cr3t:@/"
QUOTED = "s3cr3t%3A%40%2F"


def rough_picture(number: int, width: int, height: int) -> VideoFrame:
    """With noise, so that a coded picture takes many packets."""
    picture = numbered_picture(number, width, height)
    luma = plane_views(picture)[0]
    luma[height // 2 :] = np.random.default_rng(number).integers(0, 255, (height - height // 2, width))
    return picture


LIVE = by_real_time("who sends nothing for a second or two has failed, and a machine that stalls looks the same")
FEED = Feed.drawn("h264", count=100, gop=25)


@pytest.fixture
def camera() -> Iterator[RtspServer]:
    """Quicker than life, so that tests are."""
    with RtspServer({PATH: FEED}, login=(USER, PASSWORD), speed=4) as server:
        yield server


def url(server: RtspServer) -> str:
    return server.url(PATH, USER, QUOTED)


@LIVE
@pytest.mark.parametrize("transport", ["tcp", "udp"])
@pytest.mark.parametrize("codec", ["h264", "hevc", "mjpeg"])
@pytest.mark.parametrize("draw", [numbered_picture, rough_picture])
def test_every_picture_comes_once_in_order(codec: str, transport: str, draw: object) -> None:
    feed = Feed.drawn(codec, count=40, gop=20, draw=draw)  # type: ignore[arg-type]
    with RtspServer({PATH: feed}, speed=4) as server:
        frames = seen(server.url(PATH), 70, transport=transport)
    assert [frame.number for frame in frames] == [n % 40 for n in range(70)]
    assert not any(frame.damaged for frame in frames)


@LIVE
@pytest.mark.parametrize("scheme", ["basic", "digest"])
def test_log_in(scheme: str) -> None:
    with RtspServer({PATH: FEED}, login=(USER, PASSWORD), login_scheme=scheme) as server:  # type: ignore[arg-type]
        assert seen(url(server), 3)[0].number == 0
        for entry in (("admin", "wrong"), ("other", QUOTED)):
            error = failure(server.url(PATH, *entry))
            assert error.trouble is Trouble.WRONG_PASSWORD
        asked = len(server.requests)
        assert "wants a user" in failure(server.url(PATH)).message
        assert len(server.requests) == asked + 1, "one attempt: cameras lock out who tries often"


@LIVE
def test_times_are_utc_and_as_even_as_the_source() -> None:
    with Stalls() as stalls, RtspServer({PATH: FEED}) as server:
        before = SystemClock().now_90k()
        frames = seen(server.url(PATH), 30)
        after = SystemClock().now_90k()
    assert before <= frames[0].pts and frames[-1].pts <= after
    steps = steps_s(frames[1:])  # the first has no time of its own
    late_s = stalls.longest_s / len(steps)  # this machine, not the camera
    assert sum(steps) / len(steps) == pytest.approx(0.04, abs=0.002 + late_s)


@LIVE
def test_parameter_sets_that_come_with_the_pictures_only(camera: RtspServer) -> None:
    camera.scripts[PATH] = Script(bare_sdp=True)
    assert [frame.number for frame in seen(url(camera), 30)] == list(range(30))


@LIVE
def test_the_format_is_known_before_the_first_frame(camera: RtspServer) -> None:
    with open_live(url(camera), QUICK) as source:
        assert (source.format.width, source.format.height, source.format.pixel_format) == (320, 192, "yuv420p")
        assert source.format.time_base == Fraction(1, TICKS_PER_S)
        assert "s3cr3t" not in repr(source) and "s3cr3t" not in repr(vars(source)["address"])


OPENING = [
    (Script(mute=True), Trouble.TIMED_OUT, "did not answer completely"),
    (Script(describe_status=404), Trouble.NO_STREAM, "no stream of this name"),
    (Script(describe_status=453), Trouble.NO_STREAM, "error 453"),
    (Script(describe_status=302, location="rtsp://169.254.169.254/"), Trouble.NO_STREAM, "not followed"),
    (Script(rejects_everybody=True), Trouble.WRONG_PASSWORD, "does not accept"),
    (Script(unknown_codec=True), Trouble.UNKNOWN_CODEC, "X-SEALED"),
    (Script(sound_only=True), Trouble.NO_PICTURE, "no video"),
    (Script(silence_after=0), Trouble.TIMED_OUT, "no whole packet for 1 s"),
    (Script(drip_after=0), Trouble.TIMED_OUT, "no whole packet for 1 s"),
    (Script(cut_after=0), Trouble.ENDED, "ended"),
]


@LIVE
@pytest.mark.parametrize(("script", "trouble", "words"), OPENING)
def test_what_keeps_a_camera_from_opening_is_told(
    camera: RtspServer, script: Script, trouble: Trouble, words: str
) -> None:
    camera.scripts[PATH] = script
    error = failure(url(camera))
    assert error.trouble is trouble
    assert words in error.message and error.hint


@LIVE
def test_no_such_path_nothing_there_and_no_such_host(camera: RtspServer) -> None:
    assert failure(camera.url("/alley", USER, QUOTED)).trouble is Trouble.NO_STREAM
    assert "port 1" in failure("rtsp://127.0.0.1:1/").message
    assert failure("rtsp://no-such-host.invalid/").trouble is Trouble.UNREACHABLE


def test_this_machine_is_not_contacted_unless_allowed(camera: RtspServer) -> None:
    for host in ("127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433", "127.1"):
        error = failure(url(camera).replace("127.0.0.1", host), reach=Reach())
        assert error.trouble is Trouble.REFUSED_ADDRESS, host
    assert not camera.requests


@LIVE
def test_a_camera_that_is_cut_off_now_is_told_and_comes_back_as_its_script_says(camera: RtspServer) -> None:
    with (
        pytest.raises(SourceUnavailable) as caught,
        open_live(url(camera), QUICK) as source,
    ):
        for frame in source:
            if frame.index == 5:
                camera.cut(PATH)
    assert caught.value.trouble is Trouble.ENDED
    camera.scripts[PATH] = Script(rejects_everybody=True)
    assert failure(url(camera)).trouble is Trouble.WRONG_PASSWORD


READING = [
    (Script(silence_after=30), Trouble.TIMED_OUT, "no whole packet for 1 s"),
    (Script(drip_after=30), Trouble.TIMED_OUT, "no whole packet for 1 s"),
    (Script(cut_after=30), Trouble.ENDED, "ended"),
    (Script(resize_after=30, resized=Feed.drawn("h264", (480, 272), count=25)), Trouble.CHANGED, "480x272"),
]


@LIVE
@pytest.mark.parametrize(("script", "trouble", "words"), READING)
def test_what_ends_a_running_camera_is_told(camera: RtspServer, script: Script, trouble: Trouble, words: str) -> None:
    camera.scripts[PATH] = script
    assert len(seen(url(camera), 25)) == 25
    error = failure(url(camera))
    assert error.trouble is trouble
    assert words in error.message


@LIVE
def test_silence_over_udp_is_noticed(camera: RtspServer) -> None:
    camera.scripts[PATH] = Script(silence_after=10)
    assert failure(url(camera), transport="udp").trouble is Trouble.TIMED_OUT


@LIVE
def test_a_transport_that_a_camera_lacks() -> None:
    with RtspServer({PATH: FEED}, transports=frozenset({"tcp"})) as server:
        assert seen(server.url(PATH), 2)
        assert failure(server.url(PATH), transport="udp").trouble is not Trouble.TIMED_OUT


@LIVE
def test_data_that_never_becomes_a_picture() -> None:
    feed = replace(FEED, units=FEED.units[1:25])  # no key picture, ever
    with RtspServer({PATH: feed}, {PATH: Script(bare_sdp=True)}, speed=2) as server:
        error = failure(server.url(PATH))
    assert error.trouble is Trouble.NO_PICTURE


@pytest.mark.promise
def test_what_comes_before_the_first_key_picture_is_not_shown() -> None:
    later = [replace(FEED.units[(n + 5) % 100], pts_90k=unit.pts_90k) for n, unit in enumerate(FEED.units)]
    with RtspServer({PATH: replace(FEED, units=tuple(later))}, speed=4) as server:
        frames = seen(server.url(PATH), 20)
    assert [frame.number for frame in frames] == list(range(25, 45))
    assert not any(frame.damaged for frame in frames)


@LIVE
@pytest.mark.parametrize("jump_s", [3600.0, -3600.0, 1.5, -1.0])
def test_a_leap_of_the_cameras_clock_leaves_no_gap(jump_s: float) -> None:
    with Stalls() as stalls, RtspServer({PATH: FEED}, {PATH: Script(jump_after=20, jump_s=jump_s)}) as server:
        frames = seen(server.url(PATH), 60)
    assert max(steps_s(frames)) < 0.8 + stalls.longest_s, "a tenth of a second, and what a busy machine is late"
    assert [frame.number for frame in frames] == list(range(60))


@LIVE
def test_a_frozen_and_a_looping_camera_still_send(camera: RtspServer) -> None:
    camera.scripts[PATH] = Script(freeze_after=30)
    assert {frame.number for frame in seen(url(camera), 60)[30:]} == {25}
    camera.scripts[PATH] = Script(loop_after=30, loop_units=5)
    assert [frame.number for frame in seen(url(camera), 60)[-10:]] == [25, 26, 27, 28, 29] * 2


@pytest.mark.promise
@pytest.mark.parametrize("transport", ["tcp", "udp"])
@pytest.mark.parametrize("codec", ["h264", "hevc", "mjpeg"])
@pytest.mark.parametrize(("draw", "lose_one_in"), [(numbered_picture, 23), (rough_picture, 301)])
def test_what_is_built_upon_a_lost_packet_is_never_taken_for_whole(
    codec: str, transport: str, draw: object, lose_one_in: int
) -> None:
    feed = Feed.drawn(codec, count=500, gop=50, draw=draw)  # type: ignore[arg-type]
    with RtspServer({PATH: feed}, {PATH: Script(lose_one_in=lose_one_in)}, speed=4) as server:
        frames = seen(server.url(PATH), 220, transport=transport)
    assert len({frame.number for frame in frames if not frame.damaged}) > 20, "it goes on after the next key picture"
    trusted = [frame for frame in frames if not frame.damaged]
    # It begins again after 500: so much is lost only where the machine stalls for three seconds.
    assert all(a.number < b.number or b.number < 250 < a.number for a, b in itertools.pairwise(trusted))
    assert codec == "mjpeg" or any(frame.damaged for frame in frames)


def test_pictures_that_somebody_else_sends_over_udp_are_not_taken() -> None:
    forged = Feed.drawn(count=25, draw=lambda number, width, height: numbered_picture(1023, width, height))

    def forge(server: RtspServer) -> None:
        while not (asked := [r for r in server.requests if r.method == "PLAY"]):
            time.sleep(0.02)
        assert asked
        transport = next(r.headers["transport"] for r in server.requests if "transport" in r.headers)
        port = int(transport.partition("client_port=")[2].partition("-")[0])
        packets = Packetizer("h264", first_sequence=0)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.bind(("127.0.0.9", 0))
            for number, unit in enumerate(forged.units):
                for packet in packets.packets(unit, number * 3600):
                    sender.sendto(packet, ("127.0.0.1", port))
                time.sleep(0.04)

    with RtspServer({PATH: FEED}) as server:
        thread = threading.Thread(target=forge, args=(server,))
        thread.start()
        frames = seen(server.url(PATH), 50, transport="udp")
        thread.join()
    assert [frame.number for frame in frames] == list(range(50))


@LIVE
def test_the_machines_clock_being_set_ends_it(camera: RtspServer) -> None:
    clock = MovingClock()
    with open_live(url(camera), replace(QUICK, clock=clock)) as source:
        frames = iter(source)
        next(frames)
        clock.set_utc(-3600)
        with pytest.raises(OSError) as caught:
            list(itertools.islice(frames, 100))
    assert getattr(caught.value, "trouble") is Trouble.CHANGED  # noqa: B009


@LIVE
def test_stop_from_another_thread_ends_it_quietly(camera: RtspServer) -> None:
    with open_live(url(camera), QUICK) as source:
        count = 0
        for _ in source:
            count += 1
            if count == 10:
                source.stop()
    assert 10 <= count <= 12


@LIVE
def test_a_camera_that_is_hung_does_not_hold_up_another(camera: RtspServer) -> None:
    """Both are read in threads of one process; what FFmpeg waits for, it waits for without Python's lock."""
    with RtspServer({PATH: FEED}, {PATH: Script(drip_after=3)}) as hung:
        thread = threading.Thread(target=failure, args=(hung.url(PATH),))
        thread.start()
        started = time.monotonic()
        frames = seen(url(camera), 100)
        assert time.monotonic() - started < 3.0
        thread.join()
    assert len(frames) == 100


@LIVE
def test_rtsps_wants_a_certificate_that_is_vouched_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    make = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-days", "2", "-keyout", str(key), "-out", str(certificate), "-subj", "/CN=localhost",
            "-addext", "subjectAltName=DNS:localhost"]  # fmt: skip
    try:
        subprocess.run(make, check=True, capture_output=True)
    except (FileNotFoundError, subprocess.CalledProcessError):
        pytest.skip("there is no openssl command to make a certificate with")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with RtspServer({PATH: FEED}, context=context, speed=4) as server:
        by_name = server.url(PATH).replace("127.0.0.1", "localhost")
        assert "certificate" in failure(by_name).message
        assert len(seen(by_name, 5, trust_any_certificate=True)) == 5
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert len(seen(by_name, 5)) == 5
        assert "certificate" in failure(server.url(PATH)).message, "it is for another name"
        plain = by_name.replace("rtsps:", "rtsp:")
        assert failure(plain).trouble in (Trouble.NO_STREAM, Trouble.UNREACHABLE, Trouble.TIMED_OUT)


@LIVE
def test_a_feed_from_a_file_is_what_the_file_holds(tmp_path: Path) -> None:
    path = tmp_path / "street.mp4"
    make_video(path, Recipe(count=40, width=320, height=192, draw=as_rgb))
    with RtspServer({PATH: Feed.from_file(path)}, speed=4) as server:
        numbers = [frame.number for frame in seen(server.url(PATH), 60)]
    assert numbers == [n % 40 for n in range(60)]


def as_rgb(number: int, width: int, height: int) -> np.ndarray:
    return numbered_picture(number, width, height).to_ndarray(format="rgb24")


def test_pictures_say_their_number() -> None:
    assert [number_in(numbered_picture(n, 160, 96)) for n in (0, 1, 511, 1023)] == [0, 1, 511, 1023]
