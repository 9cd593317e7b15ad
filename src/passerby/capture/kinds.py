"""Tells what a file is by its content: a still, a video or neither. Nothing is opened for decoding."""

from __future__ import annotations

import mmap
import os
from os import PathLike
from pathlib import Path
from typing import cast

from passerby.media.still_kinds import Content
from passerby.names import kind_of


def content_of(path: Path) -> Content | None:
    """What a regular file is by its content; None if it is empty. Raises OSError."""
    with path.open("rb") as file:
        if not os.fstat(file.fileno()).st_size:
            return None
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            return Content.of(cast(bytes, data))


def is_still(path: str | PathLike[str]) -> bool:
    """Whether a file counts as a still: by its content, or by its name if the content is inconclusive."""
    path = Path(path)
    kind = kind_of(path)
    try:
        content = content_of(path) if kind == "file" else None
    except OSError:  # the error is reported where it is opened next
        content = None
    return (content or Content()).is_still(path.name) and kind != "folder"


def still_kind_of(path: Path) -> str | None:
    """The kind of still that a file holds. Raises OSError."""
    content = content_of(path)
    return content.still if content else None
