from dataclasses import replace

import pytest

from passerby.config.rule import CrowdRule, LineRule, Rule, ZoneRule
from passerby.events import Count, Watcher
from passerby.media import InView
from passerby.media.events import Event, EventKind
from tests.unit.rules.events.walkers import SIZE_WH, Walker, straight, views

DOOR = LineRule(name="door", kind="line", line=((0.5, 1.0), (0.5, 0.2)))
RIGHT_HALF = ((0.5, 0.0), (1.0, 0.0), (1.0, 1.0), (0.5, 1.0))
YARD = ZoneRule(name="yard", kind="zone", zone=RIGHT_HALF)
ACROSS = Walker(straight((200, 250), (500, 250)))


def watched(seen: list[InView], *rules: Rule) -> tuple[list[Event], list[Count]]:
    watcher = Watcher(rules, start_s=seen[0].time_s)
    events = [event for view in seen for event in watcher.note(view)]
    return [*events, *watcher.end()], watcher.counts


def test_one_walk_is_a_crossing_and_a_stay() -> None:
    events, counts = watched(list(views([ACROSS], 12)), DOOR, YARD)
    entered, crossing, left = events  # a crossing is certain after two steps on the other side
    assert (crossing.kind, crossing.way, crossing.rule) == (EventKind.LINE_CROSSED, "right", "door")
    assert crossing.start_s == pytest.approx(2.2, abs=0.3)
    assert (entered.kind, entered.end_s, left.start_s) == (EventKind.IN_ZONE, None, entered.start_s)
    assert counts == [Count("door", 1, 0)]


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


def test_an_event_says_how_many_and_never_who() -> None:
    """Promise 3: no field can carry an id, a picture or a description."""
    assert set(Event.__slots__) == {"rule", "kind", "objects", "start_s", "end_s", "count", "way"}
    crowd = CrowdRule(name="crowd", kind="crowd", zone=RIGHT_HALF, limit=1)
    people = [Walker(straight((200, y), (500, y)), 7000 + y) for y in (200, 250, 300)]
    events, _ = watched(list(views(people, 12)), crowd, DOOR)
    assert max(event.count for event in events) == 3
    assert not any("700" in str(event) for event in events)
