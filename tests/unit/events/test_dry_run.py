"""Trying a rule on kept boxes raises and counts what it would have live."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passerby.config.rule import FallRule, LineRule, LoiteringRule, ObjectRule, Rule, ZoneRule
from passerby.errors import SettingsError
from passerby.events.box_pairing import BoxPairing
from passerby.events.box_sampling import BoxSampling
from passerby.events.dry_run import MAX_LISTED, Tried, try_rule
from passerby.events.live import LiveWatch
from passerby.media import InView, Kind
from passerby.media.events import EventKind
from passerby.media.segments import TICKS_PER_S
from passerby.rules.events.sight import Doubt
from passerby.rules.retention import HOUR_90K
from tests.unit.events.test_box_keeper import keep
from tests.unit.events.test_live import AT_90K, Written
from tests.unit.events.test_watcher import ACROSS, DOOR, RIGHT_HALF, YARD
from tests.unit.rules.events.people import LIES, STANDS, going, seen
from tests.unit.rules.events.walkers import Walker, standing, straight, views

TICK = Fraction(1, TICKS_PER_S)
A_SAMPLE_90K = round(0.21 * TICKS_PER_S)
"""Between two samples of who is settled, one is left out."""


def at(found: Sequence[InView], after_s: float = 0.0) -> list[InView]:
    """At times of a live camera."""
    begin_90k = AT_90K + round(after_s * TICKS_PER_S)
    return [replace(view, pts=begin_90k + round(view.time_s * TICKS_PER_S), time_base=TICK) for view in found]


def tried(found: Sequence[InView], rule: Rule) -> Tried:
    return try_rule(rule, "gate", keep(found).stretches, (AT_90K, AT_90K + HOUR_90K))


def live(found: Sequence[InView], rule: Rule) -> Written:
    written = Written()
    watch = LiveWatch("gate", [rule], written)
    for view in found:
        watch.note(view)
    watch.end()
    return written


walks = st.lists(
    st.tuples(st.floats(0, 30), st.floats(40, 600), st.floats(120, 340), st.floats(40, 600), st.floats(120, 340),
              st.floats(25, 120)),
    min_size=1, max_size=4,
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(walks)
def test_a_line_counts_what_it_counts_live(some: list[tuple[float, float, float, float, float, float]]) -> None:
    """Those who walk one after the other, so that places alone say who is who."""
    walkers, free_s = [], 0.0
    for number, (wait_s, x0, y0, x1, y1, speed) in enumerate(some):
        if abs(x1 - x0) + abs(y1 - y0) < 60:
            continue
        from_s = free_s + wait_s + 3
        walkers.append(Walker(straight((x0, y0), (x1, y1), from_s=from_s, speed=speed), number + 1))
        free_s = from_s + ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5 / speed
    found = at(list(views(walkers, free_s + 5)))
    counted = [each.way for each in live(found, DOOR).crossings]
    result = tried(found, DOOR)
    assert (result.right, result.left) == (counted.count("right"), counted.count("left"))
    assert [each.event.way for each in result.listed] == counted and result.raised == 0


@pytest.mark.parametrize("distance_px", [40, 90])
def test_people_who_pass_one_another_are_each_counted(distance_px: float) -> None:
    towards = [
        Walker(straight((150, 220), (500, 220)), 1),
        Walker(straight((500, 220 + distance_px), (150, 220 + distance_px)), 2),
    ]
    result = tried(at(list(views(towards, 12))), DOOR)
    assert (result.right, result.left) == (1, 1)


def test_events_have_the_times_that_they_have_live() -> None:
    found = at(list(views([ACROSS], 12)))
    result = tried(found, YARD)
    (event,) = result.listed
    over = live(found, YARD).events[-1]
    assert event.is_raised and event.event.start_90k == pytest.approx(over.start_90k, abs=A_SAMPLE_90K)
    assert over.end_90k is not None and event.event.end_90k == pytest.approx(over.end_90k, abs=A_SAMPLE_90K)
    assert (event.event.camera, event.event.rule, event.event.count) == ("gate", "yard", 1)
    assert [(hour.start_90k % HOUR_90K, hour.raised) for hour in result.hours.values()] == [(0, 1)]


def test_a_fall_is_found_by_hints_as_live() -> None:
    fall = FallRule(name="fall", kind="fall")
    found = at(seen([going((0, STANDS), (2, LIES), (8, STANDS))], 12))
    assert [each.event.kind for each in tried(found, fall).listed] == [EventKind.FALL]


def test_who_falls_after_standing_still_for_long_is_found_as_live() -> None:
    fall = FallRule(name="fall", kind="fall")
    found = at(seen([going((0, STANDS), (60, LIES), (75, STANDS))], 90))
    assert [each.event.kind for each in tried(found, fall).listed] == [EventKind.FALL]


@pytest.mark.parametrize(("rule", "least"), [(YARD, 0.45), (FallRule(name="fall", kind="fall"), 0.6)])
def test_samples_that_change_nothing_are_left_out(rule: Rule, least: float) -> None:
    walks = Walker(lambda now_s: (320 + 200 * math.sin(now_s / 7), 250.0))
    who = walks if isinstance(rule, ZoneRule) else Walker(standing((500, 250)))
    stretches = keep(at(list(views([who], 600)))).stretches
    thinning, samples = BoxSampling(rule), [(stretch, each) for stretch in stretches for each in stretch.samples]
    given = sum(thinning.wants(each, stretch.at_90k(each) / TICKS_PER_S) for stretch, each in samples)
    assert given < (1 - least) * len(samples)
    assert tried(at(list(views([who], 600))), rule).raised == len(live(at(list(views([who], 600))), rule).events) // 2


def test_a_line_that_alerts_says_which_crossings_are_events() -> None:
    rule = LineRule(name="door", kind="line", line=DOOR.line, alert="left")
    both = [Walker(straight((200, 250), (500, 250)), 1), Walker(straight((500, 250), (200, 250), from_s=10), 2)]
    result = tried(at(list(views(both, 20))), rule)
    assert [(each.event.way, each.is_raised) for each in result.listed] == [("right", False), ("left", True)]
    assert (result.raised, result.right, result.left) == (1, 1, 1)


def test_a_gap_ends_what_goes_on_and_is_not_known() -> None:
    stands = list(views([Walker(standing((500, 250)))], 60))
    result = tried([*at(stands), *at(stands, after_s=600)], YARD)
    assert result.known_s == pytest.approx(120, abs=1)
    assert len(result.listed) == 2
    assert (result.listed[0].event.end_90k or 0) < AT_90K + 70 * TICKS_PER_S


def test_what_was_hidden_whole_is_not_known() -> None:
    stands = at(list(views([Walker(standing((500, 250)))], 60)))
    hidden = [replace(view, whole="a test") if 100 <= index < 200 else view for index, view in enumerate(stands)]
    result = tried(hidden, YARD)
    assert result.known_s == pytest.approx(40, abs=1.5)
    assert len(result.listed) == 1, "it tells nothing: neither that somebody is there, nor that they left"


def test_it_says_what_it_cannot_see_and_how_often_was_looked() -> None:
    small = [Walker(straight((200, 250), (500, 250)), height_px=14.0)]
    result = tried(at(list(views(small, 12))), YARD)
    assert (result.doubt, result.height_px) == (Doubt.TOO_SMALL, 14)
    assert result.looked_every_s == pytest.approx(0.2, abs=0.01) and not result.is_seldom
    seldom = tried(at(list(views([ACROSS], 12, rate=2))), YARD)
    assert seldom.looked_every_s == pytest.approx(0.5, abs=0.01) and seldom.is_seldom
    nobody = tried(at(list(views([], 30))), YARD)
    assert (nobody.doubt, nobody.looked_every_s, nobody.raised) == (Doubt.TOO_FEW, None, 0)
    assert nobody.known_s == pytest.approx(30, abs=1)


def test_a_rule_about_things_says_that_it_cannot_be_tried() -> None:
    with pytest.raises(SettingsError, match="cannot be tried"):
        try_rule(ObjectRule(name="bag", kind="left-object"), "gate", [], (0, 1))


def test_it_ends_early_if_there_is_no_time_and_says_so() -> None:
    found = at(list(views([Walker(standing((500, 250)))], 200)))
    stretches = keep(found).stretches
    turns = iter([True, True, False])
    result = try_rule(YARD, "gate", stretches, (AT_90K, AT_90K + HOUR_90K), may_go_on=lambda: next(turns))
    assert result.is_cut and result.to_90k == stretches[2].start_90k


def test_the_list_is_bounded_and_keeps_the_newest() -> None:
    visits = [Walker(standing((500, 250), 30.0 * n, 30.0 * n + 2), n + 1) for n in range(MAX_LISTED + 20)]
    result = tried(at(list(views(visits, 30.0 * len(visits)))), YARD)
    assert result.raised == MAX_LISTED + 20 and len(result.listed) == MAX_LISTED
    starts = [each.event.start_90k for each in result.listed]
    assert starts == sorted(starts) and starts[0] > AT_90K + 100 * TICKS_PER_S


def test_nothing_is_raised_for_who_leaves_in_time() -> None:
    rule = LoiteringRule(name="loiter", kind="loitering", zone=RIGHT_HALF, longer_than_s=20)
    stays = [Walker(standing((500, 250), 0, 15), 1), Walker(standing((520, 260), 30, 60), 2)]
    (event,) = tried(at(list(views(stays, 70))), rule).listed
    assert event.event.start_90k >= AT_90K + 29 * TICKS_PER_S


def test_a_rule_with_times_holds_by_the_times_of_the_boxes() -> None:
    rule = ZoneRule(name="yard", kind="zone", zone=RIGHT_HALF, when=("00:00-00:01",))
    assert tried(at(list(views([ACROSS], 12))), rule).raised == 0


def test_kinds_are_never_joined() -> None:
    here = [Walker(straight((200, 250), (500, 250)), 1), Walker(straight((200, 250), (500, 250)), 2, Kind.VEHICLE)]
    found = keep(at(list(views(here, 12)))).stretches
    paired = BoxPairing()
    kinds: dict[int, set[Kind]] = {}
    for stretch in found:
        for view in paired.views(stretch):
            for track in view.tracks:
                kinds.setdefault(track.tracker_id, set()).add(track.kind)
    assert sorted(len(each) for each in kinds.values()) == [1, 1]
