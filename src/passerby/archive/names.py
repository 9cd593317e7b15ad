"""What objects are called, in the store and while they are open. Recovery reads the names back."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

from passerby.errors import SettingsError
from passerby.media.segments import TICKS_PER_S

OPEN_SUFFIX = ".open.mp4"

_CAMERA = r"[A-Za-z0-9_-]{1,64}"
_OPEN_NAME = re.compile(rf"({_CAMERA})~(\d{{1,18}}){re.escape(OPEN_SUFFIX)}")
_KEY = re.compile(rf"({_CAMERA})/\d{{4}}-\d{{2}}-\d{{2}}/\d{{6}}-(\d{{1,18}})\.mp4")


def is_camera(name: str) -> bool:
    return re.fullmatch(_CAMERA, name) is not None


def check_camera(camera: str) -> None:
    """Raises SettingsError for a name that could not be part of a path on every system, or would lead elsewhere."""
    if not is_camera(camera):
        raise SettingsError(
            f"couldn't record a camera named '{camera}'", hint="use up to 64 letters, digits, hyphens and underscores"
        )


def key_of(camera: str, start_90k: int) -> str:
    """An object's name in the store: by camera, by day and time (UTC, for people), by exact start."""
    begun = datetime.fromtimestamp(start_90k // TICKS_PER_S, UTC)
    return f"{camera}/{begun:%Y-%m-%d}/{begun:%H%M%S}-{start_90k}.mp4"


def camera_and_start_of_key(key: str) -> tuple[str, int] | None:
    """The camera and start that such a name is of; None where it is no such name."""
    found = _KEY.fullmatch(key)
    return (found[1], int(found[2])) if found else None


def is_half_a_copy(name: str) -> bool:
    """Whether a file in a store is named as obstore names a copy until it is whole: the key, #, a number."""
    key, mark, number = name.rpartition("#")
    return bool(mark) and number.isdecimal() and camera_and_start_of_key(key) is not None


def open_path(folder: Path, camera: str, start_90k: int) -> Path:
    """Where an object is while it is open."""
    return folder / f"{camera}~{start_90k}{OPEN_SUFFIX}"


def camera_and_start_of(path: Path) -> tuple[str, int] | None:
    """The camera and start of an open object, by its name; None where it is no such name."""
    found = _OPEN_NAME.fullmatch(path.name)
    return (found[1], int(found[2])) if found else None
