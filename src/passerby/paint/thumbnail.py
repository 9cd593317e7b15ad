"""Makes a small picture of a redacted frame, for a contact sheet."""

from __future__ import annotations

from fractions import Fraction

from passerby.media.frames import RedactedFrame
from passerby.media.small import small_upright


def thumbnail(frame: RedactedFrame, width_px: int, turn: int) -> RedactedFrame:
    """The frame, at most `width_px` wide as coded, then turned upright by `turn` degrees clockwise."""
    return RedactedFrame(small_upright(frame.picture, width_px, turn), frame.index, 0, Fraction(1), frame.hidden)
