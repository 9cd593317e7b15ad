"""Deletes what the rule says, in the order that leaves no byte without a row, and tells of what it could not delete."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from passerby.archive.places import Places
from passerby.errors import PasserbyError
from passerby.media.alarms import Alarm, AlarmKind
from passerby.media.segments import ArchivedObject, ObjectState
from passerby.objects.store import Store
from passerby.rules.retention import KeepAll, Recording, Shortage, decide, limit_90k


@dataclass(frozen=True, slots=True)
class Space:
    """How much room recordings may take. most_bytes: all objects together. least_free_bytes: of the spool's disk and
    of a local store's; 0: whatever is there. On a full disk nothing is recorded, so that some must stay free."""

    most_bytes: int | None = None
    least_free_bytes: int = 1 << 30


def retire(places: Places, keep: KeepAll, space: Space, now_90k: int) -> Iterator[Alarm]:
    """Delete what is to go now, and what an earlier run began to delete. Raises OutputError if rows cannot be read."""
    failed = list(finish_deleting(places))
    # With room enough only what is over its limit is read: all rows, every few seconds, would be work for nothing.
    for row in _over_limit(places, keep, now_90k):
        failed += delete(places, row.camera, row.key)
    yield from failed
    too_many = places.catalogue.total_bytes() - space.most_bytes if space.most_bytes is not None else 0
    try:
        bytes_over = _bytes_over(places.store, space, too_many)
    except (PasserbyError, OSError) as error:  # nothing that is given up would make room there
        yield Alarm(AlarmKind.STORE, None, f"Nothing can be stored or deleted: {error}")
        return
    if bytes_over > 0 and failed:
        yield _nothing_given_up(bytes_over)
    elif bytes_over > 0:
        yield from _make_room(places, keep, now_90k, bytes_over)


def _make_room(places: Places, keep: KeepAll, now_90k: int, bytes_over: int) -> Iterator[Alarm]:
    """Give up the oldest, until the first that cannot be deleted: what is marked and stays makes no room, and one
    after the other all would be marked."""
    closed = places.catalogue.in_state(ObjectState.CLOSED)
    recordings = [Recording(row.key, row.camera, row.start_90k, row.size) for row in closed]
    verdict = decide(recordings, keep, now_90k, bytes_over)
    camera_of = {row.key: row.camera for row in closed}
    given_up = set()
    for key in verdict.go:
        given_up.add(camera_of[key])  # also where it stays: nobody can watch it any more
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


def _over_limit(places: Places, keep: KeepAll, now_90k: int) -> list[ArchivedObject]:
    """What the rule may want to be gone: a few limits at most, each of many cameras."""
    cameras_by_limit: dict[int, list[str]] = {}
    for camera, policy in keep.by_camera.items():
        cameras_by_limit.setdefault(limit_90k(policy, now_90k), []).append(camera)
    limits = [(cameras, limit) for limit, cameras in cameras_by_limit.items()]
    return places.catalogue.closed_until(limits, limit_90k(keep.usual, now_90k))


def finish_deleting(places: Places) -> Iterator[Alarm]:
    """Delete what an earlier run marked: it failed then, or a crash came."""
    for row in places.catalogue.in_state(ObjectState.DELETING):
        yield from delete(places, row.camera, row.key)


def delete(places: Places, camera: str, key: str) -> Iterator[Alarm]:
    """Point of no return: the mark. From then on nobody reads it, and every later run goes on from here."""
    try:
        places.catalogue.mark_deleting(key)
        places.store.delete(key)
        places.catalogue.forget(key, ObjectState.DELETING)
    except (PasserbyError, OSError) as error:
        yield Alarm(AlarmKind.DELETE, camera, f"A recording that should be gone may still exist: {error}")


def _bytes_over(store: Store, space: Space, too_many: int) -> int:
    """Raises OutputError, OSError where the store is not there: what is there then has another disk's room."""
    if store.folder or too_many > 0:
        store.check()
    if store.folder is None:
        return too_many
    return max(too_many, space.least_free_bytes - shutil.disk_usage(store.folder).free)


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
