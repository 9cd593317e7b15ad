"""Makes a small upright picture of a large one. Whether it may be seen is for the caller to know."""

from __future__ import annotations

import av
import numpy as np


def small_upright(picture: av.VideoFrame, width_px: int, turn: int) -> av.VideoFrame:
    """The picture, at most `width_px` wide as coded, then turned upright by `turn` degrees clockwise."""
    width = max(2, min(width_px, picture.width) // 2 * 2)
    height = max(2, round(picture.height * width / picture.width) // 2 * 2)
    small = picture.reformat(width=width, height=height, format="yuv420p")
    if not turn:
        return small
    turned = np.ascontiguousarray(np.rot90(small.to_ndarray(format="rgb24"), -(turn // 90)), np.uint8)
    return av.VideoFrame.from_ndarray(turned, "rgb24").reformat(format="yuv420p")
