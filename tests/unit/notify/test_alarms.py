"""Which alarms stand: those of a round until the next one is clean, what happened once for a day."""

from __future__ import annotations

from passerby.media.alarms import Alarm, AlarmKind
from passerby.media.segments import TICKS_PER_S
from passerby.notify.alarms import HELD_90K, Alarms
from passerby.testing.clock import MovingClock

DELETE, STORE = (Alarm(kind, "gate", f"{kind} 1") for kind in (AlarmKind.DELETE, AlarmKind.STORE))


def test_alarms_of_a_round_stand_until_one_is_clean() -> None:
    clock = MovingClock()
    alarms, began = Alarms(clock), clock.now_90k()
    alarms.round("archive", [DELETE, STORE, STORE])
    clock.move(10)
    again = Alarm(AlarmKind.DELETE, "gate", "delete 2")
    alarms.round("archive", [again])
    (standing,) = alarms.now()
    assert (standing.alarm, standing.since_90k, standing.count) == (again, began, 1), "the newest words, the first time"
    alarms.round("maintain", [STORE])
    alarms.round("archive")
    assert [each.alarm for each in alarms.now()] == [STORE], "another work's stay"
    clock.move(HELD_90K / TICKS_PER_S)
    assert alarms.now(), "however long it lasts"


def test_two_of_a_kind_for_a_camera_are_one_with_a_number() -> None:
    alarms = Alarms(MovingClock())
    alarms.round("archive", [DELETE, DELETE, Alarm(AlarmKind.DELETE, "yard", "x")])
    assert [(each.alarm.camera, each.count) for each in alarms.now()] == [("gate", 2), ("yard", 1)]


def test_what_happened_once_is_told_for_a_day() -> None:
    clock = MovingClock()
    alarms, began = Alarms(clock), clock.now_90k()
    alarms.round("archive", [Alarm(AlarmKind.SPACE, "gate", "60 hours are left")])
    clock.move(3600)
    alarms.round("archive", [Alarm(AlarmKind.SPACE, "gate", "59 hours are left")])
    alarms.round("archive")
    (standing,) = alarms.now()
    assert (standing.alarm.says, standing.since_90k, standing.count) == ("59 hours are left", began, 2)
    clock.move(HELD_90K / TICKS_PER_S - 1)
    assert alarms.now() == [standing]
    clock.move(1)
    assert alarms.now() == []


def test_a_round_returns_what_the_one_before_did_not_say() -> None:
    alarms = Alarms(MovingClock())
    waits = Alarm(AlarmKind.STORE, None, "3 recordings wait: NATS does not answer")
    assert alarms.round("archive", [waits]) == [waits]
    more = Alarm(AlarmKind.STORE, None, "14 recordings wait: NATS does not answer")
    assert alarms.round("archive", [more]) == [] and [each.alarm for each in alarms.now()] == [more]
    other = Alarm(AlarmKind.STORE, None, "14 recordings wait: S3 does not answer")
    assert alarms.round("archive", [other]) == [other]
    assert alarms.round("archive") == [] and alarms.round("archive", [other]) == [other], "it is over, and begins again"
