"""Names of objects in the store, by camera and time. Recovery reads the names back."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from passerby.errors import SettingsError
from passerby.media.segments import TICKS_PER_S

CAMERA = r"[A-Za-z0-9_-]{1,64}"
"""The allowed names of cameras: part of a path on every system, and of a pattern for names of objects."""
_KEY = re.compile(rf"({CAMERA})/\d{{4}}-\d{{2}}-\d{{2}}/\d{{6}}-(\d{{1,18}})\.mp4")


def is_camera(name: str) -> bool:
    return re.fullmatch(CAMERA, name) is not None


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
    """The camera and start from such a name; None if it is not one."""
    found = _KEY.fullmatch(key)
    return (found[1], int(found[2])) if found else None


def is_half_a_copy(name: str) -> bool:
    """Whether a file in a store has the name that obstore gives to an incomplete copy: the key, #, a number."""
    key, mark, number = name.rpartition("#")
    return bool(mark) and number.isdecimal() and camera_and_start_of_key(key) is not None
