"""The log of events: pages of it, what users did about each, and how often a rule was right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, delete, func, insert, select, tuple_, union_all, update

from passerby.catalogue.rows import Rows
from passerby.catalogue.schema.events import event_comments, events
from passerby.events.future_dated import in_its_place
from passerby.events.sight import Sight
from passerby.media.events import EventKind, EventState
from passerby.media.segments import TICKS_PER_S

MAX_AT_ONCE = 100
MAX_COUNTED = 1000
"""Counting goes no further: nobody needs to know whether 4,000 or 5,000 are unread."""
AROUND_90K = 5 * TICKS_PER_S
"""What is exported before and after an event: what led to it, and what came of it."""
MAX_MARKS = 1000
MAX_COMMENTS = 100
_MAX_BRANCHES = 64
_LONGEST_90K = 7 * 86400 * TICKS_PER_S
"""What began earlier is not looked for when asked what goes on at a time."""
_SHOWN = [each for each in events.c if each.name not in ("is_told", "token")]
_PICTURED = [events.c.id, events.c.camera, events.c.start_90k]
COMES_LATE = 100
"""Ids that others may have taken before the newest one and not written yet."""
_RETIRED_AT_ONCE = 5000  # each holds up whoever writes for some milliseconds


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    """One event. end_90k: while it is open, the latest time at which it went on. state_who: empty: nobody changed the
    state. comments: how many."""

    id: int
    camera: str
    rule: str
    kind: EventKind
    objects: str
    way: str
    start_90k: int
    end_90k: int
    is_open: bool
    count: int
    state: EventState
    state_who: str
    state_90k: int
    comments: int = 0


@dataclass(frozen=True, slots=True)
class Pictured:
    """Of an event what its picture is found by."""

    id: int
    camera: str
    start_90k: int


@dataclass(frozen=True, slots=True)
class Comment:
    """at_90k: UTC when it was written."""

    who: str
    at_90k: int
    text: str


@dataclass(frozen=True, slots=True)
class Filter:
    """Which events; None, or no states: any. from_90k, to_90k: when they began, the end excluded."""

    camera: str | None = None
    rule: str | None = None
    kind: EventKind | None = None
    states: Sequence[EventState] = ()
    is_open: bool | None = None
    from_90k: int | None = None
    to_90k: int | None = None


@dataclass(frozen=True, slots=True)
class Precision:
    """How many events of a rule users looked at and did not mark as false, and how many they did."""

    camera: str
    rule: str
    right: int
    false: int


class EventLog:
    """Thread-safe. Every method raises OutputError if the catalogue fails."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def page(
        self, sight: Sight, wanted: Filter = Filter(), before: tuple[int, int] | None = None, most: int = 50
    ) -> list[LoggedEvent]:
        """The newest first, at most MAX_AT_ONCE. before: start_90k and id of the last event of the page before. An
        event that is dated in the future and was looked at is only in what is wanted from some time on."""
        page = [_conditions(wanted)]
        if wanted.from_90k is None:
            page.append([in_its_place(self._rows.clock.now_90k())])
        if before is not None:
            page.append([events.c.start_90k <= before[0], tuple_(events.c.start_90k, events.c.id) < tuple_(*before)])
        query = _newest(sight, wanted, [each for some in page for each in some], min(most, MAX_AT_ONCE))
        with self._rows.transaction("read the events") as connection:
            found = connection.execute(query).all()
            return [_event(row, count) for row, count in zip(found, _comments(connection, found), strict=True)]

    def find(self, sight: Sight, id: int) -> LoggedEvent | None:
        with self._rows.transaction("read an event") as connection:
            found = connection.execute(select(*_SHOWN).where(events.c.id == id)).all()
            shown = [_event(row, count) for row, count in zip(found, _comments(connection, found), strict=True)]
        return next((each for each in shown if sight.includes(each.camera, each.start_90k)), None)

    def unread(self, sight: Sight) -> int:
        """How many are new, up to MAX_COUNTED."""
        new = select(events.c.id).where(events.c.state == EventState.NEW, _seen(sight)).limit(MAX_COUNTED)
        with self._rows.transaction("count the new events") as connection:
            return connection.execute(select(func.count()).select_from(new.subquery())).scalar_one()

    def newest_id(self) -> int:
        """Of all cameras; 0: there is none."""
        with self._rows.transaction("read the events") as connection:
            return int(connection.execute(select(func.max(events.c.id))).scalar_one() or 0)

    def after(self, id: int) -> list[LoggedEvent]:
        """Events of all cameras that were written after another, the oldest first, at most MAX_AT_ONCE."""
        query = select(*_SHOWN).where(events.c.id > id).order_by(events.c.id).limit(MAX_AT_ONCE)
        with self._rows.transaction("read the events") as connection:
            return [_event(row) for row in connection.execute(query)]

    def pictured_after(self, id: int, kinds: Collection[EventKind]) -> tuple[int, list[Pictured]]:
        """Events of these kinds and all cameras that were written after another, and the newest id. Those just before
        it come again: of two processes, the one that has the lower id may be the later to write it."""
        query = select(*_PICTURED, events.c.kind).where(events.c.id > id - COMES_LATE)
        with self._rows.transaction("read the events") as connection:
            found = connection.execute(query).all()
        newest = max((row.id for row in found), default=id)
        return newest, [Pictured(row.id, row.camera, row.start_90k) for row in found if row.kind in kinds]

    def newest_pictured(self, cameras: Sequence[str], kinds: Collection[EventKind], most: int) -> list[Pictured]:
        """At most so many of each camera."""
        found: list[Pictured] = []
        order = (events.c.start_90k.desc(), events.c.id.desc())
        with self._rows.transaction("read the events") as connection:
            for first in range(0, len(cameras), _MAX_BRANCHES):
                parts = [
                    select(*_PICTURED).where(events.c.camera == each, events.c.kind.in_(kinds)).order_by(*order)
                    for each in cameras[first : first + _MAX_BRANCHES]
                ]
                query = union_all(*(select(each.limit(most).subquery()) for each in parts))
                found += [Pictured(*row) for row in connection.execute(query)]
        return found

    def between(self, camera: str, from_90k: int, to_90k: int, *, since_90k: int = 0) -> list[LoggedEvent]:
        """Events of a camera that go on in a range of time, the newest first, at most MAX_MARKS."""
        first_90k = max(since_90k, from_90k - _LONGEST_90K)
        wanted = [events.c.camera == camera, events.c.start_90k >= first_90k, events.c.start_90k < to_90k]
        query = select(*_SHOWN).where(*wanted, events.c.end_90k >= from_90k)
        query = query.order_by(events.c.start_90k.desc(), events.c.id.desc()).limit(MAX_MARKS)
        with self._rows.transaction("read the events") as connection:
            return [_event(row) for row in connection.execute(query)]

    def set_state(self, id: int, state: EventState, who: str) -> bool:
        """Whether there is such an event."""
        now_90k = self._rows.clock.now_90k()
        values = {"state": state, "state_who": who, "state_90k": now_90k}
        with self._rows.transaction("change an event") as connection:
            return connection.execute(update(events).where(events.c.id == id).values(**values)).rowcount > 0

    def comment(self, id: int, who: str, text: str) -> Comment | None:
        """id: of an event that exists. None: it has MAX_COMMENTS already."""
        comment = Comment(who, self._rows.clock.now_90k(), text)
        count = select(func.count()).select_from(event_comments).where(event_comments.c.event_id == id)
        with self._rows.transaction("write a comment") as connection:
            if connection.execute(count).scalar_one() >= MAX_COMMENTS:
                return None
            values = {"event_id": id, "who": who, "at_90k": comment.at_90k, "text": text}
            connection.execute(insert(event_comments).values(**values))
        return comment

    def comments(self, id: int) -> list[Comment]:
        """The oldest first."""
        c = event_comments.c
        query = select(c.who, c.at_90k, c.text).where(c.event_id == id).order_by(c.id)
        with self._rows.transaction("read comments") as connection:
            return [Comment(*row) for row in connection.execute(query)]

    def precision(self, sight: Sight, since_90k: int) -> list[Precision]:
        """Of each rule that users looked at events of, since then. What they did not mark as false was right."""
        c = events.c
        query = select(c.camera, c.rule, c.state, func.count()).where(
            c.state.in_([each for each in EventState if each is not EventState.NEW]), c.start_90k >= since_90k,
            _seen(sight),
        )  # fmt: skip
        looked_at: dict[tuple[str, str], Counter[bool]] = {}
        with self._rows.transaction("read the precision of rules") as connection:
            for camera, rule, state, count in connection.execute(query.group_by(c.camera, c.rule, c.state)):
                looked_at.setdefault((camera, rule), Counter())[state == EventState.FALSE] += count
        return [Precision(*rule, found[False], found[True]) for rule, found in sorted(looked_at.items())]

    def retire(self, until_90k: int) -> int:
        """Delete events that ended before that, with their comments. Returns how many."""
        old = select(events.c.id).where(events.c.start_90k < until_90k, events.c.end_90k < until_90k)
        deleted = 0
        while True:
            with self._rows.transaction("delete old events") as connection:
                ids = connection.execute(old.order_by(events.c.start_90k).limit(_RETIRED_AT_ONCE)).scalars().all()
                connection.execute(delete(events).where(events.c.id.in_(ids)))
            deleted += len(ids)
            if len(ids) < _RETIRED_AT_ONCE:
                return deleted


