"""Turns redacted frames into one finished video file, or none. It never sees a clear frame."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self, cast

import av
from av.bitstream import BitStreamFilterContext
from av.container import Flags, OutputContainer
from av.packet import Packet
from av.video.reformatter import ColorRange, Interpolation, VideoReformatter
from av.video.stream import VideoStream

from passerby.errors import OutputError
from passerby.media.endings import VIDEO_CONTAINERS
from passerby.media.frames import RedactedFrame
from passerby.media.stream import StreamFormat, mp4_timescale
from passerby.record.encoders import (
    Codec,
    Encoder,
    choose_encoder,
    for_size,
    hwaccel_of,
    pixel_format_for,
    strip_of,
)
from passerby.record.partfile import BUFFER_BYTES, PartFile, RecordedFile, output_error
from passerby.record.sound import Sound, SoundTracks

LARGEST_TIMESCALE = 2**31 - 1  # a 32-bit field in MP4
EXACT = Interpolation.BILINEAR | Interpolation.ACCURATE_RND


class VideoRecorder:
    """Writes one video. The file gets its name only at `close`; if its `with` block ends without that, nothing is left.

    Times are exact in MP4 and MOV; Matroska and WebM are limited to whole milliseconds. If the first time is negative,
    all are shifted so that it is zero.
    """

    def __init__(
        self,
        path: str | PathLike[str],
        stream: StreamFormat,
        *,
        codec: Codec = "h264",
        encoder: Literal["auto", "software", "nvenc", "vaapi", "qsv"] = "software",
        quality: int = 23,
        sound: Sound | None = None,
        threads: int | None = None,
        overwrite: bool = False,
        source: str | PathLike[str] | None = None,
        origin_pts: int = 0,
    ) -> None:
        """source: the file that must not be overwritten. origin_pts: the tick that becomes zero (for a cut).

        Raises OutputError if the file cannot be written or encoded this way, SettingsError for a quality out of range.
        """
        self._path = Path(path)
        self._stream_format = stream
        self._encoder = for_size(choose_encoder(codec, encoder, quality), stream.width, stream.height)
        self._container_name = container_for(self._path, codec)
        _check_aspect(self._path, stream, codec, self._container_name)
        self._origin_pts = origin_pts
        self._last_pts: int | None = None
        self._frames = 0
        self._done = False
        self._reformatter = VideoReformatter()
        self._part = PartFile(self._path, overwrite=overwrite, source=None if source is None else Path(source))
        try:
            self._container = self._open_container()
            self._video = add_video(self._container, stream, self._encoder, quality, threads)
            strip = strip_of(self._encoder)
            self._strip = BitStreamFilterContext(strip, self._video) if strip else None
            self._sound = SoundTracks(self._container, sound, self._container_name) if sound else None
        except BaseException as error:
            self._part.abort()
            raise self._as_output_error(error) from error

    @property
    def encoder_name(self) -> str:
        return self._encoder.name

    def write(self, frame: RedactedFrame) -> None:
        """Encode one redacted frame. Frames come in order, each later than the one before."""
        if not isinstance(frame, RedactedFrame):
            raise TypeError(f"only a RedactedFrame is recorded, not a {type(frame).__name__}")
        if frame.time_base != self._stream_format.time_base:
            raise ValueError(
                f"a frame in ticks of {frame.time_base} s in a stream of {self._stream_format.time_base} s"
            )
        if self._last_pts is not None and frame.pts <= self._last_pts:
            raise ValueError(f"frame {frame.index} at tick {frame.pts} does not come after tick {self._last_pts}")
        try:
            self._encode(frame)
        except BaseException as error:
            self.abort()
            raise self._as_output_error(error) from error

    def close(self) -> RecordedFile:
        """Finish the file and give it its name. Raises OutputError, and then nothing is left."""
        if self._done:
            raise ValueError("the recorder is closed already")
        try:
            if not self._frames:
                raise OutputError(
                    f"couldn't write '{self._path}': there was no frame to write", hint="is the time range right?"
                )
            self._mux([*self._video.encode(None), None])
            if self._sound:
                self._sound.finish()
            self._container.close()
        except BaseException as error:
            self.abort()
            raise self._as_output_error(error) from error
        self._done = True
        if self._sound:
            self._sound.close()
        del self._strip, self._video, self._container  # the encoder's memory: 100 MB at 1080p
        return self._part.finish(self._frames)

    def abort(self) -> None:
        """Leave nothing behind. May be called at any time; does nothing after `close`."""
        if self._done:
            return
        self._done = True
        self._part.abort()
        if self._sound:
            self._sound.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.abort()

    def _encode(self, frame: RedactedFrame) -> None:
        if self._last_pts is None:
            self._origin_pts += min(0, frame.pts - self._origin_pts)
        self._last_pts = frame.pts
        picture = self._fit(frame.picture)
        picture.pts = frame.pts - self._origin_pts
        picture.time_base = frame.time_base
        picture.pict_type = 0  # the encoder chooses, not the source
        self._mux(self._video.encode(picture))
        self._frames += 1

    def _fit(self, picture: av.VideoFrame) -> av.VideoFrame:
        wanted = self._stream_format
        if (picture.width, picture.height) != (wanted.width, wanted.height):
            raise ValueError(
                f"a frame of {picture.width}x{picture.height} in a stream of {wanted.width}x{wanted.height}"
            )
        if picture.format.name == self._video.codec_context.pix_fmt or self._encoder.device:
            return picture
        full = wanted.color_range == ColorRange.JPEG or wanted.pixel_format.startswith("yuvj")
        color_range = ColorRange.JPEG if full else ColorRange.MPEG
        return self._reformatter.reformat(
            picture,
            format=self._video.codec_context.pix_fmt,
            interpolation=EXACT,
            threads=1,
            src_color_range=color_range,
            dst_color_range=color_range,
        )

    def _mux(self, packets: Sequence[Packet[VideoStream] | None]) -> None:
        """Write encoded pictures, each after the sound that comes before it. None marks the end."""
        for packet in packets:
            stripped = self._strip.filter(packet) if self._strip else [packet]
            for ready in stripped:
                if ready is not None:
                    self._mux_sound_before(ready)
                    self._container.mux(ready)

    def _mux_sound_before(self, packet: Packet[Any]) -> None:
        if self._sound and packet.pts is not None:
            origin_s = self._origin_pts * self._stream_format.time_base
            self._sound.write_until(float(packet.pts * packet.time_base), origin_s)

    def _open_container(self) -> OutputContainer:
        options = {}
        if self._container_name in ("mp4", "mov"):
            # The offset of the first frame is stored in the movie's time scale, by default in milliseconds.
            timescale = mp4_timescale(self._stream_format.time_base)
            options["movie_timescale"] = str(min(timescale, LARGEST_TIMESCALE))
        container = av.open(
            self._part, "w", format=self._container_name, container_options=options, buffer_size=BUFFER_BYTES
        )
        container.flags |= cast(int, Flags.bitexact.value)  # no name and version of the muxer, no dates, no random ids
        return container

    def _as_output_error(self, error: BaseException) -> BaseException:
        if isinstance(error, OutputError) or not isinstance(error, av.FFmpegError | OSError):
            return error
        return output_error(self._path, error if isinstance(error, OSError) else OSError(str(error)))


def container_for(path: Path, codec: Codec) -> str:
    """FFmpeg's name for the suffix's container. Raises OutputError."""
    suffix = path.suffix.lower()
    if suffix not in VIDEO_CONTAINERS:
        raise OutputError(
            f"couldn't write '{path}': videos are not written as '{suffix or path.name}'",
            hint=f"end the name in {', '.join(VIDEO_CONTAINERS)}",
        )
    if suffix == ".mov" and codec == "av1":
        raise OutputError(f"couldn't write '{path}': MOV does not hold AV1", hint="end the name in .mp4 or .mkv")
    if suffix == ".webm" and codec != "av1":
        raise OutputError(
            f"couldn't write '{path}': WebM does not hold {codec}", hint="use --codec av1, or end the name in .mp4"
        )
    return VIDEO_CONTAINERS[suffix]


def _check_aspect(path: Path, stream: StreamFormat, codec: Codec, container_name: str) -> None:
    """H.264 and HEVC store the pixel aspect ratio themselves; the AV1 encoder leaves it to the container."""
    if codec == "av1" and container_name in ("matroska", "webm") and stream.sample_aspect_ratio not in (None, 1):
        raise OutputError(
            f"couldn't write '{path}': AV1 in it would lose the shape of the pixels ({stream.sample_aspect_ratio})",
            hint="end the name in .mp4",
        )


def add_video(
    container: OutputContainer, stream: StreamFormat, encoder: Encoder, quality: int, threads: int | None
) -> VideoStream:
    """A stream of the container with its encoder open. quality: the encoder's constant quality number."""
    rate = stream.average_rate or Fraction(25)
    video = container.add_stream(
        encoder.name,
        rate,
        options={**encoder.options, encoder.quality_option: str(quality)},
        hwaccel=hwaccel_of(encoder),
        time_base=stream.time_base,
        width=stream.width,
        height=stream.height,
    )
    assert isinstance(video, VideoStream)
    context = video.codec_context
    context.pix_fmt = pixel_format_for(encoder, stream.pixel_format, stream.width, stream.height)
    context.thread_count = threads or 0
    full = stream.pixel_format.startswith("yuvj")
    context.color_range = int(ColorRange.JPEG) if full else stream.color_range
    context.color_primaries = stream.color_primaries
    context.color_trc, context.colorspace = stream.color_trc, stream.colorspace
    if stream.sample_aspect_ratio:
        context.sample_aspect_ratio = stream.sample_aspect_ratio
    if encoder.codec_tag and container.format.name in ("mp4", "mov"):
        context.codec_tag = encoder.codec_tag
    _set_turn(video, stream)
    context.open()  # fails here rather than at the first frame
    return video


def _set_turn(video: VideoStream, stream: StreamFormat) -> None:
    if stream.display_matrix is not None:
        video.set_display_matrix(stream.display_matrix)
    elif stream.turn:
        video.set_display_rotation(-stream.turn)
