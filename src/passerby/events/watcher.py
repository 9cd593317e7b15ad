"""Applies the rules of one camera to what is in view. It keeps no pictures, and no id outlives a path."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo
from functools import partial

from passerby.config.rule import (
    CrowdRule,
    DensityRule,
    FallRule,
    LineRule,
    LoiteringRule,
    LyingRule,
    ObjectRule,
    PointShare,
    QueueRule,
    Rule,
    StoppedRule,
    WrongWayRule,
    ZoneRule,
)
from passerby.events.applied import Applied, Lasting
from passerby.events.local_time import UtcOf, when_it_holds
from passerby.events.minutes import Minutes
from passerby.media import InView, Kind
from passerby.media.events import Event, EventKind
from passerby.media.series import Measure, Minute
from passerby.rules.events.fall import Fall
from passerby.rules.events.geometry import Point
from passerby.rules.events.line import Line, Way
from passerby.rules.events.loitering import Loitering
from passerby.rules.events.lying import Lying
from passerby.rules.events.objects import Objects
from passerby.rules.events.paths import Moment, Paths
from passerby.rules.events.posture import Postures
from passerby.rules.events.queue import Queue
from passerby.rules.events.sight import Doubt, Sight
from passerby.rules.events.spell import Happening
from passerby.rules.events.way import Stopped, WrongWay
from passerby.rules.events.zone import ARRIVED_SHARE, Crowd, Presence, Zone

KINDS = {"people": Kind.PERSON, "vehicles": Kind.VEHICLE}
DIGITS = 6  # of an area times a limit: 4 people on 4 m² are not more than 1 on each
WHOLE: tuple[PointShare, ...] = ((0, 0), (1, 0), (1, 1), (0, 1))
LATE_S = 5.0  # a crossing can become certain this long after it happened, and is still counted in its minute


def needs_changes(rules: Sequence[Rule]) -> bool:
    """Whether a rule asks for what came or went: see `Observer`."""
    return any(isinstance(rule, ObjectRule) for rule in rules)


def needs_vehicles(rules: Sequence[Rule]) -> bool:
    """Whether a rule is about vehicles: see `Observer`."""
    return any(rule.objects == "vehicles" for rule in rules)


@dataclass(frozen=True, slots=True)
class Count:
    """How many crossed a line, each way."""

    rule: str
    right: int
    left: int


@dataclass(frozen=True, slots=True)
class Caution:
    """What a rule may not see where it is. height_px: the median there, if enough were found to say."""

    rule: str
    objects: str
    doubt: Doubt
    height_px: int | None


class Watcher:
    """Everything that is noticed in one camera's view. Give it every frame in order, then `end` it."""

    def __init__(self, rules: Sequence[Rule], utc_of: UtcOf | None = None, zone: tzinfo | None = None) -> None:
        """utc_of: UTC from the time of a frame, for rules that hold at certain times. zone: of their local time; None
        for the system's. Raises SettingsError if there is such a rule and no `utc_of`."""
        self._rules, self._utc_of = tuple(rules), utc_of
        self._start_s: float | None = None  # of the first frame, from which times of events are measured
        self._offset_s = 0.0  # how much of a minute of the clock was over then
        self._paths = Paths()
        self._postures: Postures | None = None
        """None if no rule asks who is down."""
        self._size_wh: tuple[int, int] | None = None
        self._lines: list[tuple[LineRule, Line]] = []
        self._lasting: list[tuple[Rule, Applied]] = []
        self._objects: list[tuple[Rule, Objects]] = []
        self._sights: dict[str, Sight] = {}
        self._crossed: dict[str, dict[Way, int]] = {
            rule.name: dict.fromkeys(Way, 0) for rule in rules if isinstance(rule, LineRule)
        }
        self._minutes = {rule.name: minutes for rule in rules if (minutes := _minutes(rule)) is not None}
        self._holds_at = {rule.name: when_it_holds(rule, utc_of, zone) for rule in rules}
        self._last_s = 0.0
        self._is_over = False

    @property
    def counts(self) -> list[Count]:
        """So far."""
        return [Count(name, ways[Way.RIGHT], ways[Way.LEFT]) for name, ways in self._crossed.items()]

    @property
    def cautions(self) -> list[Caution]:
        """What the rules may not see, by what was found so far."""
        sights = ((rule, self._sights[rule.name]) for rule in self._rules if rule.name in self._sights)
        return [
            Caution(rule.name, rule.objects, sight.doubt, sight.height_px)
            for rule, sight in sights
            if sight.doubt is not None
        ]

    def sight(self, rule: str) -> Sight | None:
        """How well a rule sees, by what was found so far."""
        return self._sights.get(rule)

    def take_minutes(self) -> list[Minute]:
        """The series of all rules: each minute once, when it is over, and the last one after `end`."""
        before = math.inf if self._is_over else self._minute_of(self._last_s - LATE_S)
        taken = [each for minutes in self._minutes.values() for each in minutes.take(before, self._offset_s)]
        return sorted(taken, key=lambda each: each.start_s)

    def note(self, view: InView) -> list[Event]:
        """The events that began or ended with this frame. What lasts comes twice: when it begins, without an end, and
        when it is over."""
        if self._start_s is None:
            self._start_s = view.time_s
            self._offset_s = self._utc_of(view.time_s).timestamp() % 60 if self._utc_of else 0.0
        found = []
        if view.upright_wh != self._size_wh:
            found = self.end()
            self._size_wh, self._is_over = view.upright_wh, False
            self._set_up(view.upright_wh)
        self._last_s = view.time_s
        if view.whole is not None:
            return [*found, *self._hold(view.time_s), *self._note_objects(view)]
        for sight in self._sights.values():
            sight.note(view)
        moment = self._paths.note(view)
        if self._postures is not None:
            moment = replace(moment, down=self._postures.note(view))
        return [*found, *self._apply(moment, self._minute_of(view.time_s)), *self._note_objects(view)]

    def _note_objects(self, view: InView) -> list[Event]:
        """What is left while a rule holds counts, and is over when it no longer does."""
        found = []
        for rule, objects in self._objects:
            if not self._holds_at[rule.name](view.time_s):
                found += [self._event(rule, each) for each in objects.end()]
            elif view.whole is not None:
                objects.hold(view.time_s)
            else:
                found += [self._event(rule, each) for each in objects.note(view)]
        return found

    def _hold(self, time_s: float) -> list[Event]:
        """A picture that is hidden whole tells nothing: neither that somebody is there, nor that nobody is."""
        self._paths.hold(time_s)
        if self._postures is not None:
            self._postures.hold(time_s)
        over = ((rule, applied.hold(time_s)) for rule, applied in self._lasting)
        return [self._event(rule, happening) for rule, happening in over if happening is not None]

    def end(self) -> list[Event]:
        """The events that were still to come when there are no more frames."""
        found = self._apply(self._paths.end(self._last_s), None) if self._size_wh else []
        for rule, applied in self._lasting:
            happening = applied.end()
            if happening is not None:
                found.append(self._event(rule, happening))
        self._is_over = True
        return found + [self._event(rule, each) for rule, objects in self._objects for each in objects.end()]

    def _apply(self, moment: Moment, minute: int | None) -> list[Event]:
        found = []
        for rule, line in self._lines:
            holds_at, minutes = self._holds_at[rule.name], self._minutes[rule.name]
            if minute is not None and holds_at(moment.time_s):
                minutes.note(minute, 0)
            for crossing in line.note(moment):
                if holds_at(crossing.time_s):
                    self._crossed[rule.name][crossing.way] += 1
                    minutes.cross(self._minute_of(crossing.time_s), crossing.way)
                    at_s = self._since_start(crossing.time_s)
                    found.append(Event(rule.name, EventKind.LINE_CROSSED, rule.objects, at_s, at_s, way=crossing.way))
        for each, applied in self._lasting:
            happening = applied.note(moment, minute)
            if happening is not None:
                found.append(self._event(each, happening))
        return found

    def _event(self, rule: Rule, happening: Happening) -> Event:
        start_s = self._since_start(happening.start_s)
        end_s = None if happening.end_s is None else self._since_start(happening.end_s)
        return Event(rule.name, _KINDS_OF_EVENTS[rule.kind], rule.objects, start_s, end_s, happening.peak)

    def _since_start(self, time_s: float) -> float:
        """Never before it: a path that begins near the border is continued to it."""
        return round(max(0.0, time_s - (self._start_s or 0.0)), 3)

    def _minute_of(self, time_s: float) -> int:
        """Minutes of the clock if it is known, else of the source; the first is 0."""
        return math.floor((self._since_start(time_s) + self._offset_s) / 60)

    def _set_up(self, size_wh: tuple[int, int]) -> None:
        self._paths = Paths()
        self._postures = Postures() if any(isinstance(rule, FallRule | LyingRule) for rule in self._rules) else None
        self._lines = [
            (rule, Line(pixel(rule.line[0], size_wh), pixel(rule.line[1], size_wh), (KINDS[rule.objects],)))
            for rule in self._rules
            if isinstance(rule, LineRule)
        ]
        self._lasting = [
            (rule, Applied(partial(_lasting, rule, size_wh), self._holds_at[rule.name], self._minutes.get(rule.name)))
            for rule in self._rules
            if not isinstance(rule, LineRule | ObjectRule)
        ]
        self._objects = [(rule, _objects(rule, size_wh)) for rule in self._rules if isinstance(rule, ObjectRule)]
        sights = ((rule.name, sight_of(rule, size_wh)) for rule in self._rules)
        self._sights = {name: sight for name, sight in sights if sight is not None}


