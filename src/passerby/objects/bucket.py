"""Files that users keep in S3, GCS or Azure: listing, reading and putting them whole. Recordings are `store`'s."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from typing import IO

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, NotFoundError, NotSupportedError
from obstore.store import from_url

from passerby.errors import OutputError, SettingsError, SourceError
from passerby.objects.store import RETRIES

SCHEMES = ("s3://", "gs://", "az://")
READ_BYTES = 8 << 20


@dataclass(frozen=True, slots=True)
class ObjectAddress:
    """An object, or a prefix of several. bucket: such as `s3://BUCKET`. It is shown and sorted as its URL."""

    bucket: str
    key: str

    @classmethod
    def parse(cls, url: str) -> ObjectAddress:
        """Raises SettingsError."""
        scheme, _, rest = url.partition("://")
        name, _, key = rest.partition("/")
        if f"{scheme}://" not in SCHEMES or not name:
            raise SettingsError(f"'{url}' is no bucket", hint="write s3://BUCKET/PREFIX")
        return cls(f"{scheme}://{name}", key.strip("/"))

    def __str__(self) -> str:
        return f"{self.bucket}/{self.key}"

    def __fspath__(self) -> str:
        return str(self)

    def __truediv__(self, below: str | PurePosixPath) -> ObjectAddress:
        """The object of that name below this prefix."""
        return ObjectAddress(self.bucket, str(PurePosixPath(self.key, below)))

    @property
    def name(self) -> str:
        return PurePosixPath(self.key).name

    @property
    def stem(self) -> str:
        return PurePosixPath(self.key).stem

    @property
    def suffix(self) -> str:
        return PurePosixPath(self.key).suffix

    @property
    def parent(self) -> ObjectAddress:
        parent = PurePosixPath(self.key).parent
        return ObjectAddress(self.bucket, "" if parent == PurePosixPath() else str(parent))


@dataclass(frozen=True, slots=True)
class Listed:
    """What a listing says of an object. modified_at: by the store's clock."""

    address: ObjectAddress
    bytes: int
    modified_at: datetime


def is_bucket(named: str) -> bool:
    return named.startswith(SCHEMES)


def listed(below: ObjectAddress) -> Iterator[Listed]:
    """All objects below a prefix, by key. Raises SourceError."""
    try:
        found = [each for some in obstore.list(_store(below.bucket), prefix=below.key or None) for each in some]
    except (BaseError, OSError) as error:
        raise _unread(below, error) from error
    for each in sorted(found, key=lambda each: each["path"]):
        yield Listed(ObjectAddress(below.bucket, each["path"]), each["size"], each["last_modified"])


def look_up(address: ObjectAddress) -> Listed | None:
    """None if there is no such object. Raises SourceError."""
    try:
        found = obstore.head(_store(address.bucket), address.key)
    except (NotFoundError, FileNotFoundError):
        return None
    except (BaseError, OSError) as error:
        raise _unread(address, error) from error
    return Listed(address, found["size"], found["last_modified"])


def read(address: ObjectAddress, write: Callable[[bytes], object]) -> None:
    """Gives the object's bytes to `write`, in order, a few megabytes at a time. Raises SourceError."""
    try:
        for part in obstore.get(_store(address.bucket), address.key).stream(min_chunk_size=READ_BYTES):
            write(bytes(part))
    except (NotFoundError, FileNotFoundError) as error:
        raise SourceError(f"couldn't open '{address}': no such object") from error
    except BaseError as error:
        raise _unread(address, error) from error


def put(file: IO[bytes] | bytes, address: ObjectAddress, *, overwrite: bool) -> None:
    """Stores it whole or not at all. Raises OutputError, also if the object is there already and may not be replaced.

    A store that cannot refuse to replace is asked beforehand.
    """
    store = _store(address.bucket)
    try:
        if not overwrite:
            try:
                obstore.put(store, address.key, file, mode="create")
                return
            except NotSupportedError:
                if look_up(address):
                    raise AlreadyExistsError from None
                if not isinstance(file, bytes):
                    file.seek(0)
        obstore.put(store, address.key, file)
    except AlreadyExistsError as error:
        raise OutputError(f"'{address}' is already there", hint="add --overwrite to replace it") from error
    except (BaseError, OSError) as error:
        raise OutputError(
            f"couldn't store '{address}': {_first_line(error)}", hint="nothing was left behind"
        ) from error


@functools.cache
def _store(bucket: str) -> obstore.store.ObjectStore:
    """Credentials are this machine's own: they come from its environment."""
    try:
        return from_url(bucket, retry_config=RETRIES)
    except (BaseError, ValueError) as error:
        raise SettingsError(f"couldn't open '{bucket}': {_first_line(error)}") from error


def _unread(address: ObjectAddress, error: Exception) -> SourceError:
    hint = "check the address and the credentials in the environment"
    return SourceError(f"couldn't read '{address}': {_first_line(error)}", hint=hint)


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]
