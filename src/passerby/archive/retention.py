"""Deletes what the retention rule says, in the order that leaves no byte without a row, and reports failures."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from passerby.archive.places import Places
from passerby.errors import PasserbyError
from passerby.media.alarms import Alarm, AlarmKind
from passerby.media.segments import TICKS_PER_S, ArchivedObject, ObjectState
from passerby.objects.store import Store
from passerby.rules.retention import KeepAll, Recording, Shortage, cameras_by_limit, decide, limit_90k

LOST_AFTER_90K = 3600 * TICKS_PER_S
"""Longer than any object that is still being written, and than a clock may be wrong."""
AT_ONCE = 1000
"""Objects in one request to the store, and rows in one transaction: as many as S3 allows."""


@dataclass(frozen=True, slots=True)
class Space:
    """How much space recordings may take. max_bytes: all objects together. min_free_bytes: kept free on the disk of
    the spool and of a local store; 0: no minimum. A full disk stops all recording, so some space must stay free."""

    max_bytes: int | None = None
    min_free_bytes: int = 1 << 30


def retire(places: Places, keep: KeepAll, space: Space, now_90k: int) -> Iterator[Alarm]:
    """Delete what is due now, and finish what an earlier run began to delete. Raises OutputError if rows cannot be
    read."""
    failed = list(finish_deleting(places))
    failed += _delete_due(places, keep, now_90k)
    failed += _retire_lost(places, keep, now_90k)
    yield from failed
    too_many = places.rows.total_bytes() - space.max_bytes if space.max_bytes is not None else 0
    try:
        bytes_over = _bytes_over(places.store, space, too_many)
    except (PasserbyError, OSError) as error:  # deleting would free no space there
        yield Alarm(AlarmKind.STORE, None, f"Nothing can be stored or deleted: {error}")
        return
    if bytes_over > 0 and failed:
        yield _nothing_given_up(bytes_over)
    elif bytes_over > 0:
        yield from _make_room(places, keep, now_90k, bytes_over)


def _make_room(places: Places, keep: KeepAll, now_90k: int, bytes_over: int) -> Iterator[Alarm]:
    """Delete the oldest until one fails: an object that is marked but stays frees no space, and all would get marked
    one after another."""
    closed = places.rows.in_state(ObjectState.CLOSED)
    recordings = [Recording(row.key, row.camera, row.start_90k, row.size) for row in closed]
    verdict = decide(recordings, keep, now_90k, bytes_over)
    camera_of = {row.key: row.camera for row in closed}
    given_up = set()
    for key in verdict.go:
        given_up.add(camera_of[key])  # also if its bytes stay: nobody can watch it any more
        failed = list(delete(places, camera_of[key], key))
        if failed:
            yield from [*failed, _nothing_given_up(bytes_over)]
            yield from _shortages(short for short in verdict.short if short.camera in given_up)
            return
    yield from _shortages(verdict.short)
    if verdict.still_over:
        yield Alarm(
            AlarmKind.SPACE, None, f"Recordings would need {verdict.still_over} bytes more than there are, all deleted"
        )


def _delete_due(places: Places, keep: KeepAll, now_90k: int) -> list[Alarm]:
    """All of them are marked, even if none can be deleted: nobody reads them any more. Only rows over their limit are
    read: reading all rows every few seconds would be wasteful."""
    failed: list[Alarm] = []
    while due := _over_limit(places, keep, now_90k, ObjectState.CLOSED):
        places.rows.mark_deleting([row.key for row in due])
        if not failed:
            failed += _delete_marked(places, due)
    return failed


def _retire_lost(places: Places, keep: KeepAll, now_90k: int) -> Iterator[Alarm]:
    """Rows of what other machines had in their spools, and would have stored or deleted by now: they were lost, or are
    cut off and delete it themselves."""
    over = _over_limit(places, keep, now_90k - LOST_AFTER_90K, ObjectState.OPEN)
    if lost := [row for row in over if row.spool != places.spool_name]:
        places.rows.mark_deleting([row.key for row in lost])
        yield from _delete_marked(places, lost)


def _over_limit(places: Places, keep: KeepAll, now_90k: int, state: ObjectState) -> list[ArchivedObject]:
    """Some candidates for the rule."""
    limits, others_90k = cameras_by_limit(keep, now_90k), limit_90k(keep.usual, now_90k)
    return places.rows.begun_until(state, limits, others_90k, AT_ONCE)


def finish_deleting(places: Places) -> Iterator[Alarm]:
    """Delete what an earlier run marked but did not delete, because it failed or crashed."""
    after: ArchivedObject | None = None
    while marked := places.rows.marked(after, AT_ONCE):
        yield from _delete_marked(places, marked)
        after = marked[-1]


def _delete_marked(places: Places, rows: Sequence[ArchivedObject]) -> Iterator[Alarm]:
    """Bytes, then rows. Every later run resumes here."""
    camera_of = {row.key: row.camera for row in rows}
    try:
        failed = places.store.delete_many(list(camera_of))
        gone = [key for key in camera_of if key not in failed]
        places.rows.forget(gone, ObjectState.DELETING)
        alarms = {key: (camera_of[key], reason) for key, reason in failed.items()}
    except (PasserbyError, OSError) as error:
        alarms = {camera: (camera, str(error)) for camera in camera_of.values()}
    for camera, reason in alarms.values():
        yield _still_there(camera, reason)


def delete(places: Places, camera: str, key: str) -> Iterator[Alarm]:
    """The mark is the point of no return. From then on nobody reads the object, and every later run resumes here."""
    try:
        places.rows.mark_deleting([key])
        places.store.delete(key)
        places.rows.forget([key], ObjectState.DELETING)
    except (PasserbyError, OSError) as error:
        yield _still_there(camera, str(error))


def _still_there(camera: str, reason: str) -> Alarm:
    return Alarm(AlarmKind.DELETE, camera, f"A recording that should be gone may still exist: {reason}")


def _bytes_over(store: Store, space: Space, too_many: int) -> int:
    """Raises OutputError, OSError if the store is not mounted: another disk's free space would be measured."""
    if store.folder or too_many > 0:
        store.check()
    if store.folder is None:
        return too_many
    return max(too_many, space.min_free_bytes - shutil.disk_usage(store.folder).free)


def _nothing_given_up(bytes_over: int) -> Alarm:
    return Alarm(
        AlarmKind.SPACE,
        None,
        f"Recordings take {bytes_over} bytes more than there is room for, "
        "and none is given up while deleting fails: soon nothing may be recorded",
    )


def _shortages(found: Iterable[Shortage]) -> Iterator[Alarm]:
    for short in found:
        yield Alarm(
            AlarmKind.SPACE,
            short.camera,
            f"There is no room to keep camera '{short.camera}' for {short.promised_hours:g} hours: "
            f"only {short.kept_hours:.1f} are left",
        )
