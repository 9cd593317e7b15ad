"""Encoded redacted video: what a recorder produces, an archive keeps and a viewer gets."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
import numpy.typing as npt

TICKS_PER_S = 90_000
"""Times are UTC in ticks of 1/90000 s since 1970, named *_90k: exact for all usual frame rates. MPEG's own clock."""

MINUTE_90K = 60 * TICKS_PER_S

GOP_90K = 2 * TICKS_PER_S
"""There is a key frame at every whole multiple of this, so that all cameras can be cut at the same moments."""


SHORT_OVERLAP_90K = TICKS_PER_S
"""How much earlier a recording may begin than the last one ended: the duration of the last frame before a loss is only
guessed, and the source may return sooner. Players show the later picture."""


def ticks(seconds: float) -> int:
    """Seconds in ticks."""
    return round(seconds * TICKS_PER_S)


@dataclass(frozen=True, slots=True)
class InitSegment:
    """What a player needs before the first fragment: MP4's ftyp and moov.

    id: derived from its bytes, so the same coding gives the same id on any machine. width, height: pixels, as coded.
    codec: in the notation of browsers (RFC 6381), such as avc1.64001e.
    """

    id: str
    data: bytes = field(repr=False)
    width: int
    height: int
    codec: str


@dataclass(frozen=True, slots=True)
class Fragment:
    """One piece of a GOP as MP4's moof and mdat; the first piece of a GOP begins with its key frame (is_key).

    activity: in how much of the picture something was active, 0..255, see `activity_of`.
    """

    init: InitSegment
    start_90k: int
    duration_90k: int
    is_key: bool
    data: bytes = field(repr=False)
    activity: int = 0

    @property
    def init_id(self) -> str:
        return self.init.id

    @property
    def end_90k(self) -> int:
        return self.start_90k + self.duration_90k


@dataclass(frozen=True, slots=True)
class Gop:
    """The position of one GOP in its object: bytes offset .. offset + size."""

    start_90k: int
    duration_90k: int
    offset: int
    size: int
    activity: int

    @property
    def end_90k(self) -> int:
        return self.start_90k + self.duration_90k


class ObjectState(StrEnum):
    """open: its bytes are in the spool. closed: they are in the store. deleting: they may be gone already."""

    OPEN = "open"
    CLOSED = "closed"
    DELETING = "deleting"


@dataclass(frozen=True, slots=True)
class ArchivedObject:
    """What the catalogue knows about one object: up to 15 minutes of one camera, one MP4 file.

    key: its name in the store. spool: the folder of open objects that it is in, or came from. gops: complete GOPs only,
    without gaps between them. token, recorded_token: see `objects.names.ObjectName`.
    """

    camera: str
    key: str
    start_90k: int
    end_90k: int
    size: int
    state: ObjectState
    init_id: str
    spool: str
    gops: tuple[Gop, ...] = field(repr=False)
    token: int = 0
    recorded_token: int = 0

    def span_of(self, first: int, last: int) -> tuple[int, int]:
        """The time of the pictures that have any of these bytes, from the first to the last of both. Where there are
        only bytes before all pictures, no time at the start."""
        inside = [gop for gop in self.gops if gop.offset <= last and first < gop.offset + gop.size]
        return (inside[0].start_90k, inside[-1].end_90k) if inside else (self.start_90k, self.start_90k)


_ENTRY = np.dtype([("duration_90k", "<u4"), ("size", "<u4"), ("activity", "u1")])
"""9 bytes per GOP, 4 kB per object. Starts and offsets are sums, since GOPs follow each other without gaps."""


def pack_gops(gops: Sequence[Gop]) -> bytes:
    """An index as the catalogue keeps it. Raises ValueError if a GOP does not begin where the one before ended."""
    for before, after in itertools.pairwise(gops):
        if (before.end_90k, before.offset + before.size) != (after.start_90k, after.offset):
            raise ValueError(f"the GOP at {after.start_90k} does not follow the one at {before.start_90k}")
    return np.array([(gop.duration_90k, gop.size, gop.activity) for gop in gops], _ENTRY).tobytes()


def unpack_gops(packed: bytes, start_90k: int, offset: int) -> tuple[Gop, ...]:
    """The inverse of `pack_gops`. start_90k, offset: of the first GOP."""
    entries = np.frombuffer(packed, _ENTRY)
    starts = start_90k + _sums_before(entries["duration_90k"])
    offsets = offset + _sums_before(entries["size"])
    columns = (starts, entries["duration_90k"], offsets, entries["size"], entries["activity"])
    return tuple(Gop(*values) for values in zip(*(column.tolist() for column in columns), strict=True))


Times = npt.NDArray[np.int64]


def activity_columns(packed: bytes, start_90k: int) -> tuple[Times, Times, npt.NDArray[np.uint8]]:
    """Start, end and activity of every GOP of an index. Fast enough for a whole day, unlike `unpack_gops`."""
    entries = np.frombuffer(packed, _ENTRY)
    starts = start_90k + _sums_before(entries["duration_90k"])
    return starts, starts + entries["duration_90k"], entries["activity"]


def _sums_before(values: npt.NDArray[np.uint32]) -> Times:
    """For each value, the sum of all values before it."""
    return np.cumsum(values, dtype=np.int64) - values.astype(np.int64)


def activity_of(active_share: float) -> int:
    """Maps a share of the picture, 0..1, to 0..255 by its root: somebody far away is 1 % of a picture, not nothing."""
    return int(np.ceil(255 * np.sqrt(min(max(active_share, 0.0), 1.0))))
