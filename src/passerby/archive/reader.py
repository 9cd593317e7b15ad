"""Reads recordings: ranges of time to play, stills, activity. Who may see them is decided elsewhere."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import groupby
from pathlib import Path

from passerby.archive.export import ExportedFile, export_range
from passerby.archive.names import open_path
from passerby.archive.other_spools import Elsewhere, stretches_of
from passerby.archive.places import Places
from passerby.archive.playlist import Playlist, PlaylistEntry, activity_in, make_playlist
from passerby.archive.still import Still, still_at, thumbnail_of
from passerby.errors import SourceError
from passerby.media.segments import TICKS_PER_S, ArchivedObject, Fragment, InitSegment, ObjectState
from passerby.objects.names import ObjectName, name_of_key

_NEWEST_90K = 60 * TICKS_PER_S
_AT_ONCE = 16  # GOPs in one request: about 1 MB, so that a remote store answers a few requests a second at most


class Reader:
    """Of one archive. Objects that began before since_90k are ignored."""

    def __init__(self, places: Places, inits: dict[str, InitSegment], since_90k: int = 0) -> None:
        """inits: those read before, by id."""
        self._places, self._inits, self._since_90k = places, inits, since_90k

    def newest_still(self, camera: str, now_90k: int) -> Still | None:
        """The newest recorded picture of the last minute. Raises as `read` does."""
        at_90k = self.newest_still_at_90k(camera, now_90k)
        return None if at_90k is None else self.still(camera, at_90k)

    def newest_still_at_90k(self, camera: str, now_90k: int) -> int | None:
        """The time of the newest recorded picture; None: nothing was recorded in the last minute."""
        entries = self.playlist(camera, now_90k - _NEWEST_90K, now_90k + 1).entries
        return entries[-1].gop.end_90k - 1 if entries else None

    def playlist(self, camera: str, from_90k: int, to_90k: int) -> Playlist:
        """What was recorded in a range of time, up to the last whole GOP."""
        return make_playlist(self._places.rows.between(camera, from_90k, to_90k), from_90k, to_90k, self._since_90k)

    def activity(self, camera: str, from_90k: int, to_90k: int, parts: int) -> bytes:
        """The highest activity, 0..255, in each of `parts` equal parts of a range of time."""
        found = self._places.rows.indexes_between(camera, from_90k, to_90k)
        return activity_in((each for each in found if each[0] >= self._since_90k), from_90k, to_90k, parts)

    def elsewhere(self, camera: str, from_90k: int, to_90k: int) -> list[Elsewhere]:
        """What was recorded in a range of time and is in the spools of other machines, in order of time."""
        others = self._places.others
        if others is None:
            return []
        found = self._places.rows.open_between(camera, from_90k, to_90k)
        mine = self._places.spool_name
        return stretches_of([each for each in found if each[2] != mine and each[0] >= self._since_90k], others)

    def far_bytes(self, entries: Sequence[PlaylistEntry]) -> int:
        """How much of this would have to come over a thin line."""
        far = {key for key in {each.key for each in entries} if self._has_to_come_far(key)}
        return sum(each.gop.size for each in entries if each.key in far)

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
        if found is None or found.state is ObjectState.DELETING or found.start_90k < self._since_90k:
            return None
        return found

    def still(self, camera: str, at_90k: int) -> Still | None:
        """The recorded picture at a time, None if there is none. Raises as `read` does."""
        return still_at(self.fragments(camera, at_90k, at_90k + 1), at_90k)

    def has_still(self, camera: str, at_90k: int) -> bool:
        """Whether `still` would find one, without reading it."""
        return bool(self.playlist(camera, at_90k, at_90k + 1).entries)

    def is_far(self, camera: str, at_90k: int) -> bool:
        """Whether what was recorded at a time would have to come over a thin line, or cannot come at all."""
        if self._places.others is None:
            return False
        entries = self.playlist(camera, at_90k, at_90k + 1).entries
        return bool(entries) and self._has_to_come_far(entries[0].key)

    def thumbnail(self, camera: str, at_90k: int, width_px: int) -> Still | None:
        """A small picture of the GOP of a time. None if there is none, if it is damaged or was just deleted, or if it
        would have to come over a thin line."""
        if self.is_far(camera, at_90k):
            return None
        try:
            gop = next(self.fragments(camera, at_90k, at_90k + 1), None)
        except FileNotFoundError:
            return None
        return None if gop is None else thumbnail_of(gop, width_px)

    def fragments(self, camera: str, from_90k: int, to_90k: int) -> Iterator[Fragment]:
        """The GOPs of a range of time, each as one fragment that begins with a key frame. Raises as `read` does."""
        return self._fragments(self.playlist(camera, from_90k, to_90k).entries)

    def export(self, camera: str, from_90k: int, to_90k: int, path: Path, *, overwrite: bool = False) -> ExportedFile:
        """One MP4 of a range of time, not re-encoded. Raises OutputError, SourceError."""
        playlist = self.playlist(camera, from_90k, to_90k)
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
        name = name_of_key(key)
        if name is None:
            raise FileNotFoundError(f"'{key}' names no recording")
        with suppress(FileNotFoundError):
            return read_open(self._places.spool, name, starts, lengths)
        if (spool := self._spool_elsewhere(key)) is not None and self._places.others is not None:
            with suppress(FileNotFoundError):
                return self._places.others.read(spool, key, starts, lengths)
        return self._places.store.read_many(key, starts, lengths)  # closed, perhaps a moment ago

    def _spool_elsewhere(self, key: str) -> str | None:
        if self._places.others is None:
            return None
        spool = self._places.rows.spool_of_open(key)
        return None if spool == self._places.spool_name else spool

    def _has_to_come_far(self, key: str) -> bool:
        spool = self._spool_elsewhere(key)
        place = self._places.others.place(spool) if self._places.others and spool else None
        return place is not None and (place.stays or not place.is_there)


def read_open(spool: Path, name: ObjectName, starts: Sequence[int], lengths: Sequence[int]) -> list[bytes]:
    """Ranges of an object in a spool. Raises FileNotFoundError, OSError."""
    with open_path(spool, name).open("rb") as file:
        return [os.pread(file.fileno(), length, start) for start, length in zip(starts, lengths, strict=True)]
