from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from passerby.config.rule import (
    CrowdRule,
    DensityRule,
    FallRule,
    LineRule,
    LoiteringRule,
    LyingRule,
    ObjectRule,
    QueueRule,
    Rule,
    StoppedRule,
    ZoneRule,
)
from passerby.errors import SettingsError
from passerby.events import Count, Watcher, needs_changes, needs_vehicles
from passerby.events.local_time import utc_of_file
from passerby.media import InView, Kind
from passerby.media.events import Event, EventKind
from passerby.media.series import Measure, Minute
from passerby.rules.events.sight import Doubt
from tests.unit.rules.events.people import FALLS, LIES, STANDS, going, mirrored, seen
from tests.unit.rules.events.test_objects import AFTER_S, FOUND_S, OWNER, scene
from tests.unit.rules.events.walkers import SIZE_WH, Walker, standing, straight, views

DOOR = LineRule(name="door", kind="line", line=((0.5, 1.0), (0.5, 0.2)))
RIGHT_HALF = ((0.5, 0.0), (1.0, 0.0), (1.0, 1.0), (0.5, 1.0))
YARD = ZoneRule(name="yard", kind="zone", zone=RIGHT_HALF)
ACROSS = Walker(straight((200, 250), (500, 250)))


def watched(seen: list[InView], *rules: Rule) -> tuple[list[Event], list[Count]]:
    watcher = Watcher(rules)
    events = [event for view in seen for event in watcher.note(view)]
    return [*events, *watcher.end()], watcher.counts


def test_one_walk_is_a_crossing_and_a_stay() -> None:
    events, counts = watched(list(views([ACROSS], 12)), DOOR, YARD)
    entered, crossing, left = events  # a crossing is certain after two steps on the other side
    assert (crossing.kind, crossing.way, crossing.rule) == (EventKind.LINE_CROSSED, "right", "door")
    assert crossing.start_s == pytest.approx(2.2, abs=0.3)
    assert (entered.kind, entered.end_s, left.start_s) == (EventKind.IN_ZONE, None, entered.start_s)
    assert counts == [Count("door", 1, 0)]


def test_a_fall_and_lying_begin_when_somebody_last_stood_and_last_until_they_are_up() -> None:
    rules = FallRule(name="fall", kind="fall"), LyingRule(name="lying", kind="lying", longer_than_s=4)
    events, _ = watched(seen([going((0, STANDS), (2, LIES), (8, STANDS))], 12), *rules)
    assert [(each.kind, each.end_s is None) for each in events] == [
        (EventKind.FALL, True), (EventKind.LYING, True), (EventKind.FALL, False), (EventKind.LYING, False),
    ]  # fmt: skip
    assert [each.start_s for each in events] == pytest.approx([2.0] * 4, abs=0.3)


def test_a_fall_is_about_a_zone_of_the_upright_picture() -> None:
    fall = FallRule(name="fall", kind="fall", zone=RIGHT_HALF)
    assert watched(seen([FALLS], 10), fall)[0]
    assert not watched([mirrored(view) for view in seen([FALLS], 10)], fall)[0]


def test_what_goes_on_at_the_end_ends_there() -> None:
    events, _ = watched(list(views([Walker(lambda _: (500.0, 250.0))], 6)), YARD)
    assert [event.end_s is None for event in events] == [True, False]


def test_times_are_from_the_start_of_the_source() -> None:
    later = [replace(view, pts=view.pts + 5000) for view in views([ACROSS], 12)]
    assert watched(later, DOOR, YARD) == watched(list(views([ACROSS], 12)), DOOR, YARD)


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_rules_are_about_the_upright_picture(turn: int) -> None:
    """A phone's video is stored on its side, and its lines are drawn on what a player shows."""
    width, height = SIZE_WH

    def stored(view: InView) -> InView:
        def back(x: float, y: float) -> tuple[float, float]:
            return {90: (y, width - x), 180: (width - x, height - y), 270: (height - y, x)}[turn]

        tracks = []
        for track in view.tracks:
            (a, b), (c, d) = back(*track.xyxy[:2]), back(*track.xyxy[2:])
            tracks.append(replace(track, xyxy=(min(a, c), min(b, d), max(a, c), max(b, d))))
        size_wh = SIZE_WH if turn == 180 else (height, width)
        return replace(view, tracks=tuple(tracks), size_wh=size_wh, turn=turn)

    upright = list(views([ACROSS], 12))
    assert watched([stored(view) for view in upright], DOOR, YARD) == watched(upright, DOOR, YARD)


