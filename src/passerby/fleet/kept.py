"""Keeps what cameras learned in files of the data folder, so that a restart need not learn it again."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from passerby.background import Background, pack, small_size, unpack


class KeptBackground:
    """One camera's file. See `engine.live_learner.Keeper`. It may be lost at any time: then all is learned again."""

    def __init__(self, folder: Path, camera: str) -> None:
        """camera: a name that `archive.names.check_camera` lets pass."""
        self._path = folder / f"{camera}.background"

    def load(self, size_wh: tuple[int, int]) -> Background | None:
        """What was kept for pictures of this size."""
        try:
            background = unpack(self._path.read_bytes())
        except OSError:
            return None
        if background is None or background.spread.shape[::-1] != small_size(*size_wh):
            return None
        return background

    def keep(self, background: Background, size_wh: tuple[int, int]) -> None:
        """Replaces the file, as a whole or not at all."""
        unborn = self._path.with_suffix(".new")
        with suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(unborn, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o640)
            with os.fdopen(handle, "wb") as file:
                file.write(pack(background))
                file.flush()
                os.fsync(handle)
            unborn.replace(self._path)

    def forget(self) -> None:
        """The camera is gone."""
        with suppress(OSError):
            self._path.unlink(missing_ok=True)
