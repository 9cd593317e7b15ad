"""Restores a data folder from a backup: checks it first, writes the catalogue last.

So half a folder is never taken for a whole one."""

from __future__ import annotations

import gzip
import hashlib
import os
import secrets
import shutil
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from pydantic import ValidationError
from sqlalchemy import text

from passerby.access.audit import Audit
from passerby.backup.parts import CATALOGUE, FORMAT, LIST_NAME, LONGEST_LIST_BYTES, MAY_HOLD, Contents, Part
from passerby.catalogue.database import open_database
from passerby.catalogue.rows import Rows
from passerby.clock import Clock, SystemClock
from passerby.errors import OutputError, PasserbyError, SourceError, os_reason
from passerby.folders import closed_to_others

_PIECE_BYTES = 1 << 20
_DAMAGE = (tarfile.TarError, zlib.error, gzip.BadGzipFile, EOFError)


def restore(path: Path, data: Path, clock: Clock | None = None) -> Contents:
    """Restore the backup to `data`, which is empty or does not exist, and bring its tables up to date.

    The next `Archive.recover` makes rows and recordings agree. Raises SourceError if the file is not a backup, is
    damaged or is from a newer passerby; OutputError. After an error nothing is left behind.
    """
    with _new_folder(data) as folder, _opened(path) as tar:
        contents = _contents(path, tar)
        for name in _unpacked(path, tar, contents, folder):
            (folder / name).chmod(0o600)
        _check_catalogue(path, folder / CATALOGUE, clock or SystemClock())
        for name in sorted({Path(each).parts[0] for each in contents.files}, key=lambda each: each == CATALOGUE):
            (folder / name).rename(data / name)
    return contents


@contextmanager
def _new_folder(data: Path) -> Iterator[Path]:
    """A working folder in `data`, removed at the end. On failure a `data` that was created for it is removed too."""
    try:
        if data.exists() and any(data.iterdir()):
            raise OutputError(f"couldn't restore into '{data}': it is not empty", hint="name a new folder with --data")
        was_there = data.exists()
        closed_to_others(data, ())
        folder = data / f".restoring-{secrets.token_hex(4)}"
        folder.mkdir(mode=0o700)
    except OSError as error:
        raise error if isinstance(error, PasserbyError) else _unwritten(data, error) from error
    try:
        yield folder
    except BaseException as error:
        shutil.rmtree(folder, ignore_errors=True)
        if not was_there and not any(data.iterdir()):
            data.rmdir()
        if isinstance(error, OSError) and not isinstance(error, PasserbyError):
            raise _unwritten(data, error) from error
        raise
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _opened(path: Path) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(path, "r:gz") as tar:
            yield tar
    except _DAMAGE as error:
        raise _damaged(path) from error
    except OSError as error:
        if isinstance(error, PasserbyError) or error.filename != str(path):
            raise
        raise SourceError(
            f"couldn't read '{path}': {os_reason(error)}",
            hint="name a file written by passerby backup",
        ) from error


def _contents(path: Path, tar: tarfile.TarFile) -> Contents:
    first = tar.next()
    if first is None or first.name != LIST_NAME or not first.isreg() or first.size > LONGEST_LIST_BYTES:
        raise _damaged(path)
    file = tar.extractfile(first)
    try:
        contents = Contents.model_validate_json(file.read() if file else b"")
    except ValidationError:
        raise _damaged(path) from None
    if contents.format != FORMAT:
        raise SourceError(
            f"couldn't restore '{path}': it was made by passerby {contents.passerby[:40]!r}",
            hint="restore it with that version, or a newer one",
        )
    if CATALOGUE not in contents.files or not all(MAY_HOLD.fullmatch(name) for name in contents.files):
        raise _damaged(path)
    return contents


def _unpacked(path: Path, tar: tarfile.TarFile, contents: Contents, folder: Path) -> Iterator[str]:
    """Write the files that the list names, and yield each. Refuses links, devices and files that are not listed."""
    missing = dict(contents.files)
    while (member := tar.next()) is not None:
        part = missing.pop(member.name, None)
        file = tar.extractfile(member) if part and member.isreg() and member.size == part.bytes else None
        if part is None or file is None:
            raise _damaged(path)
        _copy(path, file, folder / member.name, part)
        yield member.name
    if missing:
        raise _damaged(path)
    while tar.fileobj is not None and tar.fileobj.read(1 << 20):
        pass  # padding: gzip's checksum at the end covers everything


def _copy(path: Path, source: IO[bytes], target: Path, part: Part) -> None:
    target.parent.mkdir(exist_ok=True, mode=0o700)
    digest = hashlib.sha256()
    with target.open("xb") as file:
        while piece := source.read(_PIECE_BYTES):
            digest.update(piece)
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    if digest.hexdigest() != part.sha256:
        raise _damaged(path)


def _check_catalogue(path: Path, catalogue: Path, clock: Clock) -> None:
    """It must be intact. Brings it up to date and records the restore in the audit."""
    engine = open_database(f"sqlite:///{catalogue}")
    try:
        with engine.connect() as connection:
            if connection.execute(text("PRAGMA quick_check")).scalar() != "ok":
                raise _damaged(path)
        Audit(Rows(engine, clock)).note("", "command", "restore", about=f"from {path.name}")
        with engine.connect() as connection:
            connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    finally:
        engine.dispose()


def _damaged(path: Path) -> SourceError:
    return SourceError(
        f"couldn't restore '{path}': it is not a backup of passerby, or it is damaged", hint="try another one"
    )


def _unwritten(data: Path, error: OSError) -> OutputError:
    return OutputError(f"couldn't restore into '{data}': {os_reason(error)}")
