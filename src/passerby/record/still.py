"""Turns one redacted frame into one still: JPEG, PNG or WebP by the suffix, with nothing in it but the picture.

Also makes small stills of a video that has been recorded.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from fractions import Fraction
from os import PathLike
from pathlib import Path

import av
from av.codec.context import Flags
from av.container import InputContainer
from av.video.codeccontext import VideoCodecContext
from av.video.reformatter import ColorRange, Colorspace, Interpolation
from av.video.stream import VideoStream

from passerby.errors import OutputError
from passerby.media.endings import STILL_CODECS
from passerby.media.frames import RedactedFrame
from passerby.media.small import small_upright
from passerby.record.partfile import PartFile, RecordedFile, output_error

_EXACT = Interpolation.BILINEAR | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INT

TIME_ROUNDS_S = 0.002  # Matroska rounds times to milliseconds


def write_still(
    frame: RedactedFrame,
    path: str | PathLike[str],
    quality: int = 23,
    *,
    overwrite: bool = False,
    source: str | PathLike[str] | None = None,
) -> RecordedFile:
    """Write one redacted frame. The file gets its name only when it is complete.

    quality: as for video, lower is better and larger; PNG is lossless. source: the file that must not be overwritten.
    Raises OutputError.
    """
    if not isinstance(frame, RedactedFrame):
        raise TypeError(f"only a RedactedFrame is recorded, not a {type(frame).__name__}")
    path = Path(path)
    codec = STILL_CODECS.get(path.suffix.lower())
    if codec is None:
        raise OutputError(
            f"couldn't write '{path}': stills are not written as '{path.suffix or path.name}'",
            hint=f"end the name in {', '.join(STILL_CODECS)}",
        )
    part = PartFile(path, overwrite=overwrite, source=None if source is None else Path(source))
    try:
        part.write(encode_still(frame, codec, quality))
    except BaseException as error:
        part.abort()
        raise (output_error(path, error) if isinstance(error, OSError) else error) from error
    return part.finish(frames=1)


def encode_still(frame: RedactedFrame, codec: str, quality: int = 23) -> bytes:
    """One redacted frame as the bytes of a still. codec: mjpeg, png or libwebp."""
    return _encoded(frame.picture, codec, quality)


def stills_of(
    video: RecordedFile, times_s: Sequence[float], width_px: int, quality: int, turn: int = 0
) -> list[tuple[float, bytes]]:
    """What the video, which is redacted, shows at these times after its first picture: each time, with a small JPEG.

    turn: degrees clockwise to be upright. A time at which the video cannot be read is left out.
    """
    stills: list[tuple[float, bytes]] = []
    with suppress(av.FFmpegError, OSError), av.open(str(video.path), "r") as file:
        stream = file.streams.video[0]
        stream.thread_type = "AUTO"
        first_s = next((picture.time or 0.0 for picture in file.decode(stream)), 0.0)
        for time_s in times_s:
            picture = _picture_at(file, stream, first_s + time_s + TIME_ROUNDS_S)
            if picture is not None:
                stills.append((time_s, _encoded(small_upright(picture, width_px, turn), "mjpeg", quality)))
    return stills


def _picture_at(file: InputContainer, stream: VideoStream, time_s: float) -> av.VideoFrame | None:
    """The last picture up to a time, or the first one after it."""
    file.seek(int(time_s / (stream.time_base or Fraction(1))), stream=stream)
    found: av.VideoFrame | None = None
    for picture in file.decode(stream):
        if found is not None and (picture.time or 0.0) > time_s:
            break
        found = picture
    return found


def _encoded(redacted: av.VideoFrame, codec: str, quality: int) -> bytes:
    context = VideoCodecContext.create(codec, "w")
    assert isinstance(context, VideoCodecContext)
    picture = _converted(redacted, codec)
    context.width, context.height, context.pix_fmt = picture.width, picture.height, picture.format.name
    context.time_base, context.framerate = Fraction(1, 25), Fraction(25)
    context.color_range, context.colorspace = picture.color_range, picture.colorspace
    context.flags = context.flags | Flags.bitexact  # no name and version of the encoder
    _set_quality(context, codec, quality)
    picture.pts, picture.time_base, picture.pict_type = 0, Fraction(1, 25), 0
    return b"".join(bytes(packet) for packet in [*context.encode(picture), *context.encode(None)])


def _set_quality(context: VideoCodecContext, codec: str, quality: int) -> None:
    if codec == "mjpeg":
        # Like a video encoder's quantiser it doubles every 6 steps; 23 gives 3, hard to tell from the source.
        context.qmin = context.qmax = min(31, max(2, round(2 ** ((quality - 14) / 6))))
    elif codec == "libwebp":
        context.options = {"quality": str(round(100 - quality * 2 / 3)), "compression_level": "4"}


def _converted(picture: av.VideoFrame, codec: str) -> av.VideoFrame:
    name = picture.format.name
    if codec == "png":
        if name.endswith("10le"):
            # Directly to 16-bit RGB, libswscale 9.5 gives a wrong picture if the width is odd.
            return picture.reformat(format="gbrp10le", interpolation=_EXACT).reformat(format="rgb48be")
        return picture.reformat(format="rgb24", interpolation=_EXACT)
    if codec == "libwebp":  # lossy WebP is BT.601, limited range, 4:2:0
        return picture.reformat(
            format="yuv420p", interpolation=_EXACT, dst_colorspace=Colorspace.ITU601, dst_color_range=ColorRange.MPEG
        )
    jpeg = name.replace("10le", "").replace("yuvj", "yuv").replace("yuv", "yuvj")
    return picture.reformat(
        format=jpeg, interpolation=_EXACT, dst_colorspace=Colorspace.ITU601, dst_color_range=ColorRange.JPEG
    )
