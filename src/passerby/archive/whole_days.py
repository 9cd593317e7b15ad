"""Keeps the partitions of a catalogue in PostgreSQL: makes those of coming days, takes whole days off that are over.

A day is taken off when every row in it is over the longest limit: the point of no return, from then on nobody reads its
rows. They are the list of the objects that are still to be deleted, a thousand in a request; each goes from the list
once its bytes are gone, and the table is dropped when none is left. A crash at any point is gone on from there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import closing

from sqlalchemy import Connection, make_url, text

from passerby.archive.places import Places
from passerby.archive.retention import AT_ONCE
from passerby.archive.rows import Rows, server_now_90k
from passerby.catalogue import days
from passerby.errors import OutputError, PasserbyError
from passerby.media.alarms import Alarm, AlarmKind
from passerby.rules.retention import TEN_YEARS_HOURS, KeepAll, over_for_all_90k

_BATCHES_A_ROUND = 50
"""Nobody sees what these days hold any more: what is shown and due comes first, in each round."""
_OLDEST_DAYS = round(TEN_YEARS_HOURS / 24) + days.AHEAD_DAYS


def prepare_days(rows: Rows, keep: KeepAll, now_90k: int) -> None:
    """Make the partitions of the next days, and those of days whose rows came without one. Several machines may do it
    at once. Raises OutputError."""
    oldest = days.day_of(over_for_all_90k(keep, now_90k)) + 1
    with rows.transaction("look for the partitions of days") as connection:
        if not days.is_by_day(connection):
            return
        ahead = _days_ahead(connection)
        wanted = {*ahead, *days.others(connection, oldest * days.DAY_90K, ahead.stop * days.DAY_90K)}
    make_days(rows, wanted)


def make_days(rows: Rows, wanted: Collection[int]) -> None:
    """Make those that can be days of recordings: others are dates of wrong clocks, and there could be any number. Not
    while others hold the tables: rows of days without a partition are kept all the same. Raises OutputError."""
    with rows.transaction("look for the partitions of days") as connection:
        if not days.is_by_day(connection):
            return
        end = _days_ahead(connection).stop
        missing = days.missing(connection, [day for day in wanted if end - _OLDEST_DAYS < day < end])
    try:
        for day in sorted(missing):  # one after another: each may have many rows to move
            with rows.transaction("make the partition of a day") as connection:
                days.make(connection, [day])
    except OutputError as error:
        if not days.is_busy(error):
            raise


def _days_ahead(connection: Connection) -> range:
    """By the clock that all machines share."""
    return days.days_ahead(server_now_90k(connection))


def split_days(url: str) -> bool:
    """Keep the rows of objects by day, where they are in one table of PostgreSQL still. Returns whether they are now.

    Not while a machine runs a version that knows of no days: it could write no rows any more. Raises SettingsError,
    OutputError.
    """
    if make_url(url).get_backend_name() == "sqlite":
        return False
    with closing(Rows(url)) as rows, rows.transaction("keep recordings by day") as connection:
        days.split(connection, server_now_90k(connection))
    return True


def retire_days(places: Places, keep: KeepAll, now_90k: int) -> Iterator[Alarm]:
    """Take off the days that are over for every camera, and delete what the days hold that were taken off. Raises
    OutputError if rows cannot be read."""
    over_90k = over_for_all_90k(keep, now_90k)
    with places.rows.transaction("look for the partitions of days") as connection:
        if not days.is_by_day(connection):
            return
        over = [part for part in days.parts(connection) if part.to_90k <= over_90k]
    for part in over:
        _take_off(places.rows, part)
    with places.rows.transaction("look for the partitions of days") as connection:
        names = days.taken_off(connection)
    for name in names:
        yield from _empty(places, name)


def _take_off(rows: Rows, part: days.Part) -> None:
    try:
        with rows.transaction("take a day off") as connection:
            days.take_off(connection, part)
    except OutputError as error:  # its rows are deleted one by one meanwhile
        if not days.is_busy(error):
            raise


def _empty(places: Places, name: str) -> Iterator[Alarm]:
    for _ in range(_BATCHES_A_ROUND):
        found = _some_of(places.rows, name)
        if not found:
            _drop(places.rows, name)
            return
        try:
            failed = places.store.delete_many(list(found))
        except (PasserbyError, OSError) as error:
            failed = dict.fromkeys(found, str(error))
        with places.rows.transaction("forget objects of a day") as connection:
            gone = [key for key in found if key not in failed]
            connection.execute(text(f"DELETE FROM {name} WHERE key = ANY(:keys)"), {"keys": gone})
        if failed:
            camera, reason = found[min(failed)], failed[min(failed)]
            says = f"{len(failed)} recordings that should be gone may still exist: {reason}"
            yield Alarm(AlarmKind.DELETE, camera, says)
            return


def _some_of(rows: Rows, name: str) -> dict[str, str]:
    """Cameras, by key."""
    with rows.transaction("read the objects of a day") as connection:
        query = text(f"SELECT key, camera FROM {name} LIMIT {AT_ONCE}")
        return {row.key: row.camera for row in connection.execute(query)}


def _drop(rows: Rows, name: str) -> None:
    try:
        with rows.transaction("drop a day") as connection:
            days.drop(connection, name)
    except OutputError as error:
        if not days.is_busy(error):
            raise


def keys_taken_off(rows: Rows, camera: str) -> set[str]:
    """Of objects whose bytes may still be there, though nobody reads their rows any more."""
    with rows.transaction("read the objects of days") as connection:
        if not days.is_by_day(connection):
            return set()
        found: set[str] = set()
        for name in days.taken_off(connection):
            query = text(f"SELECT key FROM {name} WHERE camera = :camera")
            found.update(connection.execute(query, {"camera": camera}).scalars())
        return found
