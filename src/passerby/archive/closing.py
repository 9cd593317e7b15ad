"""Closes objects that are no longer written: seals and stores them, closes their rows, removes the files in the spool.

An object goes through these steps. A crash may come after any of them:

1. file in the spool, held by its writer         recovery cuts it at its last whole fragment and seals it
2. row, state open                               created or updated from the file
3. sealed: index inside, on the disk             repeated
4. bytes in the store, under the key             repeated: the same bytes under the same key; a partial copy is removed
5. row, state closed                             POINT OF NO RETURN: from here on the store has it, before it the spool
6. file in the spool removed                     a closed row whose file is still there: steps 4 to 6 again

Deleting goes the other way round: the row is set to deleting (from here on nobody reads it), the bytes are deleted, the
row is deleted. So no byte is ever without a row: whatever is left of it is found by its row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from passerby.archive.names import name_of
from passerby.archive.places import Places
from passerby.archive.spool import SpoolFile, held, waiting_in
from passerby.archive.uploads import Uploads, UploadStopped
from passerby.archive.writer import facts_of
from passerby.errors import CatalogueAway, PasserbyError, StoreAway, Superseded
from passerby.folders import sync
from passerby.media.alarms import Alarm, AlarmKind
from passerby.media.segments import ObjectState

HandIn = Callable[[], int | None]
"""Returns the token under which this machine may hand in what it recorded before others took its cameras; None if it
has none at the moment."""


def finish_waiting(places: Places, hand_in: HandIn = lambda: None, uploads: Uploads | None = None) -> Iterator[Alarm]:
    """Store every open object that nobody holds, the oldest first. Those that fail keep waiting, with an alarm each;
    where the store or the catalogue is away, with one for all. uploads: None: they may all leave at once."""
    for path in waiting_in(places.spool):
        if uploads is not None and not uploads.may_begin():
            return
        try:
            finish(places, path, hand_in, uploads)
        except UploadStopped:
            return
        except (StoreAway, CatalogueAway) as error:
            yield _all_wait(places, error)
            return
        except (PasserbyError, OSError) as error:
            yield _one_waits(path, error)


class Noted:
    """Which objects of a spool have rows that say all there is of them, though their bytes stay here for now. In
    memory: after a restart the rows themselves say so."""

    def __init__(self) -> None:
        self._paths: set[Path] | None = None

    def note_waiting(self, places: Places, hand_in: HandIn) -> Iterator[Alarm]:
        """Bring the rows of open objects that nobody holds up to date, the oldest first."""
        waiting = waiting_in(places.spool)
        try:
            paths = self._paths = set(_said(places, waiting)) if self._paths is None else self._paths & set(waiting)
        except (PasserbyError, OSError) as error:
            yield _all_wait(places, error)
            return
        for path in waiting:
            try:
                if path not in paths and (noted := _note(places, path, hand_in)) is not None:
                    paths.add(noted)
            except CatalogueAway as error:
                yield _all_wait(places, error)
                return
            except (PasserbyError, OSError) as error:
                yield _one_waits(path, error)


def _all_wait(places: Places, error: Exception) -> Alarm:
    return Alarm(AlarmKind.STORE, None, f"Recordings are waiting in '{places.spool}': {error}")


def _one_waits(path: Path, error: Exception) -> Alarm:
    name = name_of(path)
    return Alarm(AlarmKind.STORE, name.camera if name else None, f"A recording is waiting in '{path}': {error}")


def _said(places: Places, waiting: Iterable[Path]) -> Iterator[Path]:
    """Those of which the rows say everything."""
    sizes = places.rows.open_sizes(places.spool_name)
    for path in waiting:
        name = name_of(path)
        with held(path) as is_ours:
            if is_ours and name is not None and sizes.get(name.key) == path.stat().st_size:
                yield path


def _note(places: Places, path: Path, hand_in: HandIn) -> Path | None:
    """Where it is afterwards; None if somebody holds it, or the store has it. Raises OutputError, OSError."""
    file = SpoolFile.take(path)
    if file is None:
        return None
    try:
        file.seal()
        if _is_stored(places, file, hand_in):
            file.path.unlink()
            return None
        return file.path
    finally:
        file.release()


def finish(places: Places, path: Path, hand_in: HandIn, uploads: Uploads | None = None) -> None:
    """Steps 3 to 6 for one object, if nobody holds it. Raises OutputError, OSError."""
    file = SpoolFile.take(path)
    if file is None:
        return
    try:
        file.seal()
        if file.name.token and _is_stored(places, file, hand_in):
            file.path.unlink()
            return
        facts = facts_of(file, file.gops, ObjectState.CLOSED, places.spool_name)
        wait = uploads.wait if uploads else None
        places.store.put(file.path, facts.key, is_only_ours=not file.name.token, wait=wait)
        # The point of no return. Crash before it: the row says open, the file is found here and everything is repeated.
        # Crash after it: the row says closed, the store has the bytes, and the file here is a second name or a copy.
        try:
            places.rows.save(facts, file.init)
        except Superseded:  # between the two: its key is no other machine's, and the next round hands it in
            places.store.delete(facts.key)
            raise
        file.path.unlink()
        sync(places.spool)
    finally:
        file.release()


def _is_stored(places: Places, file: SpoolFile, hand_in: HandIn) -> bool:
    """Its row comes before its bytes, so that none are written under a token that is no longer the camera's.

    If it is not, and the object is not stored yet, it is handed in under another: the new name is on the disk first, so
    that every later attempt uses the same one. Raises Superseded if there is no other token at the moment."""
    try:
        places.rows.save(facts_of(file, file.gops, ObjectState.OPEN, places.spool_name), file.init)
    except Superseded:
        found = places.rows.find(file.name.key)
        if found is not None and found.state is ObjectState.CLOSED:
            return True
        token = hand_in()
        if token is None:
            raise
        file.rename(replace(file.name, token=token))
        places.rows.save(facts_of(file, file.gops, ObjectState.OPEN, places.spool_name), file.init)
    return False
