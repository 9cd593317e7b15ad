"""Names of objects in the store, by camera and time. Recovery reads the names back."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from passerby.errors import SettingsError
from passerby.media.segments import TICKS_PER_S

CAMERA = r"[A-Za-z0-9_-]{1,64}"
"""The allowed names of cameras: part of a path on every system, and of a pattern for names of objects."""
_KEY = re.compile(rf"({CAMERA})/\d{{4}}-\d{{2}}-\d{{2}}/\d{{6}}-(\d{{1,18}})(?:-(\d{{1,18}}))?(?:-(\d{{1,18}}))?\.mp4")


@dataclass(frozen=True, slots=True)
class ObjectName:
    """What the name of an object says, in the spool and in the store.

    token: the fencing token that it is written under, 0 on a single machine. recorded_token: the token that it was
    recorded under. It is lower if another machine took the camera before the object was handed in.
    """

    camera: str
    start_90k: int
    token: int = 0
    recorded_token: int = 0

    @property
    def is_late(self) -> bool:
        """Whether it was recorded under an earlier token than it is written under."""
        return self.recorded_token != self.token

    @property
    def numbers(self) -> tuple[int, ...]:
        """Start and tokens, as far as they say something."""
        if self.is_late:
            return self.start_90k, self.token, self.recorded_token
        return (self.start_90k, self.token) if self.token else (self.start_90k,)

    @property
    def key(self) -> str:
        """Its name in the store: by camera, by day and time (UTC, for people), by exact start. With the tokens in it no
        two machines ever write under the same key."""
        begun = datetime.fromtimestamp(self.start_90k // TICKS_PER_S, UTC)
        numbers = "-".join(str(each) for each in self.numbers)
        return f"{self.camera}/{begun:%Y-%m-%d}/{begun:%H%M%S}-{numbers}.mp4"


def is_camera(name: str) -> bool:
    return re.fullmatch(CAMERA, name) is not None


def check_camera(camera: str) -> None:
    """Raises SettingsError for a name that could not be part of a path on every system, or would lead elsewhere."""
    if not is_camera(camera):
        raise SettingsError(
            f"couldn't record a camera named '{camera}'", hint="use up to 64 letters, digits, hyphens and underscores"
        )


def read_numbers(camera: str, start: str, token: str | None, recorded: str | None) -> ObjectName:
    """From the parts of a name."""
    under = int(token or 0)
    return ObjectName(camera, int(start), under, int(recorded) if recorded else under)


def name_of_key(key: str) -> ObjectName | None:
    """None if it is not the key of an object."""
    found = _KEY.fullmatch(key)
    return read_numbers(*found.groups()) if found else None


def is_half_a_copy(name: str) -> bool:
    """Whether a file in a store has the name that obstore gives to an incomplete copy: the key, #, a number."""
    key, mark, number = name.rpartition("#")
    return bool(mark) and number.isdecimal() and name_of_key(key) is not None
