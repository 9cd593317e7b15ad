"""File names are bytes and need not be text: how to show them, and how long they may be."""

from __future__ import annotations

import os
import re
import stat
from os import PathLike
from pathlib import Path
from typing import Literal

MAX_NAME_BYTES = 255
"""The limit of nearly every file system."""
_UNSHOWABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters, which could break a line or control a terminal; characters that change the direction of text,
which can make one name look like another; and surrogates for bytes that are not text (PEP 383)."""


def readable(name: str | bytes | PathLike[str]) -> str:
    """A name, or a sentence that contains names, as one line of text that can be shown and stored anywhere. What is not
    text is escaped, such as `caf\\xe9.mp4`."""
    return _UNSHOWABLE.sub(_escaped, os.fsdecode(name))


def _escaped(found: re.Match[str]) -> str:
    code = ord(found[0])
    if 0xDC80 <= code <= 0xDCFF:
        code -= 0xDC00
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def shortened(name: str, max_bytes: int = 200) -> str:
    """The beginning of a name, cut between characters, which leaves room to append to it."""
    data = os.fsencode(name)[:max_bytes]
    try:
        os.fsencode(name).decode()
    except UnicodeDecodeError:
        return os.fsdecode(data)
    return data.decode(errors="ignore")


def kind_of(path: str | PathLike[str]) -> Literal["file", "folder", "other"] | None:
    """What a path leads to. None if nothing is there, if access is denied, or if the name is not possible."""
    try:
        mode = Path(path).stat().st_mode
    except (OSError, ValueError):
        return None
    return "file" if stat.S_ISREG(mode) else "folder" if stat.S_ISDIR(mode) else "other"


def is_too_long(path: Path) -> bool:
    """Whether the name is too long for its folder's file system."""
    try:
        limit = os.pathconf(path.parent, "PC_NAME_MAX")
    except (OSError, ValueError, AttributeError):  # the folder does not exist yet, or the system cannot tell
        limit = MAX_NAME_BYTES
    return len(os.fsencode(path.name)) > limit
