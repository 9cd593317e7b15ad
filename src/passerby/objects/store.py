"""Closed objects as bytes under keys: in a local folder, or in S3, GCS or Azure by URL. It knows nothing of rows."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, NotFoundError, NotSupportedError
from obstore.store import LocalStore, from_url

from passerby.errors import OutputError, SettingsError, SourceError, StoreAway
from passerby.folders import made_once, sync
from passerby.objects.names import is_camera, is_half_a_copy

if TYPE_CHECKING:
    from obstore.store import ClientConfig, ObjectStore, RetryConfig

RETRIES: RetryConfig = {"max_retries": 3, "retry_timeout": timedelta(seconds=20)}
"""Of one request. Whoever stores tries again anyway; by default a request to a store that is away takes minutes, and so
would ending with many recordings that wait."""
PATIENCE = timedelta(minutes=10)
"""For one request on a thin line: a part of 5 MB at 10 kB/s. By default it is 30 s."""
PIECE_BYTES = 1 << 16
_GIVES_UP_AFTER = 10  # each may take as long as RETRIES allows
MARK = "passerby-store"
"""The key of every store's own identity."""


class Store:
    """Thread-safe. Missing bytes raise FileNotFoundError, other failures OutputError or SourceError.

    Before it changes or lists anything, it checks that this is still the same store: an unmounted disk leaves an empty
    folder, in which everything would seem lost or deleted.
    """

    def __init__(self, place: str | Path, memory: Path) -> None:
        """place: a folder, which is created, or a URL such as s3://bucket/prefix. memory: a folder on this machine for
        the identity of the store at each place. Raises SettingsError."""
        self.folder = _folder_of(place)
        self._known = memory / hashlib.sha256(str(self.folder or place).encode()).hexdigest()[:16]
        try:
            if self.folder:
                self.folder.mkdir(parents=True, exist_ok=True)
            self._place = str(place)
            self._store = LocalStore(self.folder) if self.folder else from_url(str(place), retry_config=RETRIES)
        except (BaseError, ValueError, OSError) as error:
            raise SettingsError(
                f"couldn't open the store of recordings: {_first_line(error)}", hint="a folder, or s3://BUCKET/PREFIX"
            ) from error

    def put(
        self, file: Path, key: str, *, is_only_ours: bool = True, wait: Callable[[int], None] | None = None
    ) -> None:
        """Store a complete file from the disk. Afterwards it is under its key, complete, even after a power failure.

        is_only_ours: no other machine has this store. Otherwise nothing that is there already is replaced, if the
        store can refuse that. wait: for a thin line: called with the size of each piece before it is sent, which
        in a folder is all of it; what it raises ends the attempt.
        """
        self.check()
        try:
            if self.folder:
                if wait is not None:
                    wait(file.stat().st_size)
                self._put_beside(file, self.folder / key)
            elif wait is not None:
                self._put_slowly(file, key, wait)
            elif is_only_ours:
                obstore.put(self._store, key, file)
            else:
                self._put_new(file, key)
        except (BaseError, OSError) as error:
            raise OutputError(f"couldn't store '{key}': {_first_line(error)}", hint="it will be tried again") from error

    def _put_new(self, file: Path, key: str) -> None:
        try:
            obstore.put(self._store, key, file, mode="create")  # If-None-Match: *
        except AlreadyExistsError:
            if self.size(key) != file.stat().st_size:  # else it is from an interrupted attempt
                raise
        except NotSupportedError:  # the key alone keeps machines apart: it has the token in it
            obstore.put(self._store, key, file)

    def _put_slowly(self, file: Path, key: str, wait: Callable[[int], None]) -> None:
        """In parts of 5 MB, one after another. No store refuses to replace what is there when the last part comes, but
        the key keeps machines apart."""
        if (there := self.size(key)) is not None:
            if there != file.stat().st_size:
                raise OutputError(f"couldn't store '{key}': something else is there already")
            return
        obstore.put(_patient(self._place), key, _pieces(file, wait), max_concurrency=1)

    def _put_beside(self, file: Path, target: Path) -> None:
        """A hard link if the file system can, else a copy."""
        assert self.folder is not None
        target.parent.mkdir(parents=True, exist_ok=True)
        target.unlink(missing_ok=True)  # from an interrupted attempt
        try:
            os.link(file, target)
        except OSError:  # another file system, or one without hard links
            obstore.put(self._store, target.relative_to(self.folder).as_posix(), file)
            sync(target)
        for folder in (target.parent, target.parent.parent):  # both may be new
            sync(folder)

    def read(self, key: str, start: int, length: int) -> bytes:
        """Bytes start .. start + length. Raises FileNotFoundError, SourceError."""
        return self.read_many(key, [start], [length])[0]

    def read_many(self, key: str, starts: Sequence[int], lengths: Sequence[int]) -> list[bytes]:
        """Several ranges of one object; adjacent ones share a request."""
        try:
            return [bytes(each) for each in obstore.get_ranges(self._store, key, starts=starts, lengths=lengths)]
        except (NotFoundError, FileNotFoundError) as error:
            self._check_to_read(key)
            raise FileNotFoundError(f"no '{key}' in the store") from error
        except (BaseError, OSError, ValueError) as error:
            raise SourceError(f"couldn't read '{key}' from the store: {_first_line(error)}") from error

    def size(self, key: str) -> int | None:
        """The number of bytes under a key, None if there is no such key."""
        try:
            return int(obstore.head(self._store, key)["size"])
        except (NotFoundError, FileNotFoundError):
            return None
        except (BaseError, OSError) as error:
            raise SourceError(f"couldn't look for '{key}' in the store: {_first_line(error)}") from error

    def top(self) -> tuple[list[str], list[str]]:
        """The keys that are in no folder, and the folders. Raises OutputError, SourceError."""
        self.check()
        try:
            found = obstore.list_with_delimiter(self._store)
        except (BaseError, OSError) as error:
            raise _cannot_list(error) from error
        return [str(each["path"]) for each in found["objects"] if each["path"] != MARK], list(found["common_prefixes"])

    def keys(self, folder: str | None = None) -> Iterator[str]:
        """All keys, or those in a folder and below, in no particular order. Raises OutputError, SourceError."""
        self.check()
        try:
            for some in obstore.list(self._store, folder):
                yield from (str(each["path"]) for each in some if each["path"] != MARK)
        except (BaseError, OSError) as error:
            raise _cannot_list(error) from error

    def remove_halves(self) -> None:
        """Delete incomplete copies that a kill left in a folder: they have no row, and no listing shows them. Raises
        OutputError.

        A copy that another machine is making now fails because of this, and is repeated.
        """
        folder = self.folder
        if folder is None:
            return
        self.check()
        try:
            for path in folder.rglob("*#*"):
                if is_half_a_copy(path.relative_to(folder).as_posix()):
                    path.unlink(missing_ok=True)
        except OSError as error:
            raise OutputError(f"couldn't delete half a copy in the store: {_first_line(error)}") from error

    def remove_empty_folders(self) -> None:
        """Folders of days and cameras that have no objects left, because a crash came before their removal."""
        if self.folder is None:
            return
        for of_camera in self.folder.iterdir():
            if is_camera(of_camera.name) and of_camera.is_dir() and not of_camera.is_symlink():
                for folder in (*of_camera.iterdir(), of_camera):
                    with suppress(OSError):  # not empty, or not a folder
                        folder.rmdir()

    def delete(self, key: str) -> None:
        """Raises OutputError. A missing object is no error: an earlier deletion was interrupted."""
        self.check()
        try:
            obstore.delete(self._store, key)
        except (NotFoundError, FileNotFoundError):
            return
        except (BaseError, OSError) as error:
            raise OutputError(
                f"couldn't delete '{key}': {_first_line(error)}", hint="it will be tried again"
            ) from error
        if self.folder:
            of_day = (self.folder / key).parent
            with suppress(OSError):  # not empty yet
                of_day.rmdir()
                of_day.parent.rmdir()  # no objects of this camera are left

    def delete_many(self, keys: Sequence[str]) -> dict[str, str]:
        """In as few requests as the store allows: S3 takes a thousand keys in one. Returns those that may still be
        there, and why. Raises OutputError if nothing can be deleted."""
        self.check()
        if self.folder is None and keys:
            with suppress(BaseError, OSError):
                obstore.delete(self._store, list(keys))
                return {}
        failed: dict[str, str] = {}
        for key in keys:  # which of them it was is not said
            try:
                if len(failed) == _GIVES_UP_AFTER:
                    failed[key] = f"couldn't delete '{key}': others could not be deleted either"
                else:
                    self.delete(key)
            except StoreAway:
                raise
            except OutputError as error:
                failed[key] = str(error)
        return failed

    def _check_to_read(self, key: str) -> None:
        try:
            self.check()
        except OutputError as error:
            raise SourceError(f"couldn't read '{key}': {error.message}", hint=error.hint) from error

    def check(self) -> None:
        """Raises OutputError if this is not the store that was at this place before."""
        try:
            if not self._known.exists():
                self._known.parent.mkdir(exist_ok=True, mode=0o700)
                made_once(self._known, self._name() or self._give_name())
            is_the_same = self._name() == self._known.read_bytes()
        except (BaseError, OSError) as error:
            raise StoreAway(f"couldn't reach the store of recordings: {_first_line(error)}") from error
        if not is_the_same:
            raise OutputError(
                "the store of recordings is not the one that was there before",
                hint=f"is its disk mounted? If it was emptied on purpose: remove '{self._known}'",
            )

    def _give_name(self) -> bytes:
        """The same for all processes that arrive at once, and on a retry after an interruption."""
        own = self._known.with_name(f"{self._known.name}.own")
        made_once(own, secrets.token_hex(8).encode())
        obstore.put(self._store, MARK, own.read_bytes())
        return self._name() or own.read_bytes()  # another machine's, if one came first

    def _name(self) -> bytes | None:
        try:
            return bytes(obstore.get(self._store, MARK).bytes())
        except (NotFoundError, FileNotFoundError):
            return None


def _patient(url: str) -> ObjectStore:
    options: ClientConfig = {"timeout": PATIENCE}
    if os.environ.get("AWS_ALLOW_HTTP", "").lower() in ("true", "1"):  # with options, the environment's are not read
        options["allow_http"] = True
    return from_url(url, retry_config=RETRIES, client_options=options)


def _pieces(file: Path, wait: Callable[[int], None]) -> Iterator[bytes]:
    with file.open("rb") as source:
        while piece := source.read(PIECE_BYTES):
            wait(len(piece))
            yield piece


def _folder_of(place: str | Path) -> Path | None:
    if isinstance(place, Path):
        return place.absolute()
    if place.startswith("file://"):
        return Path(place.removeprefix("file://"))
    return None if "://" in place else Path(place).absolute()


def _cannot_list(error: Exception) -> SourceError:
    return SourceError(f"couldn't list the store of recordings: {_first_line(error)}")


def _first_line(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return str(error).strip().partition("\n")[0]
