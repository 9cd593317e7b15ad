"""Notices what is left behind, and what is gone that was always there.

Both come with people: somebody must have been there when it came or went. So light, leaves and what the wind moves do
not count. It counts once nobody has been with it for a while. Whoever was there then is with it until they are out of
view or far away; others only while they are near. People who pass stop its clock for that long; whoever stays is the
one who is with it from then on.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from passerby.media import Change, InView, Kind
from passerby.rules.events.geometry import Point, is_inside
from passerby.rules.events.paths import upright
from passerby.rules.events.spell import Happening

NEAR_HEIGHTS = 1.0  # of somebody's height, between their feet and the thing's: they are with it
OWNER_HEIGHTS = 3.0  # some 5 m: whoever came with it still looks after it
CAME_BEFORE_S, CAME_AFTER_S = 3.0, 3.0  # around the time when it was first seen: who was near then came with it
STAYS_S = 5.0  # whoever is near it for longer than it takes to pass
CLAIMED_FOR_S = 5.0  # detectors blink: what was a person or a vehicle a moment ago may still be one
SEEN_WITHIN_S = 1.5  # otherwise it is hidden, and nothing is known
LARGEST_HEIGHTS = 1.0  # of whoever came with it: a larger thing is a door, a car, or a group of people
OVER_AFTER_S = 10.0  # what is found anew at the same place until then is the same thing
SAME_SHARE = 0.5  # of the smaller of two boxes: they are of one thing
LONGEST_STEP_S = 1.0  # between two frames: of what happens in a longer gap nothing is known

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class _Somebody:
    track_id: int
    feet: Point
    height_px: float

    def is_within(self, heights: float, place: Point) -> bool:
        return math.dist(self.feet, place) <= heights * self.height_px


@dataclass(slots=True)
class _Watch:
    """One thing. last_s: when it was last there. alone_s: for how long nobody was with it. with_s: for how long now
    somebody has been."""

    box: Box
    last_s: float
    came_with: set[int] = field(default_factory=set)
    largest_px: float = 0.0
    alone_s: float = 0.0
    with_s: float = 0.0
    raised_s: float | None = None

    def is_at(self, box: Box) -> bool:
        """Whether a thing that is found there is this one."""
        across = min(self.box[2], box[2]) - max(self.box[0], box[0])
        down = min(self.box[3], box[3]) - max(self.box[1], box[1])
        return across > 0 and down > 0 and across * down >= SAME_SHARE * min(_area(self.box), _area(box))


class Objects:
    """Of one rule. polygon: where a thing counts, in pixels of the upright picture; None for everywhere."""

    def __init__(self, polygon: Sequence[Point] | None, *, is_new: bool, after_s: float) -> None:
        """is_new: notices what came, otherwise what went. after_s: how long nobody must have been with it."""
        self._polygon, self._is_new, self._after_s = polygon, is_new, after_s
        self._watched: dict[int, _Watch] = {}
        self._lost: list[_Watch] = []
        """Events whose things were there a moment ago."""
        self._people: deque[tuple[float, list[_Somebody]]] = deque()
        self._before_s = -math.inf

    def note(self, view: InView) -> list[Happening]:
        """Adds a frame. Returns each event when it begins, and again when it is over."""
        people = [_somebody(track.tracker_id, upright(track.xyxy, view.size_wh, view.turn))
                  for track in view.tracks if track.kind is Kind.PERSON]  # fmt: skip
        since_s, self._before_s = min(LONGEST_STEP_S, max(0.0, view.time_s - self._before_s)), view.time_s
        self._people.append((view.time_s, people))
        changes = [change for change in view.changes or () if change.is_new is self._is_new]
        there = {change.number for change in changes}
        self._lost += [
            watch for number, watch in self._watched.items() if number not in there and watch.raised_s is not None
        ]
        self._watched = {number: watch for number, watch in self._watched.items() if number in there}
        found = []
        for change in changes:
            box = upright(change.xyxy, view.size_wh, view.turn)
            watch = self._watched.get(change.number) or self._begun(change, box)
            self._watched[change.number] = watch
            watch.box, watch.last_s = box, view.time_s
            self._pass(watch, change, people, since_s)
            if self._counts(watch):
                watch.raised_s = view.time_s
                found.append(Happening(view.time_s, None, 1))
        found += self._over(view.time_s - OVER_AFTER_S)
        kept_s = view.time_s - CAME_BEFORE_S - 4 * CAME_AFTER_S
        while self._people[0][0] < kept_s:
            self._people.popleft()
        return found

    def hold(self, time_s: float) -> None:
        """Nothing is known of this time."""
        self._before_s = time_s

    def end(self) -> list[Happening]:
        """What is still so when no more frames come."""
        self._lost += [watch for watch in self._watched.values() if watch.raised_s is not None]
        self._watched = {}
        return self._over(math.inf)

    def _over(self, last_s: float) -> list[Happening]:
        """The events of things that were last there by then."""
        over = [watch for watch in self._lost if watch.last_s <= last_s]
        self._lost = [watch for watch in self._lost if watch.last_s > last_s]
        return [Happening(watch.raised_s, watch.last_s, 1) for watch in over if watch.raised_s is not None]

    def _begun(self, change: Change, box: Box) -> _Watch:
        """A thing that is new, with those who came with it; or one that was lost for a moment."""
        again = next((watch for watch in self._lost if watch.is_at(box)), None)
        if again is not None:
            self._lost.remove(again)
            return again
        watch = _Watch(box, change.since_s)
        for time_s, people in self._people:
            if not -CAME_BEFORE_S <= time_s - change.since_s <= CAME_AFTER_S:
                continue
            for each in people:
                if each.is_within(NEAR_HEIGHTS, _foot(box)):
                    watch.came_with.add(each.track_id)
                    watch.largest_px = max(watch.largest_px, LARGEST_HEIGHTS * each.height_px)
        return watch

    def _pass(self, watch: _Watch, change: Change, people: list[_Somebody], since_s: float) -> None:
        place, now_s = _foot(watch.box), watch.last_s
        near = {each.track_id for each in people if each.is_within(NEAR_HEIGHTS, place)}
        owners = {each.track_id for each in people if each.is_within(OWNER_HEIGHTS, place)} & watch.came_with
        is_with_it = bool(near) or (self._is_new and bool(owners))
        if is_with_it or now_s - change.claimed_s < CLAIMED_FOR_S:
            watch.with_s += since_s
            if watch.with_s > STAYS_S:
                watch.alone_s = 0.0
                watch.came_with |= near
            return
        watch.with_s = 0.0
        if now_s - change.as_seen_s <= SEEN_WITHIN_S:
            watch.alone_s += since_s

    def _counts(self, watch: _Watch) -> bool:
        """Whether it is an event now, for the first time."""
        left, top, right, bottom = watch.box
        if watch.raised_s is not None or watch.alone_s < self._after_s or not watch.came_with:
            return False
        if max(right - left, bottom - top) > watch.largest_px:
            return False
        return self._polygon is None or is_inside(_foot(watch.box), self._polygon)


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _somebody(track_id: int, box: Box) -> _Somebody:
    return _Somebody(track_id, _foot(box), box[3] - box[1])


def _foot(box: Box) -> Point:
    return (box[0] + box[2]) / 2, box[3]
