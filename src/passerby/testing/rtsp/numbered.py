"""Pictures that show their own number in coarse cells, so that a test can tell which arrived, in what order."""

from __future__ import annotations

from itertools import pairwise

import av
import numpy as np

from passerby.media.frames import plane_views

CELLS = 10
"""Numbers up to 1023."""
_DARK, _LIGHT = 48, 208
_MARGIN_SHARE = 8  # of the width, on each side


def numbered_picture(number: int, width: int, height: int) -> av.VideoFrame:
    """A yuv420p picture: a still gradient, and the number as dark and light cells across the upper quarter."""
    picture = av.VideoFrame(width, height, "yuv420p")
    luma, *chroma = plane_views(picture)
    luma[:] = (np.arange(height)[:, None] * 120 // height + np.arange(width)[None, :] * 80 // width + 30).astype(
        np.uint8
    )
    for plane in chroma:
        plane[:] = 128
    for cell, (left, right) in enumerate(_columns(width)):
        luma[: height // 4, left:right] = _LIGHT if number >> cell & 1 else _DARK
    return picture


def number_in(picture: av.VideoFrame) -> int:
    """The number that a picture of any size shows, after any codec."""
    luma = plane_views(picture)[0]
    number = 0
    for cell, (left, right) in enumerate(_columns(picture.width)):
        inside = luma[picture.height // 16 : picture.height // 6, left + 2 : right - 2]
        number |= int(inside.mean() > (_DARK + _LIGHT) / 2) << cell
    return number


def _columns(width: int) -> list[tuple[int, int]]:
    margin = width // _MARGIN_SHARE
    edges = np.linspace(margin, width - margin, CELLS + 1).astype(int)
    return [(int(left), int(right)) for left, right in pairwise(edges)]
