"""Cuts a small upright BGR picture out of a frame's YUV planes. Only what is needed is resized or converted."""

from __future__ import annotations

import math
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from passerby.detect.runtime import Bgr
from passerby.media import RawFrame, hdr
from passerby.media.frames import Plane

Region = tuple[int, int, int, int]
"""Left, top, right, bottom in picture pixels as coded, within the picture."""

HALVE_FROM = 1.9
"""Shrinking by slightly less than two is done by two and then enlarged slightly: 1080 lines become 540, then 544."""

_TURNS = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}
_LUMA_WEIGHTS = {"bt601": (0.299, 0.114), "bt709": (0.2126, 0.0722), "bt2020": (0.2627, 0.0593)}
"""The shares of red and blue in luma (ITU-R BT.601, BT.709, BT.2020)."""


def whole(frame: RawFrame) -> Region:
    return (0, 0, frame.width, frame.height)


def snap(frame: RawFrame, region_xyxy: tuple[float, float, float, float]) -> Region:
    """The region grown to even pixels, where chroma starts, and cut to the picture. ValueError if nothing is left."""
    x0, y0, x1, y1 = region_xyxy
    left, top = max(0, math.floor(x0 / 2) * 2), max(0, math.floor(y0 / 2) * 2)
    right, bottom = min(frame.width, math.ceil(x1 / 2) * 2), min(frame.height, math.ceil(y1 / 2) * 2)
    if right <= left or bottom <= top:
        raise ValueError(f"region {region_xyxy} lies outside a picture of {frame.width}x{frame.height}")
    return left, top, right, bottom


def sample_bgr(frame: RawFrame, region: Region, size_wh: tuple[int, int]) -> Bgr:
    """The region stretched to `size_wh`, upright: (height, width, 3) uint8. CLEAR: as secret as the frame.

    region: from `snap`. size_wh: of the upright picture.
    """
    coded_wh = size_wh if frame.turn % 180 == 0 else size_wh[::-1]
    small = [_shrink(plane, frame, region, coded_wh) for plane in frame.planes()]
    bgr = np.asarray(cv2.transform(cv2.merge(small), _to_bgr(frame)), np.uint8)
    if frame.hdr is not None:
        bgr = hdr.sdr_bgr(bgr, frame.hdr)
    return np.asarray(cv2.rotate(bgr, _TURNS[frame.turn]) if frame.turn else bgr, np.uint8)


def to_picture(
    xyxy: npt.NDArray[np.float32], frame: RawFrame, region: Region, size_wh: tuple[int, int]
) -> npt.NDArray[np.float32]:
    """Converts boxes of the small upright picture, (n, 4), to picture pixels as coded."""
    x0, y0, x1, y1 = (xyxy / np.array(size_wh * 2, np.float32)).T
    match frame.turn:
        case 90:
            x0, y0, x1, y1 = y0, 1 - x1, y1, 1 - x0
        case 180:
            x0, y0, x1, y1 = 1 - x1, 1 - y1, 1 - x0, 1 - y0
        case 270:
            x0, y0, x1, y1 = 1 - y1, x0, 1 - y0, x1
    left, top, right, bottom = region
    shares = np.stack([x0, y0, x1, y1], axis=1)
    sides = np.array([right - left, bottom - top] * 2, np.float32)
    return np.asarray(shares * sides + np.array([left, top, left, top], np.float32), np.float32)


def upright_wh(frame: RawFrame, region: Region) -> tuple[int, int]:
    """Width and height of the region as a viewer sees it."""
    width, height = region[2] - region[0], region[3] - region[1]
    return (width, height) if frame.turn % 180 == 0 else (height, width)


def _shrink(plane: Plane, frame: RawFrame, region: Region, size_wh: tuple[int, int]) -> npt.NDArray[np.uint8]:
    """One plane's part of the region at the small size, in 8 bits."""
    across, down = frame.width / plane.shape[1], frame.height / plane.shape[0]
    step_x, step_y = round(across), round(down)  # 1 or 2; not exactly 2 if the picture's side is odd.
    left, top, right, bottom = region
    part = plane[top // step_y : -(-bottom // step_y), left // step_x : -(-right // step_x)]
    small = _resized(part, size_wh)
    return np.asarray(cv2.convertScaleAbs(small, alpha=0.25) if frame.depth == 10 else small, np.uint8)


def _resized(part: Plane, size_wh: tuple[int, int]) -> Plane:
    """Shrinks by halves, which OpenCV does ten times faster than by other areas, then by less than half bilinearly.

    Detections on the campus clip are as good as with one step by area (average precision .959 for both at 416×320).
    """
    while min(part.shape[1] / size_wh[0], part.shape[0] / size_wh[1]) >= HALVE_FROM:
        half_wh = (part.shape[1] // 2, part.shape[0] // 2)
        part = _as_plane(cv2.resize(part[: half_wh[1] * 2, : half_wh[0] * 2], half_wh, interpolation=cv2.INTER_AREA))
    if part.shape == size_wh[::-1]:
        return part
    shrinks = max(part.shape[1] / size_wh[0], part.shape[0] / size_wh[1]) >= HALVE_FROM
    return _as_plane(cv2.resize(part, size_wh, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR))


def _as_plane(values: Any) -> Plane:
    """cv2's type hints allow more kinds of numbers than it returns for 8- and 16-bit planes."""
    plane: Plane = values
    return plane


def _to_bgr(frame: RawFrame) -> npt.NDArray[np.float32]:
    """The 3×4 matrix from 8-bit YUV to BGR for this frame's colour space and range."""
    red, blue = _LUMA_WEIGHTS[_colour_space(frame)]
    luma, chroma, black = (1.0, 1.0, 0.0) if frame.full_range else (255 / 219, 255 / 224, 16.0)
    green = 1 - red - blue
    u_to_blue, v_to_red = 2 * (1 - blue) * chroma, 2 * (1 - red) * chroma
    rows = np.array(
        [
            [luma, u_to_blue, 0],
            [luma, -u_to_blue * blue / green, -v_to_red * red / green],
            [luma, 0, v_to_red],
        ]
    )
    shift = rows @ np.array([-black, -128.0, -128.0])
    return np.concatenate([rows, shift[:, None]], axis=1).astype(np.float32)


def _colour_space(frame: RawFrame) -> str:
    match int(frame.picture.colorspace):  # AVColorSpace: 1 is BT.709; 4 to 6 are BT.601 and relatives; 9 and 10 BT.2020
        case 1:
            return "bt709"
        case 9 | 10:
            return "bt2020"
        case 2:  # Untagged: high definition is BT.709 by convention.
            return "bt709" if frame.height >= 720 else "bt601"
        case _:
            return "bt601"
