"""Makes messages of alarms: one when an alarm is raised, one when it is over, none again after a restart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, select, update

from passerby.catalogue.database import insert_into
from passerby.catalogue.rows import Rows
from passerby.catalogue.schema.notify import alarms_told
from passerby.media.alarms import Alarm, AlarmKind
from passerby.media.messages import MAX_TEXT, Message, Severity, new_id
from passerby.media.segments import TICKS_PER_S
from passerby.notify.alarms import Standing
from passerby.notify.notifier import Notifier

OVER_AFTER_90K = 120 * TICKS_PER_S
"""How long an alarm is not raised before it is over. After a restart the first rounds have found it again by then."""
SEEN_EVERY_90K = 30 * TICKS_PER_S  # not a row written at every look
_LESS = {AlarmKind.SPACE, AlarmKind.STRANGE, AlarmKind.UPKEEP, AlarmKind.CHANNEL}
"""Nothing is lost or shown yet, or no longer."""


@dataclass(frozen=True, slots=True)
class _Active:
    standing: Standing
    about: str  # a camera, or a channel; empty: neither
    text: str = ""

    @property
    def key(self) -> tuple[str, str]:
        return str(self.standing.alarm.kind), self.about


class AlarmMessages:
    """Only one thread at a time; other processes may do the same on one catalogue. means: what each kind of alarm
    means, a sentence without names. link: to the page."""

    def __init__(self, rows: Rows, notifier: Notifier, means: Mapping[AlarmKind, str], link: str) -> None:
        self._rows, self._notifier, self._means, self._link = rows, notifier, means, link
        self._once: dict[tuple[str, str], tuple[int, int]] = {}
        """What is reported once and was told by this process: since when, and how many. Another process has its own."""

    def round(self, standing: Sequence[Standing]) -> None:
        """Tells what is new and what is over. standing: all that are active now. Raises OutputError."""
        dead = self._notifier.dead()
        active = {each.key: each for each in _active(standing, {name: state.error for name, state in dead.items()})}
        through = sorted(self._notifier.states().keys() - dead.keys())
        now_90k = self._rows.clock.now_90k()
        once = {key: _number(each) for key, each in active.items() if each.standing.alarm.kind.happens_once}
        with self._rows.together("tell of alarms"), self._rows.transaction("tell of alarms") as connection:
            known = {(row.kind, row.camera): row for row in connection.execute(select(alarms_told))}
            for key, each in active.items():
                row = known.get(key)
                values = {"since_90k": each.standing.since_90k or 0, "count": each.standing.count}
                is_new = False
                if row is None:
                    new = {"kind": key[0], "camera": key[1], "seen_90k": now_90k, **values}
                    adding = insert_into(alarms_told, connection.dialect).values(**new).on_conflict_do_nothing()
                    added = connection.execute(adding.returning(alarms_told.c.kind)).first()
                    is_new = added is not None  # else another process has found it too
                elif _differs(row, values) or abs(now_90k - row.seen_90k) >= SEEN_EVERY_90K:
                    connection.execute(update(alarms_told).where(*_is(key)).values(seen_90k=now_90k, **values))
                if is_new if key not in once else once[key] != self._once.get(key):
                    self._tell(key, each.text, through, is_over=False)
            for key in known.keys() - active.keys():
                if abs(now_90k - known[key].seen_90k) >= OVER_AFTER_90K:  # the clock may be set back
                    gone = connection.execute(delete(alarms_told).where(*_is(key))).rowcount > 0
                    if gone and not AlarmKind(key[0]).happens_once:
                        self._tell(key, "", through, is_over=True)
        self._once = once
        self._notifier.wake()

    def _tell(self, key: tuple[str, str], text: str, through: Sequence[str], *, is_over: bool) -> None:
        kind, about = AlarmKind(key[0]), key[1]
        is_channel = kind is AlarmKind.CHANNEL
        means = self._means[kind]
        title = f"Over: {means}" if is_over else f"{means[:1].upper()}{means[1:]}"
        message = Message(
            id=new_id(),
            severity=Severity.WARNING if kind in _LESS else Severity.CRITICAL,
            kind=f"alarm-{kind}-over" if is_over else f"alarm-{kind}",
            camera=None if is_channel else about or None,
            rule=None,
            title=f"{title}: {about}" if about else title,
            text=text[:MAX_TEXT],
            when_90k=self._rows.clock.now_90k(),
            link=self._link,
        )
        if is_channel:  # routes may name only the dead one
            self._notifier.tell_through(message, through)
        else:
            self._notifier.tell(message)


def _active(standing: Sequence[Standing], dead: Mapping[str, str | None]) -> Iterator[_Active]:
    """Each dead channel is an alarm of its own; those among the standing ones are for the page."""
    for each in standing:
        if each.alarm.kind is not AlarmKind.CHANNEL:
            yield _Active(each, each.alarm.camera or "")
    for name, error in dead.items():
        yield _Active(Standing(Alarm(AlarmKind.CHANNEL, None, error or ""), None), name, error or "")


def _is(key: tuple[str, str]) -> tuple[ColumnElement[bool], ...]:
    return alarms_told.c.kind == key[0], alarms_told.c.camera == key[1]


def _differs(row: Row[Any], values: Mapping[str, int]) -> bool:
    return (row.since_90k, row._mapping["count"]) != (values["since_90k"], values["count"])


def _number(active: _Active) -> tuple[int, int]:
    return active.standing.since_90k or 0, active.standing.count
