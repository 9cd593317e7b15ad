"""One recorded picture as a JPEG: decoded from the recording, so it is redacted in the same way."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction

import av
from av.video.codeccontext import VideoCodecContext

from passerby.media.segments import Fragment


@dataclass(frozen=True, slots=True)
class Still:
    """at_90k: when the picture was taken, UTC in 1/90000 s."""

    at_90k: int
    jpeg: bytes = field(repr=False)


def still_at(gops: Iterable[Fragment], at_90k: int) -> Still | None:
    """The last picture up to a time, or the first after it if the recording begins later."""
    for gop in gops:
        with av.open(io.BytesIO(gop.init.data + gop.data), "r") as file:
            found: av.VideoFrame | None = None
            for picture in file.decode(video=0):
                if found is not None and (picture.pts or 0) > at_90k:
                    break
                found = picture
            if found is not None:
                return Still(found.pts or 0, _jpeg(found))
    return None


def thumbnail_of(gop: Fragment, width_px: int) -> Still | None:
    """The first picture of a GOP, at most so wide: one decoded picture, however long the GOP is. None if damaged."""
    try:
        with av.open(io.BytesIO(gop.init.data + gop.data), "r") as file:
            picture = next(file.decode(video=0), None)
    except av.FFmpegError:
        return None
    if picture is None:
        return None
    width = max(2, min(width_px, picture.width) // 2 * 2)
    height = max(2, round(picture.height * width / picture.width) // 2 * 2)
    return Still(picture.pts or 0, _jpeg(picture.reformat(width=width, height=height)))


def _jpeg(picture: av.VideoFrame) -> bytes:
    context = VideoCodecContext.create("mjpeg", "w")
    assert isinstance(context, VideoCodecContext)
    context.width, context.height, context.pix_fmt = picture.width, picture.height, "yuvj420p"
    context.time_base = Fraction(1, 25)
    full = picture.reformat(format="yuvj420p", dst_color_range="JPEG")
    full.pts = 0
    return b"".join(bytes(packet) for packet in [*context.encode(full), *context.encode(None)])
