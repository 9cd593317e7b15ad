from dataclasses import replace

import pytest

from passerby.config.rule import CrowdRule, FallRule, LineRule, LyingRule, ObjectRule, Rule, StoppedRule, ZoneRule
from passerby.events import Count, Watcher, needs_changes, needs_vehicles
from passerby.media import InView, Kind
from passerby.media.events import Event, EventKind
from tests.unit.rules.events.people import FALLS, LIES, STANDS, going, mirrored, seen
from tests.unit.rules.events.test_objects import AFTER_S, FOUND_S, OWNER, scene
from tests.unit.rules.events.walkers import SIZE_WH, Walker, straight, views

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