def test_a_new_size_ends_what_went_on() -> None:
    standing = list(views([Walker(lambda _: (500.0, 250.0))], 12))
    larger = [replace(view, size_wh=(1280, 720)) if view.index > 30 else view for view in standing]
    events, _ = watched(larger, YARD)
    assert [event.end_s is None for event in events] == [True, False]


def hidden(seen: list[InView], from_s: float, to_s: float) -> list[InView]:
    """With pictures hidden whole for a while, of which nothing is known."""
    return [
        replace(view, tracks=(), has_detections=False, whole="the light changed")
        if from_s <= view.time_s < to_s
        else view
        for view in seen
    ]


def test_a_picture_that_is_hidden_tells_neither_that_somebody_is_there_nor_that_nobody_is() -> None:
    stays = Walker(lambda t: (500.0, 250.0) if t < 40 else None)
    seen = list(views([stays], 60))
    (_, whole) = watched(hidden(seen, 8, 20), YARD)[0]
    assert whole.start_s < 1 and whole.end_s is not None and 39 < whole.end_s < 43
    leaves = Walker(lambda t: (500.0, 250.0) if t < 9 else None)
    (_, left) = watched(hidden(list(views([leaves], 60)), 8, 20), YARD)[0]
    assert left.end_s is not None and 20 <= left.end_s < 23, "that they are gone is known only then"


def test_who_is_hidden_near_the_border_did_not_cross_the_line_there() -> None:
    border = LineRule(name="border", kind="line", line=((0.98, 1.0), (0.98, 0.0)))
    towards = Walker(straight((500, 250), (608, 250)))
    seen = list(views([towards], 12))
    assert [event.rule for event in watched(seen, border)[0]] == ["border"]
    assert watched(hidden(seen, 1.7, 12), border)[0] == []


def test_a_vehicle_that_stands_is_not_forgotten_while_the_picture_is_hidden() -> None:
    rule = StoppedRule(name="lane", kind="stopped", zone=RIGHT_HALF, longer_than_s=10)
    drive = straight((200, 250), (500, 250))
    car = Walker(lambda t: drive(t) or (500.0, 250.0), kind=Kind.VEHICLE)
    later = Walker(lambda t: (500.0, 250.0), 2, Kind.VEHICLE)  # its track is another one afterwards
    seen = hidden([*views([car], 9), *(view for view in views([later], 40) if view.time_s > 9)], 8, 14)
    assert [event.end_s is None for event in watched(seen, rule)[0]] == [True, False]


def test_an_event_says_how_many_and_never_who() -> None:
    """Promise 3: no field can carry an id, a picture or a description."""
    assert set(Event.__slots__) == {"rule", "kind", "objects", "start_s", "end_s", "count", "way"}
    crowd = CrowdRule(name="crowd", kind="crowd", zone=RIGHT_HALF, limit=1)
    people = [Walker(straight((200, y), (500, y)), 7000 + y) for y in (200, 250, 300)]
    events, _ = watched(list(views(people, 12)), crowd, DOOR)
    assert max(event.count for event in events) == 3
    assert not any("700" in str(event) for event in events)


def test_a_thing_that_is_left_is_one_event_and_only_such_rules_ask_for_changes() -> None:
    bags = ObjectRule(name="bags", kind="left-object", after_s=AFTER_S)
    paintings = ObjectRule(name="paintings", kind="removed-object")
    events, _ = watched(list(scene([OWNER], 60)), bags, paintings)
    began, ended = events
    assert (began.rule, began.kind, began.objects, began.count) == ("bags", EventKind.LEFT_OBJECT, "things", 1)
    assert began.start_s == pytest.approx(FOUND_S + AFTER_S, abs=0.5) and began.end_s is None
    assert (ended.start_s, ended.end_s) == (began.start_s, 60.0)
    assert needs_changes([bags, YARD]) and not needs_changes([YARD, DOOR])


