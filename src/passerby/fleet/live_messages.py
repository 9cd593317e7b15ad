"""Live fragments between machines, as messages: encoded redacted video with its place in the stream, and nothing else.

A fragment is sent in parts that are not larger than the servers allow. Each part is the length of its head in 4 bytes,
the head as JSON, and bytes. Fragments are numbered by GOP and place in it, and have the fencing token that they are
recorded under, so that a reader knows what it has, what is missing and what is no longer the record.
"""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from typing import Any

from passerby.fleet.live_feed import Numbered
from passerby.media.segments import Fragment, InitSegment

VERSION = 1
PART_BYTES = 200_000  # a server takes 1 MB, and others wait behind each part
MOST_PARTS = 200
LONGEST_HEAD = 16_384
_LENGTH = struct.Struct(">I")


def pack_live(numbered: Numbered, token: int, process: str) -> list[bytes]:
    """The parts of one fragment. process: names the run of the node that sends it."""
    fragment = numbered.fragment
    prefix = fragment.init.data if numbered.index == 0 else b""
    data = prefix + fragment.data
    pieces = [data[first : first + PART_BYTES] for first in range(0, len(data), PART_BYTES)] or [b""]
    head: dict[str, Any] = {
        "version": VERSION, "token": token, "process": process, "gop": numbered.gop, "index": numbered.index,
        "start": fragment.start_90k, "duration": fragment.duration_90k, "activity": fragment.activity,
        "parts": len(pieces),
    }  # fmt: skip
    if numbered.index == 0:
        init = fragment.init
        head["init"] = [init.id, len(init.data), init.width, init.height, init.codec]
    return [_message(head | {"part": part}, piece) for part, piece in enumerate(pieces)]


def _message(head: object, data: bytes) -> bytes:
    coded = json.dumps(head, separators=(",", ":")).encode()
    return _LENGTH.pack(len(coded)) + coded + data


@dataclass(slots=True)
class _Place:
    gop: int = 0
    index: int = -1


class LiveReader:
    """What comes of one camera, from any node. Gives whole fragments in order, from a key frame on, none twice.

    If something is missing, it goes on at the next key frame. What has a lower token than was seen before is ignored:
    its node has lost the camera, and does not know it yet.
    """

    def __init__(self) -> None:
        self._token = 0
        self._process = ""
        self._at = _Place()
        self._init: InitSegment | None = None
        self._parts: list[bytes] = []
        self._parts_of = (0, 0)

    def read(self, message: bytes) -> Fragment | None:
        """None if nothing is complete with this. Raises ValueError for what is no such message."""
        try:
            head, data = _split(message)
            return self._read(head, data)
        except (KeyError, TypeError, struct.error) as error:
            raise ValueError("this is no live fragment") from error

    def _read(self, head: dict[str, Any], data: bytes) -> Fragment | None:
        token, process = int(head["token"]), str(head["process"])
        if token < self._token:
            return None
        if (token, process) != (self._token, self._process):
            self._token, self._process, self._at, self._init, self._parts = token, process, _Place(), None, []
        gop, index = int(head["gop"]), int(head["index"])
        if (gop, index) <= (self._at.gop, self._at.index):
            return None  # sent again for somebody who came later
        part, parts = int(head["part"]), int(head["parts"])
        follows = (gop == self._at.gop and index == self._at.index + 1) or index == 0
        if part == 0 or self._parts_of != (gop, index):
            self._parts, self._parts_of = [], (gop, index)
        if not follows or part != len(self._parts) or not 0 < parts <= MOST_PARTS:
            self._parts = []
            return None
        self._parts.append(data)
        if len(self._parts) < parts:
            return None
        whole, self._parts = b"".join(self._parts), []
        self._at = _Place(gop, index)
        return self._fragment(head, index, whole)

    def _fragment(self, head: dict[str, Any], index: int, whole: bytes) -> Fragment | None:
        if index == 0:
            id, length, width, height, codec = head["init"]
            self._init = InitSegment(str(id), whole[:length], int(width), int(height), str(codec))
            whole = whole[length:]
        if self._init is None:
            return None
        return Fragment(self._init, int(head["start"]), int(head["duration"]), index == 0, whole, int(head["activity"]))


def _split(message: bytes) -> tuple[dict[str, Any], bytes]:
    (length,) = _LENGTH.unpack_from(message)
    if length > LONGEST_HEAD:
        raise ValueError("this is no live fragment")
    head = json.loads(message[_LENGTH.size : _LENGTH.size + length])
    return head, message[_LENGTH.size + length :]
