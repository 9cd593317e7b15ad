"""Keeps an uploaded clear file in anonymous memory: it never touches a disk."""

from __future__ import annotations

import mmap
import os
import sys
from typing import cast

from passerby.errors import OutputError, os_reason
from passerby.media.still_kinds import Content

NO_MEMORY_FILES = (
    "files cannot be redacted here: this system has no files in memory, and a clear one may not touch a disk"
)


def has_memory_files() -> bool:
    return sys.platform == "linux"


class Upload:
    """Bytes that can be appended until `seal`, then read by anybody given the handle. `close` frees them.

    Raises OutputError if the system has no such memory, or none left.
    """

    def __init__(self) -> None:
        if sys.platform != "linux":
            raise OutputError(NO_MEMORY_FILES, hint="use the command: passerby redact")
        try:
            # The name reveals nothing: it can be seen among the open files of the process.
            self._handle: int | None = os.memfd_create("upload", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        except OSError as error:
            raise _no_memory(error) from error
        self.bytes = 0

    @property
    def handle(self) -> int:
        """The file descriptor of the memory. Raises ValueError after `close`."""
        if self._handle is None:
            raise ValueError("the upload is closed")
        return self._handle

    def write(self, data: bytes) -> None:
        left = memoryview(data)
        try:
            while left:
                left = left[os.write(self.handle, left) :]
        except OSError as error:
            raise _no_memory(error) from error
        self.bytes += len(data)

    def seal(self) -> None:
        """After this nobody can change it, whoever holds the handle."""
        if sys.platform == "linux":
            import fcntl

            seals = fcntl.F_SEAL_WRITE | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_SEAL
            fcntl.fcntl(self.handle, fcntl.F_ADD_SEALS, seals)

    def is_still(self, name: str) -> bool:
        """Whether to treat it as a still: decided by its content, and by its name only if that is inconclusive."""
        if sys.platform != "linux" or not self.bytes:
            return Content().is_still(name)
        with mmap.mmap(self.handle, 0, flags=mmap.MAP_PRIVATE, prot=mmap.PROT_READ) as data:
            return Content.of(cast(bytes, data)).is_still(name)

    def close(self) -> None:
        """May be called more than once. The memory is freed when everybody else who was given the handle has ended."""
        handle, self._handle = self._handle, None
        if handle is not None:
            os.close(handle)


def _no_memory(error: OSError) -> OutputError:
    return OutputError(f"couldn't keep the file in memory: {os_reason(error)}", hint="try a smaller file")
