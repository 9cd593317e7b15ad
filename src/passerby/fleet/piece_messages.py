"""Requests for pieces of what a node has recorded and not stored yet, and the answers. Only redacted video is there."""

from __future__ import annotations

import json
from dataclasses import dataclass

from passerby.objects.names import name_of_key

VERSION = 1
PIECE_BYTES = 32_000
"""On a line of 30 kB/s a piece takes a second: live pictures and states in between are not held up for longer."""
_PIECE, _GONE = b"P", b"G"


@dataclass(frozen=True, slots=True)
class PieceAsked:
    """Bytes start .. start + length of an object."""

    key: str
    start: int
    length: int


def pack_asked_piece(asked: PieceAsked) -> bytes:
    what = {"version": VERSION, "key": asked.key, "start": asked.start, "length": asked.length}
    return json.dumps(what).encode()


def unpack_asked_piece(data: bytes) -> PieceAsked:
    """Raises ValueError for anything else, and for what is too large."""
    try:
        read = json.loads(data)
        asked = PieceAsked(str(read["key"]), int(read["start"]), int(read["length"]))
    except (KeyError, TypeError) as error:
        raise ValueError("this is no request for a piece") from error
    if name_of_key(asked.key) is None or asked.start < 0 or not 0 < asked.length <= PIECE_BYTES:
        raise ValueError("there is no such piece")
    return asked


def pack_piece(data: bytes | None) -> bytes:
    """None: it is not there, or no longer."""
    return _GONE if data is None else _PIECE + data


def unpack_piece(message: bytes, length: int) -> bytes | None:
    """Raises ValueError for what is no piece of this length."""
    if message == _GONE:
        return None
    if message[:1] != _PIECE or len(message) != 1 + length:
        raise ValueError("this is not the piece that was asked for")
    return message[1:]


def pieces_of(start: int, length: int) -> list[tuple[int, int]]:
    """Start and length of each piece of a range."""
    return [(at, min(PIECE_BYTES, start + length - at)) for at in range(start, start + length, PIECE_BYTES)]
