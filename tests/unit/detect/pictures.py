"""Frames drawn for detector tests: no camera, nobody in them."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
import numpy.typing as npt

from passerby.media import RawFrame


def frame_of(rgb: npt.NDArray[np.uint8], pixel_format: str = "yuv420p", turn: int = 0, *, space: int = 5) -> RawFrame:
    """A picture as a frame. space: AVColorSpace; 5 is BT.601, 1 is BT.709."""
    source = av.VideoFrame.from_ndarray(rgb, format="rgb24")
    full = pixel_format.startswith("yuvj")
    picture = source.reformat(format=pixel_format, dst_colorspace=space, dst_color_range=2 if full else 1)
    picture.colorspace, picture.color_range = space, 2 if full else 1
    return RawFrame(picture, 0, 0, Fraction(1, 25), turn=turn)


def quarters(width: int, height: int) -> npt.NDArray[np.uint8]:
    """Red, green, blue and grey quarters: any swap of channels, sides or turns shows."""
    rgb = np.zeros((height, width, 3), np.uint8)
    rgb[: height // 2, : width // 2] = (200, 30, 30)
    rgb[: height // 2, width // 2 :] = (30, 180, 30)
    rgb[height // 2 :, : width // 2] = (30, 30, 200)
    rgb[height // 2 :, width // 2 :] = (120, 120, 120)
    return rgb
