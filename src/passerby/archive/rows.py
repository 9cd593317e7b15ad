"""The catalogue's rows of recordings. Where the bytes are, and when they are deleted, is decided elsewhere."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Engine,
    Row,
    delete,
    func,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError

from passerby.catalogue.compatibility import is_usable
from passerby.catalogue.database import insert_into, open_database, reason_of
from passerby.catalogue.fences import LONGEST_OBJECT_90K, admit, fence_now, fenced_above, highest_token, raise_fences
from passerby.catalogue.limits import limits_of
from passerby.catalogue.schema.archive import inits, objects
from passerby.errors import CatalogueAway, OutputError
from passerby.media.segments import TICKS_PER_S, ArchivedObject, InitSegment, ObjectState, pack_gops, unpack_gops
from passerby.objects.names import ObjectName, name_of_key


class Rows:
    """One per process. Thread-safe. Every method raises OutputError if the database fails."""

    def __init__(self, url: str, *, is_ready: bool = False) -> None:
        """See `open_database`."""
        self._engine = open_database(url, is_ready=is_ready)
        self._asking = self._engine.execution_options(isolation_level="AUTOCOMMIT")  # a question needs no transaction
        # Built once: a row is written for every GOP of every camera.
        self._add_init = insert_into(inits, self._engine.dialect).on_conflict_do_nothing()
        self._known_inits: set[str] = set()
        # In PostgreSQL, rows are apart by day. The start is in the key, so that this is the same.
        self._unique_by = ["key", "start_90k"] if self.is_remote else ["key"]
        row = insert_into(objects, self._engine.dialect)
        mended = ("end_90k", "size", "state", "init_id", "spool", "media_offset", "gops")
        self._save = row.on_conflict_do_update(
            index_elements=self._unique_by,
            set_={name: row.excluded[name] for name in mended},
            where=or_(
                objects.c.state == ObjectState.OPEN,
                (objects.c.state == ObjectState.CLOSED) & (row.excluded.state == ObjectState.CLOSED),
            ),
        )

    def close(self) -> None:
        self._engine.dispose()

    @property
    def is_remote(self) -> bool:
        """Whether it is a server, which may be out of reach, and then answers nothing."""
        return self._engine.dialect.name != "sqlite"

    def save(self, facts: ArchivedObject, init: InitSegment) -> None:
        """Insert or update the row of an object. A state never goes back: a row that is being deleted stays as it is,
        and a closed one is not reopened by a late write of a killed writer. Raises Superseded if another machine
        records the camera now; what is handed in late replaces the open row of when it was recorded."""
        with self.transaction("note an object") as connection:
            if facts.token != facts.recorded_token:
                before = ObjectName(facts.camera, facts.start_90k, facts.recorded_token, facts.recorded_token)
                is_it = (_is_one_of([before.key]), objects.c.state == ObjectState.OPEN)
                connection.execute(delete(objects).where(*is_it))
            elif facts.token:
                admit(connection, facts.camera, facts.token)
            if init.id not in self._known_inits:
                connection.execute(
                    self._add_init,
                    {"id": init.id, "width": init.width, "height": init.height, "codec": init.codec, "data": init.data},
                )
            connection.execute(self._save, _row_of(facts))
        self._known_inits.add(init.id)

    def admit(self, camera: str, token: int) -> None:
        """Raises Superseded if another machine records the camera now."""
        with self.transaction("check a fence", self._asking) as connection:
            if fence_now(connection, camera) == token:  # as before nearly every GOP of every camera
                return
        with self.transaction("check a fence") as connection:
            admit(connection, camera, token)

    def raise_fences(self, cameras: Iterable[str], token: int) -> None:
        with self.transaction("raise fences") as connection:
            raise_fences(connection, cameras, token)

    def fenced_above(self, tokens: Mapping[str, int]) -> set[str]:
        with self.transaction("read fences") as connection:
            return fenced_above(connection, tokens)

    def server_now_90k(self) -> int:
        """UTC by the clock of the catalogue's server, which all machines share. Not of a file."""
        with self.transaction("read the clock") as connection:
            return server_now_90k(connection)

    def is_usable(self) -> bool:
        """Whether this version may still use the tables: a newer one may have changed them since they were opened."""
        with self.transaction("read its revision") as connection:
            return is_usable(connection)

    def highest_token(self) -> int:
        with self.transaction("read fences") as connection:
            return highest_token(connection)

    def mark_deleting(self, keys: Sequence[str]) -> None:
        with self.transaction("mark objects") as connection:
            connection.execute(update(objects).where(_is_one_of(keys)).values(state=ObjectState.DELETING))

    def forget(self, keys: Sequence[str], state: ObjectState) -> None:
        """Delete the rows that are still in this state."""
        with self.transaction("forget objects") as connection:
            connection.execute(delete(objects).where(_is_one_of(keys), objects.c.state == state))

    def find(self, key: str) -> ArchivedObject | None:
        return next(iter(self._select(_is_one_of([key]))), None)

    def spool_of_open(self, key: str) -> str | None:
        """The spool that an open object is in. None: it is in the store, or gone."""
        query = select(objects.c.spool).where(objects.c.key == key, objects.c.state == ObjectState.OPEN)
        with self.transaction("read") as connection:
            return connection.execute(query).scalar_one_or_none()

    def open_between(self, camera: str, from_90k: int, to_90k: int) -> list[tuple[int, int, str]]:
        """Start, end and spool of the open objects that overlap from_90k .. to_90k, in order of time."""
        c = objects.c
        query = select(c.start_90k, c.end_90k, c.spool).where(
            *_in_range(camera, from_90k, to_90k), c.state == ObjectState.OPEN
        )
        with self.transaction("read") as connection:
            found = connection.execute(query.order_by(c.start_90k, c.id))
            return [(row.start_90k, row.end_90k, row.spool) for row in found]

    def between(self, camera: str, from_90k: int, to_90k: int) -> list[ArchivedObject]:
        """Playable objects that overlap from_90k .. to_90k, in order of time."""
        return self._select(*_in_range(camera, from_90k, to_90k))

    def indexes_between(self, camera: str, from_90k: int, to_90k: int) -> list[tuple[int, bytes]]:
        """For the same objects: start, and packed GOPs."""
        query = select(objects.c.start_90k, objects.c.gops).where(*_in_range(camera, from_90k, to_90k))
        with self.transaction("read") as connection:
            return [(row.start_90k, bytes(row.gops)) for row in connection.execute(query)]

    def in_state(self, state: ObjectState) -> list[ArchivedObject]:
        """Without their GOPs, oldest first."""
        return self._select(objects.c.state == state, with_gops=False)

    def marked(self, after: ArchivedObject | None, most: int) -> list[ArchivedObject]:
        """The next objects that are being deleted, without their GOPs. after: the last of those before."""
        c = objects.c
        follows = [tuple_(c.start_90k, c.key) > (after.start_90k, after.key)] if after else []
        return self._select(c.state == ObjectState.DELETING, *follows, with_gops=False, by=c.key, most=most)

    def begun_until(
        self, state: ObjectState, cameras_by_limit: Mapping[int, Collection[str]], others_90k: int, most: int
    ) -> list[ArchivedObject]:
        """Objects in a state that begin at or before a limit, without their GOPs: `most` of them for each limit, the
        oldest first. others_90k: for all cameras not named."""
        limits = limits_of(objects.c.camera, cameras_by_limit, others_90k, self._engine.dialect)
        found: list[ArchivedObject] = []
        for is_of_them, limit_90k in limits:  # each finds its own best index
            is_over = (objects.c.state == state, objects.c.start_90k <= limit_90k)
            found += self._select(*is_over, is_of_them, with_gops=False, most=most)
        return found

    def of_camera(self, camera: str) -> list[ArchivedObject]:
        """All of them, without their GOPs, oldest first."""
        return self._select(objects.c.camera == camera, with_gops=False)

    def cameras(self) -> set[str]:
        """Those with any object. An index lookup for each, however many objects there are."""
        c = objects.c
        found = select(func.min(c.camera).label("camera")).cte(recursive=True)
        following = select(func.min(c.camera)).where(c.camera > found.c.camera).scalar_subquery()
        found = found.union_all(select(following).where(found.c.camera.is_not(None)))
        with self.transaction("read") as connection:
            return {camera for camera in connection.execute(select(found.c.camera)).scalars() if camera is not None}

    def open_sizes(self, spool: str) -> dict[str, int]:
        """How many bytes the rows of this spool's open objects have, by key."""
        query = select(objects.c.key, objects.c.size).where(
            objects.c.state == ObjectState.OPEN, objects.c.spool == spool
        )
        with self.transaction("read") as connection:
            return {row.key: row.size for row in connection.execute(query)}

    def count_after(self, start_90k: int) -> dict[str, int]:
        """How many closed objects of each camera begin after a time. Cameras without any are left out."""
        is_after = (objects.c.state == ObjectState.CLOSED, objects.c.start_90k > start_90k)
        query = select(objects.c.camera, func.count().label("many")).where(*is_after).group_by(objects.c.camera)
        with self.transaction("read") as connection:
            return {row.camera: row.many for row in connection.execute(query)}

    def closed_after(self, start_90k: int, camera: str, *, made_before_90k: int) -> list[ArchivedObject]:
        """A camera's closed objects that begin after a time, and whose rows were created before that of any object, of
        any camera, that begins at made_before_90k or earlier. Without their GOPs."""
        newest_id = select(func.max(objects.c.id)).where(objects.c.start_90k <= made_before_90k).scalar_subquery()
        return self._select(
            objects.c.state == ObjectState.CLOSED,
            objects.c.camera == camera,
            objects.c.start_90k > start_90k,
            objects.c.id < newest_id,
            with_gops=False,
        )

    def keys(self) -> set[str]:
        with self.transaction("read") as connection:
            return set(connection.execute(select(objects.c.key)).scalars())

    def total_bytes(self) -> int:
        """The size of all objects except those being deleted."""
        query = select(func.coalesce(func.sum(objects.c.size), 0)).where(objects.c.state != ObjectState.DELETING)
        with self.transaction("read") as connection:
            return int(connection.execute(query).scalar_one())

    def newest_ends(self, cameras: Iterable[str]) -> dict[str, int]:
        """Where the last whole GOP of each camera ends. Cameras without recordings are left out."""
        there = select(objects.c.camera, objects.c.end_90k).where(objects.c.state != ObjectState.DELETING)
        newest = there.order_by(objects.c.start_90k.desc()).limit(1)
        with self.transaction("read") as connection:  # one query each: a single index lookup, however many rows
            found = [connection.execute(newest.where(objects.c.camera == each)).one_or_none() for each in cameras]
        return {row.camera: row.end_90k for row in found if row is not None}

    def init(self, id: str) -> InitSegment | None:
        with self.transaction("read") as connection:
            row = connection.execute(select(inits).where(inits.c.id == id)).one_or_none()
            return InitSegment(row.id, row.data, row.width, row.height, row.codec) if row else None

    def _select(
        self, *conditions: Any, with_gops: bool = True, by: Column[Any] = objects.c.id, most: int | None = None
    ) -> list[ArchivedObject]:
        """In order of time. by: what comes first of those that begin at the same time."""
        columns = [column for column in objects.c if with_gops or column.name != "gops"]
        query = select(*columns).where(*conditions).order_by(objects.c.start_90k, by).limit(most)
        with self.transaction("read") as connection:
            return list(_objects_of(connection.execute(query)))

    @contextmanager
    def transaction(self, doing: str, engine: Engine | None = None) -> Iterator[Connection]:
        """For the other modules of this package. doing: its purpose, in words. engine: if not that of the rows."""
        try:
            with (engine or self._engine).begin() as connection:
                yield connection
        except SQLAlchemyError as error:
            kind = CatalogueAway if isinstance(error, OperationalError | InterfaceError) else OutputError
            raise kind(
                f"couldn't {doing} in the catalogue: {reason_of(error)}", hint="is its disk full, its server there?"
            ) from error


