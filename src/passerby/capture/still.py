"""Opens a still of any kind as one clear frame, turned upright. Only its pixels are used."""

from __future__ import annotations

import io
from fractions import Fraction
from os import PathLike
from pathlib import Path
from typing import cast

import av
import numpy as np
import numpy.typing as npt
from av.container import InputContainer
from av.video.reformatter import ColorRange, Colorspace
from av.video.stream import VideoStream

from passerby.capture.exif import is_cut_jpeg, orientation
from passerby.capture.heif import HeifError, HeifPicture, has_several_pictures, heif_picture
from passerby.capture.motion_photo import appended_video_at
from passerby.capture.picture import PictureFitter
from passerby.capture.probe import OPEN_TIMEOUT_S, check_size, check_transfer, checked_content
from passerby.capture.tiff import tiff_facts
from passerby.errors import SourceError
from passerby.media.frames import RawFrame, plane_views
from passerby.media.still_kinds import READ_KINDS, is_animated_png
from passerby.media.stream import StreamFormat

STILL_TIME_BASE = Fraction(1)
_TRANSPARENT = frozenset(
    f"{name}{order}"
    for name, orders in {
        "rgba": ("", "64be", "64le"), "argb": ("",), "bgra": ("",), "abgr": ("",), "ya": ("8", "16be", "16le"),
        "pal": ("8",), "yuva": ("420p", "422p", "444p"), "gbrap": ("", "16be", "16le"),
    }.items()
    for order in orders
)  # fmt: skip
WEBP_ANIMATED = 0x02  # a flag of the VP8X chunk


def open_still(path: str | PathLike[str]) -> RawFrame:
    """The picture in a still as a frame at time 0, upright (turn is 0). Transparent parts become white.

    JPEG keeps its own YUV; RGB becomes full-range 4:4:4. Raises SourceError: missing, empty, an unsupported kind,
    several pictures, colours for print, HDR, damaged, absurd size.
    """
    path = Path(path)
    found = checked_content(path).still
    data = path.read_bytes()
    data = data[: appended_video_at(data)]  # decoders may take a picture with a video after it for the video
    kind = _checked_kind(path, data, found)
    if kind in ("AVIF", "HEIC"):
        picture, whole, how = _decode_heif(path, data)
    else:
        picture, whole = _decode(path, data)
        how = tiff_facts(data).orientation if kind == "TIFF" else orientation(data)
    check_size(picture.width, picture.height, path)
    check_transfer(int(picture.color_trc), path)
    if kind == "JPEG" and len(picture.format.components) > 3:
        raise _for_print(path)
    fitter = PictureFitter(Colorspace.ITU601, ColorRange.JPEG, of_rgb="yuv444p")
    upright = _turned(fitter.fit(_over_white(picture)), how)
    whole = whole and not ((kind == "JPEG" and is_cut_jpeg(data)) or (kind == "TIFF" and tiff_facts(data).is_cut))
    return RawFrame(upright, 0, 0, STILL_TIME_BASE, damaged=not whole)


def still_format(frame: RawFrame) -> StreamFormat:
    """The format of a still."""
    picture = frame.picture
    return StreamFormat(
        width=frame.width, height=frame.height, pixel_format=picture.format.name, time_base=frame.time_base,
        color_range=int(picture.color_range), color_primaries=int(picture.color_primaries),
        color_trc=int(picture.color_trc), colorspace=int(picture.colorspace),
    )  # fmt: skip


def _checked_kind(path: Path, data: bytes, kind: str | None) -> str:
    """The kind of still. Raises SourceError for those that are not supported, or only in part."""
    facts = tiff_facts(data)
    if kind == "TIFF" and facts.is_raw:
        kind = "camera's raw"
    if kind is None:
        raise SourceError(
            f"couldn't read '{path}': it is not a JPEG, PNG or other picture that passerby reads",
            hint="convert it to JPEG, PNG or TIFF first, if it is copied whole",
        )
    if kind not in READ_KINDS:
        a = "an" if kind[0] in "aeioO" else "a"
        raise SourceError(
            f"couldn't read '{path}': it is {a} {kind} picture, which passerby does not read",
            hint="convert it to JPEG, PNG or TIFF first",
        )
    has_several = (
        (kind == "WebP" and data[12:16] == b"VP8X" and data[20:21] and data[20] & WEBP_ANIMATED)
        or (kind == "PNG" and is_animated_png(data))
        or (kind in ("AVIF", "HEIC") and has_several_pictures(data))
    )
    if has_several:
        raise SourceError(
            f"couldn't read '{path}': it has several pictures",
            hint="save each as a picture of its own, or all as a video",
        )
    if kind == "TIFF" and facts.pages > 1:
        raise SourceError(
            f"couldn't read '{path}': it has {facts.pages} pages", hint="save each page as a picture of its own first"
        )
    if kind == "TIFF" and facts.is_for_print:
        raise _for_print(path)
    return kind


def _for_print(path: Path) -> SourceError:
    return SourceError(f"couldn't read '{path}': its colours are for print (CMYK)", hint="convert it to RGB first")


def _damaged(path: Path) -> SourceError:
    return SourceError(
        f"couldn't read '{path}': the picture is damaged, or coded in a way that is not known",
        hint="copy it again, or convert it to PNG",
    )


