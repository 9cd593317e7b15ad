"""One picture before redaction and one after. The type says how dangerous it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, cast

import av
import numpy as np
import numpy.typing as npt

from passerby.media import hdr

_FULL_RANGE = 2
"""AVCOL_RANGE_JPEG."""

Plane = npt.NDArray[np.uint8] | npt.NDArray[np.uint16]

PICTURE_FORMATS = frozenset(
    name for base in ("yuv420p", "yuv422p", "yuv444p") for name in (base, base.replace("yuv", "yuvj"), base + "10le")
)
"""The formats of frames: planar, 8 or 10 bit, 4:2:0, 4:2:2 or 4:4:4. Capture converts all others to one of these."""


@dataclass(frozen=True, slots=True, eq=False)
class RawFrame:
    """One decoded picture, CLEAR. Lives in memory only, inside one process: never written, logged, pickled or sent.

    picture: planar YUV in one of `PICTURE_FORMATS`, progressive, as coded (not turned upright).
    index: counts from 0 in presentation order. pts: presentation time in units of time_base.
    damaged: the decoder reported an error in it, so what it shows cannot be trusted.
    turn: degrees clockwise by which the picture must be turned to be upright (0, 90, 180 or 270).
    """

    picture: av.VideoFrame = field(repr=False)
    index: int
    pts: int
    time_base: Fraction
    damaged: bool = False
    turn: int = 0

    def __post_init__(self) -> None:
        if self.picture.format.name not in PICTURE_FORMATS:
            raise ValueError(f"frames flow in planar YUV, not {self.picture.format.name}")

    def __reduce__(self) -> str:
        raise TypeError("a clear frame never leaves the process: it cannot be pickled")

    @property
    def time_s(self) -> float:
        # The same float as of the exact product, which takes 20 times as long and is asked for 10 times a frame.
        return self.pts * self.time_base.numerator / self.time_base.denominator

    @property
    def width(self) -> int:
        return int(self.picture.width)

    @property
    def height(self) -> int:
        return int(self.picture.height)

    @property
    def depth(self) -> int:
        """Bits per sample: 8 or 10."""
        return 10 if self.picture.format.name.endswith("10le") else 8

    @property
    def hdr(self) -> int | None:
        """The HDR transfer, as in `media.hdr`; None for SDR. Whatever judges a frame converts it."""
        transfer = int(self.picture.color_trc)
        return transfer if transfer in hdr.NAMES else None

    @property
    def full_range(self) -> bool:
        return int(self.picture.color_range) == _FULL_RANGE or self.picture.format.name.startswith("yuvj")

    def planes(self) -> tuple[Plane, Plane, Plane]:
        """Views of Y, U and V, each (rows, columns) uint8 or uint16, without line padding. Do not write to them."""
        return plane_views(self.picture)


@dataclass(frozen=True, slots=True, eq=False)
class RedactedFrame:
    """One picture after redaction: the only thing that a recorder, a viewer or a report ever gets.

    Only the stage `paint` makes one. hidden: the share of the picture that is covered, 0..1.
    """

    picture: av.VideoFrame = field(repr=False)
    index: int
    pts: int
    time_base: Fraction
    hidden: float


def plane_views(picture: av.VideoFrame) -> tuple[Plane, Plane, Plane]:
    """Y, U and V of a planar picture as (rows, columns) views into its own memory."""
    dtype = np.dtype(np.uint16 if picture.format.name.endswith("10le") else np.uint8)
    y, u, v = (
        np.ndarray((plane.height, plane.width), dtype, cast(Any, plane), strides=(plane.line_size, dtype.itemsize))
        for plane in picture.planes
    )
    return y, u, v
