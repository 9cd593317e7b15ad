"""Who looked at what and who changed who may. Rows are added and never changed, and go when they are old."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import takewhile

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from passerby.access.rows import Rows, ticks
from passerby.access.sessions import SignedIn
from passerby.catalogue.database import reason_of
from passerby.catalogue.schema_access import audit
from passerby.errors import OutputError
from passerby.media.segments import TICKS_PER_S
from passerby.rules.access import Action

_SAME_LOOK_90K = ticks(60)
_QUARTER_90K = ticks(15 * 60)
_MAX_REMEMBERED = 10_000
MAX_FORGOTTEN_AT_ONCE = 10_000
_LONGEST_ABOUT = 20_000  # more than any request can say: 200 names of groups, and the rest


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """at_90k: UTC when it began. what: an action. from_90k, to_90k: the time that was looked at."""

    id: int
    at_90k: int
    who: str
    through: str
    what: str
    camera: str | None
    from_90k: int | None
    to_90k: int | None
    about: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which records are asked for; None: any. from_90k, to_90k: when they were written, the end not included."""

    who: str | None = None
    what: str | None = None
    camera: str | None = None
    from_90k: int | None = None
    to_90k: int | None = None

    @property
    def words(self) -> str:
        """For a record that somebody read these."""
        named = {"user": self.who, "action": self.what, "camera": self.camera}
        told = [f"{name} {value!r}" for name, value in named.items() if value is not None]
        for name, at_90k in (("from", self.from_90k), ("to", self.to_90k)):
            if at_90k is not None:
                told.append(f"{name} {_in_words(at_90k)}")
        return ", ".join(told) or "all records"


ALL = Wanted()


def _in_words(at_90k: int) -> str:
    try:
        return f"{datetime.fromtimestamp(at_90k // TICKS_PER_S, UTC):%Y-%m-%d %H:%M} UTC"
    except (ValueError, OverflowError, OSError):  # no calendar has that year
        return str(at_90k)


class Audit:
    """May be used by many threads. Raises OutputError where a record cannot be written: then nothing is shown."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._lock = threading.Lock()
        self._looks: OrderedDict[tuple[object, ...], int] = OrderedDict()

    def look(
        self, by: SignedIn, what: Action, camera: str, from_90k: int | None = None, to_90k: int | None = None
    ) -> None:
        """Call before the first byte goes out."""
        self.note(by.user.name, by.through, what, camera, from_90k, to_90k)

    def look_each_minute(self, by: SignedIn, what: Action, camera: str, from_90k: int, to_90k: int) -> None:
        """For bytes that come in hundreds of requests: one record a minute for each session, camera and quarter of an
        hour that is looked at. Written before the first of them goes out."""
        first, last = from_90k // _QUARTER_90K * _QUARTER_90K, -(-to_90k // _QUARTER_90K) * _QUARTER_90K
        self._each_minute(
            (by.session or by.through, by.user.handle, what, camera, first, last),
            lambda: self.look(by, what, camera, first, last),
        )

    def look_at_each_minute(self, by: SignedIn, what: str, about: str) -> None:
        """The same for what is of no camera: what was made of a file that somebody brought, the audit itself. about:
        the file's id, what was asked for."""
        self._each_minute(
            (by.session or by.through, by.user.handle, what, about),
            lambda: self.note(by.user.name, by.through, what, about=about),
        )

    def _each_minute(self, key: tuple[object, ...], write: Callable[[], None]) -> None:
        now = self._rows.clock.now_90k()
        with self._lock:  # held while writing: of two at once the second must not go out before the record is there
            last = self._looks.get(key)
            if last is not None and 0 <= now - last < _SAME_LOOK_90K:
                return
            write()
            self._looks[key] = now
            self._looks.move_to_end(key)
            while len(self._looks) > _MAX_REMEMBERED:
                self._looks.popitem(last=False)

    def note(
        self, who: str, through: str, what: str, camera: str | None = None,
        from_90k: int | None = None, to_90k: int | None = None, about: str = "",
    ) -> None:  # fmt: skip
        """Any record. about: no secrets."""
        with self._rows.transaction("write an audit record") as connection:
            connection.execute(
                audit.insert().values(
                    at_90k=self._rows.clock.now_90k(), who=who, through=through[:80], what=what, camera=camera,
                    from_90k=from_90k, to_90k=to_90k, about=about[:_LONGEST_ABOUT],
                )
            )  # fmt: skip

    def with_change(self) -> AbstractContextManager[None]:
        """For changes of the catalogue: what is changed and noted within is there afterwards, or neither of them."""
        return self._rows.together("record the change")

    def forget(self, until_90k: int) -> int:
        """Delete records that are older, the oldest first, and note how many before. Triggers in the database refuse
        those of the last 30 days by its own clock, and gaps: a newer one never goes before an older one."""
        found = select(audit.c.id, audit.c.at_90k).order_by(audit.c.id).limit(MAX_FORGOTTEN_AT_ONCE)
        with self._rows.transaction("read the audit") as connection:
            oldest = connection.execute(found).all()
        old = [row.id for row in takewhile(lambda row: row.at_90k < until_90k, oldest)]
        if not old:
            return 0
        self.note("", "retention", "audit:forget", about=f"{len(old)} records")
        try:
            with self._rows.transaction("delete old audit records") as connection:
                for id in old:  # one by one: the order within one statement is the database's own
                    connection.execute(delete(audit).where(audit.c.id == id))
        except IntegrityError as error:  # SQLite's word for what a trigger refuses
            said = f"couldn't delete old audit records: {reason_of(error)}"
            raise OutputError(said, hint="is this machine's clock right?") from error
        return len(old)

    def list(self, wanted: Wanted = ALL, *, before: int | None = None, most: int = 100) -> list[AuditRecord]:
        """The newest first. before: only those with a smaller id, to go on from."""
        query = select(audit).order_by(audit.c.id.desc()).limit(most)
        if before is not None:
            query = query.where(audit.c.id < before)
        for column, value in ((audit.c.who, wanted.who), (audit.c.what, wanted.what), (audit.c.camera, wanted.camera)):
            if value is not None:
                query = query.where(column == value)
        if wanted.from_90k is not None:
            query = query.where(audit.c.at_90k >= wanted.from_90k)
        if wanted.to_90k is not None:
            query = query.where(audit.c.at_90k < wanted.to_90k)
        with self._rows.transaction("read the audit") as connection:
            return [AuditRecord(**row._mapping) for row in connection.execute(query)]
