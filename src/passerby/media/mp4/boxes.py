"""MP4 is boxes within boxes: makes them, and walks over complete ones."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

Data = bytes | memoryview

HEADER_BYTES = 8


@dataclass(frozen=True, slots=True)
class Box:
    """Where a box is in its data: the whole box, and its content. kind: four letters."""

    kind: bytes
    start: int
    payload: int
    end: int


def box(kind: bytes, *parts: bytes) -> bytes:
    """A box of less than 4 GB."""
    payload = b"".join(parts)
    return struct.pack(">I4s", HEADER_BYTES + len(payload), kind) + payload


def full_box(kind: bytes, version: int, flags: int, *parts: bytes) -> bytes:
    """A box that begins with a version and flags."""
    return box(kind, struct.pack(">I", version << 24 | flags), *parts)


def boxes_in(data: Data, start: int = 0, end: int | None = None) -> Iterator[Box]:
    """The boxes one after the other, up to the first incomplete one: nothing after that can be trusted."""
    end = len(data) if end is None else min(end, len(data))
    while start + HEADER_BYTES <= end:
        size, kind = struct.unpack_from(">I4s", data, start)
        payload = start + HEADER_BYTES
        if size == 1 and start + 16 <= end:  # a 64-bit size follows
            size, payload = struct.unpack_from(">Q", data, payload)[0], start + 16
        if size < payload - start or start + size > end:
            return
        yield Box(kind, start, payload, start + size)
        start += size


def find(data: Data, within: Box, kind: bytes) -> Box | None:
    """The first box of a kind inside another."""
    return next((inner for inner in boxes_in(data, within.payload, within.end) if inner.kind == kind), None)
