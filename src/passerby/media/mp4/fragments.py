"""Makes fragments from samples, and reads them back: moof and mdat, preceded by a small note of activity."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from passerby.media.mp4.boxes import HEADER_BYTES, Box, Data, box, boxes_in, find, full_box

_NOTE = b"act1"
"""Begins a `free` box, which every player skips, with one byte for activity. So a file can be indexed from itself."""

_TRACK = 1
_DEFAULT_BASE_IS_MOOF = 0x020000
_DEFAULT_SAMPLE_FLAGS = 0x20
_DATA_OFFSET, _FIRST_SAMPLE_FLAGS, _DURATIONS, _SIZES = 0x1, 0x4, 0x100, 0x200
_KEY_FRAME = 0x02000000  # depends on no other
_OTHER_FRAME = 0x01010000  # depends on others; playback cannot start here


@dataclass(frozen=True, slots=True)
class Sample:
    """One encoded picture: H.264 units, each preceded by its length in 4 bytes."""

    data: bytes
    duration_90k: int


@dataclass(frozen=True, slots=True)
class FragmentFacts:
    """What a fragment says about itself, and where it is in its data."""

    start_90k: int
    duration_90k: int
    is_key: bool
    activity: int
    offset: int
    size: int


def make_fragment(sequence: int, start_90k: int, samples: Sequence[Sample], *, is_key: bool, activity: int) -> bytes:
    """A complete fragment. sequence: counts up. is_key: the first sample is a key frame. activity: 0..255."""
    note = box(b"free", _NOTE, bytes([activity]))
    pictures = b"".join(sample.data for sample in samples)
    length = len(_moof(sequence, start_90k, samples, is_key, 0))
    return note + _moof(sequence, start_90k, samples, is_key, length + HEADER_BYTES) + box(b"mdat", pictures)


def _moof(sequence: int, start_90k: int, samples: Sequence[Sample], is_key: bool, data_offset: int) -> bytes:
    """data_offset: from the start of the moof to the first sample."""
    flags = _DATA_OFFSET | _DURATIONS | _SIZES | (_FIRST_SAMPLE_FLAGS if is_key else 0)
    head = struct.pack(">Ii", len(samples), data_offset) + (struct.pack(">I", _KEY_FRAME) if is_key else b"")
    runs = b"".join(struct.pack(">II", sample.duration_90k, len(sample.data)) for sample in samples)
    track = struct.pack(">II", _TRACK, _OTHER_FRAME)
    return box(
        b"moof",
        full_box(b"mfhd", 0, 0, struct.pack(">I", sequence & 0xFFFFFFFF)),
        box(
            b"traf",
            full_box(b"tfhd", 0, _DEFAULT_BASE_IS_MOOF | _DEFAULT_SAMPLE_FLAGS, track),
            full_box(b"tfdt", 1, 0, struct.pack(">Q", start_90k)),
            full_box(b"trun", 0, flags, head, runs),
        ),
    )


def fragments_in(data: Data, start: int = 0, end: int | None = None) -> Iterator[FragmentFacts]:
    """The complete fragments in a row from `start`. Ends at the first that is torn or was not made here."""
    offset, activity, moof = start, 0, None
    for found in boxes_in(data, start, end):
        if found.kind == b"free" and bytes(data[found.payload : found.payload + 4]) == _NOTE:
            activity = data[found.payload + 4]
        elif found.kind == b"moof":
            moof = found
        elif found.kind == b"mdat" and moof is not None:
            try:
                start_90k, duration_90k, is_key, held = _read_moof(data, moof)
            except struct.error:
                return
            if held != found.end - found.payload:
                return
            yield FragmentFacts(start_90k, duration_90k, is_key, activity, offset, found.end - offset)
            offset, activity, moof = found.end, 0, None
        else:
            return


def _read_moof(data: Data, moof: Box) -> tuple[int, int, bool, int]:
    """Start, duration, whether it begins with a key frame, and the bytes of its samples (-1: not made here).

    Raises struct.error if a box is too short for its content.
    """
    traf = find(data, moof, b"traf")
    tfdt, trun = (find(data, traf, kind) if traf else None for kind in (b"tfdt", b"trun"))
    if tfdt is None or trun is None:
        return 0, 0, False, -1
    start_90k: int = struct.unpack_from(">Q", data[: tfdt.end], tfdt.payload + 4)[0]
    flags, count = struct.unpack_from(">II", data[: trun.end], trun.payload)
    is_key = bool(flags & _FIRST_SAMPLE_FLAGS)
    first = trun.payload + (16 if is_key else 12)
    if first + 8 * count != trun.end:
        return 0, 0, False, -1
    numbers = struct.unpack_from(f">{2 * count}I", data, first)
    return start_90k, sum(numbers[::2]), is_key, sum(numbers[1::2])