def server_now_90k(connection: Connection) -> int:
    """See `Rows.server_now_90k`."""
    seconds = connection.execute(select(func.extract("epoch", func.clock_timestamp()))).scalar_one()
    return round(float(seconds) * TICKS_PER_S)


def _in_range(camera: str, from_90k: int, to_90k: int) -> tuple[ColumnElement[bool], ...]:
    return (
        objects.c.camera == camera,
        objects.c.start_90k > from_90k - LONGEST_OBJECT_90K,
        objects.c.start_90k < to_90k,
        objects.c.end_90k > from_90k,
        objects.c.state != ObjectState.DELETING,
    )


def _is_one_of(keys: Sequence[str]) -> ColumnElement[bool]:
    """With the times that are in the keys, so that only the partitions of their days are searched."""
    names = [name_of_key(key) for key in keys]
    starts = [name.start_90k for name in names if name]
    is_it = objects.c.key == keys[0] if len(keys) == 1 else objects.c.key.in_(keys)
    if not starts or len(starts) < len(keys):
        return is_it
    return is_it & objects.c.start_90k.between(min(starts), max(starts))


def _objects_of(rows: Iterable[Row[Any]]) -> Iterator[ArchivedObject]:
    for row in rows:
        packed = row._mapping.get("gops", b"")
        yield ArchivedObject(
            row.camera, row.key, row.start_90k, row.end_90k, row.size, ObjectState(row.state), row.init_id, row.spool,
            unpack_gops(bytes(packed), row.start_90k, row.media_offset), row.token, row.recorded_token,
        )  # fmt: skip


def _row_of(facts: ArchivedObject) -> dict[str, Any]:
    return {
        "camera": facts.camera,
        "key": facts.key,
        "start_90k": facts.start_90k,
        "end_90k": facts.end_90k,
        "size": facts.size,
        "state": facts.state.value,
        "init_id": facts.init_id,
        "spool": facts.spool,
        "media_offset": facts.gops[0].offset if facts.gops else 0,
        "token": facts.token,
        "recorded_token": facts.recorded_token,
        "gops": pack_gops(facts.gops),
    }
