"""What objects are called while they are open. Recovery reads the names back. In the store they have others."""

from __future__ import annotations

import re
from pathlib import Path

from passerby.objects.names import CAMERA

OPEN_SUFFIX = ".open.mp4"

_OPEN_NAME = re.compile(rf"({CAMERA})~(\d{{1,18}}){re.escape(OPEN_SUFFIX)}")


def open_path(folder: Path, camera: str, start_90k: int) -> Path:
    """Where an object is while it is open."""
    return folder / f"{camera}~{start_90k}{OPEN_SUFFIX}"


def camera_and_start_of(path: Path) -> tuple[str, int] | None:
    """The camera and start of an open object, by its name; None where it is no such name."""
    found = _OPEN_NAME.fullmatch(path.name)
    return (found[1], int(found[2])) if found else None
