"""Applies the rules of one camera to what is in view. It keeps no pictures, and no id outlives a path."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from passerby.config.rule import (
    CrowdRule,
    FallRule,
    LineRule,
    LoiteringRule,
    LyingRule,
    ObjectRule,
    PointShare,
    Rule,
    StoppedRule,
    WrongWayRule,
)
from passerby.media import InView, Kind
from passerby.media.events import Event, EventKind
from passerby.rules.events.fall import Fall
from passerby.rules.events.geometry import Point
from passerby.rules.events.line import Line, Way
from passerby.rules.events.lying import Lying
from passerby.rules.events.objects import Objects
from passerby.rules.events.paths import Moment, Paths
from passerby.rules.events.posture import Postures
from passerby.rules.events.spell import Happening
from passerby.rules.events.way import Stopped, WrongWay
from passerby.rules.events.zone import Crowd, Loitering, Presence, Zone

KINDS = {"people": Kind.PERSON, "vehicles": Kind.VEHICLE}


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


class _Lasting(Protocol):
    """A rule whose events last."""

    def note(self, moment: Moment) -> Happening | None: ...
    def hold(self, time_s: float) -> None: ...
    def end(self) -> Happening | None: ...


class Watcher:
    """Everything that is noticed in one camera's view. Give it every frame in order, then `end` it."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = tuple(rules)
        self._start_s: float | None = None  # of the first frame, from which times of events are measured
        self._paths = Paths()
        self._postures: Postures | None = None
        """None if no rule asks who is down."""
        self._size_wh: tuple[int, int] | None = None
        self._lines: list[tuple[LineRule, Line]] = []
        self._lasting: list[tuple[Rule, _Lasting]] = []
        self._objects: list[tuple[Rule, Objects]] = []
        self._crossed: dict[str, dict[Way, int]] = {
            rule.name: dict.fromkeys(Way, 0) for rule in rules if isinstance(rule, LineRule)
        }
        self._last_s = 0.0

    @property
    def counts(self) -> list[Count]:
        """So far."""
        return [Count(name, ways[Way.RIGHT], ways[Way.LEFT]) for name, ways in self._crossed.items()]

    def note(self, view: InView) -> list[Event]:
        """The events that began or ended with this frame. What lasts comes twice: when it begins, without an end, and
        when it is over."""
        upright_wh = view.size_wh if view.turn % 180 == 0 else (view.size_wh[1], view.size_wh[0])
        if self._start_s is None:
            self._start_s = view.time_s
        found = []
        if upright_wh != self._size_wh:
            found = self.end()
            self._size_wh = upright_wh
            self._set_up(upright_wh)
        self._last_s = view.time_s
        if view.whole is not None:
            self._hold(view.time_s)
            return found
        moment = self._paths.note(view)
        if self._postures is not None:
            moment = replace(moment, down=self._postures.note(view))
        found += self._apply(moment)
        return found + [self._event(rule, each) for rule, objects in self._objects for each in objects.note(view)]

    def _hold(self, time_s: float) -> None:
        """A picture that is hidden whole tells nothing: neither that somebody is there, nor that nobody is."""
        self._paths.hold(time_s)
        if self._postures is not None:
            self._postures.hold(time_s)
        for _, lasting in self._lasting:
            lasting.hold(time_s)
        for _, objects in self._objects:
            objects.hold(time_s)

    def end(self) -> list[Event]:
        """The events that were still to come when there are no more frames."""
        found = self._apply(self._paths.end(self._last_s)) if self._size_wh else []
        for rule, lasting in self._lasting:
            happening = lasting.end()
            if happening is not None:
                found.append(self._event(rule, happening))
        return found + [self._event(rule, each) for rule, objects in self._objects for each in objects.end()]

    def _apply(self, moment: Moment) -> list[Event]:
        found = []
        for rule, line in self._lines:
            for crossing in line.note(moment):
                self._crossed[rule.name][crossing.way] += 1
                at_s = self._since_start(crossing.time_s)
                found.append(Event(rule.name, EventKind.LINE_CROSSED, rule.objects, at_s, at_s, way=crossing.way))
        for each, lasting in self._lasting:
            happening = lasting.note(moment)
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

    def _set_up(self, size_wh: tuple[int, int]) -> None:
        self._paths = Paths()
        self._postures = Postures() if any(isinstance(rule, FallRule | LyingRule) for rule in self._rules) else None
        self._lines = [
            (rule, Line(_pixel(rule.line[0], size_wh), _pixel(rule.line[1], size_wh), (KINDS[rule.objects],)))
            for rule in self._rules
            if isinstance(rule, LineRule)
        ]
        self._lasting = [
            (rule, _lasting(rule, size_wh)) for rule in self._rules if not isinstance(rule, LineRule | ObjectRule)
        ]
        self._objects = [(rule, _objects(rule, size_wh)) for rule in self._rules if isinstance(rule, ObjectRule)]


_KINDS_OF_EVENTS = {
    "zone": EventKind.IN_ZONE,
    "crowd": EventKind.CROWD,
    "loitering": EventKind.LOITERING,
    "wrong-way": EventKind.WRONG_WAY,
    "stopped": EventKind.STOPPED,
    "fall": EventKind.FALL,
    "lying": EventKind.LYING,
    "left-object": EventKind.LEFT_OBJECT,
    "removed-object": EventKind.REMOVED_OBJECT,
}


def _objects(rule: ObjectRule, size_wh: tuple[int, int]) -> Objects:
    corners = None if rule.zone is None else [_pixel(corner, size_wh) for corner in rule.zone]
    return Objects(corners, is_new=rule.kind == "left-object", after_s=rule.after_s)


def _lasting(rule: Rule, size_wh: tuple[int, int]) -> _Lasting:
    assert not isinstance(rule, LineRule | ObjectRule)
    kinds = (KINDS[rule.objects],)
    if isinstance(rule, FallRule | LyingRule):
        where = rule.zone and [_pixel(corner, size_wh) for corner in rule.zone]
        return Fall(where) if isinstance(rule, FallRule) else Lying(where, rule.longer_than_s)
    corners = [_pixel(corner, size_wh) for corner in rule.zone]
    if isinstance(rule, WrongWayRule):
        return WrongWay(corners, (_pixel(rule.arrow[0], size_wh), _pixel(rule.arrow[1], size_wh)), kinds)
    zone = Zone(corners, kinds)
    if isinstance(rule, CrowdRule):
        return Crowd(zone, rule.limit)
    if isinstance(rule, LoiteringRule):
        return Loitering(zone, rule.longer_than_s)
    if isinstance(rule, StoppedRule):
        return Stopped(zone, rule.longer_than_s)
    return Presence(zone, after_s=rule.after_s)


def _pixel(point: PointShare, size_wh: tuple[int, int]) -> Point:
    return point[0] * size_wh[0], point[1] * size_wh[1]
