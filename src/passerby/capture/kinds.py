"""Tells stills from videos, and files with pictures from others, by their content."""

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
    """Whether a file counts as a still: by its content, or by its name if the content is inconclusive."""
    path = Path(path)
    try:
        if kind_of(path) == "file" and path.stat().st_size:
            with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
                return is_still_file(cast(bytes, data), path.name)
    except OSError:  # the error is reported where it is opened next
        pass
    return is_still_file(b"", path.name) and kind_of(path) != "folder"


def still_kind_of(path: Path) -> str | None:
    """The kind of still that a file holds. Raises OSError."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return still_kind(cast(bytes, data))


def has_pictures(path: Path) -> bool:
    """Whether a file is or may be a picture or a video: by its name, by its beginning, or because FFmpeg can play it.
    Sound with a picture of its cover is neither.
    """
    from passerby.capture.probe import SoundOnly, open_container  # imported here, because it imports this module

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
