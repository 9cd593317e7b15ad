"""The audit: who looked at what, and who changed access. Records never change, and are deleted when old."""

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

from passerby.access.looks import AuditEntry, AuditRecord, Entries
from passerby.access.sessions import SignedIn
from passerby.catalogue.database import reason_of
from passerby.catalogue.rows import Rows
from passerby.catalogue.schema.access import audit
from passerby.errors import OutputError
from passerby.media.segments import TICKS_PER_S, ticks

_SAME_LOOK_90K = ticks(60)
_MAX_REMEMBERED = 10_000
MAX_FORGOTTEN_AT_ONCE = 10_000
MAX_READ_AT_ONCE = 5000
_LONGEST_ABOUT = 20_000  # more than any request can fill: 200 names of groups, and the rest


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which records to list; None: any. from_90k, to_90k: when they were written, the end excluded."""

    who: str | None = None
    what: str | None = None
    camera: str | None = None
    from_90k: int | None = None
    to_90k: int | None = None

    @property
    def words(self) -> str:
        """Describes the query, for the audit record of reading these records."""
        named = {"user": self.who, "action": self.what, "camera": self.camera}
        conditions = [f"{name} {value!r}" for name, value in named.items() if value is not None]
        for name, at_90k in (("from", self.from_90k), ("to", self.to_90k)):
            if at_90k is not None:
                conditions.append(f"{name} {_in_words(at_90k)}")
        return "; ".join(conditions) or "all records"


ALL = Wanted()


def _in_words(at_90k: int) -> str:
    try:
        return f"{datetime.fromtimestamp(at_90k // TICKS_PER_S, UTC):%Y-%m-%d %H:%M} UTC"
    except (ValueError, OverflowError, OSError):  # the year is outside the calendar's range
        return str(at_90k)


class Audit:
    """Thread-safe. Raises OutputError if a record cannot be written: then nothing may be shown."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._lock = threading.Lock()
        self._looks: OrderedDict[tuple[object, ...], int] = OrderedDict()

    def look(
        self, by: SignedIn, what: str, camera: str, from_90k: int | None = None, to_90k: int | None = None
    ) -> None:
        """Call before the first byte is sent."""
        self.note(by.user.name, by.through, what, camera, from_90k, to_90k)

    def look_each_minute(
        self, by: SignedIn, what: str, camera: str, from_90k: int | None = None, to_90k: int | None = None,
        *, same: object = None,
    ) -> None:  # fmt: skip
        """For data sent over hundreds of requests: one record a minute for each session, camera and exact time span.
        Written before the first byte is sent. same: what tells repeated requests apart instead of the span."""
        self._each_minute(
            (by.session or by.through, by.user.handle, what, camera, same or (from_90k, to_90k)),
            lambda: self.look(by, what, camera, from_90k, to_90k),
        )

    def look_at_each_minute(self, by: SignedIn, what: str, about: str) -> None:
        """The same for what belongs to no camera: the result for an uploaded file, the audit itself. about: the file's
        id, or the query."""
        self._each_minute(
            (by.session or by.through, by.user.handle, what, about),
            lambda: self.note(by.user.name, by.through, what, about=about),
        )

    def _each_minute(self, key: tuple[object, ...], write: Callable[[], None]) -> None:
        now = self._rows.clock.now_90k()
        with self._lock:  # held while writing: a second request must wait until the record is there
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
        """Writes any record. about: no secrets."""
        with self._rows.transaction("write an audit record") as connection:
            connection.execute(
                audit.insert().values(
                    at_90k=self._rows.clock.now_90k(), who=who, through=through[:80], what=what, camera=camera,
                    from_90k=from_90k, to_90k=to_90k, about=about[:_LONGEST_ABOUT],
                )
            )  # fmt: skip

    def with_change(self) -> AbstractContextManager[None]:
        """Makes a change of the catalogue and its audit record one transaction: both are kept, or neither."""
        return self._rows.together("record the change")

    def forget(self, until_90k: int) -> int:
        """Delete older records, the oldest first, and first record how many. Triggers in the database refuse to delete
        records of the last 30 days by the database's clock, or a newer record before an older one."""
        found = select(audit.c.id, audit.c.at_90k).order_by(audit.c.id).limit(MAX_FORGOTTEN_AT_ONCE)
        with self._rows.transaction("read the audit") as connection:
            oldest = connection.execute(found).all()
        old = [row.id for row in takewhile(lambda row: row.at_90k < until_90k, oldest)]
        if not old:
            return 0
        self.note("", "retention", "audit:forget", about=f"{len(old)} records")
        try:
            with self._rows.transaction("delete old audit records") as connection:
                for id in old:  # one by one: within one statement the database chooses the order
                    connection.execute(delete(audit).where(audit.c.id == id))
        except IntegrityError as error:  # what SQLite raises when a trigger refuses
            said = f"couldn't delete old audit records: {reason_of(error)}"
            raise OutputError(said, hint="is this machine's clock right?") from error
        return len(old)

    def entries(self, wanted: Wanted = ALL, *, before: int | None = None, most: int = 100) -> list[AuditEntry]:
        """Records with those of one look joined, the newest first by when each began. `most` of them, or a few more;
        fewer only if there are no more. before: as for `list`."""
        entries, at_once = Entries(), most
        while len(entries) < most:
            found = self.list(wanted, before=before, most=at_once)
            before, known = (found[-1].id if found else before), len(entries)
            entries.take(found)
            if len(found) < at_once:
                break
            # One look may have thousands of records: then more are read at a time.
            at_once = min(2 * at_once, MAX_READ_AT_ONCE) if len(entries) - known < at_once / 2 else most - len(entries)
        return entries.all()

    def list(self, wanted: Wanted = ALL, *, before: int | None = None, most: int = 100) -> list[AuditRecord]:
        """The newest first. before: only records with a smaller id, to continue a listing."""
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
