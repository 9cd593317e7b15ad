"""Finds the JPEGs in what a camera sends, whatever it puts between them, and hands them on as FFmpeg wants them.

Cameras leave out the first boundary, the headers of parts or their lengths, or get them wrong. A JPEG tells by itself
where it begins and ends (ITU-T T.81, annex B).
"""

from __future__ import annotations

import io
import re
from typing import Protocol

MAX_JPEG_BYTES = 64 << 20
HEAD_BYTES = 64 * 1024
"""A first picture is looked for in so many bytes."""
_BEGIN = b"\xff\xd8\xff"
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_END, _AGAIN = 0xD9, 0xD8
_SCAN = b"\xff\xda"
_PART = b"--picture\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n"


class Readable(Protocol):
    def read(self, size: int = -1) -> bytes: ...


class Jpegs(io.RawIOBase):
    """Reads a body and gives its JPEGs out as a clean multipart stream, each as soon as it is whole."""

    def __init__(self, body: Readable, first: bytes = b"") -> None:
        """first: what was read of the body already."""
        super().__init__()
        self._body = body
        self._came = bytearray(first)
        self._at = 0  # up to here the JPEG that begins at 0 was looked through; 0: none has begun
        self._ready = bytearray()
        self._over = False

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """What is there, at most `size`; b"" at the end."""
        while not self._ready and not self._over:
            before = len(self._came)
            if not self._take() and len(self._came) == before:
                data = self._body.read(HEAD_BYTES)
                self._came += data
                self._over = not data
        size = len(self._ready) if size < 0 else size
        given = bytes(self._ready[:size])
        del self._ready[:size]
        return given

    def _take(self) -> bool:
        """Whether a JPEG was whole, or cut by the next one."""
        if not self._at:
            start = self._came.find(_BEGIN)
            if start < 0:
                del self._came[: -len(_BEGIN) + 1]
                return False
            del self._came[:start]
            self._at = 2
        end = self._end()
        if end is None and len(self._came) <= MAX_JPEG_BYTES:
            return False
        jpeg = self._came[: end or len(self._came)]
        del self._came[: len(jpeg)]
        self._at = 0
        if end is None or _SCAN not in jpeg:
            return False  # no picture is so large, or has nothing in it: what follows begins anew
        self._ready += _PART % len(jpeg) + jpeg + b"\r\n"
        return True

    def _end(self) -> int | None:
        """Where the JPEG is over; None where that has not come yet."""
        while (found := _MARKER.search(self._came, self._at)) is not None:
            marker, after = self._came[found.start() + 1], found.end()
            if marker == _END:
                return after
            if marker == _AGAIN and found.start():
                return found.start()  # it was cut: another begins
            if after + 2 > len(self._came):
                self._at = found.start()
                return None
            length = int.from_bytes(self._came[after : after + 2])
            if after + length > len(self._came):
                self._at = found.start()
                return None
            self._at = after + length
        self._at = max(self._at, len(self._came) - 1)
        return None


def read_head(body: Readable) -> bytes:
    """The beginning of a body that does not say what it is: until it holds a JPEG's, or enough."""
    head = b""
    while len(head) < HEAD_BYTES and _BEGIN not in head and not head.lstrip().startswith(b"#EXTM3U"):
        data = body.read(HEAD_BYTES)
        if not data:
            break
        head += data
    return head


def is_mjpeg(head: bytes) -> bool:
    """Whether a body that begins so holds JPEGs one after another: a first part of some kind, or a picture at once."""
    return _BEGIN in head and (head.startswith(_BEGIN) or head.lstrip().startswith((b"--", b"Content-")))
