"""One H.264 encoder for one picture size: a picture in, its bytes out at once, in MP4's format."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from typing import Self, cast

import av
from av.container import Flags
from av.video.frame import PictureType
from av.video.reformatter import ColorRange, VideoReformatter

from passerby.errors import OutputError
from passerby.media.frames import plane_views
from passerby.media.mp4.init import read_init
from passerby.media.stream import StreamFormat
from passerby.record.encoders import choose_encoder
from passerby.record.video import EXACT, add_video

_LIVE = {
    "tune": "zerolatency",  # no B-frames, no look-ahead: each picture comes out at once
    "forced-idr": "1",  # a requested key frame closes its GOP
    "sc_threshold": "0",  # no other key frames: GOPs are cut by the clock
    "g": "100000",
}
_WITHOUT_SAMPLES = {"movflags": "cmaf+empty_moov+default_base_moof", "use_editlist": "0"}
_START_CODE = re.compile(rb"\x00\x00\x00?\x01")
_SPEAKS_OF_ITSELF = {6, 7, 8, 9}  # SEI (encoder name and settings); parameter sets, which are in the init; delimiters


class LiveEncoder:
    """Encodes in 8-bit 4:2:0, which every browser plays."""

    def __init__(self, stream: StreamFormat, quality: int, threads: int) -> None:
        """stream: the format of the input; its time_base is that of pts. Raises OutputError, SettingsError."""
        self._source = stream
        full = stream.pixel_format.startswith("yuvj") or stream.color_range == ColorRange.JPEG
        self._range = ColorRange.JPEG if full else ColorRange.MPEG
        even = replace(
            stream,
            width=stream.width // 2 * 2,
            height=stream.height // 2 * 2,
            pixel_format="yuvj420p" if full else "yuv420p",
        )
        self._format = even.pixel_format
        self._reformatter = VideoReformatter()
        encoder = choose_encoder("h264", "software", quality)
        encoder = replace(encoder, options={**encoder.options, **_LIVE})
        header = io.BytesIO()
        try:
            self._container = av.open(header, "w", format="mp4", container_options=_WITHOUT_SAMPLES)
            self._container.flags |= cast(int, Flags.bitexact.value)  # no encoder name, no dates
            self._video = add_video(self._container, even, encoder, quality, threads)
            self._container.start_encoding()
        except (av.FFmpegError, OSError) as error:
            raise OutputError(f"couldn't encode pictures of {stream.width}x{stream.height}: {error}") from error
        init = read_init(header.getvalue())
        assert init is not None, "the muxer writes ftyp and moov at once"
        self.init = init

    def close(self) -> None:
        """Free the encoder's memory; nothing can be encoded after that. Container and stream refer to each other."""
        self._container.close()

    def fits(self, picture: av.VideoFrame) -> bool:
        """Whether a picture has the size and format that this encoder was opened for."""
        stream = self._source
        return (picture.width, picture.height, picture.format.name) == (
            stream.width, stream.height, stream.pixel_format
        )  # fmt: skip

    def for_size_of(self, picture: av.VideoFrame, quality: int, threads: int) -> Self:
        """A new encoder for pictures like this one, otherwise of the same source."""
        stream = replace(self._source, width=picture.width, height=picture.height, pixel_format=picture.format.name)
        return type(self)(stream, quality, threads)

    def encode(self, picture: av.VideoFrame, pts: int, kind: PictureType) -> bytes:
        """The H.264 units of one picture, each preceded by its length in 4 bytes. kind: I for a key frame,
        else NONE."""
        fitted = self._fit(picture)
        fitted.pts, fitted.time_base, fitted.pict_type = pts, self._source.time_base, kind
        try:
            packets = self._video.encode(fitted)
        except (av.FFmpegError, OSError) as error:
            raise OutputError(f"couldn't encode a picture of {picture.width}x{picture.height}: {error}") from error
        if len(packets) != 1 or packets[0].pts != pts or packets[0].is_keyframe != (kind is PictureType.I):
            raise OutputError("couldn't encode a picture: the encoder held it back", hint="is it a usual libx264?")
        return _with_lengths(bytes(packets[0]))

    def _fit(self, picture: av.VideoFrame) -> av.VideoFrame:
        if picture.format.name != self._format:
            picture = self._reformatter.reformat(
                picture,
                format=self._format,
                interpolation=EXACT,
                threads=1,
                src_color_range=self._range,
                dst_color_range=self._range,
            )
        return _without_odd_edge(picture) if picture.width % 2 or picture.height % 2 else picture


def _without_odd_edge(picture: av.VideoFrame) -> av.VideoFrame:
    """4:2:0 cannot represent the last column and row of an odd size."""
    even = av.VideoFrame(picture.width // 2 * 2, picture.height // 2 * 2, picture.format.name)
    for source, target in zip(plane_views(picture), plane_views(even), strict=True):
        target[:] = source[: target.shape[0], : target.shape[1]]
    return even


def _with_lengths(annex_b: bytes) -> bytes:
    """Converts H.264 units between start codes to units preceded by lengths; drops those that hold no picture data."""
    units = [unit for unit in _START_CODE.split(annex_b) if unit and unit[0] & 31 not in _SPEAKS_OF_ITSELF]
    return b"".join(len(unit).to_bytes(4) + unit for unit in units)
