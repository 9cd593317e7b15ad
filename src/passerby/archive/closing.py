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

from collections.abc import Iterator
from pathlib import Path

from passerby.archive.names import camera_and_start_of
from passerby.archive.places import Places
from passerby.archive.spool import SpoolFile, waiting_in
from passerby.archive.writer import facts_of
from passerby.errors import PasserbyError
from passerby.folders import sync
from passerby.media.alarms import Alarm, AlarmKind
from passerby.media.segments import ObjectState


def finish_waiting(places: Places) -> Iterator[Alarm]:
    """Store every open object that nobody holds. Those that fail keep waiting, with an alarm each."""
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
        # The point of no return. Crash before it: the row says open, the file is found here and everything is repeated.
        # Crash after it: the row says closed, the store has the bytes, and the file here is a second name or a copy.
        places.rows.save(facts, file.init)
        path.unlink()
        sync(places.spool)
    finally:
        file.release()
