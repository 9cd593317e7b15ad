"""Packs a background into bytes and unpacks it. Not one pixel that is not established is included."""

from __future__ import annotations

import struct
import zlib

import cv2
import numpy as np

from passerby.background.learn import NO_SPREAD, Background
from passerby.background.small import Plane8, SmallPicture

_MAGIC = b"pbbg2"  # pbbg1 was not examined for people
_HEAD = struct.Struct(">5sHHB")
_LARGEST_PX = 4096
_REACHES_PX = (5, 17, 65, 257, 1025)


def pack(background: Background) -> bytes:
    """Packs its established part. The rest, where somebody may stand, is zero."""
    rows, columns = background.spread.shape
    known = background.established.astype(np.uint8)
    planes = [plane * known for plane in (*background.picture, background.spread)]
    data = b"".join(np.ascontiguousarray(plane).tobytes() for plane in (*planes, known))
    return _HEAD.pack(_MAGIC, rows, columns, background.is_adrift) + zlib.compress(data, 1)


def unpack(data: bytes) -> Background | None:
    """The background; None if the bytes are not one. What was zero is filled from its surroundings."""
    try:
        magic, rows, columns, is_adrift = _HEAD.unpack_from(data)
        size = 5 * rows * columns
        if magic != _MAGIC or not 0 < rows <= _LARGEST_PX or not 0 < columns <= _LARGEST_PX:
            return None
        inflate = zlib.decompressobj()
        raw = inflate.decompress(data[_HEAD.size :], size + 1)
    except (struct.error, zlib.error):
        return None
    if len(raw) != size or not inflate.eof:
        return None
    y, u, v, spread, known = np.frombuffer(raw, np.uint8).reshape(5, rows, columns)
    established = known == 1
    picture = SmallPicture(*(_drawn_out(plane, known) for plane in (y, u, v)))
    return Background(picture, np.where(established, spread, NO_SPREAD).astype(np.uint8), established, bool(is_adrift))


def _drawn_out(plane: Plane8, known: Plane8) -> Plane8:
    """The plane with holes filled from their surroundings: an edge to black would be mistaken for a real one."""
    filled, left = plane.copy(), known == 0
    weights = known.astype(np.float32)
    values = plane.astype(np.float32) * weights
    for reach in _REACHES_PX:
        if not left.any():
            break
        weight = cv2.blur(weights, (reach, reach))
        here = left & (weight > 1e-6)
        mean = cv2.blur(values, (reach, reach))[here] / weight[here]
        filled[here] = np.clip(np.rint(mean), 0, 255).astype(np.uint8)
        left &= ~here
    return filled
