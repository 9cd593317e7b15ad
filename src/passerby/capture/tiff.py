"""Reads from a TIFF's own structure how many pages it has, in which colours, and how to turn them."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

MAX_PAGES = 10_000
UPRIGHT = 1
_KIND_OF_PAGE, _COLOURS, _ORIENTATION, _DNG_VERSION = 0x00FE, 0x0106, 0x0112, 0xC612
_STARTS, _LENGTHS = (0x0111, 0x0144), (0x0117, 0x0145)
"""The offsets of strips or tiles, and their lengths in bytes."""
_SHORT = 3
_SMALLER_COPY = 1  # a bit of the page kind
_SEPARATED = 5
_OF_SENSORS = (32803, 34892)


@dataclass(frozen=True, slots=True)
class TiffFacts:
    """pages: not counting smaller copies of others. is_raw: it holds raw sensor data, and perhaps a preview."""

    pages: int = 1
    is_raw: bool = False
    is_for_print: bool = False
    orientation: int = UPRIGHT
    """Orientation of the first page as in EXIF, 1 to 8."""
    is_cut: bool = False
    """Part of the first page is missing from the file. Decoders leave such parts as they are, silently."""


def tiff_facts(data: bytes) -> TiffFacts:
    """What the directories of a TIFF, DNG or EXIF structure say, as far as they are readable."""
    pages = list(_pages(data))
    if not pages:
        return TiffFacts()
    first = pages[0].values
    orientation = first.get(_ORIENTATION, UPRIGHT)
    return TiffFacts(
        pages=sum(not page.values.get(_KIND_OF_PAGE, 0) & _SMALLER_COPY for page in pages),
        is_raw=bool(
            first.get(_KIND_OF_PAGE, 0) & _SMALLER_COPY
            or _DNG_VERSION in first
            or first.get(_COLOURS) in _OF_SENSORS
            or data[8:10] == b"CR"
        ),
        is_for_print=first.get(_COLOURS) == _SEPARATED,
        orientation=orientation if 1 <= orientation <= 8 else UPRIGHT,
        is_cut=pages[0].ends_at > len(data),
    )


@dataclass(frozen=True, slots=True)
class _Page:
    """One directory: the values of those tags that are a single number of 16 or 32 bits."""

    values: dict[int, int] = field(default_factory=dict)
    ends_at: int = 0
    """The position of the last byte of its pixels."""


def _pages(data: bytes) -> Iterator[_Page]:
    order = {b"II": "<", b"MM": ">"}.get(data[:2])
    try:
        at = struct.unpack_from(f"{order}I", data, 4)[0] if order else 0
        seen: set[int] = set()
        while at and at not in seen and len(seen) < MAX_PAGES:
            seen.add(at)
            page, at = _page(data, at, order or "<")
            yield page
    except struct.error:  # cut off: the decoder will report it
        return


def _page(data: bytes, at: int, order: str) -> tuple[_Page, int]:
    """A directory, and the position of the next one."""
    (entries,) = struct.unpack_from(f"{order}H", data, at)
    values, lists = {}, {}
    for entry in range(entries):
        tag, kind, count = struct.unpack_from(f"{order}HHI", data, at + 2 + 12 * entry)
        number = "H" if kind == _SHORT else "I"
        place = at + 10 + 12 * entry
        (values[tag],) = struct.unpack_from(order + number, data, place)
        if tag in (*_STARTS, *_LENGTHS):
            if count * struct.calcsize(order + number) > 4:
                (place,) = struct.unpack_from(f"{order}I", data, place)
            lists[tag] = struct.unpack_from(f"{order}{count}{number}", data, place)
    ends_at = 0
    for starts, lengths in zip(_STARTS, _LENGTHS, strict=True):
        ends = [a + b for a, b in zip(lists.get(starts, ()), lists.get(lengths, ()), strict=False)]
        ends_at = max([ends_at, *ends])
    end = at + 2 + 12 * entries
    return _Page(values, ends_at), struct.unpack_from(f"{order}I", data, end)[0] if end + 4 <= len(data) else 0
