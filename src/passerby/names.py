"""File names, which on disks are bytes and need not be text: how they are shown, and how long they may be."""

from __future__ import annotations

import os
import re
import stat
from os import PathLike
from pathlib import Path
from typing import Literal

MAX_NAME_BYTES = 255
"""What nearly every file system allows for one name."""
_UNSHOWABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters, which would break a line or steer a terminal; those that turn the direction of text, which make a
name look like another; and what stands for a byte that is no text (PEP 383)."""


def readable(name: str | bytes | PathLike[str]) -> str:
    """A name or a sentence with names as one line of text that can be shown and stored anywhere: what is no text in it
    is escaped, such as `caf\\xe9.mp4`."""
    return _UNSHOWABLE.sub(_escaped, os.fsdecode(name))


def _escaped(found: re.Match[str]) -> str:
    code = ord(found[0])
    if 0xDC80 <= code <= 0xDCFF:
        code -= 0xDC00
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def shortened(name: str, max_bytes: int = 200) -> str:
    """The beginning of a name, cut between letters, so that there is room for more in a name beside it."""
    data = os.fsencode(name)[:max_bytes]
    try:
        os.fsencode(name).decode()
    except UnicodeDecodeError:
        return os.fsdecode(data)
    return data.decode(errors="ignore")


def kind_of(path: str | PathLike[str]) -> Literal["file", "folder", "other"] | None:
    """What a name leads to; None for nothing, for what may not be looked at, and for what is no possible name."""
    try:
        mode = Path(path).stat().st_mode
    except (OSError, ValueError):
        return None
    return "file" if stat.S_ISREG(mode) else "folder" if stat.S_ISDIR(mode) else "other"


def is_too_long(path: Path) -> bool:
    """Whether no file can have this name in its folder."""
    try:
        limit = os.pathconf(path.parent, "PC_NAME_MAX")
    except (OSError, ValueError, AttributeError):  # no such folder yet, or no such question here
        limit = MAX_NAME_BYTES
    return len(os.fsencode(path.name)) > limit