def _decode(path: Path, data: bytes) -> tuple[av.VideoFrame, bool]:
    """The picture, and whether it is intact."""
    try:
        with av.open(io.BytesIO(data), "r", timeout=OPEN_TIMEOUT_S) as container:
            stream = container.streams.video[0]
            context = stream.codec_context
            check_size(context.width, context.height, path)
            picture = next(container.decode(stream))
            return picture, not picture.is_corrupt
    except (av.FFmpegError, StopIteration, IndexError, ValueError) as error:
        raise _damaged(path) from error


def _decode_heif(path: Path, data: bytes) -> tuple[av.VideoFrame, bool, int]:
    """The picture, assembled if it is coded in tiles; whether it is intact; its orientation as in EXIF."""
    try:
        heif = heif_picture(data)
        if heif.size_wh:
            check_size(*heif.size_wh, path)
        with av.open(io.BytesIO(data), "r", timeout=OPEN_TIMEOUT_S) as container:
            tiles = _tiles(path, container, heif)
        picture = tiles[0] if heif.size_wh is None else _joined(tiles, heif.columns, heif.size_wh)
    except HeifError as error:
        raise SourceError(f"couldn't read '{path}': {error}", hint="convert it to JPEG or PNG first") from error
    except (av.FFmpegError, StopIteration, IndexError, ValueError, KeyError) as error:
        raise _damaged(path) from error
    return picture, not any(tile.is_corrupt for tile in tiles), heif.orientation


def _tiles(path: Path, container: InputContainer, heif: HeifPicture) -> list[av.VideoFrame]:
    """The coded pictures in their order. Raises KeyError if one is missing."""
    wanted = {stream.id: stream for stream in container.streams.video if stream.id in heif.tiles}
    found: dict[int, av.VideoFrame] = {}
    for stream in wanted.values():
        check_size(stream.codec_context.width, stream.codec_context.height, path)
        stream.codec_context.thread_count = 1
    for packet in container.demux(list(wanted.values())):
        item = cast(VideoStream, packet.stream).id
        if packet.size and item not in found:
            pictures = [*packet.decode(), *cast(VideoStream, packet.stream).decode(None)]
            found[item] = cast(av.VideoFrame, pictures[0])
    return [found[tile] for tile in heif.tiles]


def _joined(tiles: list[av.VideoFrame], columns: int, size_wh: tuple[int, int]) -> av.VideoFrame:
    """Tiles of one size side by side, cut to the full size. Raises HeifError if they do not fill it."""
    fitter = PictureFitter(of_rgb="yuv444p")
    parts = [fitter.fit(tile) for tile in tiles]
    if {(tile.width, tile.height, tile.format.name) for tile in tiles} != {
        (tiles[0].width, tiles[0].height, tiles[0].format.name)
    } or (parts[0].width * columns < size_wh[0] or parts[0].height * len(parts) // columns < size_wh[1]):
        raise HeifError("its tiles do not fit together")
    whole = av.VideoFrame(*size_wh, parts[0].format.name)
    for number, view in enumerate(plane_views(whole)):
        rows = [
            np.hstack([plane_views(part)[number] for part in parts[at : at + columns]])
            for at in range(0, len(parts), columns)
        ]
        view[:] = np.vstack(rows)[: view.shape[0], : view.shape[1]]
    _copy_colours(parts[0], whole)
    return whole


def _over_white(picture: av.VideoFrame) -> av.VideoFrame:
    """A picture with transparency on a white background; any other unchanged."""
    names = picture.format.name
    if names not in _TRANSPARENT:
        return picture
    deep = "16" in names or "64" in names
    rgba = picture.to_ndarray(format="rgba64le" if deep else "rgba").astype(np.float32)
    top = 65535 if deep else 255
    alpha = rgba[..., 3:] / top
    flat = np.rint(rgba[..., :3] * alpha + top * (1 - alpha))
    if deep:
        return av.VideoFrame.from_ndarray(flat.astype(np.uint16), format="rgb48le")
    return av.VideoFrame.from_ndarray(flat.astype(np.uint8), format="rgb24")


def _turned(picture: av.VideoFrame, how: int) -> av.VideoFrame:
    """The picture turned and mirrored according to EXIF orientation `how`."""
    if how == 1:
        return picture
    if how >= 5 and "422" in picture.format.name:  # a quarter turn would make chroma halved down instead of across
        picture = picture.reformat(format=picture.format.name.replace("422", "444"))
    planes = [_turned_plane(plane, how) for plane in plane_views(picture)]
    height, width = planes[0].shape
    out = av.VideoFrame(width, height, picture.format.name)
    for view, plane in zip(plane_views(out), planes, strict=True):
        view[:] = plane
    _copy_colours(picture, out)
    return out


def _copy_colours(picture: av.VideoFrame, out: av.VideoFrame) -> None:
    out.colorspace, out.color_range = picture.colorspace, picture.color_range
    out.color_primaries, out.color_trc = picture.color_primaries, picture.color_trc


def _turned_plane(plane: npt.NDArray[np.generic], how: int) -> npt.NDArray[np.generic]:
    mirrored = {2: plane[:, ::-1], 3: plane[::-1, ::-1], 4: plane[::-1]}
    if how in mirrored:
        return mirrored[how]
    across = plane.T
    return {5: across, 6: across[:, ::-1], 7: across[::-1, ::-1], 8: across[::-1]}[how]