def _newest(sight: Sight, wanted: Filter, conditions: Sequence[ColumnElement[bool]], most: int) -> Select[Any]:
    """One query for each camera and state, each of which an index answers in order; then the newest of them all. Where
    there are too many, most of the newest events are wanted ones, and going through them by time is quick."""
    cameras = [wanted.camera] if wanted.camera is not None else None
    if sight.since_90k is not None:
        cameras = [each for each in sight.since_90k if cameras is None or each in cameras]
    states: Sequence[EventState | None] = wanted.states or [None]
    branches = list(product(cameras if cameras is not None else [None], states))
    order = (events.c.start_90k.desc(), events.c.id.desc())
    if not 1 < len(branches) <= _MAX_BRANCHES:
        given: list[ColumnElement[bool]] = [] if not wanted.states else [events.c.state.in_(wanted.states)]
        if wanted.camera is not None:
            given.append(events.c.camera == wanted.camera)
        return select(*_SHOWN).where(*conditions, *given, _seen(sight)).order_by(*order).limit(most)
    parts = []
    for camera, state in branches:
        which: list[ColumnElement[bool]] = [] if camera is None else [events.c.camera == camera]
        if camera is not None and sight.since_90k is not None:
            which.append(events.c.start_90k >= sight.since_90k[camera])
        if state is not None:
            which.append(events.c.state == state)
        some = select(*_SHOWN).where(*conditions, *which).order_by(*order).limit(most)
        parts.append(select(some.subquery()))
    found = union_all(*parts).subquery()
    return select(found).order_by(found.c.start_90k.desc(), found.c.id.desc()).limit(most)