def test_only_rules_about_vehicles_ask_for_them() -> None:
    tow = StoppedRule(name="tow", kind="stopped", zone=YARD.zone)
    assert needs_vehicles([tow, DOOR]) and not needs_vehicles([YARD, DOOR])


def test_a_thing_counts_in_its_zone() -> None:
    place = ((0.4, 0.5), (0.55, 0.5), (0.55, 0.8), (0.4, 0.8))
    for zone, expected in ((place, 2), (((0.6, 0.0), (1.0, 0.0), (1.0, 1.0)), 0)):
        events, _ = watched(list(scene([OWNER], 60)), ObjectRule(name="bags", kind="left-object", zone=zone))
        assert len(events) == expected


def test_a_picture_that_is_hidden_whole_does_not_count_for_things() -> None:
    hidden = [replace(view, whole="damaged") if view.time_s > FOUND_S + 5 else view for view in scene([OWNER], 60)]
    assert watched(hidden, ObjectRule(name="bags", kind="left-object"))[0] == []


BERLIN = ZoneInfo("Europe/Berlin")


def timed(seen: list[InView], starts_at: datetime, *rules: Rule) -> tuple[list[Event], list[Minute]]:
    """With a clock: the events, and the series of minutes."""
    watcher = Watcher(rules, utc_of_file(starts_at), BERLIN)
    events = [event for view in seen for event in watcher.note(view)]
    events += watcher.end()
    return events, watcher.take_minutes()


def stays(seconds: float) -> list[InView]:
    return list(views([Walker(lambda _: (500.0, 250.0))], seconds))


def test_who_is_there_when_a_schedule_begins_counts_from_then_until_it_ends() -> None:
    """22:00:00 is 30 s after the start, and 22:01 is where it ends; by the local clock."""
    night = YARD.model_copy(update={"when": ("22:00-22:01",)})
    waits = LoiteringRule(name="waits", kind="loitering", zone=RIGHT_HALF, longer_than_s=20, when=("22:00-22:01",))
    start = datetime(2026, 7, 6, 19, 59, 30, tzinfo=UTC)
    events, minutes = timed(stays(120), start, night, waits)
    over = {event.rule: (event.start_s, event.end_s) for event in events if event.end_s is not None}
    assert over == {"yard": pytest.approx((30, 90), abs=0.3), "waits": pytest.approx((50, 90), abs=0.3)}
    assert [(each.rule, each.start_s, each.most) for each in minutes] == [("yard", 30, 1)]


def test_a_crossing_counts_while_its_rule_holds() -> None:
    door = DOOR.model_copy(update={"when": ("mon 12:00-13:00",)})
    at_noon, before = datetime(2026, 7, 6, 10, 0, tzinfo=UTC), datetime(2026, 7, 6, 9, 59, 40, tzinfo=UTC)
    seen = list(views([ACROSS], 12))
    assert [event.start_s for event in timed(seen, at_noon, door)[0]] == [pytest.approx(2.2, abs=0.3)]
    assert timed(seen, before, door) == ([], [])


def test_on_the_day_an_hour_comes_twice_a_rule_holds_twice_and_where_it_is_left_out_never() -> None:
    rule = YARD.model_copy(update={"when": ("02:30-02:31",)})
    hours = [replace(view, pts=view.pts * 300) for view in stays(30)]  # a frame a minute, for two and a half hours
    assert len(timed(hours, datetime(2026, 10, 24, 23, 50, tzinfo=UTC), rule)[1]) == 2
    assert timed(hours, datetime(2026, 3, 29, 0, 20, tzinfo=UTC), rule) == ([], [])


