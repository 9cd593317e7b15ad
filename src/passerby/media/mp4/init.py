"""Reads what an init segment says about itself."""

from __future__ import annotations

import hashlib
import struct

from passerby.media.mp4.boxes import Data, boxes_in
from passerby.media.segments import InitSegment

_ID_LETTERS = 16  # 64 bits: a site has only a handful of init segments


def read_init(data: Data) -> InitSegment | None:
    """The init segment that the data begins with; None if it does not."""
    ends = [found.end for found in boxes_in(data) if found.kind in (b"ftyp", b"moov")][:2]
    if len(ends) != 2:
        return None
    head = bytes(data[: ends[-1]])
    entry, avcc = head.find(b"avc1", head.find(b"stsd")), head.find(b"avcC")
    if entry < 0 or avcc < 0:
        return None
    width, height = struct.unpack_from(">HH", head, entry + 28)
    profile_and_level = head[avcc + 5 : avcc + 8].hex()
    return InitSegment(hashlib.sha256(head).hexdigest()[:_ID_LETTERS], head, width, height, f"avc1.{profile_and_level}")
