"""Tiles out of a PMTiles file, a folder, and none: by the format's own numbers, and whatever the file is like."""

from __future__ import annotations

import gzip
import itertools
import struct
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.config import parse_config
from passerby.config.map import Map
from passerby.errors import SettingsError, SourceError
from passerby.sites.pmtiles import HEADER_BYTES, PmTiles, PmTilesError, tile_id
from passerby.sites.tiles import Tiles

Key = tuple[int, int, int]
PNG = b"\x89PNG planted"


def varint(value: int) -> bytes:
    found = b""
    while value >= 0x80:
        found += bytes([value & 0x7F | 0x80])
        value >>= 7
    return found + bytes([value])


def directory(entries: list[tuple[int, int, int, int]]) -> bytes:
    """entries: id, run, length, offset."""
    ids, runs, lengths, offsets = (list(each) for each in zip(*entries, strict=True))
    steps = [b - a for a, b in zip([0, *ids], ids, strict=False)]
    coded = [
        0 if n and offset == offsets[n - 1] + lengths[n - 1] else offset + 1 for n, offset in enumerate(offsets)
    ]  # fmt: skip
    return gzip.compress(b"".join(map(varint, [len(ids), *steps, *runs, *lengths, *coded])))


def pmtiles(tiles: Mapping[Key, bytes], *, per_leaf: int = 0, kind: int = 2) -> bytes:
    """per_leaf: how many tiles each directory below the root has; 0: all are in the root."""
    entries, data = [], b""
    for key in sorted(tiles, key=lambda each: tile_id(*each)):
        entries.append((tile_id(*key), 1, len(tiles[key]), len(data)))
        data += tiles[key]
    leaves = b""
    root = entries
    if per_leaf:
        root = []
        for at in range(0, len(entries), per_leaf):
            part = directory(entries[at : at + per_leaf])
            root.append((entries[at][0], 0, len(part), len(leaves)))
            leaves += part
    coded = directory(root)
    leaves_at = HEADER_BYTES + len(coded)
    places = (HEADER_BYTES, len(coded), 0, 0, leaves_at, len(leaves), leaves_at + len(leaves), len(data), 0, 0, 0)
    zooms = [key[0] for key in tiles]
    head = b"PMTiles\3" + struct.pack("<11Q", *places) + bytes([1, 2, 1, kind, min(zooms), max(zooms)])
    head += struct.pack("<4i", -10_000_000, -20_000_000, 10_000_000, 20_000_000)
    return head.ljust(HEADER_BYTES, b"\0") + coded + leaves + data


@pytest.mark.parametrize(
    ("key", "number"),
    [((0, 0, 0), 0), ((1, 0, 0), 1), ((1, 0, 1), 2), ((1, 1, 1), 3), ((1, 1, 0), 4), ((2, 0, 0), 5),
     ((12, 3423, 1763), 19078479)],
)  # fmt: skip
def test_tiles_have_the_numbers_that_the_format_gives_them(key: Key, number: int) -> None:
    assert tile_id(*key) == number


@pytest.mark.parametrize("z", range(7))
def test_every_tile_has_a_number_of_its_own_and_neighbours_follow_each_other(z: int) -> None:
    by_number = {tile_id(z, x, y): (x, y) for x in range(1 << z) for y in range(1 << z)}
    first = (4**z - 1) // 3
    assert sorted(by_number) == list(range(first, first + 4**z))
    way = [by_number[n] for n in sorted(by_number)]
    assert all(abs(a - c) + abs(b - d) == 1 for (a, b), (c, d) in itertools.pairwise(way))


keys = st.integers(0, 6).flatmap(
    lambda z: st.tuples(st.just(z), st.integers(0, (1 << z) - 1), st.integers(0, (1 << z) - 1))
)


@given(tiles=st.dictionaries(keys, st.binary(min_size=1, max_size=40), min_size=1), per_leaf=st.integers(0, 3))
def test_what_was_written_is_read_and_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, tiles: dict[Key, bytes], per_leaf: int
) -> None:
    path = tmp_path_factory.mktemp("tiles") / "map.pmtiles"
    path.write_bytes(pmtiles(tiles, per_leaf=per_leaf))
    file = PmTiles(path)
    for z in range(5):
        for x in range(1 << z):
            for y in range(1 << z):
                assert file.tile(z, x, y) == tiles.get((z, x, y))
    assert file.header.bounds == (-1, -2, 1, 2)


