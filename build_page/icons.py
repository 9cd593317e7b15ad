"""Draws the icons of the installed page: the shapes of web/public/icon.svg as PNG, which telephones want."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

Mask = npt.NDArray[np.float64]
Rgb = tuple[int, int, int]

GROUND, FIGURE, LINE = (0x0F, 0x5F, 0x55), (0xF2, 0xF7, 0xF5), (0x7F, 0xD0, 0xBF)
_GRID = 32.0  # of the viewBox
_SAMPLES = 4  # a side of each pixel, so that edges are smooth


@dataclass(frozen=True)
class Icon:
    """side: in pixels. radius: of the ground's corners, on the grid; None: the ground is transparent, and all else
    white, for Android's status bar. scale: of what is on the ground, so that a telephone may cut its edges away."""

    name: str
    side: int
    radius: float | None
    scale: float = 1.0


ICONS = (
    Icon("icon-192.png", 192, 8.0),
    Icon("icon-512.png", 512, 8.0),
    Icon("icon-maskable-512.png", 512, 0.0, 0.75),
    Icon("apple-touch-icon.png", 180, 0.0, 0.9),
    Icon("badge-96.png", 96, None),
)


def write_icons(folder: Path) -> None:
    for each in ICONS:
        (folder / each.name).write_bytes(png(drawn(each)))


def drawn(icon: Icon) -> npt.NDArray[np.uint8]:
    """Height × width × RGBA."""
    samples = icon.side * _SAMPLES
    place = (np.arange(samples) + 0.5) * _GRID / samples
    x, y = np.meshgrid(place, place)
    inner_x, inner_y = ((each - _GRID / 2) / icon.scale + _GRID / 2 for each in (x, y))
    figure = _rounded(inner_x, inner_y, (11.5, 6.0, 20.5, 26.0), 4.5)
    line = _rounded(inner_x, inner_y, (4.0, 25.0, 28.0, 27.0), 1.0)
    picture = np.zeros((icon.side, icon.side, 4))
    if icon.radius is None:
        picture[..., :3], picture[..., 3] = 255, _small(np.maximum(figure, line)) * 255
        return picture.round().astype(np.uint8)
    picture[..., :3], picture[..., 3] = GROUND, _small(_rounded(x, y, (0.0, 0.0, _GRID, _GRID), icon.radius)) * 255
    for mask, colour in ((_small(figure), FIGURE), (_small(line), LINE)):
        picture[..., :3] += mask[..., None] * (np.array(colour) - picture[..., :3])
    return picture.round().astype(np.uint8)


def _rounded(x: Mask, y: Mask, box: tuple[float, float, float, float], radius: float) -> Mask:
    """1 within, 0 outside."""
    left, top, right, bottom = box
    beyond_x = np.maximum(np.maximum(left + radius - x, x - right + radius), 0)
    beyond_y = np.maximum(np.maximum(top + radius - y, y - bottom + radius), 0)
    is_in = (x >= left) & (x <= right) & (y >= top) & (y <= bottom)
    return (is_in & (np.hypot(beyond_x, beyond_y) <= max(radius, 1e-9))).astype(np.float64)


def _small(mask: Mask) -> Mask:
    """The mean of each pixel's samples."""
    side = mask.shape[0] // _SAMPLES
    return np.asarray(mask.reshape(side, _SAMPLES, side, _SAMPLES).mean(axis=(1, 3)))


def png(rgba: npt.NDArray[np.uint8]) -> bytes:
    height, width = rgba.shape[:2]
    lines = b"".join(b"\x00" + line.tobytes() for line in rgba)  # 0: not filtered
    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(lines, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
