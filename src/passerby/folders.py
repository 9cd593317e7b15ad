"""Folders of our own: emptied of what is not meant to last, or held by one process alone."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
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
