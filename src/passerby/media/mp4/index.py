"""The index inside an object: a sidx in space that was reserved for it before the first fragment.

It is at the front, so that a player finds any second with one request of a few kB. The space has a fixed size, so
writing the index moves no byte: offsets are the same while an object is open and after it is closed. (The alternative,
an mfra at the end, takes two requests, and players over HTTP do not look for it.)
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

from passerby.media.mp4.boxes import HEADER_BYTES, Data, box, boxes_in, full_box
from passerby.media.segments import TICKS_PER_S, Gop

ROOM_BYTES = 8192
MAX_GOPS = 600
"""15 minutes have 450; after a short loss of the source a GOP is shorter."""

_HEAD = struct.Struct(">IIQQHH")  # track, timescale, first time, distance to the first byte, reserved, count
_REFERENCE = struct.Struct(">III")
_BEGINS_WITH_KEY_FRAME = 0x90000000
_ACTIVITY = b"gops"
assert 12 + _HEAD.size + MAX_GOPS * (_REFERENCE.size + 1) + HEADER_BYTES + len(_ACTIVITY) <= ROOM_BYTES


def empty_room() -> bytes:
    """The reserved space while an object is open."""
    return box(b"free", bytes(ROOM_BYTES - HEADER_BYTES))


def make_index(gops: Sequence[Gop]) -> bytes:
    """The filled space: a sidx, and a `free` box with the activity of each GOP. Needs 1 to `MAX_GOPS` GOPs."""
    if not 1 <= len(gops) <= MAX_GOPS:
        raise ValueError(f"an index holds 1 to {MAX_GOPS} GOPs, not {len(gops)}")
    sidx_bytes = 12 + _HEAD.size + len(gops) * _REFERENCE.size
    head = _HEAD.pack(1, TICKS_PER_S, gops[0].start_90k, ROOM_BYTES - sidx_bytes, 0, len(gops))
    references = (_REFERENCE.pack(gop.size, gop.duration_90k, _BEGINS_WITH_KEY_FRAME) for gop in gops)
    activity = _ACTIVITY + bytes(gop.activity for gop in gops)
    rest = activity.ljust(ROOM_BYTES - sidx_bytes - HEADER_BYTES, b"\0")
    return full_box(b"sidx", 1, 0, head, *references) + box(b"free", rest)


def read_index(data: Data, offset: int) -> tuple[Gop, ...]:
    """The GOPs listed in the space at this offset; none while it is empty or torn."""
    found = list(boxes_in(data, offset, offset + ROOM_BYTES))
    if [each.kind for each in found] != [b"sidx", b"free"] or found[-1].end != offset + ROOM_BYTES:
        return ()
    sidx, free = found
    references = data[sidx.payload + 4 + _HEAD.size : sidx.end]
    if not references:
        return ()
    _, _, start_90k, first, _, count = _HEAD.unpack_from(data, sidx.payload + 4)
    if len(references) != count * _REFERENCE.size:
        return ()
    activity = data[free.payload + len(_ACTIVITY) : free.end][:count]
    if len(activity) != count:
        return ()
    gops = []
    where = sidx.end + first
    for (size, duration_90k, _), moved in zip(_REFERENCE.iter_unpack(references), activity, strict=True):
        gops.append(Gop(start_90k, duration_90k, where, size, moved))
        start_90k, where = start_90k + duration_90k, where + size
    return tuple(gops)
