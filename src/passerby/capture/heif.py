"""Reads from the structure of a HEIC or AVIF file which coded pictures make up its picture, and its orientation.

ISO/IEC 23008-12 and 14496-12. The coded pictures themselves are left to FFmpeg, which knows them by number.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

_CODED = {b"hvc1", b"hev1", b"av01"}
_STORED = np.array([[0, 1], [2, 3]])
_ORIENTATIONS = {
    tuple(turned.ravel()): number
    for number, turned in {
        1: _STORED, 2: np.fliplr(_STORED), 3: np.rot90(_STORED, 2), 4: np.flipud(_STORED), 5: _STORED.T,
        6: np.rot90(_STORED, -1), 7: np.rot90(_STORED, 2).T, 8: np.rot90(_STORED, 1),
    }.items()
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class HeifPicture:
    """What makes up the picture: numbers of coded pictures, row by row. size_wh: of the whole, None: of the one."""

    tiles: tuple[int, ...]
    columns: int = 1
    size_wh: tuple[int, int] | None = None
    orientation: int = 1
    """As in EXIF, 1 to 8."""


class HeifError(ValueError):
    """The file has a structure that is not supported. The text says which."""


def heif_picture(data: bytes) -> HeifPicture:
    """Raises HeifError for anything but one picture, single or in tiles."""
    try:
        return _read(data)
    except (struct.error, IndexError, KeyError, StopIteration) as error:
        raise HeifError("its structure is damaged") from error


def has_several_pictures(data: bytes) -> bool:
    """Whether people would see more than one: a sequence, or pictures besides the first that are no part of it."""
    boxes = list(_boxes(data))
    if any(name == b"moov" for name, _ in boxes):
        return True
    try:
        meta = _meta(next(body for name, body in boxes if name == b"meta"))
    except (struct.error, IndexError, StopIteration):
        return False  # damaged: said when the picture is read
    shown = {item for item, kind in meta.kinds.items() if kind in _CODED | {b"grid"}} - meta.hidden - meta.parts
    return bool(shown - {meta.primary})


@dataclass(slots=True)
class _Meta:
    """The content of the box `meta`, by item number."""

    primary: int = 0
    kinds: dict[int, bytes] = field(default_factory=dict)
    hidden: set[int] = field(default_factory=set)
    parts: set[int] = field(default_factory=set)
    """Tiles, and pictures that serve another: thumbnails, depth, gain maps."""
    made_of: dict[int, list[int]] = field(default_factory=dict)
    places: dict[int, tuple[int, list[tuple[int, int]]]] = field(default_factory=dict)
    """The kind of offset (0: from the start of the file, 1: within `idat`), and offsets with lengths in bytes."""
    properties: list[tuple[bytes, bytes]] = field(default_factory=list)
    properties_of: dict[int, list[int]] = field(default_factory=dict)
    """Indices in `properties`, from 1."""
    idat: bytes = b""


def _read(data: bytes) -> HeifPicture:
    meta = _meta(next(body for name, body in _boxes(data) if name == b"meta"))
    kind = meta.kinds[meta.primary]
    orientation = _orientation(meta)
    if kind in _CODED:
        return HeifPicture((meta.primary,), orientation=orientation)
    if kind != b"grid":
        raise HeifError(f"it is put together in a way that is not known ('{kind.decode('latin-1')}')")
    tiles = meta.made_of[meta.primary]
    if not all(meta.kinds[tile] in _CODED for tile in tiles):
        raise HeifError("its tiles are not coded as HEVC or AV1")
    rows, columns, size_wh = _grid(_item(data, meta, meta.primary))
    if rows * columns != len(tiles):
        raise HeifError("it has not as many tiles as it says")
    return HeifPicture(tuple(tiles), columns, size_wh, orientation)


def _grid(body: bytes) -> tuple[int, int, tuple[int, int]]:
    rows, columns = body[2] + 1, body[3] + 1
    width, height = struct.unpack_from(">II" if body[1] & 1 else ">HH", body, 4)
    return rows, columns, (width, height)


def _orientation(meta: _Meta) -> int:
    """Combines turning and mirroring in the order in which they are given."""
    turned = _STORED
    for index in meta.properties_of.get(meta.primary, []):
        name, body = meta.properties[index - 1] if index else (b"", b"")
        if name == b"irot":
            turned = np.rot90(turned, body[0] & 3)
        elif name == b"imir":
            turned = np.fliplr(turned) if body[0] & 1 else np.flipud(turned)
    return _ORIENTATIONS[tuple(turned.ravel())]


def _item(data: bytes, meta: _Meta, item: int) -> bytes:
    how, extents = meta.places[item]
    if how > 1:
        raise HeifError("it is put together out of parts of parts")
    return b"".join((meta.idat if how else data)[at : at + length] for at, length in extents)


def _meta(body: bytes) -> _Meta:
    meta = _Meta()
    readers = {b"pitm": _read_primary, b"iinf": _read_kinds, b"iref": _read_references, b"iloc": _read_places}
    for name, inner in _boxes(body[4:]):
        if name in readers:
            readers[name](meta, inner)
        elif name == b"idat":
            meta.idat = inner
        elif name == b"iprp":
            for kind, content in _boxes(inner):
                if kind == b"ipco":
                    meta.properties = list(_boxes(content))
                elif kind == b"ipma":
                    _read_associations(meta, content)
    return meta


class _Numbers:
    """Reads numbers of varying width one after another. Raises struct.error at the end."""

    def __init__(self, body: bytes) -> None:
        self.version, self.flags = body[0], int.from_bytes(body[1:4])
        self._body, self._at = body, 4

    def take(self, width: int) -> int:
        if self._at + width > len(self._body):
            raise struct.error("the box ends before its numbers do")
        value = int.from_bytes(self._body[self._at : self._at + width])
        self._at += width
        return value


def _read_primary(meta: _Meta, body: bytes) -> None:
    numbers = _Numbers(body)
    meta.primary = numbers.take(4 if numbers.version else 2)


def _read_kinds(meta: _Meta, body: bytes) -> None:
    for name, inner in _boxes(body[8 if body[0] else 6 :]):
        if name == b"infe" and inner[0] >= 2:
            numbers = _Numbers(inner)
            item = numbers.take(4 if numbers.version > 2 else 2)
            numbers.take(2)
            if numbers.flags & 1:
                meta.hidden.add(item)
            meta.kinds[item] = numbers.take(4).to_bytes(4)


def _read_references(meta: _Meta, body: bytes) -> None:
    for name, inner in _boxes(body[4:]):
        numbers, width = _Numbers(body[:4] + inner), 4 if body[0] else 2
        item = numbers.take(width)
        if name == b"dimg":
            meta.made_of[item] = [numbers.take(width) for _ in range(numbers.take(2))]
            meta.parts.update(meta.made_of[item])
        elif name in (b"thmb", b"auxl"):
            meta.parts.add(item)


def _read_places(meta: _Meta, body: bytes) -> None:
    numbers = _Numbers(body)
    sizes = numbers.take(2)
    offset, length, base, index = (sizes >> shift & 15 for shift in (12, 8, 4, 0))
    wide = 4 if numbers.version > 1 else 2
    for _ in range(numbers.take(wide)):
        item = numbers.take(wide)
        how = numbers.take(2) & 15 if numbers.version else 0
        numbers.take(2)
        start = numbers.take(base)
        extents = []
        for _ in range(numbers.take(2)):
            if numbers.version:
                numbers.take(index)
            at = start + numbers.take(offset)
            extents.append((at, numbers.take(length)))
        meta.places[item] = (how, extents)


def _read_associations(meta: _Meta, body: bytes) -> None:
    numbers = _Numbers(body)
    for _ in range(numbers.take(4)):
        item = numbers.take(4 if numbers.version else 2)
        wide = 2 if numbers.flags & 1 else 1
        mask = 0x7FFF if wide == 2 else 0x7F
        meta.properties_of[item] = [numbers.take(wide) & mask for _ in range(numbers.take(1))]


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Name and body of each box."""
    return ((name, data[begin:end]) for name, _, begin, end in placed_boxes(data))


def placed_boxes(data: bytes) -> Iterator[tuple[bytes, int, int, int]]:
    """Name of each box, where it begins, where its body begins, and where it ends."""
    at = 0
    while at + 8 <= len(data):
        size, name = struct.unpack_from(">I4s", data, at)
        head = 8
        if size == 1 and at + 16 <= len(data):
            (size,), head = struct.unpack_from(">Q", data, at + 8), 16
        size = size or len(data) - at
        if size < head:
            return
        yield name, at, at + head, at + size
        at += size
