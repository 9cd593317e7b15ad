"""Recognises stills by the content of a file, whatever its name. A picture is not a video of one frame."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from passerby.media.endings import JPEG_STREAMS, STILLS, suffix_of

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
READ_KINDS = frozenset({"JPEG", "PNG", "WebP", "BMP", "TIFF", "GIF", "AVIF", "HEIC"})
"""The kinds from `still_kind` that can be read; all others are refused by name."""

_GIFS = (b"GIF87a", b"GIF89a")
_BMP_HEADERS = (12, 16, 40, 52, 56, 64, 108, 124)
_HEIF_BRANDS = {
    b"avif": "AVIF", b"avis": "AVIF", b"heic": "HEIC", b"heix": "HEIC", b"heim": "HEIC", b"heis": "HEIC",
    b"hevc": "HEIC", b"hevx": "HEIC", b"mif1": "HEIC", b"mif2": "HEIC", b"msf1": "HEIC", b"crx ": "camera's raw",
}  # fmt: skip
_BEGINNINGS = {
    PNG_SIGNATURE: "PNG", b"II*\0": "TIFF", b"MM\0*": "TIFF", b"II+\0": "BigTIFF", b"MM\0+": "BigTIFF",
    b"8BPS": "Photoshop", b"\0\0\1\0": "icon", b"\xff\x0a": "JPEG XL", b"\0\0\0\x0cJXL ": "JPEG XL",
    b"\0\0\0\x0cjP  ": "JPEG 2000",
    b"\xff\x4f\xff\x51": "JPEG 2000", b"qoif": "QOI", b"\x76\x2f\x31\x01": "OpenEXR", b"#?RADIANCE": "Radiance",
    b"DDS ": "DDS", b"IIRO": "camera's raw", b"IIRS": "camera's raw", b"IIU\0": "camera's raw",
    b"FUJIFILMCCD-RAW": "camera's raw",
    b"FOVb": "camera's raw",
}  # fmt: skip
_VIDEO_AT = (
    (4, b"ftyp"), (4, b"moov"), (4, b"mdat"), (4, b"wide"), (8, b"AVI "), (0, b"\x1a\x45\xdf\xa3"), (0, b"FLV\1"),
    (0, b"OggS"), (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11"), (0, b"\0\0\1\xba"), (0, b"\0\0\1\xb3"), (0, b"\0\0\0\1"),
    (0, b"DHAV"),
    (0, b"DKIF"), (0, b"YUV4MPEG2"), (0, b"\x06\x0e\x2b\x34"),
)  # fmt: skip
_MARKER = re.compile(b"\xff[^\\x00\xd0-\xd7\xff]")
_SIZES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""Markers of the segment with a JPEG's size."""


@dataclass(frozen=True, slots=True)
class Content:
    """What the content of a file says; inconclusive if neither is set. still: the kind of still that it holds, as
    `still_kind` names it. is_video: it is a usual kind of video, or begins like one."""

    still: str | None = None
    is_video: bool = False

    @classmethod
    def of(cls, data: bytes) -> Content:
        """data: bytes, or a file mapped into memory."""
        still = still_kind(data)
        return cls(still, still is None and looks_like_video(data))

    def is_still(self, name: str) -> bool:
        """Whether the file counts as a still: by its content, or by its name if the content is inconclusive."""
        suffix = suffix_of(name)
        return suffix not in JPEG_STREAMS if self.still else suffix in STILLS and not self.is_video


def still_kind(data: bytes) -> str | None:
    """The kind of still that a file holds. None for anything else, including animated GIFs and sequences of JPEGs that
    form a video."""
    if data[:3] == b"\xff\xd8\xff":
        return None if _is_jpeg_video(data) else "JPEG"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WebP"
    if data[:6] in _GIFS:
        return None if len(list(islice(_gif_pictures(data), 2))) > 1 else "GIF"
    if data[4:8] == b"ftyp":
        return _HEIF_BRANDS.get(data[8:12])
    if data[:2] == b"BM" and int.from_bytes(data[14:18], "little") in _BMP_HEADERS:
        return "BMP"
    head = data[:16]
    return next((kind for beginning, kind in _BEGINNINGS.items() if head.startswith(beginning)), None)


def looks_like_video(data: bytes) -> bool:
    """Whether a file is a usual kind of video, or begins like one. data: bytes, or a file mapped into memory."""
    if data[:3] == b"\xff\xd8\xff" or data[:6] in _GIFS:
        return still_kind(data) is None
    is_ts = any(
        len(data) > 4 * step and data[start : start + 4 * step : step] == b"GGGG" for start, step in _TS_PACKETS
    )
    return is_ts or any(data[at : at + len(mark)] == mark for at, mark in _VIDEO_AT)


_TS_PACKETS = ((0, 188), (4, 192))


def is_animated_png(data: bytes) -> bool:
    """Whether a PNG has several pictures (APNG, which declares them before the first one)."""
    at = len(PNG_SIGNATURE)
    while (name := data[at + 4 : at + 8]) not in (b"IDAT", b""):
        if name == b"acTL":
            return True
        at += 12 + int.from_bytes(data[at : at + 4])
    return False


def _is_jpeg_video(data: bytes) -> bool:
    """Whether another JPEG of the same size follows directly. Phones and cameras append other kinds of pictures to a
    still, and declare them in it (MPF)."""
    end, size = _jpeg_end(data, 0)
    if end is None or data[end : end + 3] != b"\xff\xd8\xff" or b"MPF\0" in data[: min(end, 1 << 16)]:
        return False
    return _jpeg_end(data, end)[1] == size


def _jpeg_end(data: bytes, at: int) -> tuple[int | None, bytes]:
    """Where the JPEG that begins at `at` ends, None if it does not; and its coded height and width."""
    size = b""
    at += 2
    while (found := _MARKER.search(data, at)) is not None:
        marker = data[found.start() + 1]
        if marker == 0xD9:
            return found.end(), size
        if marker in _SIZES:
            size = data[found.end() + 3 : found.end() + 7]
        at = found.end() + int.from_bytes(data[found.end() : found.end() + 2])
    return None, size


def _gif_pictures(data: bytes) -> Iterator[int]:
    """Where each picture of a GIF begins."""
    at = 13 + _gif_colours(data, 10)
    while (kind := data[at : at + 1]) in (b"\x21", b"\x2c"):
        if kind == b"\x2c":
            yield at
            at += 10 + _gif_colours(data, at + 9) + 1
        else:
            at += 2
        while (length := data[at : at + 1]) not in (b"\0", b""):
            at += 1 + length[0]
        at += 1


def _gif_colours(data: bytes, flags_at: int) -> int:
    """Size in bytes of the colour table that a flags field announces."""
    flags = data[flags_at : flags_at + 1] or b"\0"
    return 3 << (flags[0] & 7) + 1 if flags[0] & 0x80 else 0
