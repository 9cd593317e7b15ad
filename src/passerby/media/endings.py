"""The file name endings of stills and videos: which encoder writes them, and which others are known."""

from __future__ import annotations

STILL_CODECS = {".jpg": "mjpeg", ".jpeg": "mjpeg", ".jpe": "mjpeg", ".jfif": "mjpeg", ".png": "png", ".webp": "libwebp"}
"""Stills that can be written, with FFmpeg's name for the encoder."""

STILLS = frozenset(STILL_CODECS) | {
    ".bmp", ".dib", ".tif", ".tiff", ".gif", ".avif", ".heic", ".heif", ".hif", ".apng", ".pjpeg", ".pjp", ".jp2",
    ".j2k", ".jpx", ".jxl", ".psd", ".ico", ".tga", ".ppm", ".pgm", ".pbm", ".pnm", ".pam", ".qoi", ".exr", ".hdr",
    ".dds", ".pcx", ".sgi", ".svg", ".mpo", ".dng", ".cr2", ".cr3", ".crw", ".nef", ".nrw", ".arw", ".sr2", ".srf",
    ".orf", ".rw2", ".raf", ".pef", ".srw", ".x3f", ".erf", ".kdc", ".dcr", ".mrw", ".3fr", ".iiq", ".rwl",
}  # fmt: skip
"""Endings of pictures. Whether one can be read is decided by the file's content."""

VIDEO_CONTAINERS = {".mp4": "mp4", ".m4v": "mp4", ".mov": "mov", ".mkv": "matroska", ".webm": "webm"}
"""Videos that can be written, with FFmpeg's name for the container."""

VIDEOS = frozenset(VIDEO_CONTAINERS) | {
    ".264", ".265", ".3g2", ".3gp", ".amv", ".asf", ".avc", ".avi", ".dav", ".divx", ".dv", ".f4v", ".flv", ".h264",
    ".h265", ".hevc", ".insv", ".ivf", ".lrv", ".m2t", ".m2ts", ".m2v", ".mjpeg", ".mjpg", ".mpe", ".mpeg",
    ".mpg", ".mts", ".mxf", ".nut", ".obu", ".ogm", ".ogv", ".qt", ".rm", ".rmvb", ".tod", ".trp", ".ts", ".vob",
    ".wmv", ".wtv", ".y4m",
}  # fmt: skip
"""Endings of videos."""

JPEG_STREAMS = frozenset({".mjpg", ".mjpeg"})
"""Endings of videos that begin like a JPEG still."""


def suffix_of(name: str) -> str:
    """`.jpg` for `GATE.JPG`; empty if there is none."""
    stem, dot, ending = name.rpartition(".")
    return f".{ending.lower()}" if dot and stem else ""


def written_still(suffix: str) -> str:
    """The ending of a still's copy: the still's own if it can be written, otherwise that of a lossless format."""
    return suffix if suffix.lower() in STILL_CODECS else ".png"


def copy_suffix(suffix: str) -> str:
    """The same in its usual spelling: `.jpg` for `.JPEG`."""
    return {"mjpeg": ".jpg", "libwebp": ".webp"}.get(STILL_CODECS.get(suffix.lower(), ""), ".png")
