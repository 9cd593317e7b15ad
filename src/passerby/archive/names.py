"""File names of open objects, which recovery reads back. In the store objects have other names."""

from __future__ import annotations

import re
from pathlib import Path

from passerby.objects.names import CAMERA, ObjectName, read_numbers

OPEN_SUFFIX = ".open.mp4"
GONE_SUFFIX = ".gone"

_NUMBER = r"~(\d{1,18})"
_OPEN_NAME = re.compile(rf"({CAMERA}){_NUMBER}(?:{_NUMBER})?(?:{_NUMBER})?{re.escape(OPEN_SUFFIX)}")


def open_path(folder: Path, name: ObjectName) -> Path:
    """The path of an object while it is open."""
    return folder / ("~".join([name.camera, *(str(each) for each in name.numbers)]) + OPEN_SUFFIX)


def gone_path(path: Path) -> Path:
    """The path of an empty file that says: this object was deleted, and its row was not, since the catalogue was away.
    path: of the object while it was open."""
    return path.with_name(path.name + GONE_SUFFIX)


def name_of(path: Path) -> ObjectName | None:
    """What the file name of an open object says. None if it is not the name of one."""
    found = _OPEN_NAME.fullmatch(path.name)
    return read_numbers(*found.groups()) if found else None
