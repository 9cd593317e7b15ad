"""A file that gets its name only when it is complete: written without a name in the target folder, then linked."""

from __future__ import annotations

import hashlib
import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

from passerby.errors import OutputError, os_reason
from passerby.folders import sync
from passerby.names import is_too_long, shortened

BUFFER_BYTES = 1 << 20
"""How much a muxer should buffer before it writes: writes are not buffered here."""


@dataclass(frozen=True, slots=True)
class RecordedFile:
    """A finished file: its path, SHA-256 in hexadecimal, size in bytes, number of frames."""

    path: Path
    sha256: str
    bytes: int
    frames: int


class PartFile:
    """A file in the output's folder that has no name yet. End it with `finish` or `abort`; abort leaves nothing.

    Linux can create files without a name: even a killed process leaves nothing behind. Elsewhere it is a hidden
    `.NAME.XXXXXXXX.part`, which a killed process leaves.
    """

    def __init__(self, path: Path, *, overwrite: bool, source: Path | None, mode: int = 0o666) -> None:
        """mode: the file's permissions, less what the umask forbids."""
        self.path = path
        self._overwrite = overwrite
        check_output(path, overwrite=overwrite, source=source)
        self._part = path.with_name(f".{shortened(path.name)}.{secrets.token_hex(4)}.part")
        try:
            nameless = _open_nameless(path.parent, mode)
            self._has_name = nameless is None
            self._file = nameless or FileIO(self._part, "x+b", opener=lambda name, flags: os.open(name, flags, mode))
        except OSError as error:
            raise OutputError(
                f"couldn't write '{path}': {os_reason(error)}", hint="name another folder with -o"
            ) from error

    @property
    def closed(self) -> bool:
        """Whether it has ended. A muxer that is dropped later then writes no more."""
        return self._file.closed

    def write(self, data: bytes | bytearray | memoryview) -> int:
        """Write all of it, or raise OSError."""
        left = memoryview(data).cast("B")
        while left:
            left = left[self._file.write(left) :]
        return memoryview(data).nbytes

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def finish(self, frames: int) -> RecordedFile:
        """Give the complete file its name. Raises OutputError, and then nothing is left."""
        try:
            os.fsync(self._file.fileno())
            self._file.seek(0)
            digest = hashlib.file_digest(self._file, "sha256").hexdigest()
            size = self._file.tell()
            # Naming is the point of no return: before it the output does not exist, after it it is complete.
            self._name_it()
            self._file.close()
        except OSError as error:
            self.abort()
            raise output_error(self.path, error) from error
        with suppress(OSError):  # not every system can sync a folder; the file itself is on the disk already
            sync(self.path.parent)
        return RecordedFile(self.path, digest, size, frames)

    def abort(self) -> None:
        """Leave nothing behind. May be called at any time, more than once; does nothing after `finish`."""
        with suppress(OSError):
            self._file.close()
        with suppress(OSError):
            self._part.unlink(missing_ok=True)

    def _name_it(self) -> None:
        if not self._has_name:
            target = self._part if self._overwrite else self.path
            handle = self._file.fileno()
            # Only with a folder's handle does Python call linkat, which can follow /proc's link; the path is absolute.
            os.link(f"/proc/self/fd/{handle}", target, src_dir_fd=handle, follow_symlinks=True)
            if self._overwrite:
                self._part.replace(self.path)
            return
        self._file.close()
        if self._overwrite:
            self._part.replace(self.path)
            return
        try:
            os.link(self._part, self.path)  # unlike a rename this never replaces a file that appeared meanwhile
        except FileExistsError:
            raise
        except OSError:  # a file system without hard links
            self._part.replace(self.path)
            return
        self._part.unlink()


def _open_nameless(folder: Path, mode: int) -> FileIO | None:
    """A file that vanishes when closed unless it is linked; None if the system has no such files."""
    if not hasattr(os, "O_TMPFILE") or not Path("/proc/self/fd").is_dir():
        return None
    try:
        return FileIO(os.open(folder, os.O_TMPFILE | os.O_RDWR, mode), "r+b")
    except OSError:
        return None


def check_output(path: Path, *, overwrite: bool, source: Path | None) -> None:
    """Refuse an output that is the source, is not a plain file, has no folder, exists already, or has too
    long a name."""
    if is_too_long(path):
        raise OutputError(f"couldn't write '{path}': its name is too long", hint="give a shorter name with -o")
    if source is not None and path.exists() and source.exists() and path.samefile(source):
        raise OutputError(f"couldn't write '{path}': it is the source itself", hint="name another output with -o")
    if path.is_dir():
        raise OutputError(f"couldn't write '{path}': it is a folder", hint="name a file in it")
    if path.exists() and not path.is_file():
        raise OutputError(f"couldn't write '{path}': it is not a regular file", hint="name a file with -o")
    if not path.parent.is_dir():
        raise OutputError(f"couldn't write '{path}': there is no folder '{path.parent}'", hint="make the folder first")
    if path.exists() and not overwrite:
        raise OutputError(f"couldn't write '{path}': it exists already", hint="add --overwrite to replace it")


def output_error(path: Path, error: OSError) -> OutputError:
    """The error that users see for a failed write."""
    return OutputError(f"couldn't write '{path}': {os_reason(error)}", hint="nothing was left behind")


def reason(error: OSError) -> str:
    """The system's own words for an error, in lower case."""
    return (error.strerror or str(error)).lower()
