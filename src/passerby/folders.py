"""Folders of our own: emptied of what is not meant to last, held by one process alone, with files made once."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from passerby.errors import OutputError, os_reason


def emptied(folder: Path) -> Path:
    """The folder, made and empty: what a crash left in it goes."""
    folder.mkdir(exist_ok=True, mode=0o700)
    for left in folder.iterdir():
        if left.is_dir() and not left.is_symlink():
            shutil.rmtree(left, ignore_errors=True)
        else:
            left.unlink(missing_ok=True)
    return folder


@contextmanager
def held_alone(folder: Path, name: str) -> Iterator[None]:
    """By this process, until it ends in whatever way. name: of the file that says so, which stays. Raises OutputError
    where another process holds it."""
    import fcntl  # here, since Windows has none, and commands that need no lock work there

    try:
        handle = os.open(folder / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise OutputError(f"couldn't write '{folder / name}': {os_reason(error)}") from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise OutputError(
            f"couldn't serve '{folder}': another passerby is serving it", hint="stop that one, or give another --data"
        ) from None
    else:
        yield
    finally:
        os.close(handle)


def made_once(path: Path, data: bytes) -> None:
    """A file, mode 0600, that is there whole and on the disk, or not at all; one that is there already stays. Raises
    OSError."""
    unnamed = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    handle = os.open(unnamed, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):  # of two processes that start together both take the first one's
            os.link(unnamed, path)  # unlike a rename it replaces nothing
        if os.name == "posix":
            sync(path.parent)
    finally:
        unnamed.unlink(missing_ok=True)


def sync(path: Path) -> None:
    """Wait until a file's bytes, or a folder's names, are on the disk. Raises OSError."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
