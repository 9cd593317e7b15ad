"""The records of one look are one entry, whatever lies between; nothing is lost or told twice from page to page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from passerby.access import Installation
from passerby.access.looks import MAX_RECORDS, AuditEntry, AuditRecord, Entries
from passerby.config import parse_config
from passerby.media.segments import TICKS_PER_S
from passerby.testing.clock import MovingClock

FIRST = AuditRecord(1, 0, "kim", "session", "timeline:watch", "gate", 0, 2 * TICKS_PER_S, "")


def piece(id: int, from_s: float, at_s: float | None = None, **other: str) -> AuditRecord:
    """Two seconds of a recording, fetched when it is played unless at_s says when."""
    times = {"from_90k": round(from_s * TICKS_PER_S), "to_90k": round((from_s + 2) * TICKS_PER_S)}
    at_90k = round((from_s if at_s is None else at_s) * TICKS_PER_S)
    return replace(FIRST, id=id, at_90k=at_90k, **times, **other)  # type: ignore[arg-type]


def joined(*records: AuditRecord) -> list[AuditEntry]:
    entries = Entries()
    entries.take(sorted(records, key=lambda each: -each.id))
    return entries.all()


def spans(entries: list[AuditEntry]) -> list[tuple[int, int]]:
    return [((each.from_90k or 0) // TICKS_PER_S, (each.to_90k or 0) // TICKS_PER_S) for each in entries]


def test_pieces_that_follow_each_other_are_one_entry() -> None:
    (entry,) = joined(*(piece(n + 1, 10 + 2 * n) for n in range(15)))
    assert spans([entry]) == [(10, 40)]
    assert (entry.id, entry.records) == (1, 15)
    assert (entry.at_90k, entry.until_90k) == (10 * TICKS_PER_S, 38 * TICKS_PER_S)


def test_an_entry_has_an_end_so_that_a_page_of_them_reads_no_whole_audit() -> None:
    entries = joined(*(piece(n + 1, 2 * n) for n in range(MAX_RECORDS + 5)))
    assert [entry.records for entry in entries] == [MAX_RECORDS, 5]


def test_pieces_of_several_cameras_side_by_side_are_one_entry_each() -> None:
    records = [piece(2 * n + m + 1, 2 * n, camera=("gate", "yard")[m]) for n in range(5) for m in range(2)]
    assert [(each.camera, each.records) for each in joined(*records)] == [("yard", 5), ("gate", 5)]


def test_who_plays_backwards_or_again_looks_at_the_same() -> None:
    assert spans(joined(piece(1, 20, 1), piece(2, 18, 2), piece(3, 16, 3), piece(4, 16, 90))) == [(16, 22)]


@pytest.mark.parametrize(
    "other",
    [
        piece(2, 40), piece(2, 2, at_s=400), piece(2, 2, who="lee"), piece(2, 2, through="token wall"),
        piece(2, 2, camera="yard"), piece(2, 2, what="still:see"),
    ],
)  # fmt: skip
def test_another_time_person_camera_or_a_long_pause_is_another_entry(other: AuditRecord) -> None:
    assert len(joined(piece(1, 0), other)) == 2


def test_records_without_times_are_never_joined() -> None:
    change = replace(FIRST, what="user:change", from_90k=None, to_90k=None)
    assert len(joined(change, replace(change, id=2))) == 2


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    found = Installation(tmp_path, parse_config({}), MovingClock())
    yield found
    found.close()


def test_no_record_is_lost_or_told_twice_from_page_to_page(installation: Installation) -> None:
    """Two people watch for an hour, and now and then something else happens."""
    for n in range(300):
        for who in ("kim", "lee"):
            times = (2 * n * TICKS_PER_S, 2 * (n + 1) * TICKS_PER_S)
            installation.audit.note(who, "session", "timeline:watch", "gate", *times)
        if n % 40 == 0:
            installation.audit.note("ada", "session", "user:change", about=str(n))
    found: list[AuditEntry] = []
    while more := installation.audit.entries(before=found[-1].id if found else None, most=3):
        assert [each.id for each in more] == sorted((each.id for each in more), reverse=True)
        found += more
    assert sum(each.records for each in found) == 608
    assert len({each.id for each in found}) == len(found) < 40, "at the edge of a page a look is told in two parts"
    assert sum(each.what == "user:change" for each in found) == 8
    whole = installation.audit.entries()
    assert [(each.who, each.records) for each in whole if each.what == "timeline:watch"] == [("lee", 300), ("kim", 300)]
