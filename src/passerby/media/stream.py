"""What stays the same through one stream: size, format, clock, colours. A recorder needs it before the first frame."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

MAX_GAP_S = 6 * 3600
"""A longer gap between two frames means a different clock: joined recordings, or a broken timestamp."""


def max_step(time_base: Fraction) -> int:
    """The maximum ticks from one frame to the next: the longest gap allowed that MP4 can also hold (31 bits)."""
    in_mp4 = (2**31 - 1) // (time_base.numerator * (mp4_timescale(time_base) // time_base.denominator))
    return max(1, min(int(MAX_GAP_S / time_base), in_mp4))


def mp4_timescale(time_base: Fraction) -> int:
    """The timescale that FFmpeg's MP4 muxer derives from a time base: doubled until it is at least 10,000."""
    ticks_per_s = time_base.denominator
    while ticks_per_s < 10_000:
        ticks_per_s *= 2
    return ticks_per_s


@dataclass(frozen=True, slots=True)
class StreamFormat:
    """Size, format and clock of a stream of pictures.

    width, height: luma pixels, as coded. pixel_format: one of `PICTURE_FORMATS`. time_base: seconds per tick of pts.
    average_rate: frames per second, None if unknown. sample_aspect_ratio: width of a pixel divided by its height, None
    if unknown. color_range, color_primaries, color_trc, colorspace: FFmpeg's numbers (ITU-T H.273; 2 is "unspecified",
    and 0 for the range). turn: degrees clockwise to be upright. display_matrix: the container's 3x3 matrix, row by row
    in FFmpeg's fixed point, if the source has one; it can also mirror, which turn cannot express.
    """

    width: int
    height: int
    pixel_format: str
    time_base: Fraction
    average_rate: Fraction | None = None
    sample_aspect_ratio: Fraction | None = None
    color_range: int = 0
    color_primaries: int = 2
    color_trc: int = 2
    colorspace: int = 2
    turn: int = 0
    display_matrix: tuple[int, ...] | None = None

    @property
    def frame_bytes(self) -> int:
        """The approximate memory of one picture."""
        chroma = {"420": 0.5, "422": 1.0}.get(self.pixel_format.lstrip("yuvj")[:3], 2.0)
        return int(self.width * self.height * (1 + chroma) * (2 if "10" in self.pixel_format else 1))