def test_an_event_ends_with_its_schedule_though_the_picture_is_hidden() -> None:
    rule = YARD.model_copy(update={"when": ("22:00-22:01",)})
    seen = hidden(stays(90), 40, 80)
    (event,) = [each for each in timed(seen, datetime(2026, 7, 6, 20, tzinfo=UTC), rule)[0] if each.end_s is not None]
    assert event.end_s == pytest.approx(40, abs=0.3), "the last that is known of it"


def test_a_rule_that_holds_at_times_is_refused_where_the_time_is_not_known() -> None:
    with pytest.raises(SettingsError, match="rule 'yard' holds at certain times"):
        Watcher([DOOR, YARD.model_copy(update={"when": ("sat",)})])


def test_a_thing_that_is_left_before_its_rule_holds_does_not_count() -> None:
    seen, minute = list(scene([OWNER], 60)), datetime(2026, 7, 6, 20, tzinfo=UTC)
    held, not_held = (
        ObjectRule(name="bags", kind="left-object", after_s=AFTER_S, when=(span,))
        for span in ("22:00-22:02", "22:01-22:02")
    )
    assert [event.end_s is None for event in timed(seen, minute, held)[0]] == [True, False]
    assert timed(seen, minute, not_held)[0] == []


GROUND = ((0.5, 0.5), (1.0, 0.5), (1.0, 1.0), (0.5, 1.0))
"""Seen from straight above: 2 by 2 metres."""


def test_too_many_for_the_size_of_a_zone_is_one_event_with_a_peak() -> None:
    people = [Walker(standing((350.0 + 70 * n, 300.0), 0, 20), n) for n in range(4)]
    seen = list(views(people, 30))

    def events(limit: float, zone: tuple[tuple[float, float], ...] = GROUND) -> list[Event]:
        rule = DensityRule(name="d", kind="density", zone=zone, limit=limit, ground=GROUND, ground_m=(2, 2))
        return [event for event in watched(seen, rule)[0] if event.end_s is not None]

    (event,) = events(0.9)
    assert (event.kind, event.count) == (EventKind.DENSITY, 4)
    assert events(1.0) == []
    assert events(0.9, RIGHT_HALF) == [], "the same people on twice the ground"


def test_series_are_of_whole_minutes_each_taken_once() -> None:
    queue = QueueRule(name="till", kind="queue", zone=RIGHT_HALF)
    watcher, taken = Watcher([queue, DOOR]), list[tuple[float, Minute]]()
    for view in views([Walker(lambda t: (500.0, 250.0)), Walker(straight((200, 200), (260, 200)), 2)], 130):
        watcher.note(view)
        taken += [(view.time_s, minute) for minute in watcher.take_minutes()]
    assert {(minute.rule, minute.start_s) for _, minute in taken} == {(r, s) for r in ("till", "door") for s in (0, 60)}
    assert all(at_s == pytest.approx(minute.start_s + 65, abs=0.3) for at_s, minute in taken)
    watcher.end()
    assert {minute.start_s for minute in watcher.take_minutes()} == {120}
    assert watcher.take_minutes() == []
    assert [minute.most for _, minute in taken if minute.measure is Measure.WAITING] == [1, 1]


def test_a_rule_says_what_it_cannot_see() -> None:
    small = Walker(lambda _: (500.0, 250.0), height_px=15)
    watcher = Watcher([YARD, DOOR])
    for view in views([small], 10):
        watcher.note(view)
    assert [(each.rule, each.doubt, each.height_px) for each in watcher.cautions] == [
        ("yard", Doubt.TOO_SMALL, 15), ("door", Doubt.TOO_FEW, None),
    ]  # fmt: skip


def test_a_parked_car_is_no_event_after_a_restart_but_one_that_drives_in_is() -> None:
    rule = ZoneRule(name="path", kind="zone", zone=RIGHT_HALF, objects="vehicles")
    parked = Walker(standing((450, 250)), 1, Kind.VEHICLE)
    comes = Walker(straight((150, 300), (560, 300), from_s=20), 2, Kind.VEHICLE)
    for who, events in (([parked], 0), ([parked, comes], 2)):
        watcher, found = Watcher([rule]), list[Event]()
        for view in views(who, 60):
            found += watcher.note(view)
        assert len(found) == events
