"""Reads from a still's own structure how to turn it upright, and whether it is cut off. It uses nothing else."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from passerby.capture.tiff import UPRIGHT, tiff_facts
from passerby.media.still_kinds import PNG_SIGNATURE

JPEG_APP1 = 0xE1
JPEG_SCAN = 0xDA


def orientation(data: bytes) -> int:
    """EXIF orientation of a JPEG, PNG or WebP file, 1 to 8 (CIPA DC-008, 4.6.4); 1, upright, if it has none."""
    try:
        return tiff_facts(_exif_block(data)).orientation
    except (struct.error, IndexError):
        return UPRIGHT


def is_cut_jpeg(data: bytes) -> bool:
    """Whether the end marker after the picture data is missing. Decoders fill in such a picture silently."""
    return data.find(b"\xff\xd9", scan_of_jpeg(data)) < 0


def scan_of_jpeg(data: bytes) -> int:
    """Where the first scan of a JPEG begins, after all that describes it."""
    return 2 + sum(2 + length for _marker, length, _body in _jpeg_segments(data))


def _exif_block(data: bytes) -> bytes:
    """The TIFF structure that holds EXIF; empty if there is none."""
    if data.startswith(PNG_SIGNATURE):
        return next((body for name, body in _png_chunks(data) if name == b"eXIf"), b"")
    if data[:4] == b"RIFF":
        body = next((body for name, body in _riff_chunks(data) if name == b"EXIF"), b"")
        return body.removeprefix(b"Exif\0\0")
    segments = (body for marker, _length, body in _jpeg_segments(data) if marker == JPEG_APP1)
    return next((body[6:] for body in segments if body.startswith(b"Exif\0\0")), b"")


def _jpeg_segments(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Marker, length including its own two bytes, and body of each segment before the first scan."""
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF and data[at + 1] != JPEG_SCAN:
        (length,) = struct.unpack_from(">H", data, at + 2)
        yield data[at + 1], length, data[at + 4 : at + 2 + length]
        at += 2 + length


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(PNG_SIGNATURE)
    while at + 8 <= len(data):
        length, name = struct.unpack_from(">I4s", data, at)
        yield name, data[at + 8 : at + 8 + length]
        at += 12 + length


def _riff_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 12
    while at + 8 <= len(data):
        name, length = struct.unpack_from("<4sI", data, at)
        yield name, data[at + 8 : at + 8 + length]
        at += 8 + length + length % 2