def _seen(sight: Sight) -> ColumnElement[bool]:
    return sight.where(events.c.camera, events.c.start_90k)


def _conditions(wanted: Filter) -> list[ColumnElement[bool]]:
    """All but the camera and the states."""
    found: list[ColumnElement[bool]] = []
    if wanted.rule is not None:
        found.append(events.c.rule == wanted.rule)
    if wanted.kind is not None:
        found.append(events.c.kind == wanted.kind)
    if wanted.is_open is not None:
        found.append(events.c.is_open.is_(wanted.is_open))
    if wanted.from_90k is not None:
        found.append(events.c.start_90k >= wanted.from_90k)
    if wanted.to_90k is not None:
        found.append(events.c.start_90k < wanted.to_90k)
    return found


def _comments(connection: Any, found: Sequence[Row[Any]]) -> list[int]:
    ids = [row.id for row in found]
    c = event_comments.c
    query = select(c.event_id, func.count()).where(c.event_id.in_(ids)).group_by(c.event_id)
    by_event = {row[0]: row[1] for row in connection.execute(query)} if ids else {}
    return [by_event.get(id, 0) for id in ids]


def _event(row: Row[Any], comments: int = 0) -> LoggedEvent:
    values = dict(row._mapping)
    return LoggedEvent(
        **values | {"kind": EventKind(values["kind"]), "state": EventState(values["state"])}, comments=comments
    )
