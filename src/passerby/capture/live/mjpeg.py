"""Finds the JPEGs in what a camera sends, whatever is between them, and passes them on as FFmpeg expects.

Cameras omit the first boundary, the headers of parts or their lengths, or get them wrong. A JPEG itself shows where it
begins and ends (ITU-T T.81, annex B).
"""

from __future__ import annotations

import io
import re
from typing import Protocol

MAX_JPEG_BYTES = 64 << 20
HEAD_BYTES = 64 * 1024
"""The first picture is searched for in this many bytes."""
_BEGIN = b"\xff\xd8\xff"
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_END, _AGAIN = 0xD9, 0xD8
_SCAN = b"\xff\xda"
_PART = b"--picture\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n"


class Readable(Protocol):
    def read(self, size: int = -1) -> bytes: ...


class Jpegs(io.RawIOBase):
    """Reads a body and outputs its JPEGs as a clean multipart stream, each as soon as it is complete."""

    def __init__(self, body: Readable, first: bytes = b"") -> None:
        """first: what was already read of the body."""
        super().__init__()
        self._body = body
        self._came = bytearray(first)
        self._at = 0  # the JPEG that begins at 0 was scanned up to here; 0: none has begun
        self._ready = bytearray()
        self._over = False

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """The bytes that are ready, at most `size`; b"" at the end."""
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
        """Whether a JPEG was taken: a complete one, or one cut off by the next."""
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
            return False  # too large for a picture, or empty: start again with what follows
        self._ready += _PART % len(jpeg) + jpeg + b"\r\n"
        return True

    def _end(self) -> int | None:
        """Where the JPEG ends; None if its end has not arrived yet."""
        while (found := _MARKER.search(self._came, self._at)) is not None:
            marker, after = self._came[found.start() + 1], found.end()
            if marker == _END:
                return after
            if marker == _AGAIN and found.start():
                return found.start()  # it was cut off: another begins
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
    """The beginning of a body of undeclared type, up to the beginning of a JPEG or enough bytes."""
    head = b""
    while len(head) < HEAD_BYTES and _BEGIN not in head and not head.lstrip().startswith(b"#EXTM3U"):
        data = body.read(HEAD_BYTES)
        if not data:
            break
        head += data
    return head


def is_mjpeg(head: bytes) -> bool:
    """Whether a body that begins like this is a sequence of JPEGs: with a part of some kind, or directly a picture."""
    return _BEGIN in head and (head.startswith(_BEGIN) or head.lstrip().startswith((b"--", b"Content-")))
