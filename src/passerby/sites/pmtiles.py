"""Reads single tiles out of a PMTiles file, version 3: a header, directories of tiles, and the tiles.

https://github.com/protomaps/PMTiles/blob/main/spec/v3/spec.md"""

from __future__ import annotations

import io
import struct
import zlib
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

KINDS = {1: "mvt", 2: "png", 3: "jpeg", 4: "webp", 5: "avif"}
HEADER_BYTES = 127
MAX_ZOOM = 26
_MAX_DIRECTORY_BYTES = 32 << 20
_MAX_TILE_BYTES = 16 << 20
_MAX_DEPTH = 4
_NONE, _GZIP = 1, 2


class PmTilesError(Exception):
    """The file is not as the format says, or uses what is not supported. One sentence."""


@dataclass(frozen=True, slots=True)
class Header:
    """Where the parts of a file are, in bytes from its start, and what its tiles are."""

    root: tuple[int, int]
    leaves_at: int
    tiles_at: int
    directories: int
    """How they are compressed: 1 not at all, 2 with gzip."""
    tiles: int
    """The same, of the tiles."""
    kind: str
    min_zoom: int
    max_zoom: int
    bounds: tuple[float, float, float, float]
    """West, south, east, north, in degrees."""


@dataclass(frozen=True, slots=True)
class Directory:
    """Its entries as columns, in order of the tiles' ids. A length that a run is 0 for is of another directory."""

    ids: tuple[int, ...]
    runs: tuple[int, ...]
    lengths: tuple[int, ...]
    offsets: tuple[int, ...]


class PmTiles:
    """One open file. Thread-safe: it is opened for each read."""

    def __init__(self, path: Path) -> None:
        """Raises PmTilesError, OSError."""
        self._path = path
        self.header = _header(self._read(0, HEADER_BYTES))
        self._directory = lru_cache(64)(self._load_directory)
        self._directory(*self.header.root)

    def tile(self, z: int, x: int, y: int) -> bytes | None:
        """As it is in the file, perhaps compressed. None if there is none. Raises PmTilesError, OSError."""
        wanted = tile_id(z, x, y)
        at, length = self.header.root
        for _ in range(_MAX_DEPTH):
            directory = self._directory(at, length)
            n = bisect_right(directory.ids, wanted) - 1
            if n < 0:
                return None
            run, length = directory.runs[n], directory.lengths[n]
            if run > 0:
                is_there = wanted < directory.ids[n] + run
                return self._read(self.header.tiles_at + directory.offsets[n], length) if is_there else None
            at = self.header.leaves_at + directory.offsets[n]
        raise PmTilesError("its directories lead nowhere")

    def _load_directory(self, at: int, length: int) -> Directory:
        return _directory(_unpacked(self._read(at, length), self.header.directories))

    def _read(self, at: int, length: int) -> bytes:
        if length > _MAX_TILE_BYTES:
            raise PmTilesError("a part of it is too large")
        with self._path.open("rb") as file:
            if at + length > file.seek(0, io.SEEK_END):
                raise PmTilesError("it is cut off")
            file.seek(at)
            return file.read(length)


def tile_id(z: int, x: int, y: int) -> int:
    """Along a Hilbert curve through each zoom level, after all tiles of the levels before."""
    found, rest_x, rest_y = ((1 << 2 * z) - 1) // 3, x, y
    for level in reversed(range(z)):
        side = 1 << level
        is_right, is_below = int(rest_x & side > 0), int(rest_y & side > 0)
        found += side * side * ((3 * is_right) ^ is_below)
        if not is_below:
            if is_right:
                rest_x, rest_y = side - 1 - rest_x % side, side - 1 - rest_y % side
            rest_x, rest_y = rest_y, rest_x
    return found


def _header(data: bytes) -> Header:
    if data[:7] != b"PMTiles" or data[7] != 3:
        raise PmTilesError("it is not a PMTiles file of version 3")
    root_at, root_length, _, _, leaves_at, _, tiles_at = struct.unpack_from("<7Q", data, 8)
    directories, tiles, kind, min_zoom, max_zoom = struct.unpack_from("<5B", data, 97)
    west, south, east, north = (each / 1e7 for each in struct.unpack_from("<4i", data, 102))
    if kind not in KINDS:
        raise PmTilesError("its tiles are of an unknown kind")
    if directories not in (_NONE, _GZIP) or tiles not in (_NONE, _GZIP):
        raise PmTilesError("it is compressed in another way than with gzip")
    return Header(
        (root_at, root_length), leaves_at, tiles_at, directories, tiles, KINDS[kind], min_zoom, min(max_zoom, MAX_ZOOM),
        (west, south, east, north),
    )  # fmt: skip


def _unpacked(data: bytes, how: int) -> bytes:
    if how == _NONE:
        return data
    try:
        unpacker = zlib.decompressobj(wbits=31)
        found = unpacker.decompress(data, _MAX_DIRECTORY_BYTES)
    except zlib.error as error:
        raise PmTilesError("one of its directories is damaged") from error
    if unpacker.unconsumed_tail:
        raise PmTilesError("one of its directories is too large")
    return found


def _directory(data: bytes) -> Directory:
    values = _varints(data)
    try:
        count = values[0]
        if count < 1 or len(values) != 1 + 4 * count:
            raise PmTilesError("one of its directories is damaged")
    except IndexError:
        raise PmTilesError("one of its directories is empty") from None
    steps, runs, lengths, coded = (values[1 + n * count : 1 + (n + 1) * count] for n in range(4))
    ids: list[int] = []
    offsets: list[int] = []
    for n in range(count):
        ids.append((ids[-1] if ids else 0) + steps[n])
        # 0: right after the one before
        offsets.append(offsets[-1] + lengths[n - 1] if coded[n] == 0 and offsets else coded[n] - 1)
    return Directory(tuple(ids), tuple(runs), tuple(lengths), tuple(offsets))


def _varints(data: bytes) -> list[int]:
    """Seven bits in each byte, the lowest first; all but the last byte of a number have the highest bit."""
    found: list[int] = []
    value = shift = 0
    for byte in data:
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            found.append(value)
            value = shift = 0
        elif shift > 63:
            raise PmTilesError("one of its directories is damaged")
    return found
