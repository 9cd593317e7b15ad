"""Gives the flat colour that hides each kind, as samples of a picture."""

from __future__ import annotations

import av

from passerby.media import Kind, hdr
from passerby.media.look import COLOURS, NEUTRAL, Rgb

Samples = tuple[int, int, int]

_KR_KB = {1: (0.2126, 0.0722), 4: (0.30, 0.11), 7: (0.212, 0.087), 9: (0.2627, 0.0593), 10: (0.2627, 0.0593)}
_KR_KB_601 = (0.299, 0.114)
"""Weights of red and blue in luma, by the `colorspace` code of ITU-T H.273; 5 and 6 are BT.601."""

_UNSPECIFIED = 2
_FULL_RANGE = 2
_SD_HEIGHT = 576


def samples_of(rgb: Rgb, picture: av.VideoFrame) -> Samples:
    """Y, U and V of a colour in the matrix, range and depth of a picture (ITU-T H.273, equations 38 to 43)."""
    kr, kb = _weights(picture)
    transfer = int(picture.color_trc)
    red, green, blue = hdr.signal_of(rgb, transfer) if transfer in hdr.NAMES else tuple(part / 255 for part in rgb)
    luma = kr * red + (1 - kr - kb) * green + kb * blue
    u, v = (blue - luma) / (2 - 2 * kb), (red - luma) / (2 - 2 * kr)
    depth = 10 if picture.format.name.endswith("10le") else 8
    if _is_full_range(picture):
        top = (1 << depth) - 1
        return round(luma * top), round(u * top) + (1 << depth - 1), round(v * top) + (1 << depth - 1)
    step = 1 << depth - 8
    return round((16 + 219 * luma) * step), round((128 + 224 * u) * step), round((128 + 224 * v) * step)


def samples_of_kinds(picture: av.VideoFrame, *, solid: bool = False) -> dict[Kind, Samples]:
    """The samples that hide each kind in a picture. solid: all are neutral."""
    luma = samples_of(COLOURS[Kind.PERSON], picture)[0]
    neutral = samples_of(NEUTRAL, picture)
    return {kind: neutral if solid else (luma, *samples_of(rgb, picture)[1:]) for kind, rgb in COLOURS.items()}


def _weights(picture: av.VideoFrame) -> tuple[float, float]:
    code = int(picture.colorspace)
    if code == _UNSPECIFIED:  # as players guess: BT.601 up to 576 lines, BT.709 above
        code = 1 if picture.height > _SD_HEIGHT else 6
    return _KR_KB.get(code, _KR_KB_601)


def _is_full_range(picture: av.VideoFrame) -> bool:
    return picture.format.name.startswith("yuvj") or int(picture.color_range) == _FULL_RANGE
