"""The public interface of the archive: record cameras, maintain what is stored, play ranges of time."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from passerby.archive.closing import HandIn, Noted, finish_waiting
from passerby.archive.future_dated import retire_ahead
from passerby.archive.history import History
from passerby.archive.other_spools import OtherSpools
from passerby.archive.places import Places
from passerby.archive.reader import Reader, read_open
from passerby.archive.recovery import match_store_and_rows, mend_open_rows
from passerby.archive.retention import Space, finish_deleting, retire
from passerby.archive.rows import Rows
from passerby.archive.uploads import Uploads
from passerby.archive.waiting import retire_waiting
from passerby.archive.whole_days import prepare_days, retire_days
from passerby.archive.writer import CameraWriter
from passerby.closing import Closing
from passerby.errors import PasserbyError
from passerby.folders import made_once
from passerby.media.alarms import Alarm, AlarmKind
from passerby.objects.names import check_camera, name_of_key
from passerby.objects.store import Store
from passerby.rules.retention import OBJECT_90K, KeepAll

_SOON_S = 0.1
_GOOD_FOR = 100
"""An answer is good for so many times as long as it took, unless it came soon."""


class Archive(Reader, Closing):
    """Several processes may have the same archive open; each camera is written by only one of them.

    Start with `recover` or `recover_later`. Call `maintain` every few seconds: it stores objects that writers ended.
    """

    def __init__(
        self,
        folder: Path,
        *,
        catalogue_url: str | None = None,
        store: str | Path | None = None,
        space: Space | None = None,
        object_90k: int = OBJECT_90K,
        hand_in: HandIn = lambda: None,
        is_ready: bool = False,
        others: OtherSpools | None = None,
        uploads: Uploads | None = None,
    ) -> None:
        """folder: for open objects, on a local disk; and for everything else unless placed elsewhere.

        catalogue_url, is_ready: see `open_database`. store: see `Store`. object_90k: the length of an object. hand_in:
        see `HandIn`; needed with fencing tokens only. others: the spools of other machines. uploads:
        when recordings may leave this machine; None: at once. Raises SettingsError, OutputError.
        """
        spool = folder / "spool"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        spool.mkdir(exist_ok=True, mode=0o700)
        self._space, self._object_90k = space or Space(), object_90k
        self._is_to_recover, self._hand_in = False, hand_in
        self._uploads, self._noted = uploads, Noted()
        self._total, self._total_until_s = 0, 0.0
        rows = Rows(catalogue_url or f"sqlite:///{folder / 'catalogue.sqlite3'}", is_ready=is_ready)
        self.history = History(rows)
        places = Places(rows, Store(store or folder / "objects", folder / "stores"), spool, _name_of(spool), others)
        super().__init__(places, {})

    def close(self) -> None:
        """Close the writers first."""
        self._places.rows.close()

    def writer(self, camera: str, object_90k: int | None = None, token: int = 0) -> CameraWriter:
        """For one camera. object_90k: the length of its objects; None: this archive's default. token: the fencing token
        of this machine, 0 if there is only one. Raises SettingsError for a name that cannot be part of a path."""
        check_camera(camera)
        places = self._places
        length_90k = object_90k or self._object_90k
        return CameraWriter(camera, places.spool, places.spool_name, places.rows, length_90k, token)

    def recover(self) -> list[Alarm]:
        """Repair what a crash left, so that every row has its bytes and all bytes their row. Lists the whole store.

        Writers may run meanwhile. Raises OutputError, SourceError if the catalogue or the store cannot be read.
        """
        steps = (mend_open_rows, finish_deleting, match_store_and_rows)
        alarms = [*self.finish_ended(), *(alarm for step in steps for alarm in step(self._places))]
        self._is_to_recover = False
        return alarms

    def recover_later(self) -> None:
        """The same within `maintain`, each time until it succeeds: writers need not wait for a store that is large or
        unreachable."""
        self._is_to_recover = True

    def maintain(self, keep: KeepAll, now_90k: int) -> list[Alarm]:
        """Store objects that ended, delete what is due.

        Failures are retried in the next call, and reported each time. Raises OutputError if rows cannot be read.
        """
        prepare_days(self._places.rows, keep, now_90k)
        alarms = [
            *(self.finish_ended() if self._uploads is None else ()),
            *retire_ahead(self._places, keep, now_90k),
            *retire_days(self._places, keep, now_90k),
            *retire(self._places, keep, self._space, now_90k),
            *self.keep_spool(keep, now_90k),
            *self._recovered(),
        ]
        self.history.retire(keep, now_90k)
        return alarms

    def _recovered(self) -> Iterator[Alarm]:
        """The steps of `recover` that `maintain` does not do anyway, until they have succeeded."""
        if not self._is_to_recover:
            return
        try:
            for step in (mend_open_rows, match_store_and_rows):
                yield from step(self._places)
        except (PasserbyError, OSError) as error:
            yield Alarm(AlarmKind.STORE, None, f"It is not known yet whether all recordings are there: {error}")
            return
        self._is_to_recover = False

    def finish_ended(self) -> list[Alarm]:
        """Store the objects of this machine's spool that ended, as far as they may leave. Part of `maintain`, unless
        the line is thin: then it takes as long as that needs."""
        return list(finish_waiting(self._places, self._hand_in, self._uploads))

    def keep_spool(self, keep: KeepAll, now_90k: int) -> list[Alarm]:
        """Delete what is due in this machine's spool, also while it is cut off; and bring the rows of what stays in it
        up to date. Part of `maintain`."""
        alarms = list(retire_waiting(self._places, keep, self._space, now_90k))
        if self._uploads is not None:
            alarms += self._noted.note_waiting(self._places, self._hand_in)
        return alarms

    @property
    def spool_name(self) -> str:
        """Of this machine's spool, in the rows."""
        return self._places.spool_name

    def read_spooled(self, key: str, start: int, length: int) -> bytes | None:
        """Bytes of an object in this machine's spool, fewer at its end. None if it is not there. Raises OSError."""
        name = name_of_key(key)
        if name is None:
            return None
        try:
            return read_open(self._places.spool, name, [start], [length])[0]
        except FileNotFoundError:
            return None

    def raise_fences(self, cameras: Iterable[str], token: int) -> None:
        """From now on what others write of these cameras under a lower token is refused. Raises OutputError."""
        self._places.rows.raise_fences(cameras, token)

    def fenced_above(self, tokens: Mapping[str, int]) -> set[str]:
        """The cameras of which a higher token was seen. Raises OutputError."""
        return self._places.rows.fenced_above(tokens)

    def server_now_90k(self) -> int:
        """UTC by the clock that all machines share. Raises OutputError."""
        return self._places.rows.server_now_90k()

    def is_usable(self) -> bool:
        """See `catalogue.compatibility`. Raises OutputError."""
        return self._places.rows.is_usable()

    def highest_token(self) -> int:
        """The highest fencing token of any camera. Raises OutputError."""
        return self._places.rows.highest_token()

    def total_bytes(self) -> int:
        """The size of all objects except those being deleted. Where there are millions, as it was some minutes ago."""
        began_s = time.monotonic()
        if began_s >= self._total_until_s:
            self._total = self._places.rows.total_bytes()
            self._total_until_s = began_s + (time.monotonic() - began_s - _SOON_S) * _GOOD_FOR
        return self._total

    def newest_ends(self, cameras: Iterable[str]) -> dict[str, int]:
        """When the newest recording of each camera ends, UTC. Cameras without recordings are left out."""
        return self._places.rows.newest_ends(cameras)

    def since(self, since_90k: int) -> Reader:
        """The same recordings without the objects that began earlier."""
        return Reader(self._places, self._inits, since_90k)


def _name_of(spool: Path) -> str:
    """The name of this spool in the catalogue's rows: random, made once and stored in the spool."""
    path = spool / "name"
    if not path.exists():
        made_once(path, secrets.token_hex(8).encode("ascii"))  # two processes that start together use the same one
    return path.read_text(encoding="ascii").strip()
