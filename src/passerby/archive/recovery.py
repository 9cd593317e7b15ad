"""Repairs what a crash left: rows without bytes, bytes without rows. The steps it resumes are in `closing`."""

from __future__ import annotations

from collections.abc import Iterator

from passerby.archive.names import gone_path, open_path
from passerby.archive.places import Places
from passerby.archive.whole_days import keys_taken_off, make_days
from passerby.catalogue.days import day_of
from passerby.media.alarms import Alarm, AlarmKind
from passerby.media.mp4.index import ROOM_BYTES, read_index
from passerby.media.mp4.init import read_init
from passerby.media.segments import TICKS_PER_S, ArchivedObject, InitSegment, ObjectState
from passerby.objects.names import ObjectName, name_of_key

_HEAD_BYTES = 4096  # an init segment is under 1 kB


def mend_open_rows(places: Places) -> Iterator[Alarm]:
    """Rows of this spool that say open but have no file in it: the crash, or power failure, came around step 5 or 6."""
    for row in places.rows.in_state(ObjectState.OPEN):
        path = open_path(places.spool, _name_of(row))
        if row.spool != places.spool_name or path.exists() or gone_path(path).exists():
            continue
        now = places.rows.find(row.key)  # it may have been closed meanwhile
        if now is None or now.state is not ObjectState.OPEN:
            continue
        yield from _mend_from_store(places, row, ObjectState.OPEN)


def match_store_and_rows(places: Places) -> Iterator[Alarm]:
    """Bytes in the store without a row get one, or are deleted if they are a partial copy; closed rows without bytes
    are deleted, with an alarm. Lists the whole store, one camera after another."""
    places.store.remove_halves()
    places.store.remove_empty_folders()
    strange, cameras = places.store.top()
    yield from (_strange(key) for key in sorted(strange))
    for camera in sorted({*cameras, *places.rows.cameras()}):
        yield from _match_camera(places, camera)


def _match_camera(places: Places, camera: str) -> Iterator[Alarm]:
    in_store = set(places.store.keys(camera))
    rows = {row.key: row for row in places.rows.of_camera(camera)}
    without_row = in_store - rows.keys()
    if without_row:
        without_row -= keys_taken_off(places.rows, camera)
        make_days(places.rows, {day_of(name.start_90k) for key in without_row if (name := name_of_key(key))})
    for key in sorted(without_row):
        found = read_object(places, key)
        if found is None:
            yield _strange(key)
        elif places.rows.find(key) is None:
            places.rows.save(*found)
    for key, row in sorted(rows.items()):
        if row.state is ObjectState.CLOSED and key not in in_store:
            yield from _mend_from_store(places, row, ObjectState.CLOSED)


def _strange(key: str) -> Alarm:
    return Alarm(AlarmKind.STRANGE, None, f"'{key}' in the store is not a recording of passerby, or it is damaged")


def _mend_from_store(places: Places, row: ArchivedObject, state: ObjectState) -> Iterator[Alarm]:
    """Make the row match what is in the store; delete it if nothing is there. If the row had whole GOPs, that is a
    loss. Raises OutputError, SourceError."""
    found = read_object(places, row.key)
    if found is not None:
        places.rows.save(*found)
        return
    places.store.check()  # else it may only be unreachable
    places.rows.forget([row.key], state)
    if row.size:
        length_s = (row.end_90k - row.start_90k) // TICKS_PER_S
        yield Alarm(
            AlarmKind.LOST, row.camera, f"A recording of {length_s} s is missing: there are no bytes for '{row.key}'"
        )


def read_object(places: Places, key: str) -> tuple[ArchivedObject, InitSegment] | None:
    """What a stored object's index says of it. None if it is gone, or not a passerby object. Raises SourceError."""
    try:
        size = places.store.size(key)
        name = name_of_key(key)
        if size is None or name is None or size <= ROOM_BYTES:
            return None
        head = places.store.read(key, 0, min(size, _HEAD_BYTES + ROOM_BYTES))
    except FileNotFoundError:
        return None
    init = read_init(head)
    gops = read_index(head, len(init.data)) if init else ()
    if init is None or not gops or gops[-1].offset + gops[-1].size > size or gops[0].start_90k != name.start_90k:
        return None
    facts = ArchivedObject(
        name.camera, key, gops[0].start_90k, gops[-1].end_90k, size, ObjectState.CLOSED, init.id, places.spool_name,
        gops, name.token, name.recorded_token,
    )  # fmt: skip
    return facts, init


def _name_of(row: ArchivedObject) -> ObjectName:
    return ObjectName(row.camera, row.start_90k, row.token, row.recorded_token)
