"""Who is told of a message, and when."""

from __future__ import annotations

from dataclasses import replace

import pytest

from passerby.media.messages import Message, Severity
from passerby.media.segments import MINUTE_90K, TICKS_PER_S
from passerby.rules.events.schedule import Schedule
from passerby.rules.notify import Now, Past, Planned, Route, minutes_left, plan

NIGHT = Schedule.of(["22:00-07:00"])
NOON = Now(1_900_000_020 * TICKS_PER_S, weekday=2, minute=12 * 60)
LATE = replace(NOON, minute=23 * 60)
GATE = Message("a", Severity.WARNING, "line-crossed", "gate", "fence", "Line crossed", "", NOON.at_90k)
TO_MAIL = Route(("mail",))


def channels(message: Message = GATE, *routes: Route, groups: tuple[str, ...] = ()) -> list[str]:
    return [each.channel for each in plan(message, frozenset(groups), routes, NOON)]


def test_what_a_route_wants_is_told_at_once() -> None:
    assert plan(GATE, frozenset(), [TO_MAIL], NOON) == [Planned("mail", NOON.at_90k)]


@pytest.mark.parametrize(
    ("wants", "is_told"),
    [
        ({"least": Severity.WARNING}, True),
        ({"least": Severity.CRITICAL}, False),
        ({"cameras": frozenset({"gate"})}, True),
        ({"cameras": frozenset({"yard"})}, False),
        ({"groups": frozenset({"outside"})}, True),
        ({"groups": frozenset({"inside"})}, False),
        ({"cameras": frozenset({"yard"}), "groups": frozenset({"outside"})}, True),
        ({"rules": frozenset({"fence"})}, True),
        ({"rules": frozenset({"zone"})}, False),
        ({"when": Schedule.of(["wed 08:00-18:00"])}, True),
        ({"when": Schedule.of(["sat,sun"])}, False),
    ],
)
def test_a_route_tells_only_what_it_names(wants: dict[str, object], is_told: bool) -> None:
    assert channels(GATE, replace(TO_MAIL, **wants), groups=("outside",)) == (["mail"] if is_told else [])  # type: ignore[arg-type]


def test_what_is_about_no_camera_does_not_concern_a_route_of_cameras() -> None:
    general = replace(GATE, camera=None, rule=None)
    assert channels(general, replace(TO_MAIL, cameras=frozenset({"gate"}))) == []
    assert channels(general, TO_MAIL) == ["mail"]


def test_two_routes_tell_a_channel_once_and_the_sooner_one_wins() -> None:
    quiet = replace(TO_MAIL, quiet=NIGHT)
    assert plan(GATE, frozenset(), [quiet, TO_MAIL], LATE) == [Planned("mail", LATE.at_90k)]


def test_quiet_hours_hold_until_they_are_over() -> None:
    (held,) = plan(GATE, frozenset(), [replace(TO_MAIL, quiet=NIGHT)], LATE)
    assert held.joins and held.due_90k == LATE.at_90k // MINUTE_90K * MINUTE_90K + 8 * 60 * MINUTE_90K


@pytest.mark.parametrize(
    ("entries", "weekday", "minute", "left"),
    [
        (["22:00-07:00"], 0, 21 * 60 + 59, 0),
        (["22:00-07:00"], 0, 22 * 60, 9 * 60),
        (["22:00-07:00"], 6, 23 * 60, 8 * 60),  # on into Monday
        (["22:00-07:00"], 0, 6 * 60 + 59, 1),  # from Sunday
        (["sat,sun", "22:00-07:00"], 4, 23 * 60, (1 + 48 + 7) * 60),  # a night, a weekend, a night
        (["mon-sun"], 3, 0, 7 * 24 * 60),  # always: at most a week
    ],
)
def test_quiet_hours_end(entries: list[str], weekday: int, minute: int, left: int) -> None:
    assert minutes_left(Schedule.of(entries), Now(0, weekday, minute)) == left


def test_from_a_number_a_minute_on_they_are_joined() -> None:
    route = replace(TO_MAIL, digest_after=3)
    assert not plan(GATE, frozenset(), [route], NOON, Past({"mail": 2}))[0].joins
    (joined,) = plan(GATE, frozenset(), [route], NOON, Past({"mail": 3}))
    assert joined.joins and NOON.at_90k < joined.due_90k <= NOON.at_90k + MINUTE_90K


def test_the_same_is_not_told_again_while_it_cools_down() -> None:
    route = replace(TO_MAIL, cool_down_s=60)
    delivered_90k = NOON.at_90k - 59 * TICKS_PER_S
    assert plan(GATE, frozenset(), [route], NOON, Past(delivered_90k={"mail": delivered_90k})) == []
    later = replace(NOON, at_90k=NOON.at_90k + TICKS_PER_S)
    assert len(plan(GATE, frozenset(), [route], later, Past(delivered_90k={"mail": delivered_90k}))) == 1
    assert len(plan(GATE, frozenset(), [route], NOON)) == 1, "what was never delivered spends no cool-down"


def test_others_are_told_if_nobody_has_seen_it() -> None:
    route = replace(TO_MAIL, escalate_after_s=600, escalate_to=("duty", "mail"))
    due_90k = NOON.at_90k + 600 * TICKS_PER_S
    assert plan(GATE, frozenset(), [route], NOON) == [
        Planned("mail", NOON.at_90k),
        Planned("duty", due_90k, escalates=True),
        Planned("mail", due_90k, escalates=True),
    ]