@given(at=st.integers(0, 200), byte=st.integers(0, 255), cut=st.integers(0, 300))
def test_a_damaged_file_ends_in_one_kind_of_error(
    tmp_path_factory: pytest.TempPathFactory, at: int, byte: int, cut: int
) -> None:
    whole = bytearray(pmtiles({(1, x, y): bytes([x, y]) * 9 for x in (0, 1) for y in (0, 1)}, per_leaf=2))
    whole[at % len(whole)] = byte
    path = tmp_path_factory.mktemp("tiles") / "map.pmtiles"
    path.write_bytes(whole[: len(whole) - cut])
    try:
        file = PmTiles(path)
        for x in (0, 1):
            file.tile(1, x, 1)
    except PmTilesError:
        pass


def tiles_of(**keys: object) -> Tiles:
    return Tiles(Map.model_validate(keys))


def test_without_tiles_there_is_nothing_to_ask_for() -> None:
    tiles = tiles_of()
    assert tiles.set() is None and tiles.tile(0, 0, 0) is None


def test_a_file_says_what_it_has(tmp_path: Path) -> None:
    path = tmp_path / "map.pmtiles"
    path.write_bytes(pmtiles({(1, 0, 0): PNG, (3, 1, 2): PNG}))
    tiles = tiles_of(tiles=str(path))
    found = tiles.set()
    assert found and (found.url, found.is_vector, found.min_zoom, found.max_zoom) == (None, False, 1, 3)
    tile = tiles.tile(3, 1, 2)
    assert tile and (tile.data, tile.type, tile.is_gzipped) == (PNG, "image/png", False)
    assert tiles.tile(3, 2, 2) is None and tiles.tile(1, 2, 0) is None, "outside of the world"


def test_vector_tiles_are_sent_as_they_were_packed(tmp_path: Path) -> None:
    path = tmp_path / "map.pmtiles"
    path.write_bytes(pmtiles({(0, 0, 0): gzip.compress(b"vectors")}, kind=1))
    tiles = tiles_of(tiles=str(path))
    found, tile = tiles.set(), tiles.tile(0, 0, 0)
    assert found and found.is_vector
    assert tile and tile.is_gzipped and gzip.decompress(tile.data) == b"vectors"


def test_a_folder_is_read_by_zoom_column_and_row(tmp_path: Path) -> None:
    (tmp_path / "2" / "1").mkdir(parents=True)
    (tmp_path / "2" / "1" / "3.webp").write_bytes(b"RIFF")
    tiles = tiles_of(tiles=str(tmp_path), max_zoom=15)
    found, tile = tiles.set(), tiles.tile(2, 1, 3)
    assert found and found.max_zoom == 15 and not found.is_vector
    assert tile and (tile.data, tile.type) == (b"RIFF", "image/webp")
    assert tiles.tile(2, 1, 2) is None


@pytest.mark.parametrize("content", [None, b"", b"PMTiles\2" + bytes(200), b"<svg/>", b"PMTiles\3" + bytes(200)])
def test_what_cannot_be_read_is_said_without_its_path(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "planted.pmtiles"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SourceError, match=r"^the map's tiles cannot be read: ") as caught:
        tiles_of(tiles=str(path)).set()
    assert "planted" not in str(caught.value)


def test_a_server_is_asked_by_browsers_only() -> None:
    tiles = tiles_of(tiles="https://tiles.example/{z}/{x}/{y}.pbf?key=1")
    found = tiles.set()
    assert found and found.url == "https://tiles.example/{z}/{x}/{y}.pbf?key=1" and found.is_vector
    assert tiles.tile(0, 0, 0) is None


@pytest.mark.parametrize(
    "url",
    ["https://tiles.example/{z}/{x}.png", "ftp://tiles.example/{z}/{x}/{y}", "https://a:b@tiles.example/{z}/{x}/{y}",
     "https://tiles.example; script-src *//{z}/{x}/{y}", "https://*.example/{z}/{x}/{y}", "https:///{z}/{x}/{y}"],
)  # fmt: skip
def test_a_url_that_could_loosen_the_policy_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match="a URL of tiles"):
        parse_config({"map": {"tiles": url}})
