"""The small picture that background works on: three 8-bit planes of one size."""

from __future__ import annotations

import math
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from passerby.media import hdr
from passerby.media.frames import Plane, RawFrame

SMALL_WIDTH_PX = 640  # somebody 24 px high in 1920×1080 is still 8 px high here

EDGE_SLOPE = 8.0  # grey levels per pixel: an edge where a shift of one pixel would show

Plane8 = npt.NDArray[np.uint8]


class SmallPicture(NamedTuple):
    """Luma and both chroma planes, each (rows, columns) uint8. CLEAR: treat it like a `RawFrame`."""

    y: Plane8
    u: Plane8
    v: Plane8


def small_size(width: int, height: int) -> tuple[int, int]:
    """Width and height of the small picture: the full size divided by a whole number, at most `SMALL_WIDTH_PX` wide."""
    factor = max(1, math.ceil(max(width, height) / SMALL_WIDTH_PX))
    return math.ceil(width / factor), math.ceil(height / factor)


def shrink(frame: RawFrame, size_wh: tuple[int, int]) -> SmallPicture:
    """The frame's planes area-averaged to one small size. 10-bit samples become 8-bit; HDR becomes SDR."""
    y, u, v = (_resized(plane, size_wh, frame.depth) for plane in frame.planes())
    if frame.hdr is None:
        return SmallPicture(y, u, v)
    u, v = (np.asarray(cv2.LUT(*pair), np.uint8) for pair in zip((u, v), hdr.chroma_tables(frame.hdr), strict=True))
    return SmallPicture(_sdr_luma(frame, y), u, v)


def shrink_luma(frame: RawFrame, size_wh: tuple[int, int]) -> Plane8:
    """Only the luma of `shrink`. CLEAR: treat it like a `RawFrame`."""
    return _sdr_luma(frame, _resized(frame.planes()[0], size_wh, frame.depth))


def _sdr_luma(frame: RawFrame, luma: Plane8) -> Plane8:
    if frame.hdr is None:
        return luma
    return np.asarray(cv2.LUT(luma, hdr.luma_table(frame.hdr, full_range=frame.full_range)), np.uint8)


def _resized(plane: Plane, size_wh: tuple[int, int], depth: int) -> Plane8:
    small = plane if plane.shape[::-1] == size_wh else cv2.resize(plane, size_wh, interpolation=cv2.INTER_AREA)
    if depth > 8:
        return np.asarray(np.right_shift(np.asarray(small, np.uint16), depth - 8), np.uint8)
    return np.ascontiguousarray(small, np.uint8)


def steepness(luma: Plane8) -> npt.NDArray[np.float32]:
    """The slope of luma at each pixel, grey levels per pixel, by Sobel's operator."""
    across, down = (cv2.Sobel(luma, cv2.CV_32F, *axis, scale=1 / 8) for axis in ((1, 0), (0, 1)))
    return np.asarray(cv2.magnitude(across, down), np.float32)


def edge_tolerance(slope: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """By how much an edge of this slope may differ and still be in place: noise and two thirds of a pixel of shift."""
    return np.asarray(4 + 0.67 * slope, np.float32)
