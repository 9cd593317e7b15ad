"""Encoded pictures in the form that RTP carries: access units with times, from drawn pictures or a file."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Literal, cast

import av
from av.bitstream import BitStreamFilterContext
from av.codec.context import CodecContext
from av.video.codeccontext import VideoCodecContext

from passerby.media.segments import TICKS_PER_S
from passerby.testing.rtsp.numbered import numbered_picture

Codec = Literal["h264", "hevc", "mjpeg"]

_ENCODERS = {"h264": "libx264", "hevc": "libx265", "mjpeg": "mjpeg"}
_OPTIONS: dict[str, dict[str, str]] = {
    "h264": {"preset": "veryfast", "tune": "zerolatency", "crf": "20", "x264-params": "repeat-headers=1:scenecut=0"},
    "hevc": {"preset": "ultrafast", "tune": "zerolatency", "x265-params": "repeat-headers=1:log-level=none:scenecut=0"},
    "mjpeg": {"huffman": "default", "qmin": "3", "qmax": "3"},  # RTP carries no Huffman tables, so they are fixed
}
_START_CODE = re.compile(rb"\x00*\x00\x00\x01")
_PARAMETER_SETS = {"h264": {7, 8}, "hevc": {32, 33, 34}}


@dataclass(frozen=True, slots=True)
class AccessUnit:
    """One coded picture. nals: without start codes (MJPEG: one complete JPEG). pts_90k: from the start of its feed."""

    nals: tuple[bytes, ...]
    pts_90k: int
    key: bool


@dataclass(frozen=True, slots=True)
class Feed:
    """What one camera sends in a loop. It begins with a key picture, so that its start can follow its end."""

    codec: Codec
    width: int
    height: int
    units: tuple[AccessUnit, ...] = field(repr=False)
    duration_90k: int

    @property
    def parameter_sets(self) -> tuple[bytes, ...]:
        """The parameter sets of the first picture; none for MJPEG."""
        wanted = _PARAMETER_SETS.get(self.codec, set())
        return tuple(nal for nal in self.units[0].nals if nal_type(self.codec, nal) in wanted)

    @classmethod
    def drawn(
        cls,
        codec: Codec = "h264",
        size_wh: tuple[int, int] = (320, 192),
        fps: int = 25,
        count: int = 100,
        gop: int = 25,
        draw: Callable[[int, int, int], av.VideoFrame] = numbered_picture,
    ) -> Feed:
        """Encodes `count` pictures that `draw(number, width, height)` makes."""
        width, height = size_wh
        encoder = _encoder(codec, width, height, fps, gop)
        packets = []
        for number in range(count):
            picture = draw(number, width, height)
            if codec == "mjpeg":
                picture = picture.reformat(format="yuvj420p")
            picture.pts, picture.time_base = number, Fraction(1, fps)
            packets += encoder.encode(picture)
        packets += encoder.encode(None)
        units = [_unit(codec, bytes(packet), cast(int, packet.pts) * TICKS_PER_S // fps, packet.is_keyframe)
                 for packet in packets]  # fmt: skip
        return cls(codec, width, height, tuple(units), count * TICKS_PER_S // fps)

    @classmethod
    def from_file(cls, path: Path | str, seconds: float | None = None) -> Feed:
        """The coded pictures of an H.264 or HEVC file as they are, from its start."""
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            codec = stream.codec_context.name
            if codec not in _PARAMETER_SETS:
                raise ValueError(f"a feed can be made of H.264 or HEVC, not of {codec}")
            as_nals = BitStreamFilterContext(f"{codec}_mp4toannexb", stream)
            base = cast(Fraction, stream.time_base)
            start = stream.start_time or 0
            units = []
            for packet in (each for raw in container.demux(stream) if raw.size for each in as_nals.filter(raw)):
                pts_90k = int((cast(int, packet.pts) - start) * base * TICKS_PER_S)
                if seconds is not None and pts_90k >= seconds * TICKS_PER_S:
                    break
                units.append(_unit(cast(Codec, codec), bytes(packet), pts_90k, packet.is_keyframe))
            step = int(TICKS_PER_S / (stream.average_rate or 25))
            width, height = stream.codec_context.width, stream.codec_context.height
        return cls(cast(Codec, codec), width, height, tuple(units), max(unit.pts_90k for unit in units) + step)


def nal_type(codec: Codec, nal: bytes) -> int:
    """The type number of this NAL unit in the standard; -1 for a JPEG."""
    if codec == "mjpeg":
        return -1
    return nal[0] & 0x1F if codec == "h264" else nal[0] >> 1 & 0x3F


def _encoder(codec: Codec, width: int, height: int, fps: int, gop: int) -> VideoCodecContext:
    encoder = cast(VideoCodecContext, CodecContext.create(_ENCODERS[codec], "w"))
    encoder.width, encoder.height = width, height
    encoder.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
    encoder.time_base, encoder.framerate = Fraction(1, fps), Fraction(fps)
    encoder.gop_size, encoder.max_b_frames, encoder.thread_count = gop, 0, 1
    encoder.options = _OPTIONS[codec]
    return encoder


def _unit(codec: Codec, coded: bytes, pts_90k: int, key: bool) -> AccessUnit:
    nals: Iterable[bytes] = [coded] if codec == "mjpeg" else (nal for nal in _START_CODE.split(coded) if nal)
    return AccessUnit(tuple(nals), pts_90k, key)
