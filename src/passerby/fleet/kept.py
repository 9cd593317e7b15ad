"""Stores what cameras learned in files of the data folder, for restarts and health checks."""

from __future__ import annotations

import os
import struct
from contextlib import suppress
from pathlib import Path

from passerby.background import Background, pack, small_size, unpack
from passerby.engine.health.monitor import Established
from passerby.engine.health.still import reference_still

_AT = struct.Struct(">q")
BACKGROUND, REFERENCE, STILL = ".background", ".reference", ".reference.jpg"
UNBORN = ".new"


def kept_cameras(folder: Path) -> set[str]:
    """The cameras for which anything is stored."""
    ends = [end + unborn for end in (STILL, REFERENCE, BACKGROUND) for unborn in ("", UNBORN)]
    names = [path.name for path in folder.iterdir()] if folder.is_dir() else []
    return {name.removesuffix(end) for name in names for end in ends if name.endswith(end)}


def forget_kept(folder: Path, camera: str) -> None:
    """Deletes everything that a removed camera learned. camera: a name that `objects.names.check_camera` accepts."""
    for end in (STILL, REFERENCE, BACKGROUND):
        for unborn in ("", UNBORN):
            with suppress(OSError):
                (folder / f"{camera}{end}{unborn}").unlink(missing_ok=True)


class KeptBackground:
    """One camera's file. See `engine.live.learner.Keeper`. It may be lost at any time: then learning starts over."""

    def __init__(self, folder: Path, camera: str) -> None:
        """camera: a name that `objects.names.check_camera` accepts."""
        self._path = folder / f"{camera}{BACKGROUND}"

    def load(self, size_wh: tuple[int, int]) -> Background | None:
        """What was stored for pictures of this size."""
        try:
            background = unpack(self._path.read_bytes())
        except OSError:
            return None
        if background is None or background.spread.shape[::-1] != small_size(*size_wh):
            return None
        return background

    def keep(self, background: Background, size_wh: tuple[int, int]) -> None:
        """Replaces the file, completely or not at all."""
        _replace(self._path, pack(background))


class KeptReference:
    """What one camera should see: see `engine.health.monitor.ReferenceKeeper`. And a still of it for people."""

    def __init__(self, folder: Path, camera: str) -> None:
        """camera: a name that `objects.names.check_camera` accepts."""
        self._path, self._still = folder / f"{camera}{REFERENCE}", folder / f"{camera}{STILL}"

    def load(self, size_wh: tuple[int, int]) -> Established | None:
        """What was stored for pictures of this size."""
        try:
            data = self._path.read_bytes()
            (at_90k,) = _AT.unpack_from(data)
        except (OSError, struct.error):
            return None
        background = unpack(data[_AT.size :])
        if background is None or background.spread.shape[::-1] != small_size(*size_wh):
            return None
        return Established(background, at_90k)

    def keep(self, reference: Established, size_wh: tuple[int, int]) -> None:
        """Writes the still first, so that every reference has one."""
        _replace(self._still, reference_still(reference.background))
        _replace(self._path, _AT.pack(reference.at_90k) + pack(reference.background))

    def still(self) -> bytes | None:
        """A JPEG of established background only, the rest covered."""
        try:
            return self._still.read_bytes()
        except OSError:
            return None


def _replace(path: Path, data: bytes) -> None:
    """Completely or not at all."""
    unborn = path.with_name(path.name + UNBORN)
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(unborn, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o640)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(handle)
        unborn.replace(path)
