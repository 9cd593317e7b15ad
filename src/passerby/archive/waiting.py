"""Deletes ended objects that wait for an unreachable store, if they are over their limit or their disk is full."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from passerby.archive.names import name_of
from passerby.archive.places import Places
from passerby.archive.retention import Space, delete
from passerby.archive.spool import held, waiting_in
from passerby.errors import PasserbyError
from passerby.folders import sync
from passerby.media.alarms import Alarm, AlarmKind
from passerby.rules.retention import KeepAll, Recording, decide, limit_90k


def retire_waiting(places: Places, keep: KeepAll, space: Space, now_90k: int) -> Iterator[Alarm]:
    """Never touches what a writer holds. Call after `retire`, which frees space if the store is on the same disk."""
    bytes_over = space.min_free_bytes - shutil.disk_usage(places.spool).free
    waiting = {found.key: (found, path) for path in waiting_in(places.spool) if (found := _recording(path))}
    # Usually there is one for each camera, and it is held: the lock is only checked for those that may be deleted.
    free = [
        found
        for found, path in waiting.values()
        if (bytes_over > 0 or found.start_90k <= limit_90k(keep.of(found.camera), now_90k)) and _is_free(path)
    ]
    verdict = decide(free, keep, now_90k, bytes_over)
    for key in verdict.go:
        yield from _delete(places, *waiting[key])
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


def _delete(places: Places, recording: Recording, path: Path) -> Iterator[Alarm]:
    """Marks the row first. After a crash in between, the file is found here again, and is never played."""
    try:
        with held(path) as is_ours:
            if not is_ours:
                return
            places.rows.mark_deleting(recording.key)
            path.unlink()
            sync(places.spool)
    except (PasserbyError, OSError) as error:
        says = f"A recording that should be gone is still in '{path}': {error}"
        yield Alarm(AlarmKind.DELETE, recording.camera, says)
        return
    # An interrupted put may have left all of it in the store.
    yield from delete(places, recording.camera, recording.key)
