"""Makes a small picture of a redacted frame, for a contact sheet."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np

from passerby.media.frames import RedactedFrame


def thumbnail(frame: RedactedFrame, width_px: int, turn: int) -> RedactedFrame:
    """The frame, at most `width_px` wide as coded, then turned upright by `turn` degrees clockwise."""
    width = max(2, min(width_px, frame.picture.width) // 2 * 2)
    height = max(2, round(frame.picture.height * width / frame.picture.width) // 2 * 2)
    small = frame.picture.reformat(width=width, height=height, format="yuv420p")
    if turn:
        turned = np.ascontiguousarray(np.rot90(small.to_ndarray(format="rgb24"), -(turn // 90)), np.uint8)
        small = av.VideoFrame.from_ndarray(turned, "rgb24").reformat(format="yuv420p")
    return RedactedFrame(small, frame.index, 0, Fraction(1), frame.hidden)
