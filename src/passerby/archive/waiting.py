"""Deletes ended objects that wait in the spool, if they are over their limit or their disk is full.

It does so on a machine that is cut off too: then the rows follow when the catalogue is back.
"""

from __future__ import annotations

import shutil
from collections.abc import Generator, Iterator
from pathlib import Path

from passerby.archive.names import GONE_SUFFIX, OPEN_SUFFIX, gone_path, name_of
from passerby.archive.places import Places
from passerby.archive.retention import Space, delete
from passerby.archive.spool import held, waiting_in
from passerby.errors import CatalogueAway, PasserbyError
from passerby.folders import sync
from passerby.media.alarms import Alarm, AlarmKind
from passerby.rules.retention import KeepAll, Recording, decide, limit_90k


def retire_waiting(places: Places, keep: KeepAll, space: Space, now_90k: int) -> Iterator[Alarm]:
    """Never touches what a writer holds, nor what is being stored. Call after `retire`, which frees space if the store
    is on the same disk."""
    bytes_over = space.min_free_bytes - shutil.disk_usage(places.spool).free
    waiting = {found.key: (found, path) for path in waiting_in(places.spool) if (found := _recording(path))}
    # Usually there is one for each camera, and it is held: the lock is only checked for those that may be deleted.
    free = [
        found
        for found, path in waiting.values()
        if (bytes_over > 0 or found.start_90k <= limit_90k(keep.of(found.camera), now_90k)) and _is_free(path)
    ]
    verdict = decide(free, keep, now_90k, bytes_over)
    is_away = yield from finish_gone(places)
    for key in verdict.go:
        is_away = yield from _delete(places, *waiting[key], is_away=is_away)
    for short in verdict.short:
        says = f"Recordings of camera '{short.camera}' that waited for the store are deleted: its disk is full"
        yield Alarm(AlarmKind.SPACE, short.camera, f"{says} ('{places.spool}')")
    if verdict.still_over and not _is_on_disk_of_store(places):  # else `retire` reported it
        says = f"There are {verdict.still_over} bytes too few on the disk of '{places.spool}'"
        yield Alarm(AlarmKind.SPACE, None, f"{says}: soon nothing may be recorded")


def _is_on_disk_of_store(places: Places) -> bool:
    folder = places.store.folder
    if folder is None:
        return False
    try:
        places.store.check()
        return folder.stat().st_dev == places.spool.stat().st_dev
    except (PasserbyError, OSError):
        return False


def _recording(path: Path) -> Recording | None:
    """None if it was finished meanwhile."""
    name = name_of(path)
    try:
        return Recording(name.key, name.camera, name.start_90k, path.stat().st_size) if name else None
    except FileNotFoundError:
        return None


def _is_free(path: Path) -> bool:
    with held(path) as is_ours:
        return is_ours


def _delete(places: Places, recording: Recording, path: Path, *, is_away: bool) -> Generator[Alarm, None, bool]:
    """Marks the row first. After a crash in between, the file is found here again, and is never played. Returns whether
    the catalogue is away; is_away: it was a moment ago, and is not waited for again."""
    try:
        with held(path) as is_ours:
            if not is_ours:
                return is_away
            is_away = is_away or not _is_marked(places, recording.key)
            if is_away:
                gone_path(path).touch()
            path.unlink()
            sync(places.spool)
    except (PasserbyError, OSError) as error:
        says = f"A recording that should be gone is still in '{path}': {error}"
        yield Alarm(AlarmKind.DELETE, recording.camera, says)
        return is_away
    if not is_away:  # an interrupted put may have left all of it in the store
        yield from delete(places, recording.camera, recording.key)
    return is_away


def finish_gone(places: Places) -> Generator[Alarm, None, bool]:
    """Delete the rows of what was deleted while the catalogue was away. Returns whether it still is."""
    for gone in sorted(places.spool.glob(f"*{OPEN_SUFFIX}{GONE_SUFFIX}")):
        name = name_of(gone.with_name(gone.name.removesuffix(GONE_SUFFIX)))
        if name is None:
            continue
        if not _is_marked(places, name.key):
            return True
        failed = list(delete(places, name.camera, name.key))
        yield from failed
        if not failed:
            gone.unlink(missing_ok=True)
    return False


def _is_marked(places: Places, key: str) -> bool:
    """False: the catalogue's server is away. A file that is a catalogue is on this machine, and is not given up."""
    try:
        places.rows.mark_deleting([key])
    except CatalogueAway:
        if places.rows.is_remote:
            return False
        raise
    return True
