"""File names of open objects, which recovery reads back. In the store objects have other names."""

from __future__ import annotations

import re
from pathlib import Path

from passerby.objects.names import CAMERA

OPEN_SUFFIX = ".open.mp4"

_OPEN_NAME = re.compile(rf"({CAMERA})~(\d{{1,18}}){re.escape(OPEN_SUFFIX)}")


def open_path(folder: Path, camera: str, start_90k: int) -> Path:
    """The path of an object while it is open."""
    return folder / f"{camera}~{start_90k}{OPEN_SUFFIX}"


def camera_and_start_of(path: Path) -> tuple[str, int] | None:
    """The camera and start of an open object, from its name. None if the name is not that of an object."""
    found = _OPEN_NAME.fullmatch(path.name)
    return (found[1], int(found[2])) if found else None
