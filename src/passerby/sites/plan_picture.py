"""Makes a floor plan out of what somebody uploads: decoded, turned upright, and encoded anew, so that only pixels stay.

A plan is no camera's picture: it is shown to everybody who sees a camera on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import av
import cv2
import numpy as np
import numpy.typing as npt
from av.video.codeccontext import VideoCodecContext

from passerby.capture.exif import is_cut_jpeg, orientation
from passerby.errors import SettingsError
from passerby.media.still_kinds import is_animated_png, still_kind

MAX_UPLOAD_BYTES = 16 << 20
"""A plan drawn as a picture has hundreds of kilobytes, a photo of one on the wall up to 10 MB."""
MAX_PIXELS = 60_000_000
"""Decoded it has four bytes for each. A photo of a telephone has 50 million."""
MAX_SIDE_PX = 3200
"""Larger plans are made smaller: enough to read the number of a room at four times the size of a screen."""
_DECODERS = {"PNG": "png", "JPEG": "mjpeg"}
_JPEG_QUALITY = 88
_PNG_END = b"IEND\xae\x42\x60\x82"


@dataclass(frozen=True, slots=True)
class PlanPicture:
    """As it is kept and shown."""

    data: bytes
    kind: Literal["png", "jpeg"]
    width_px: int
    height_px: int


def plan_picture(data: bytes) -> PlanPicture:
    """A PNG stays one, and so does a JPEG. Transparent parts become white. Raises SettingsError."""
    if len(data) > MAX_UPLOAD_BYTES:
        raise SettingsError(
            f"a floor plan can have at most {MAX_UPLOAD_BYTES >> 20} MB", hint="make the picture smaller first"
        )
    kind = still_kind(data)
    if kind not in _DECODERS or (kind == "PNG" and is_animated_png(data)):
        raise SettingsError("a floor plan is a PNG or a JPEG", hint="open it elsewhere and save it as a PNG")
    is_whole = _PNG_END in data if kind == "PNG" else not is_cut_jpeg(data)
    picture = _decoded(data, _DECODERS[kind]) if is_whole else None
    if picture is None:
        raise SettingsError(
            "this picture is damaged, cut off, or larger than 60 megapixels", hint="save it again, or make it smaller"
        )
    upright = _turned(_small_over_white(picture), orientation(data))
    height, width = upright.shape[:2]
    bgr = np.ascontiguousarray(upright[..., ::-1])
    if kind == "PNG":
        _, encoded = cv2.imencode(".png", bgr)
    else:
        _, encoded = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
    return PlanPicture(encoded.tobytes(), "png" if kind == "PNG" else "jpeg", width, height)


def _decoded(data: bytes, decoder: str) -> av.VideoFrame | None:
    """None if it cannot be decoded. No other decoder is tried, and none that could open anything else."""
    context = VideoCodecContext.create(decoder, "r")
    assert isinstance(context, VideoCodecContext)
    context.options = {"max_pixels": str(MAX_PIXELS), "err_detect": "crccheck+bitstream+buffer+explode"}
    context.thread_count = 1
    try:
        pictures = [*context.decode(av.Packet(data)), *context.decode(None)]
    except (av.FFmpegError, ValueError, MemoryError):
        return None
    return pictures[0] if pictures and not pictures[0].is_corrupt else None


def _small_over_white(picture: av.VideoFrame) -> npt.NDArray[np.uint8]:
    """Red, green and blue. Plans that were exported from a drawing are often transparent, with black lines."""
    by = min(1.0, MAX_SIDE_PX / max(picture.width, picture.height))
    size = {"width": max(1, round(picture.width * by)), "height": max(1, round(picture.height * by))}
    rgba = picture.reformat(format="rgba", interpolation="AREA" if by < 1 else "BILINEAR", **size).to_ndarray()
    alpha = rgba[..., 3:].astype(np.uint16)
    over = (rgba[..., :3] * alpha + 255 * (255 - alpha) + 127) // 255
    return over.astype(np.uint8)


def _turned(picture: npt.NDArray[np.uint8], how: int) -> npt.NDArray[np.uint8]:
    """how: EXIF orientation, 1 to 8."""
    across = picture.swapaxes(0, 1)
    turned = {
        2: picture[:, ::-1], 3: picture[::-1, ::-1], 4: picture[::-1],
        5: across, 6: across[:, ::-1], 7: across[::-1, ::-1], 8: across[::-1],
    }  # fmt: skip
    return turned.get(how, picture)
