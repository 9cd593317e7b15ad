"""The rows of objects in PostgreSQL: one partition for each day (UTC), so that a search by time reads only its days.

Rows of days without a partition, such as those of a wrong clock, are in OTHERS: nothing is ever refused. What was there
before there were partitions is a partition of its own, BEFORE. SQLite has a single table. A day that is taken off is a
table of its own until it is dropped: nobody reads its rows any more.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, text

from passerby.errors import PasserbyError
from passerby.media.segments import TICKS_PER_S

DAY_90K = 86_400 * TICKS_PER_S
AHEAD_DAYS = 3
"""Partitions are made so long before their day: whoever makes them may be away over a weekend."""
OTHERS = "objects_other"
BEFORE = "objects_before"
_FILL_PERCENT = 70
"""A row is updated at each GOP while its object is open. With room on its page no index is touched."""
_LOCK_WITHIN = "2s"
"""Who waits for a lock makes all others wait behind it. The next round tries again."""
_MAKING = 0x7061_7364  # an arbitrary number: the key of the advisory lock in PostgreSQL
_BUSY = frozenset({"55P03", "40P01"})  # a lock was not available in time; a deadlock
_BOUND = re.compile(r"FOR VALUES FROM \((MINVALUE|'?(-?\d+)'?)\) TO \('?(-?\d+)'?\)")


@dataclass(frozen=True, slots=True)
class Part:
    """A partition with the rows that begin in from_90k .. to_90k. from_90k: None if it has no beginning."""

    name: str
    from_90k: int | None
    to_90k: int


def is_by_day(connection: Connection) -> bool:
    """Whether there are partitions: in PostgreSQL, unless old rows still wait for `split`."""
    if connection.dialect.name == "sqlite":
        return False
    kind = connection.execute(text("SELECT relkind FROM pg_class WHERE oid = to_regclass('objects')")).scalar()
    return kind in ("p", b"p")


def day_of(at_90k: int) -> int:
    """Days since 1970."""
    return at_90k // DAY_90K


def days_ahead(now_90k: int) -> range:
    """Today, and the days that are made before they come."""
    return range(day_of(now_90k), day_of(now_90k) + 1 + AHEAD_DAYS)


def name_of(day: int) -> str:
    """The table of a day. Raises OverflowError, ValueError far from our time."""
    return f"objects_{datetime.fromtimestamp(day * 86_400, UTC):%Y_%m_%d}"


def parts(connection: Connection) -> list[Part]:
    """The partitions, in order of time, without OTHERS."""
    query = """SELECT c.relname, pg_get_expr(c.relpartbound, c.oid) AS bound
        FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = to_regclass('objects')"""
    bounds = {row.relname: _BOUND.fullmatch(row.bound) for row in connection.execute(text(query))}
    found = [
        Part(name, None if bound[2] is None else int(bound[2]), int(bound[3]))
        for name, bound in bounds.items()
        if bound
    ]
    return sorted(found, key=lambda part: part.to_90k)


def taken_off(connection: Connection) -> list[str]:
    """Names of the days that are no partitions any more, and whose objects may still be there."""
    query = r"""SELECT relname FROM pg_class WHERE relkind = 'r' AND NOT relispartition
        AND relnamespace = (SELECT relnamespace FROM pg_class WHERE oid = to_regclass('objects'))
        AND relname ~ '^objects_(\d{4,}_\d\d_\d\d|before)$' ORDER BY relname"""
    return list(connection.execute(text(query)).scalars())


def others(connection: Connection, from_90k: int, to_90k: int) -> set[int]:
    """The days of a range of time that have rows in OTHERS."""
    query = f"SELECT DISTINCT start_90k / {DAY_90K} FROM {OTHERS} WHERE start_90k >= :from_90k AND start_90k < :to_90k"
    return set(connection.execute(text(query), {"from_90k": from_90k, "to_90k": to_90k}).scalars())


def missing(connection: Connection, days: Iterable[int]) -> set[int]:
    """Which of these days no partition covers."""
    there = [(part.from_90k, part.to_90k) for part in parts(connection)]

    def is_covered(at_90k: int) -> bool:
        return any((from_90k is None or from_90k <= at_90k) and at_90k < to_90k for from_90k, to_90k in there)

    return {day for day in days if not is_covered(day * DAY_90K)}


def make(connection: Connection, days: Iterable[int]) -> None:
    """Make the partitions of these days that there are not, and move their rows out of OTHERS. Several machines may do
    it at once. Raises an error that `is_busy` knows if others read or write for too long."""
    if not (wanted := missing(connection, days)):
        return
    _lock(connection)
    # A row that waits here is sent to its new partition. One that waited for OTHERS would be refused there.
    connection.execute(text("LOCK TABLE ONLY objects IN SHARE ROW EXCLUSIVE MODE"))
    for day in sorted(missing(connection, wanted)):  # another may have made it while this one waited
        name, from_90k, to_90k = name_of(day), day * DAY_90K, (day + 1) * DAY_90K
        if connection.execute(text("SELECT to_regclass(:name)"), {"name": name}).scalar() is not None:
            continue  # taken off, and not dropped yet
        _create(connection, name)
        moved = f"DELETE FROM {OTHERS} WHERE start_90k >= {from_90k} AND start_90k < {to_90k} RETURNING *"
        connection.execute(text(f"WITH moved AS ({moved}) INSERT INTO {name} SELECT * FROM moved"))
        attach = f"ALTER TABLE objects ATTACH PARTITION {name} FOR VALUES FROM ({from_90k}) TO ({to_90k})"
        connection.execute(text(attach))


def take_off(connection: Connection, part: Part) -> bool:
    """Make a partition a table of its own: from then on nobody reads its rows. False if it has an open object, whose
    bytes are in the spool of some machine. Raises as `make` does."""
    _lock(connection)
    connection.execute(text("LOCK TABLE ONLY objects IN ACCESS EXCLUSIVE MODE"))  # nobody writes between these two
    if part not in parts(connection):
        return False
    if connection.execute(text(f"SELECT EXISTS (SELECT 1 FROM {part.name} WHERE state = 'open')")).scalar():
        return False
    connection.execute(text(f"ALTER TABLE objects DETACH PARTITION {part.name}"))
    return True


def drop(connection: Connection, name: str) -> None:
    """Drop a day that was taken off and is empty. Raises as `make` does."""
    _lock(connection)
    if name in taken_off(connection):
        connection.execute(text(f"LOCK TABLE {name} IN ACCESS EXCLUSIVE MODE"))
        if not connection.execute(text(f"SELECT EXISTS (SELECT 1 FROM {name})")).scalar():
            connection.execute(text(f"DROP TABLE {name}"))


def split(connection: Connection, now_90k: int) -> None:
    """Turn the single table into partitions, without copying it: it becomes the one of BEFORE, up to the end of today.
    Rows of later days move to OTHERS, from where `make` takes them. Does nothing where it was done."""
    if is_by_day(connection):
        return
    _lock(connection, within="30s")
    if is_by_day(connection):  # another did it meanwhile
        return
    for each in _STEPS_OF_SPLIT:
        connection.execute(text(each))
    end_90k = (day_of(now_90k) + 1) * DAY_90K
    later = f"WITH later AS (DELETE FROM {BEFORE} WHERE start_90k >= {end_90k} RETURNING *)"
    connection.execute(text(f"{later} INSERT INTO {OTHERS} SELECT * FROM later"))
    if connection.execute(text(f"SELECT EXISTS (SELECT 1 FROM {BEFORE})")).scalar():
        bounds = f"FROM (MINVALUE) TO ({end_90k})"
        connection.execute(text(f"ALTER TABLE objects ATTACH PARTITION {BEFORE} FOR VALUES {bounds}"))
    else:
        connection.execute(text(f"DROP TABLE {BEFORE}"))
    make(connection, days_ahead(now_90k))


_STEPS_OF_SPLIT = (
    "LOCK TABLE objects IN ACCESS EXCLUSIVE MODE",
    f"ALTER TABLE objects RENAME TO {BEFORE}",
    f"ALTER TABLE {BEFORE} DROP CONSTRAINT objects_pkey",
    f"ALTER TABLE {BEFORE} DROP CONSTRAINT objects_key_key",  # by key alone: no partitioned table can have that
    "DROP INDEX objects_by_state",
    f"ALTER INDEX objects_by_time RENAME TO {BEFORE}_by_time",
    f"ALTER INDEX objects_key_start RENAME TO {BEFORE}_key_start",
    f"CREATE TABLE objects (LIKE {BEFORE} INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING COMMENTS, "
    "FOREIGN KEY (init_id) REFERENCES inits (id)) PARTITION BY RANGE (start_90k)",
    "ALTER SEQUENCE objects_id_seq OWNED BY objects.id",  # it stays when BEFORE is dropped
    "COMMENT ON TABLE objects IS 'One row per object: up to 15 minutes of one camera, one MP4 file.'",
    "CREATE UNIQUE INDEX objects_key_start ON objects (key, start_90k)",
    "CREATE INDEX objects_by_id ON objects (id)",
    "CREATE INDEX objects_by_time ON objects (camera, start_90k)",
    "CREATE INDEX objects_by_state ON objects (state, start_90k)",
    f"CREATE TABLE {OTHERS} PARTITION OF objects DEFAULT",
)


def is_busy(error: PasserbyError) -> bool:
    """Whether it came about because others held what was to be locked."""
    return getattr(getattr(error.__cause__, "orig", None), "sqlstate", None) in _BUSY


def _create(connection: Connection, name: str) -> None:
    like = "(LIKE objects INCLUDING DEFAULTS INCLUDING CONSTRAINTS)"  # indexes come when it is attached
    connection.execute(text(f"CREATE TABLE {name} {like} WITH (fillfactor = {_FILL_PERCENT})"))


def _lock(connection: Connection, within: str = _LOCK_WITHIN) -> None:
    """One machine at a time changes partitions. In the order in which rows are written: who writes holds up none of it,
    and is held up by none of it."""
    connection.execute(text("SET LOCAL statement_timeout = 0"))
    connection.execute(text(f"SET LOCAL lock_timeout = '{within}'"))
    connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _MAKING})
    connection.execute(text("LOCK TABLE inits IN SHARE ROW EXCLUSIVE MODE"))  # objects refer to it