_KINDS_OF_EVENTS = {
    "zone": EventKind.IN_ZONE,
    "crowd": EventKind.CROWD,
    "density": EventKind.DENSITY,
    "queue": EventKind.QUEUE,
    "loitering": EventKind.LOITERING,
    "wrong-way": EventKind.WRONG_WAY,
    "stopped": EventKind.STOPPED,
    "fall": EventKind.FALL,
    "lying": EventKind.LYING,
    "left-object": EventKind.LEFT_OBJECT,
    "removed-object": EventKind.REMOVED_OBJECT,
}


def _objects(rule: ObjectRule, size_wh: tuple[int, int]) -> Objects:
    corners = None if rule.zone is None else [pixel(corner, size_wh) for corner in rule.zone]
    return Objects(corners, is_new=rule.kind == "left-object", after_s=rule.after_s)


def _lasting(rule: Rule, size_wh: tuple[int, int]) -> Lasting:
    assert not isinstance(rule, LineRule | ObjectRule)
    kinds = (KINDS[rule.objects],)
    if isinstance(rule, FallRule | LyingRule):
        where = rule.zone and [pixel(corner, size_wh) for corner in rule.zone]
        return Fall(where) if isinstance(rule, FallRule) else Lying(where, rule.longer_than_s)
    corners = [pixel(corner, size_wh) for corner in rule.zone]
    if isinstance(rule, WrongWayRule):
        return WrongWay(corners, (pixel(rule.arrow[0], size_wh), pixel(rule.arrow[1], size_wh)), kinds)
    zone = Zone(corners, kinds)
    if isinstance(rule, CrowdRule):
        return Crowd(zone, rule.limit)
    if isinstance(rule, DensityRule):
        return Crowd(zone, round(rule.limit * rule.area_m2, DIGITS))
    if isinstance(rule, QueueRule):
        return Queue(zone, limit=rule.limit or math.inf, longest_s=rule.longer_than_s or math.inf)
    if isinstance(rule, LoiteringRule):
        return Loitering(zone, rule.longer_than_s)
    if isinstance(rule, StoppedRule):
        return Stopped(zone, rule.longer_than_s)
    came_share = ARRIVED_SHARE if rule.objects == "vehicles" else 0.0
    return Presence(zone, after_s=rule.after_s, came_share=came_share)


def _minutes(rule: Rule) -> Minutes | None:
    """What a rule counts minute by minute, if anything."""
    if isinstance(rule, LineRule):
        return Minutes(rule.name, Measure.CROSSED)
    if isinstance(rule, QueueRule):
        return Minutes(rule.name, Measure.WAITING)
    if isinstance(rule, ZoneRule | CrowdRule | DensityRule):
        area_m2 = rule.area_m2 if isinstance(rule, DensityRule) else None
        return Minutes(rule.name, Measure.PRESENT, area_m2)
    return None


def sight_of(rule: Rule, size_wh: tuple[int, int]) -> Sight | None:
    """What says how well a rule sees in a picture of that size. None for things: their size is not measured."""
    if isinstance(rule, ObjectRule):
        return None
    corners = rule.line if isinstance(rule, LineRule) else rule.zone or WHOLE
    return Sight([pixel(corner, size_wh) for corner in corners], (KINDS[rule.objects],))


def pixel(point: PointShare, size_wh: tuple[int, int]) -> Point:
    """A place of a rule in a picture of that size."""
    return point[0] * size_wh[0], point[1] * size_wh[1]
