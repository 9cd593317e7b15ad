"""Tells stills from videos, and files with pictures from others, by what is in them."""

from __future__ import annotations

import mmap
from os import PathLike
from pathlib import Path
from typing import cast

from passerby.errors import SourceError
from passerby.media.endings import STILLS, VIDEOS, suffix_of
from passerby.media.still_kinds import is_still_file, looks_like_video, still_kind
from passerby.names import kind_of


def is_still(path: str | PathLike[str]) -> bool:
    """Whether a file is to be taken as a still: by what is in it, and by its name only where that says nothing."""
    path = Path(path)
    try:
        if kind_of(path) == "file" and path.stat().st_size:
            with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
                return is_still_file(cast(bytes, data), path.name)
    except OSError:  # whoever opens it next says why
        pass
    return is_still_file(b"", path.name) and kind_of(path) != "folder"


def still_kind_of(path: Path) -> str | None:
    """What kind of still a file holds. Raises OSError."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return still_kind(cast(bytes, data))


def has_pictures(path: Path) -> bool:
    """Whether a file is, or may be, a picture or a video: by its name, by how it begins, or since FFmpeg can play it.

    Sound with a picture of its cover is neither.
    """
    from passerby.capture.probe import SoundOnly, open_container  # here, since it asks this module what a still is

    if suffix_of(path.name) in STILLS | VIDEOS:
        return True
    may_be = False
    try:
        if not path.stat().st_size:
            return False
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            may_be = still_kind(cast(bytes, data)) is not None or looks_like_video(cast(bytes, data))
        open_container(path)[0].close()
    except SoundOnly:
        return False
    except (SourceError, OSError):
        return may_be
    return True
