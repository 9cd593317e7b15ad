"""Opens a JPEG, PNG or WebP still as one clear frame, turned upright. Nothing but the pixels is taken from it."""

from __future__ import annotations

import io
from fractions import Fraction
from os import PathLike
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
from av.video.reformatter import ColorRange, Colorspace

from passerby.capture.exif import PNG_SIGNATURE, is_cut_jpeg, orientation
from passerby.capture.picture import PictureFitter
from passerby.capture.probe import OPEN_TIMEOUT_S, check_is_file, check_size
from passerby.errors import SourceError
from passerby.media.frames import RawFrame, plane_views
from passerby.media.stream import StreamFormat
from passerby.names import kind_of

STILL_SUFFIXES = frozenset({".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp"})
STREAM_OF_JPEG_SUFFIXES = frozenset({".mjpg", ".mjpeg"})  # begins like a still, but is a video
STILL_TIME_BASE = Fraction(1)
WEBP_ANIMATED = 0x02  # a flag of the VP8X chunk


def is_still(path: str | PathLike[str]) -> bool:
    """Whether a file is to be taken as a still: by its name, or else by how it begins."""
    suffix = Path(path).suffix.lower()
    if suffix in STILL_SUFFIXES:
        return True
    if suffix in STREAM_OF_JPEG_SUFFIXES or kind_of(path) != "file":
        return False
    with Path(path).open("rb") as file:
        return _kind(file.read(12)) is not None


def open_still(path: str | PathLike[str]) -> RawFrame:
    """The picture in a still as a frame at time 0, upright (turn is 0). Transparent parts become white.

    JPEG keeps its own YUV; what is RGB becomes full-range 4:4:4. Raises SourceError: missing, empty, not one of the
    three, animated, CMYK, damaged, absurd size.
    """
    path = Path(path)
    check_is_file(path)
    data = path.read_bytes()
    kind = _kind(data)
    if kind is None:
        raise SourceError(f"couldn't read '{path}': it is not a JPEG, PNG or WebP picture", hint="convert it first")
    if kind == "webp" and data[12:16] == b"VP8X" and data[20] & WEBP_ANIMATED:
        raise _animated(path)
    picture, whole = _decode(path, data)
    check_size(picture.width, picture.height, path)
    if kind == "jpeg" and len(picture.format.components) > 3:
        raise SourceError(f"couldn't read '{path}': its colours are for print (CMYK)", hint="convert it to RGB first")
    fitter = PictureFitter(rgb_matrix=Colorspace.ITU601, rgb_range=ColorRange.JPEG)
    upright = _turned(fitter.fit(_over_white(picture)), orientation(data))
    whole = whole and not (kind == "jpeg" and is_cut_jpeg(data))
    return RawFrame(upright, 0, 0, STILL_TIME_BASE, damaged=not whole)


def still_format(frame: RawFrame) -> StreamFormat:
    """What there is to know of a still."""
    picture = frame.picture
    return StreamFormat(
        width=frame.width, height=frame.height, pixel_format=picture.format.name, time_base=frame.time_base,
        color_range=int(picture.color_range), color_primaries=int(picture.color_primaries),
        color_trc=int(picture.color_trc), colorspace=int(picture.colorspace),
    )  # fmt: skip


def _kind(data: bytes) -> str | None:
    if data.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if data.startswith(PNG_SIGNATURE):
        return "png"
    return "webp" if data[:4] == b"RIFF" and data[8:12] == b"WEBP" else None


def _animated(path: Path) -> SourceError:
    return SourceError(f"couldn't read '{path}': it has several pictures", hint="convert it to a video first")


def _decode(path: Path, data: bytes) -> tuple[av.VideoFrame, bool]:
    """The picture, and whether it is whole."""
    try:
        with av.open(io.BytesIO(data), "r", timeout=OPEN_TIMEOUT_S) as container:
            if container.format.name == "apng" and container.streams.video[0].frames != 1 and b"acTL" in data[:1024]:
                raise _animated(path)
            context = container.streams.video[0].codec_context
            check_size(context.width, context.height, path)
            picture = next(container.decode(container.streams.video[0]))
            return picture, not picture.is_corrupt
    except (av.FFmpegError, StopIteration, IndexError, ValueError) as error:
        raise SourceError(f"couldn't read '{path}': the picture is damaged", hint="copy it again") from error


def _over_white(picture: av.VideoFrame) -> av.VideoFrame:
    """A picture with transparency as it looks on white paper; any other as it is."""
    names = picture.format.name
    if names not in ("rgba", "argb", "bgra", "abgr", "ya8", "ya16be", "rgba64be", "pal8", "yuva420p", "gbrap"):
        return picture
    deep = names in ("ya16be", "rgba64be")
    rgba = picture.to_ndarray(format="rgba64le" if deep else "rgba").astype(np.float32)
    top = 65535 if deep else 255
    alpha = rgba[..., 3:] / top
    flat = np.rint(rgba[..., :3] * alpha + top * (1 - alpha))
    if deep:
        return av.VideoFrame.from_ndarray(flat.astype(np.uint16), format="rgb48le")
    return av.VideoFrame.from_ndarray(flat.astype(np.uint8), format="rgb24")


def _turned(picture: av.VideoFrame, how: int) -> av.VideoFrame:
    """The picture turned and mirrored as EXIF orientation `how` asks."""
    if how == 1:
        return picture
    if how >= 5 and "422" in picture.format.name:  # turned by a quarter, chroma halved across would be halved down
        picture = picture.reformat(format=picture.format.name.replace("422", "444"))
    planes = [_turned_plane(plane, how) for plane in plane_views(picture)]
    height, width = planes[0].shape
    out = av.VideoFrame(width, height, picture.format.name)
    for view, plane in zip(plane_views(out), planes, strict=True):
        view[:] = plane
    out.colorspace, out.color_range = picture.colorspace, picture.color_range
    out.color_primaries, out.color_trc = picture.color_primaries, picture.color_trc
    return out


def _turned_plane(plane: npt.NDArray[np.generic], how: int) -> npt.NDArray[np.generic]:
    mirrored = {2: plane[:, ::-1], 3: plane[::-1, ::-1], 4: plane[::-1]}
    if how in mirrored:
        return mirrored[how]
    across = plane.T
    return {5: across, 6: across[:, ::-1], 7: across[::-1, ::-1], 8: across[::-1]}[how]
