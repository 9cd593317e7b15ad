"""The public interface of the archive: record cameras, maintain what is stored, play ranges of time."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path

from passerby.archive.closing import finish_waiting
from passerby.archive.export import ExportedFile, export_range
from passerby.archive.future_dated import retire_ahead
from passerby.archive.history import History
from passerby.archive.names import open_path
from passerby.archive.places import Places
from passerby.archive.playlist import Playlist, PlaylistEntry, activity_in, make_playlist
from passerby.archive.recovery import match_store_and_rows, mend_open_rows
from passerby.archive.retention import Space, finish_deleting, retire
from passerby.archive.rows import Rows
from passerby.archive.still import Still, still_at, thumbnail_of
from passerby.archive.waiting import retire_waiting
from passerby.archive.writer import CameraWriter
from passerby.closing import Closing
from passerby.errors import PasserbyError, SourceError
from passerby.folders import made_once
from passerby.media.alarms import Alarm, AlarmKind
from passerby.media.segments import TICKS_PER_S, ArchivedObject, Fragment, InitSegment, ObjectState
from passerby.objects.names import camera_and_start_of_key, check_camera
from passerby.objects.store import Store
from passerby.rules.retention import OBJECT_90K, KeepAll

_NEWEST_90K = 60 * TICKS_PER_S
_AT_ONCE = 16  # GOPs in one request: about 1 MB, so that a remote store answers a few requests a second at most


class Archive(Closing):
    """Several processes may have the same archive open; each camera is written by only one of them.

    since_90k: if given, objects that began earlier are ignored.

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
    ) -> None:
        """folder: for open objects, on a local disk; and for everything else unless placed elsewhere.

        catalogue_url: see `open_database`. store: see `Store`. object_90k: the length of an object. Raises
        SettingsError, OutputError.
        """
        spool = folder / "spool"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        spool.mkdir(exist_ok=True, mode=0o700)
        self._space, self._object_90k = space or Space(), object_90k
        self._is_to_recover = False
        rows = Rows(catalogue_url or f"sqlite:///{folder / 'catalogue.sqlite3'}")
        self.history = History(rows)
        self._places = Places(rows, Store(store or folder / "objects", folder / "stores"), spool, _name_of(spool))
        self._inits: dict[str, InitSegment] = {}

    def close(self) -> None:
        """Close the writers first."""
        self._places.rows.close()

    def writer(self, camera: str, object_90k: int | None = None) -> CameraWriter:
        """For one camera. object_90k: the length of its objects; None: this archive's default. Raises SettingsError for
        a name that cannot be part of a path."""
        check_camera(camera)
        places = self._places
        length_90k = object_90k or self._object_90k
        return CameraWriter(camera, places.spool, places.spool_name, places.rows, length_90k)

    def recover(self) -> list[Alarm]:
        """Repair what a crash left, so that every row has its bytes and all bytes their row. Lists the whole store.

        Writers may run meanwhile. Raises OutputError, SourceError if the catalogue or the store cannot be read.
        """
        steps = (finish_waiting, mend_open_rows, finish_deleting, match_store_and_rows)
        alarms = [alarm for step in steps for alarm in step(self._places)]
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
        alarms = [
            *finish_waiting(self._places),
            *retire_ahead(self._places, keep, now_90k),
            *retire(self._places, keep, self._space, now_90k),
            *retire_waiting(self._places, keep, self._space, now_90k),
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

    def newest_still(self, camera: str, now_90k: int, *, since_90k: int = 0) -> Still | None:
        """The newest recorded picture of the last minute. Raises as `read` does."""
        at_90k = self.newest_still_at_90k(camera, now_90k, since_90k=since_90k)
        return None if at_90k is None else self.still(camera, at_90k, since_90k=since_90k)

    def newest_still_at_90k(self, camera: str, now_90k: int, *, since_90k: int = 0) -> int | None:
        """The time of the newest recorded picture; None: nothing was recorded in the last minute."""
        entries = self.playlist(camera, now_90k - _NEWEST_90K, now_90k + 1, since_90k=since_90k).entries
        return entries[-1].gop.end_90k - 1 if entries else None

    def playlist(self, camera: str, from_90k: int, to_90k: int, *, since_90k: int = 0) -> Playlist:
        """What was recorded in a range of time, up to the last whole GOP."""
        return make_playlist(self._places.rows.between(camera, from_90k, to_90k), from_90k, to_90k, since_90k)

    def activity(self, camera: str, from_90k: int, to_90k: int, parts: int, *, since_90k: int = 0) -> bytes:
        """The highest activity, 0..255, in each of `parts` equal parts of a range of time."""
        found = self._places.rows.indexes_between(camera, from_90k, to_90k)
        return activity_in((each for each in found if each[0] >= since_90k), from_90k, to_90k, parts)

    def init(self, id: str) -> InitSegment:
        """Raises SourceError if there is none with that id."""
        if id not in self._inits:
            found = self._places.rows.init(id)
            if found is None:
                raise SourceError(f"there is no init segment '{id}' in the archive")
            self._inits[id] = found
        return self._inits[id]

    def read(self, key: str, start: int, length: int) -> bytes:
        """Bytes of an object, open or closed. Raises SourceError; FileNotFoundError if it was deleted meanwhile."""
        return self._read_many(key, [start], [length])[0]

    def find(self, key: str) -> ArchivedObject | None:
        """An object, up to its last whole GOP. None if it does not exist or may not be read."""
        found = self._places.rows.find(key)
        return None if found is None or found.state is ObjectState.DELETING else found

    def total_bytes(self) -> int:
        """The size of all objects except those being deleted."""
        return self._places.rows.total_bytes()

    def newest_ends(self, cameras: Iterable[str]) -> dict[str, int]:
        """When the newest recording of each camera ends, UTC. Cameras without recordings are left out."""
        return self._places.rows.newest_ends(cameras)

    def still(self, camera: str, at_90k: int, *, since_90k: int = 0) -> Still | None:
        """The recorded picture at a time, None if there is none. Raises as `read` does."""
        return still_at(self.fragments(camera, at_90k, at_90k + 1, since_90k=since_90k), at_90k)

    def thumbnail(self, camera: str, at_90k: int, width_px: int, *, since_90k: int = 0) -> Still | None:
        """A small picture of the GOP of a time. None if there is none, or if it is damaged or was just deleted."""
        try:
            gop = next(self.fragments(camera, at_90k, at_90k + 1, since_90k=since_90k), None)
        except FileNotFoundError:
            return None
        return None if gop is None else thumbnail_of(gop, width_px)

    def fragments(self, camera: str, from_90k: int, to_90k: int, *, since_90k: int = 0) -> Iterator[Fragment]:
        """The GOPs of a range of time, each as one fragment that begins with a key frame. Raises as `read` does."""
        return self._fragments(self.playlist(camera, from_90k, to_90k, since_90k=since_90k).entries)

    def export(
        self, camera: str, from_90k: int, to_90k: int, path: Path, *, overwrite: bool = False, since_90k: int = 0
    ) -> ExportedFile:
        """One MP4 of a range of time, not re-encoded. Raises OutputError, SourceError."""
        playlist = self.playlist(camera, from_90k, to_90k, since_90k=since_90k)
        return export_range(playlist, self._fragments(playlist.entries), path, overwrite=overwrite)

    def _fragments(self, entries: Sequence[PlaylistEntry]) -> Iterator[Fragment]:
        for key, of_object in groupby(entries, lambda entry: entry.key):
            some = list(of_object)
            for first in range(0, len(some), _AT_ONCE):
                batch = some[first : first + _AT_ONCE]
                data = self._read_many(key, [each.gop.offset for each in batch], [each.gop.size for each in batch])
                for entry, piece in zip(batch, data, strict=True):
                    gop, init = entry.gop, self.init(entry.init_id)
                    yield Fragment(init, gop.start_90k, gop.duration_90k, True, piece, gop.activity)

    def _read_many(self, key: str, starts: Sequence[int], lengths: Sequence[int]) -> list[bytes]:
        name = camera_and_start_of_key(key)
        if name is None:
            raise FileNotFoundError(f"'{key}' names no recording")
        try:
            with open_path(self._places.spool, *name).open("rb") as file:
                return [os.pread(file.fileno(), length, start) for start, length in zip(starts, lengths, strict=True)]
        except FileNotFoundError:
            return self._places.store.read_many(key, starts, lengths)  # closed, perhaps a moment ago


def _name_of(spool: Path) -> str:
    """The name of this spool in the catalogue's rows: random, made once and stored in the spool."""
    path = spool / "name"
    if not path.exists():
        made_once(path, secrets.token_hex(8).encode("ascii"))  # two processes that start together use the same one
    return path.read_text(encoding="ascii").strip()
