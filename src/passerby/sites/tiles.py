"""The map's tiles, as configured: a PMTiles file, a folder Z/X/Y.png, or a server that browsers ask themselves."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from passerby.config.map import Map
from passerby.errors import SourceError, os_reason
from passerby.sites.pmtiles import PmTiles, PmTilesError

TYPES = {
    "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "webp": "image/webp", "avif": "image/avif",
    "mvt": "application/vnd.mapbox-vector-tile", "pbf": "application/vnd.mapbox-vector-tile",
}  # fmt: skip
VECTORS = {"mvt", "pbf"}
WORLD = (-180.0, -85.0511, 180.0, 85.0511)
_GZIP = b"\x1f\x8b"
_NUMBER = re.compile(r"0|[1-9][0-9]{0,7}")


@dataclass(frozen=True, slots=True)
class Tile:
    """One tile. type: of its content. is_gzipped: it is to be unpacked by the browser."""

    data: bytes
    type: str
    is_gzipped: bool


@dataclass(frozen=True, slots=True)
class TileSet:
    """What a page must know of the tiles. url: of a tile server, with {z}, {x}, {y}; None: passerby serves them.
    bounds: west, south, east, north, in degrees."""

    url: str | None
    is_vector: bool
    min_zoom: int
    max_zoom: int
    bounds: tuple[float, float, float, float]


class Tiles:
    """Reads the file or folder when it is asked for, so that a missing one stops nothing but the map."""

    def __init__(self, config: Map) -> None:
        self._config = config
        self._file: PmTiles | None = None

    def set(self) -> TileSet | None:
        """None if no tiles are configured. Raises SourceError if they cannot be read."""
        if self._config.tiles is None:
            return None
        max_zoom = self._config.max_zoom
        if self._config.is_url:
            suffix = self._config.tiles.partition("?")[0].rpartition(".")[2]
            return TileSet(self._config.tiles, suffix in VECTORS, 0, max_zoom, WORLD)
        if self._path.is_dir():
            found = self._any_in_folder()
            return TileSet(None, found.suffix[1:] in VECTORS, 0, max_zoom, WORLD)
        header = self._opened().header
        return TileSet(None, header.kind in VECTORS, header.min_zoom, header.max_zoom, header.bounds)

    def tile(self, z: int, x: int, y: int) -> Tile | None:
        """None if there is none. Raises SourceError."""
        if self._config.tiles is None or self._config.is_url or not (x < 1 << z and y < 1 << z):
            return None
        try:
            if not self._path.is_dir():
                file = self._opened()
                data = file.tile(z, x, y)
                return None if data is None else _tile(data, file.header.kind)
            for kind in TYPES:
                path = self._path / str(z) / str(x) / f"{y}.{kind}"
                if path.is_file():
                    return _tile(path.read_bytes(), kind)
        except PmTilesError as error:
            raise self._unreadable(str(error)) from error
        except OSError as error:
            raise self._unreadable(os_reason(error)) from error
        return None

    @property
    def _path(self) -> Path:
        return Path(self._config.tiles or "")

    def _opened(self) -> PmTiles:
        try:
            self._file = self._file or PmTiles(self._path)
        except PmTilesError as error:
            raise self._unreadable(str(error)) from error
        except OSError as error:
            raise self._unreadable(os_reason(error)) from error
        return self._file

    def _any_in_folder(self) -> Path:
        try:
            for level in sorted(each for each in self._path.iterdir() if _NUMBER.fullmatch(each.name)):
                found = next((each for each in level.glob("*/*.*") if each.suffix[1:] in TYPES), None)
                if found:
                    return found
        except OSError as error:
            raise self._unreadable(os_reason(error)) from error
        raise self._unreadable("the folder has no tiles Z/X/Y.png in it")

    def _unreadable(self, why: str) -> SourceError:
        """Does not name the path: everybody who sees the map reads it."""
        return SourceError(f"the map's tiles cannot be read: {why}", hint="see map.tiles in passerby.toml")


def _tile(data: bytes, kind: str) -> Tile:
    return Tile(data, TYPES[kind], data[:2] == _GZIP)
