"""Live fragments between machines, as messages: encoded redacted video with its place in the stream, and nothing else.

A fragment is sent in parts that are not larger than the servers allow. Each part is the length of its head in 4 bytes,
the head as JSON, and bytes. Fragments are numbered by GOP and place in it, and have the fencing token that they are
recorded under, so that a reader knows what it has, what is missing and what is no longer the record.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from pydantic import Field

from passerby.fleet.live_feed import Numbered
from passerby.fleet.wire import Message, Unreadable
from passerby.media.segments import Fragment, InitSegment

PART_BYTES = 200_000  # a server takes 1 MB, and others wait behind each part
MOST_PARTS = 200
LONGEST_HEAD = 16_384
_LENGTH = struct.Struct(">I")


class _Head(Message):
    """init: of the first of a GOP: its id, how long it is, width, height and codec."""

    WHAT: ClassVar = "a live fragment"

    token: int
    process: str
    gop: int
    index: int
    start: int
    duration: int
    activity: int = 0
    parts: int
    part: int
    init: Annotated[list[Any], Field(min_length=5)] | None = None


def pack_live(numbered: Numbered, token: int, process: str) -> list[bytes]:
    """The parts of one fragment. process: names the run of the node that sends it."""
    fragment = numbered.fragment
    prefix = fragment.init.data if numbered.index == 0 else b""
    data = prefix + fragment.data
    pieces = [data[first : first + PART_BYTES] for first in range(0, len(data), PART_BYTES)] or [b""]
    init = fragment.init
    head = _Head(
        token=token, process=process, gop=numbered.gop, index=numbered.index, start=fragment.start_90k,
        duration=fragment.duration_90k, activity=fragment.activity, parts=len(pieces), part=0,
        init=[init.id, len(init.data), init.width, init.height, init.codec] if numbered.index == 0 else None,
    )  # fmt: skip
    return [_message(head.model_copy(update={"part": part}), piece) for part, piece in enumerate(pieces)]


def _message(head: _Head, data: bytes) -> bytes:
    coded = head.pack()
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
        """None if nothing is complete with this. Raises Unreadable for what is no such message."""
        head, data = _split(message)
        try:
            return self._read(head, data)
        except (ValueError, TypeError) as error:
            raise Unreadable(f"this is not {_Head.WHAT}") from error

    def _read(self, head: _Head, data: bytes) -> Fragment | None:
        token, process = head.token, head.process
        if token < self._token:
            return None
        if (token, process) != (self._token, self._process):
            self._token, self._process, self._at, self._init, self._parts = token, process, _Place(), None, []
        gop, index = head.gop, head.index
        if (gop, index) <= (self._at.gop, self._at.index):
            return None  # sent again for somebody who came later
        part, parts = head.part, head.parts
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

    def _fragment(self, head: _Head, index: int, whole: bytes) -> Fragment | None:
        if index == 0:
            if head.init is None:
                raise Unreadable("the first of a GOP has its init segment")
            id, length, width, height, codec, *_ = head.init
            self._init = InitSegment(str(id), whole[:length], int(width), int(height), str(codec))
            whole = whole[length:]
        if self._init is None:
            return None
        return Fragment(self._init, head.start, head.duration, index == 0, whole, head.activity)


def _split(message: bytes) -> tuple[_Head, bytes]:
    if len(message) < _LENGTH.size:
        raise Unreadable(f"this is not {_Head.WHAT}")
    (length,) = _LENGTH.unpack_from(message)
    if length > LONGEST_HEAD:
        raise Unreadable(f"this is not {_Head.WHAT}")
    head = _Head.read(message[_LENGTH.size : _LENGTH.size + length])
    return head, message[_LENGTH.size + length :]
