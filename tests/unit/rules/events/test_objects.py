"""What is left behind or gone, once nobody is with it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

from passerby.media import Change, InView
from passerby.rules.events.geometry import Point
from passerby.rules.events.objects import OVER_AFTER_S, Objects
from passerby.rules.events.spell import Happening
from tests.unit.rules.events.walkers import HEIGHT_PX, Walker, standing, straight, views

PLACE: Point = (300.0, 250.0)
CAME_S, FOUND_S = 4.0, 7.0
"""When it was put down, and when a background is sure of it."""
AFTER_S = 10.0
OWNER = Walker(standing(PLACE, 1.0, 6.0))


def thing(*, number: int = 1, wide: float = 12, high: float = 16, is_new: bool = True, claimed_s: float = -math.inf,
          at: Point = PLACE) -> Change:  # fmt: skip
    box = (at[0] - wide / 2, at[1] - high, at[0] + wide / 2, at[1])
    return Change(number, box, is_new, CAME_S, FOUND_S, claimed_s)


def scene(walkers: Sequence[Walker], seconds: float, change: Change | None = None, until_s: float = math.inf,
          hidden_s: Sequence[float] = ()) -> Iterator[InView]:  # fmt: skip
    """hidden_s: from when to when nobody sees the thing."""
    change = change or thing()
    for view in views(walkers, seconds):
        there = FOUND_S <= view.time_s <= until_s
        is_hidden = len(hidden_s) == 2 and hidden_s[0] <= view.time_s <= hidden_s[1]
        seen_s = min(hidden_s) if is_hidden else view.time_s
        yield replace(view, changes=(replace(change, as_seen_s=seen_s),) if there else ())


def noticed(seen: Iterator[InView], *, is_new: bool = True, polygon: Sequence[Point] | None = None) -> list[Happening]:
    rule = Objects(polygon, is_new=is_new, after_s=AFTER_S)
    found = [each for view in seen for each in rule.note(view)]
    return [*found, *rule.end()]


def test_it_is_raised_once_after_its_people_have_left() -> None:
    began, ended = noticed(scene([OWNER], 90))
    assert began.start_s == pytest.approx(FOUND_S + AFTER_S, abs=0.5) and began.end_s is None
    assert (ended.start_s, ended.end_s) == (began.start_s, 90.0)


@pytest.mark.parametrize("away", [0.0, 0.8 * HEIGHT_PX, 2.5 * HEIGHT_PX])
def test_as_long_as_its_owner_is_about_it_is_not_left(away: float) -> None:
    waits = Walker(lambda time_s: PLACE if time_s < 6 else (PLACE[0] + away, PLACE[1]))
    assert noticed(scene([waits], 120)) == []


def test_an_owner_who_goes_far_has_left_it_though_in_view() -> None:
    leaves = Walker(lambda time_s: PLACE if time_s < 6 else (PLACE[0] + 4 * HEIGHT_PX, PLACE[1]))
    assert len(noticed(scene([leaves], 60))) == 2


def test_who_passes_only_stops_its_clock() -> None:
    passers = [Walker(straight((0, 255), (640, 255), from_s=9.0 + 12 * n), tracker_id=10 + n) for n in range(4)]
    began, _ = noticed(scene([OWNER, *passers], 60))
    assert FOUND_S + AFTER_S + 1 < began.start_s < FOUND_S + AFTER_S + 8


def test_who_stays_with_it_is_the_one_who_looks_after_it() -> None:
    def waits(time_s: float) -> Point | None:
        if 10 < time_s < 20:
            return PLACE
        return (PLACE[0] + 2 * HEIGHT_PX, PLACE[1]) if 20 <= time_s < 50 else None

    friend = Walker(waits, tracker_id=2)
    began, _ = noticed(scene([OWNER, friend], 90))
    assert began.start_s == pytest.approx(50 + AFTER_S, abs=0.5)


def test_where_nobody_came_it_is_light_or_wind() -> None:
    assert noticed(scene([], 60)) == []
    assert noticed(scene([Walker(standing((600.0, 250.0)))], 60)) == []


def test_what_is_larger_than_who_came_with_it_is_a_door_or_a_car() -> None:
    assert noticed(scene([OWNER], 60, thing(wide=1.5 * HEIGHT_PX))) == []


def test_what_a_detector_takes_for_somebody_now_and_then_is_not_left() -> None:
    rule = Objects(None, is_new=True, after_s=AFTER_S)
    for view in scene([OWNER], 120):
        blinks = tuple(replace(each, claimed_s=4 * (view.time_s // 4)) for each in view.changes or ())
        assert rule.note(replace(view, changes=blinks)) == []
    assert rule.end() == []


def test_while_it_is_hidden_nobody_knows() -> None:
    began, _ = noticed(scene([OWNER], 60, hidden_s=(8, 30)))
    assert began.start_s == pytest.approx(30 + AFTER_S - 1, abs=2)


def test_it_ends_when_it_is_taken_away_and_what_flickers_stays_one_event() -> None:
    began, ended = noticed(scene([OWNER], 60, until_s=40))
    assert (ended.start_s, ended.end_s) == (began.start_s, 40.0)
    rule, found = Objects(None, is_new=True, after_s=AFTER_S), []
    for view in scene([OWNER], 120):
        is_gone = view.time_s % 20 < OVER_AFTER_S / 2
        anew = tuple(replace(each, number=int(view.time_s // 20)) for each in view.changes or ())
        found += rule.note(replace(view, changes=() if is_gone else anew))
    assert len([*found, *rule.end()]) == 2


def test_two_things_are_two_events() -> None:
    second = thing(number=2, at=(PLACE[0] + 40, PLACE[1]))
    seen = (replace(view, changes=tuple(
        replace(each, as_seen_s=view.time_s) for first in view.changes or () for each in (first, second)))
        for view in scene([OWNER], 60))  # fmt: skip
    assert [event.end_s is None for event in noticed(seen)] == [True, True, False, False]


def test_a_zone_is_where_it_stands() -> None:
    here, elsewhere = ((250, 200), (350, 200), (350, 300), (250, 300)), ((0, 0), (200, 0), (200, 360), (0, 360))
    assert len(noticed(scene([OWNER], 60), polygon=here)) == 2
    assert noticed(scene([OWNER], 60), polygon=elsewhere) == []


def test_what_went_is_for_the_other_rule() -> None:
    assert noticed(scene([OWNER], 60), is_new=False) == []
    assert len(noticed(scene([OWNER], 60, thing(is_new=False)), is_new=False)) == 2
    assert noticed(scene([], 60, thing(is_new=False)), is_new=False) == []


def test_a_time_of_which_nothing_is_known_does_not_count() -> None:
    rule = Objects(None, is_new=True, after_s=AFTER_S)
    for view in scene([OWNER], 60):
        if view.time_s > FOUND_S + AFTER_S / 2:
            rule.hold(view.time_s)
        else:
            assert rule.note(view) == []
    assert rule.end() == []


def test_nothing_is_noticed_where_nobody_looks_for_changes() -> None:
    assert noticed(iter(views([OWNER], 60))) == []
