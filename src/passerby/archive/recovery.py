"""Finishes what was begun: open objects that nobody holds, rows without bytes, bytes without rows.

An object goes through these steps, each of which may be the last before a crash:

1. file in the spool, held by its writer         the file tells all: it is cut at its last whole fragment and sealed
2. row, state open                               made or mended from the file
3. sealed: index inside, on the disk             done again
4. bytes in the store, under the key             put again: the same bytes under the same key; half a copy goes
5. row, state closed                             POINT OF NO RETURN: from here on the store has it, before it the spool
6. file in the spool removed                     a closed row whose file is still there: steps 4 to 6 again

Deleting is the other way round: row says deleting (from here on nobody reads it), bytes go, row goes. So there is never
a byte without a row: whatever is left of it is found by its row.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from passerby.archive.catalogue import Catalogue
from passerby.archive.names import camera_and_start_of, camera_and_start_of_key, open_path
from passerby.archive.spool import SpoolFile, waiting_in
from passerby.archive.store import Store
from passerby.archive.writer import facts_of
from passerby.errors import PasserbyError
from passerby.folders import sync
from passerby.media.alarms import Alarm, AlarmKind
from passerby.media.mp4.index import ROOM_BYTES, read_index
from passerby.media.mp4.init import read_init
from passerby.media.segments import TICKS_PER_S, ArchivedObject, InitSegment, ObjectState

_HEAD_BYTES = 4096  # an init segment is under 1 kB


@dataclass(frozen=True, slots=True)
class Places:
    """Where an archive's things are. spool: the folder of open objects; spool_name: what rows call it."""

    catalogue: Catalogue
    store: Store
    spool: Path
    spool_name: str


def finish_waiting(places: Places) -> Iterator[Alarm]:
    """Store every open object that nobody holds. Those that cannot be now wait on, and are told of."""
    for path in waiting_in(places.spool):
        try:
            finish(places, path)
        except (PasserbyError, OSError) as error:
            name = camera_and_start_of(path)
            yield Alarm(AlarmKind.STORE, name and name[0], f"A recording is waiting in '{path}': {error}")


def finish(places: Places, path: Path) -> None:
    """Steps 3 to 6 for one object, if nobody holds it. Raises OutputError, OSError."""
    file = SpoolFile.take(path)
    if file is None:
        return
    try:
        file.seal()
        facts = facts_of(file, file.gops, ObjectState.CLOSED, places.spool_name)
        places.store.put(path, facts.key)
        # The point of no return. A crash before it: the row says open, the file is found here and all is done again.
        # After it: the row says closed, its bytes are in the store, and the file here is only a second name or copy.
        places.catalogue.save(facts, file.init)
        path.unlink()
        sync(places.spool)
    finally:
        file.release()


def mend_open_rows(places: Places) -> Iterator[Alarm]:
    """Rows of this spool that say open though no file is in it: the crash, or the power, came around step 5 or 6."""
    for row in places.catalogue.in_state(ObjectState.OPEN):
        if row.spool != places.spool_name or open_path(places.spool, row.camera, row.start_90k).exists():
            continue
        now = places.catalogue.find(row.key)  # it may have been closed while we looked
        if now is None or now.state is not ObjectState.OPEN:
            continue
        yield from _mend_from_store(places, row, ObjectState.OPEN)


def match_store_and_rows(places: Places) -> Iterator[Alarm]:
    """Bytes in the store without a row get one, or go where they are half a copy; closed rows without bytes go, with an
    alarm. Lists the whole store."""
    places.store.remove_halves()
    places.store.remove_empty_folders()
    in_store = set(places.store.keys())
    rows = {row.key: row for state in ObjectState for row in places.catalogue.in_state(state)}
    for key in sorted(in_store - rows.keys()):
        found = read_object(places, key)
        if found is None:
            yield Alarm(
                AlarmKind.STRANGE, None, f"'{key}' in the store is not a recording of passerby, or it is damaged"
            )
        elif places.catalogue.find(key) is None:
            places.catalogue.save(*found)
    for key, row in sorted(rows.items()):
        if row.state is ObjectState.CLOSED and key not in in_store:
            yield from _mend_from_store(places, row, ObjectState.CLOSED)


def _mend_from_store(places: Places, row: ArchivedObject, state: ObjectState) -> Iterator[Alarm]:
    """Make the row say what is in the store; where nothing is, take it away. A row that had whole GOPs is a loss.
    Raises OutputError, SourceError."""
    found = read_object(places, row.key)
    if found is not None:
        places.catalogue.save(*found)
        return
    places.store.check()  # else it may only be away
    places.catalogue.forget(row.key, state)
    if row.size:
        length_s = (row.end_90k - row.start_90k) // TICKS_PER_S
        yield Alarm(
            AlarmKind.LOST, row.camera, f"A recording of {length_s} s is missing: there are no bytes for '{row.key}'"
        )


def read_object(places: Places, key: str) -> tuple[ArchivedObject, InitSegment] | None:
    """What a stored object says of itself by its index; None: it is gone, or none of ours. Raises SourceError."""
    try:
        size = places.store.size(key)
        name = camera_and_start_of_key(key)
        if size is None or name is None or size <= ROOM_BYTES:
            return None
        head = places.store.read(key, 0, min(size, _HEAD_BYTES + ROOM_BYTES))
    except FileNotFoundError:
        return None
    init = read_init(head)
    gops = read_index(head, len(init.data)) if init else ()
    if init is None or not gops or gops[-1].offset + gops[-1].size > size:
        return None
    facts = ArchivedObject(
        name[0], key, gops[0].start_90k, gops[-1].end_90k, size, ObjectState.CLOSED, init.id, places.spool_name, gops
    )
    return facts, init
