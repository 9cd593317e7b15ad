"""Writes a backup: one file, whole or not at all, readable by its owner only."""

from __future__ import annotations

import hashlib
import io
import sqlite3
import tarfile
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import create_engine, inspect
from sqlalchemy.exc import SQLAlchemyError

from passerby.access.audit import Audit
from passerby.access.sealer import KEY_FILE
from passerby.backup.parts import BACKGROUNDS, CATALOGUE, FORMAT, LIST_NAME, MAY_HOLD, SPOOL_NAME, Contents, Part
from passerby.catalogue.database import reason_of
from passerby.catalogue.rows import Rows
from passerby.clock import Clock
from passerby.config import FILE_NAME
from passerby.errors import OutputError, SettingsError, SourceError, os_reason
from passerby.record.partfile import PartFile, output_error
from passerby.version import __version__

_PATIENCE_S = 10.0


@dataclass(frozen=True, slots=True)
class BackUp:
    """What was written. names: of its files, as in a data folder."""

    path: Path
    bytes: int
    names: frozenset[str]


def back_up(
    data: Path, path: Path, clock: Clock, *, config: Path | None = None, with_key: bool = False, overwrite: bool = False
) -> BackUp:
    """Copy the catalogue, what cameras learned and the configuration, while they may be in use. Recorded in the audit.

    path: a file, or a folder in which the backup is named by its time. config: the file in use, None if there is none.
    with_key: include the key to the cameras' addresses. Raises SourceError, OutputError, SettingsError.
    """
    now = clock.now_utc()
    if path.is_dir():
        path = path / f"passerby-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}.tar.gz"
    part = PartFile(path, overwrite=overwrite, source=data / CATALOGUE, mode=0o600)
    try:
        _note(data / CATALOGUE, clock, with_key)
        catalogue, revision = _catalogue(data / CATALOGUE)
        files = {CATALOGUE: catalogue, **_others(data, config, with_key)}
        _pack(part, files, revision, now)
        done = part.finish(0)
    except OSError as error:
        raise error if isinstance(error, OutputError | SourceError) else output_error(path, error) from error
    finally:
        part.abort()
    return BackUp(done.path, done.bytes, frozenset(files))


def _note(catalogue: Path, clock: Clock, with_key: bool) -> None:
    """First, so that every copy has an audit record. Does not update the tables: a backup comes before an update. The
    first version's tables have no audit, but no users or addresses either."""
    if not catalogue.exists():
        raise SourceError(
            f"couldn't back up '{catalogue.parent}': there is no catalogue in it", hint="name it with --data"
        )
    engine = create_engine(f"sqlite:///{catalogue}", connect_args={"timeout": _PATIENCE_S})
    try:
        if inspect(engine).has_table("audit"):
            Audit(Rows(engine, clock)).note("", "command", "backup", about="with secrets.key" if with_key else "")
    except SQLAlchemyError as error:
        raise SourceError(f"couldn't read the catalogue '{catalogue}': {reason_of(error)}") from error
    finally:
        engine.dispose()


def _catalogue(path: Path) -> tuple[bytes, str]:
    """A copy as of one moment, and the revision of its tables. In memory, so that a crash leaves no copy behind."""
    try:
        with (
            closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=_PATIENCE_S)) as source,
            closing(sqlite3.connect(":memory:")) as copy,
        ):
            source.backup(copy)
            tables = {name for (name,) in copy.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            # After a restore nobody should be signed in, a link that was printed once should not work, a token that was
            # revoked since should not work again, and a browser that was signed out since should not be told. Boxes are
            # kept for a day, a backup for longer.
            for table in {
                "sessions", "tokens", "set_up_links", "push_devices", "push_waiting", "kept_boxes", "event_stills",
            } & tables:  # fmt: skip
                copy.execute(f"DELETE FROM {table}")
            copy.commit()
            copy.execute("VACUUM")  # so that its free pages do not hold what was deleted from the catalogue
            (revision,) = copy.execute("SELECT version_num FROM alembic_version").fetchone()
            return copy.serialize(), str(revision)
    except sqlite3.Error as error:
        raise SourceError(f"couldn't read the catalogue '{path}': {error}") from error


def _others(data: Path, config: Path | None, with_key: bool) -> dict[str, bytes]:
    wanted = {SPOOL_NAME: data / SPOOL_NAME}
    for file in sorted((data / BACKGROUNDS).glob("*")):
        if MAY_HOLD.fullmatch(name := f"{BACKGROUNDS}/{file.name}"):
            wanted[name] = file
    if config is not None:
        wanted[FILE_NAME] = config
    if with_key:
        wanted[KEY_FILE] = data / KEY_FILE
    found = {}
    for name, path in wanted.items():
        try:
            if MAY_HOLD.fullmatch(name):
                found[name] = path.read_bytes()
        except FileNotFoundError:
            if name in (FILE_NAME, KEY_FILE):
                raise SettingsError(f"couldn't back up '{path}': there is no such file") from None
        except OSError as error:
            raise SourceError(f"couldn't read '{path}': {os_reason(error)}") from error
    return found


def _pack(part: PartFile, files: Mapping[str, bytes], revision: str, now: datetime) -> None:
    listed = {name: Part(bytes=len(data), sha256=hashlib.sha256(data).hexdigest()) for name, data in files.items()}
    made_at = now.astimezone(UTC).isoformat(timespec="seconds")
    contents = Contents(format=FORMAT, passerby=__version__, made_at=made_at, revision=revision, files=listed)
    with tarfile.open(fileobj=_Stream(part), mode="w|gz") as tar:
        for name, data in [(LIST_NAME, contents.model_dump_json(indent=1).encode()), *files.items()]:
            info = tarfile.TarInfo(name)
            info.size, info.mtime, info.mode = len(data), int(now.timestamp()), 0o600
            tar.addfile(info, io.BytesIO(data))


class _Stream(io.RawIOBase):
    """The stream that tarfile writes to."""

    def __init__(self, part: PartFile) -> None:
        super().__init__()
        self._part = part

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        assert isinstance(data, bytes | bytearray | memoryview)
        return self._part.write(data)
