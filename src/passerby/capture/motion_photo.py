"""Finds the video that is attached to a still, as phones do for motion photos. It is never opened."""

from __future__ import annotations

import re
from itertools import islice
from pathlib import Path

from passerby.capture.exif import scan_of_jpeg
from passerby.capture.heif import placed_boxes

_VIDEO_BEGINS = re.compile(rb"\0\0\0[\x10-\x60]ftyp[ -~]{4}")


def has_attached_video(path: Path) -> bool:
    """After the still, or in a box of its own, as in some HEIC."""
    data = path.read_bytes()
    return appended_video_at(data) is not None or any(name == b"mpvd" for name, *_ in _later_boxes(data))


def appended_video_at(data: bytes) -> int | None:
    """Where the video that follows the still begins in a file; None if there is none."""
    if data.startswith(b"\xff\xd8"):
        found = _VIDEO_BEGINS.search(data, scan_of_jpeg(data))
        return found.start() if found else None
    return next((at for name, at, *_ in _later_boxes(data) if name == b"ftyp"), None)


def _later_boxes(data: bytes) -> list[tuple[bytes, int, int, int]]:
    return list(islice(placed_boxes(data), 1, None)) if data[4:8] == b"ftyp" else []
