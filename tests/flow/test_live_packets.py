"""Encoded packets as a source sends them, for whoever asks: all of them, unchanged, and before anything is decoded."""

from __future__ import annotations

import itertools
import time
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import cast

import pytest
from av.codec.context import CodecContext
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext

from passerby.capture.live.source import open_live
from passerby.media.packets import SourcePacket
from passerby.media.segments import TICKS_PER_S
from passerby.rules.reach import Reach
from passerby.testing.rtsp import Feed, RtspServer, Script, number_in
from passerby.testing.web import WebCamera, WebServer
from tests.live import PATIENT
from tests.media_samples import Recipe, make_video
from tests.retries import by_real_time

LIVE = by_real_time("who sends nothing for a second or two has failed, and a machine that stalls looks the same")
PATH = "/street"


def packets_and_numbers(url: str, count: int) -> tuple[list[SourcePacket], list[int]]:
    """What a source hands on while it gives so many frames, and the numbers that those show."""
    packets: list[SourcePacket] = []
    with open_live(url, PATIENT, packets.append) as source:
        numbers = [number_in(frame.picture) for frame in itertools.islice(source, count)]
    return packets, numbers


def decoded(packets: list[SourcePacket]) -> list[int]:
    """The numbers that the pictures in these packets show, by a decoder of our own."""
    decoder = cast(VideoCodecContext, CodecContext.create(packets[0].coding.codec, "r"))
    decoder.extradata = packets[0].coding.extradata
    pictures = [picture for each in packets for picture in decoder.decode(Packet(each.data))]
    return [number_in(picture) for picture in [*pictures, *decoder.decode(None)]]


@LIVE
@pytest.mark.parametrize("transport", ["tcp", "udp"])
@pytest.mark.parametrize("codec", ["h264", "hevc", "mjpeg"])
def test_packets_of_an_rtsp_camera_are_what_it_sends(codec: str, transport: str) -> None:
    feed = Feed.drawn(codec, count=40, gop=20)  # type: ignore[arg-type]
    packets: list[SourcePacket] = []
    with (
        RtspServer({PATH: feed}, speed=4) as server,
        open_live(server.url(PATH), replace(PATIENT, transport=transport), packets.append) as source,  # type: ignore[arg-type]
    ):
        numbers = [number_in(frame.picture) for frame in itertools.islice(source, 50)]
    assert numbers == [n % 40 for n in range(50)]
    assert decoded(packets)[:50] == numbers
    assert [n for n, packet in enumerate(packets[:50]) if packet.is_key] == (
        list(range(50)) if codec == "mjpeg" else [0, 20, 40]
    )
    for packet, unit in zip(packets, feed.units, strict=False):
        assert all(nal in packet.data for nal in unit.nals) or codec == "mjpeg", "RTP carries JPEGs without their head"


@LIVE
def test_packets_have_the_sources_clock_and_the_time_of_their_arrival() -> None:
    with RtspServer({PATH: Feed.drawn("h264", count=50)}) as server:
        before = time.time()
        packets, _ = packets_and_numbers(server.url(PATH), 20)
        after = time.time()
    assert all(before <= packet.arrived_90k / TICKS_PER_S <= after for packet in packets)
    assert packets[0].coding.time_base == Fraction(1, TICKS_PER_S)
    times = [cast(int, packet.pts) for packet in packets[1:20]]  # the first has no time of its own
    assert {b - a for a, b in itertools.pairwise(times)} == {TICKS_PER_S // 25}
    assert all(packet.coding is packets[0].coding for packet in packets)


@LIVE
def test_packets_with_their_parameter_sets_can_be_decoded_by_others() -> None:
    """Whether the sets come in advance, with the pictures or both."""
    with RtspServer({PATH: Feed.drawn("h264", count=40)}, speed=4) as server:
        server.scripts[PATH] = Script(bare_sdp=True)
        packets, numbers = packets_and_numbers(server.url(PATH), 30)
    assert decoded(packets)[:30] == numbers


@LIVE
@pytest.mark.parametrize("kind", ["mjpeg", "hls"])
def test_packets_of_a_web_camera(kind: str) -> None:
    feed = Feed.drawn("mjpeg" if kind == "mjpeg" else "h264", count=25, fps=25)
    with WebServer({"/cam": WebCamera(kind, feed)}) as server:
        packets, numbers = packets_and_numbers(server.url("/cam" if kind == "mjpeg" else "/cam/index.m3u8"), 30)
    assert decoded(packets)[:30] == numbers
    if kind == "mjpeg":
        assert [packet.data for packet in packets[:25]] == [unit.nals[0] for unit in feed.units]
        assert {(packet.pts, packet.dts, packet.coding.time_base) for packet in packets} == {(None, None, None)}


def test_what_is_not_coded_by_a_camera_hands_on_nothing(tmp_path: Path) -> None:
    make_video(tmp_path / "street.mp4", Recipe(count=5))
    options = replace(PATIENT, reach=Reach(files=True, drawn=True))
    packets: list[SourcePacket] = []
    for address in (f"file:{tmp_path / 'street.mp4'}", "drawn:street"):
        with open_live(address, options, packets.append) as source:
            assert len(list(itertools.islice(source, 3))) == 3
    assert not packets
