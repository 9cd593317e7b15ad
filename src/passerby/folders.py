"""Private folders: closed to other users, emptied of leftovers, locked by one process; files that are created once."""

from __future__ import annotations

import os
import secrets
import shutil
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from passerby.errors import OutputError, os_reason


def emptied(folder: Path) -> Path:
    """Creates the folder or empties it, which removes what a crash left in it."""
    folder.mkdir(exist_ok=True, mode=0o700)
    for left in folder.iterdir():
        if left.is_dir() and not left.is_symlink():
            shutil.rmtree(left, ignore_errors=True)
        else:
            left.unlink(missing_ok=True)
    return folder


def closed_to_others(folder: Path, names: Iterable[str]) -> list[str]:
    """Creates the folder for this user alone, and takes away other users' access to it and to those of the files that
    exist. Returns sentences on what was open or still is. Raises OSError if the folder cannot be created."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    found = [folder, *(folder / name for name in names)]
    return [says for path in found if os.name == "posix" and (says := _closed(path))]


def own_files_closed_to_others(files: Iterable[Path]) -> list[str]:
    """The same for files anywhere, if they exist and belong to this user. None of them is opened."""
    return [says for path in files if os.name == "posix" and _is_ours(path) and (says := _closed(path))]


def _is_ours(path: Path) -> bool:
    try:
        return path.lstat().st_uid == os.geteuid()
    except OSError:
        return False


def _closed(path: Path) -> str | None:
    """Leaves links alone, as their target is not ours to change, and folders that everybody may use, such as /tmp."""
    try:
        mode = path.lstat().st_mode
        if stat.S_ISLNK(mode) or not mode & 0o077:
            return None
        if mode & stat.S_ISVTX:
            return f"'{path}' is open to other users of this machine: keep data in a folder of its own"
        path.chmod(stat.S_IMODE(mode) & 0o700)
    except FileNotFoundError:
        return None
    except OSError as error:
        return f"'{path}' is open to other users of this machine, and couldn't be closed to them: {os_reason(error)}"
    return f"'{path}' was open to other users of this machine: it is closed to them now"


@contextmanager
def held_alone(folder: Path, name: str) -> Iterator[None]:
    """Locked until this process ends, however it ends. name: of the lock file, which stays. Raises OutputError if
    another process holds the lock."""
    import fcntl  # here, since Windows does not have it, and some commands need no lock

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
    """Creates a file with mode 0600, whole and on the disk or not at all. An existing file is kept. Raises OSError."""
    unnamed = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    handle = os.open(unnamed, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):  # if two processes start together, both use the first one's file
            os.link(unnamed, path)  # unlike a rename, it replaces nothing
        if os.name == "posix":
            sync(path.parent)
    finally:
        unnamed.unlink(missing_ok=True)


def sync(path: Path) -> None:
    """Wait until a file's bytes, or a folder's entries, are on the disk. Raises OSError."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
