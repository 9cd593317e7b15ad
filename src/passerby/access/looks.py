"""Joins audit records of one look into one entry: a player fetches a recording piece by piece, and each is recorded."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from passerby.media.segments import ticks

SAME_LOOK_90K = ticks(5 * 60)  # between two records: somebody who pauses for longer looks again
MAX_RECORDS = 1000  # in one entry: a page of them must not read the whole audit
TOUCHES_90K = ticks(1)  # between two pieces of a recording: what was lost of it is not a piece that nobody looked at


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """at_90k: UTC when it began. what: an action. from_90k, to_90k: the time span that was viewed."""

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
class AuditEntry(AuditRecord):
    """One record, or several of one look. id, at_90k: of the first. until_90k: when the last was written. from_90k,
    to_90k: of all of them."""

    until_90k: int
    records: int = 1

    @staticmethod
    def of(record: AuditRecord) -> AuditEntry:
        return AuditEntry(
            record.id, record.at_90k, record.who, record.through, record.what, record.camera, record.from_90k,
            record.to_90k, record.about, record.at_90k,
        )  # fmt: skip

    def with_earlier(self, record: AuditRecord) -> AuditEntry | None:
        """The two as one, if the record is of the same look: of a time that touches this one, and shortly before."""
        if self.records >= MAX_RECORDS or None in (self.from_90k, self.to_90k, record.from_90k, record.to_90k):
            return None
        assert self.from_90k is not None and self.to_90k is not None
        assert record.from_90k is not None and record.to_90k is not None
        from_90k, to_90k = min(self.from_90k, record.from_90k), max(self.to_90k, record.to_90k)
        between_90k = max(self.from_90k, record.from_90k) - min(self.to_90k, record.to_90k)
        if between_90k > TOUCHES_90K or self.at_90k - record.at_90k > SAME_LOOK_90K:
            return None
        count = self.records + 1
        return replace(self, id=record.id, at_90k=record.at_90k, from_90k=from_90k, to_90k=to_90k, records=count)


class Entries:
    """Takes records, the newest first, and joins those of one look."""

    def __init__(self) -> None:
        self._entries: dict[int, AuditEntry] = {}
        self._newest: dict[tuple[object, ...], int] = {}
        """By what must be the same, the place of the entry that an earlier record may belong to."""

    def __len__(self) -> int:
        return len(self._entries)

    def take(self, records: Iterable[AuditRecord]) -> None:
        for record in records:
            key = (record.who, record.through, record.what, record.camera, record.about)
            place = self._newest.get(key, len(self._entries))
            known = self._entries.get(place)
            joined = known.with_earlier(record) if known else None
            if joined is None:
                place = self._newest[key] = len(self._entries)
            self._entries[place] = joined or AuditEntry.of(record)

    def all(self) -> list[AuditEntry]:
        """By when they began, the newest first: so the last one has the smallest id of all records."""
        return sorted(self._entries.values(), key=lambda entry: -entry.id)
