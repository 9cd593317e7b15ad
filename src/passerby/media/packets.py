"""Encoded video as a live source sends it: clear, though it is coded. The type says how dangerous it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class SourceCoding:
    """How the packets of a source are coded. codec: FFmpeg's name. extradata: parameter sets sent in advance, if any.
    time_base: seconds per tick of `SourcePacket.pts` and `dts`; None if the source has no clock."""

    codec: str
    extradata: bytes | None = field(repr=False)
    time_base: Fraction | None


@dataclass(frozen=True, slots=True, eq=False)
class SourcePacket:
    """One coded picture as it came, CLEAR: with those before it, anybody can see what it shows. Lives in memory only,
    inside one process, and leaves it only sealed.

    pts, dts: by the source's own clock, in ticks of `coding.time_base`; None if it has none. arrived_90k: UTC in ticks
    of 1/90000 s. is_key: it can be decoded without those before it.
    """

    data: bytes = field(repr=False)
    coding: SourceCoding
    pts: int | None
    dts: int | None
    arrived_90k: int
    is_key: bool

    def __reduce__(self) -> str:
        raise TypeError("a clear packet never leaves the process: it cannot be pickled")
