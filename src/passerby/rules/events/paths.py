"""Turns what is in view in each frame into steps over the ground: where somebody's feet were, one after the other.

Only places where a detector found somebody count, since predicted ones go straight on where people turn. A path counts
once it has enough of them, and then from its start. Detectors find people some way into the picture, and lose them
before its border, so a path that begins or ends near the border is continued straight to it.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass, field

from passerby.media import InView, Kind, Track
from passerby.rules.events.geometry import Point

MIN_STEPS = 3  # two may be a post that was taken for somebody twice
MIN_CONFIDENCE = {Kind.PERSON: 0.3, Kind.VEHICLE: 0.25}  # the mean of a track: vehicles score low
SURE_VEHICLE = 0.45
CAME_SHARE = 0.5  # of its height: how far a less sure vehicle must have come before it counts
GONE_AFTER_S = 2.0  # as long as a track lives without being found
HEIGHT_SHARE = 0.5  # of a new height in the smoothed one: the lower edge of a box jumps more than its middle
EDGE_SHARE = 0.75  # of somebody's height: so near to the border, they came from beyond it
PACE_OVER_S = 1.0  # of a path from which its direction at an end is taken
SAME_SHARE = 0.5  # of somebody's height: as near as this, a new track goes on with a path that was just lost
LONGEST_REACH_S = 1.5  # how far beyond an end a path is continued


@dataclass(frozen=True, slots=True)
class Step:
    """Somebody's feet at one time. xy: pixels of the upright picture. height_px: theirs, smoothed."""

    time_s: float
    xy: Point
    height_px: float


@dataclass(frozen=True, slots=True)
class Walk:
    """New steps of one object in view. path_id: lives while the object is in view."""

    path_id: int
    kind: Kind
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Down:
    """Somebody who is down. since_s: since when; if they fell, they last stood then. xy: as of `Step`."""

    since_s: float
    xy: Point
    fell: bool


@dataclass(frozen=True, slots=True)
class Moment:
    """What is known of the ground at one time. walks: new steps. standing: the last step of everybody in view, new or
    not, by id. gone: the ids of those who are no longer in view. down: everybody who is down, if a rule asks for it."""

    time_s: float
    walks: tuple[Walk, ...]
    standing: dict[int, tuple[Kind, Step]]
    gone: tuple[int, ...] = ()
    down: tuple[Down, ...] = ()


@dataclass(slots=True)
class _Path:
    kind: Kind
    steps: list[Step] = field(default_factory=list)
    """All of them until the path counts; then those of the last second."""
    confidence: float = 0.0  # of its last track
    given: Step | None = None  # the last step that was handed out
    is_counted: bool = False
    held_s: float = -math.inf
    """The last time of which nothing is known."""

    @property
    def known_until_s(self) -> float:
        """Until when it was there, or nobody knows."""
        return max(self.steps[-1].time_s, self.held_s)

    @property
    def is_hidden(self) -> bool:
        """Whether nothing is known of the time after its last step."""
        return self.held_s > self.steps[-1].time_s

    @property
    def may_count(self) -> bool:
        """Whether there is enough of it. What was taken for a vehicle and stands may be anything."""
        if len(self.steps) < MIN_STEPS:
            return False
        if self.kind is not Kind.VEHICLE or self.confidence >= SURE_VEHICLE:
            return True
        first, last = self.steps[0], self.steps[-1]
        return math.dist(first.xy, last.xy) >= CAME_SHARE * last.height_px

    def is_free_at(self, time_s: float) -> bool:
        """Whether nobody was found on it at that time yet."""
        return not self.steps or self.steps[-1].time_s < time_s

    def pace(self) -> Point:
        """Over the last second, in pixels a second."""
        first, last = self.steps[0], self.steps[-1]
        seconds = last.time_s - first.time_s
        if seconds <= 0:
            return 0.0, 0.0
        return (last.xy[0] - first.xy[0]) / seconds, (last.xy[1] - first.xy[1]) / seconds

    def distance_to(self, step: Step) -> float:
        """From where the path may have got to by then, in heights of whoever is there."""
        last, pace = self.steps[-1], self.pace()
        since_s = step.time_s - last.time_s
        ahead = last.xy[0] + pace[0] * since_s, last.xy[1] + pace[1] * since_s
        return min(math.dist(ahead, step.xy), math.dist(last.xy, step.xy)) / max(1.0, step.height_px)


class Paths:
    """The paths of everybody in view of one camera."""

    def __init__(self) -> None:
        self._paths: dict[int, _Path] = {}
        self._of_track: dict[int, int] = {}
        """By the id of each track in view, the id of its path. Several tracks can be one path, one after the other."""
        self._next_id = 1
        self._size_wh: tuple[int, int] | None = None

    def note(self, view: InView) -> Moment:
        """Adds a frame. Frames come in the order of time."""
        now_s = view.time_s
        gone = self._end(now_s)
        followed = {self._of_track[t.tracker_id] for t in view.tracks if t.tracker_id in self._of_track}
        for track in view.tracks:
            if not track.is_detected or track.confidence < MIN_CONFIDENCE.get(track.kind, 1.0):
                continue
            step = _step(now_s, upright(track.xyxy, view.size_wh, view.turn))
            path = self._path(track, step, followed)
            path.steps.append(_smoothed(step, path.steps[-1]) if path.steps else step)
            path.confidence = track.confidence
        self._size_wh = view.upright_wh
        walks = [walk for each in self._paths.items() if (walk := self._fresh(*each)) is not None]
        return Moment(now_s, (*gone, *walks), self._standing(), tuple(walk.path_id for walk in gone))

    def hold(self, time_s: float) -> None:
        """Nothing is known of this time: nobody is gone because of it."""
        for path in self._paths.values():
            path.held_s = time_s

    def end(self, now_s: float) -> Moment:
        """What is left when no more frames come."""
        gone = self._end(now_s + 2 * GONE_AFTER_S)
        return Moment(now_s, tuple(gone), {}, tuple(walk.path_id for walk in gone))

    def _path(self, track: Track, step: Step, followed: Collection[int]) -> _Path:
        """The path that a track goes on with. One that begins where another was just lost is the same object."""
        known = self._paths.get(self._of_track.get(track.tracker_id, -1))
        if known is not None and known.is_free_at(step.time_s):
            return known
        near = [
            (distance, key)
            for key, path in self._paths.items()
            if key not in followed and path.kind is track.kind and path.is_free_at(step.time_s)
            if (distance := path.distance_to(step)) <= SAME_SHARE
        ]
        if near:
            key = min(near)[1]
        else:
            key, self._next_id = self._next_id, self._next_id + 1
            self._paths[key] = _Path(track.kind)
        self._of_track[track.tracker_id] = key
        return self._paths[key]

    def _fresh(self, path_id: int, path: _Path) -> Walk | None:
        if not path.is_counted:
            if not path.may_count:
                return None
            path.is_counted = True
            came_from = self._beyond(path.steps, first=True)
            fresh = [came_from, *path.steps] if came_from else list(path.steps)
        else:
            fresh = [step for step in path.steps if path.given is None or step.time_s > path.given.time_s]
        if not fresh:
            return None
        path.given = fresh[-1]
        while len(path.steps) > MIN_STEPS and path.steps[1].time_s < path.steps[-1].time_s - PACE_OVER_S:
            path.steps.pop(0)
        return Walk(path_id, path.kind, tuple(fresh))

    def _end(self, now_s: float) -> list[Walk]:
        """The last steps of paths that are over."""
        over = {key: path for key, path in self._paths.items() if now_s - path.known_until_s > GONE_AFTER_S}
        walks = []
        self._of_track = {track: key for track, key in self._of_track.items() if key not in over}
        for path_id, path in over.items():
            del self._paths[path_id]
            if path.is_counted:
                went_to = None if path.is_hidden else self._beyond(path.steps, first=False)
                walks.append(Walk(path_id, path.kind, (went_to,) if went_to else ()))
        return walks

    def _standing(self) -> dict[int, tuple[Kind, Step]]:
        return {key: (path.kind, path.steps[-1]) for key, path in self._paths.items() if path.is_counted}

    def _beyond(self, steps: list[Step], *, first: bool) -> Step | None:
        """A step beyond the border, if a path came from there (first) or went there. None if it did not."""
        end, *others = steps if first else reversed(steps)
        near = [step for step in others if abs(step.time_s - end.time_s) <= PACE_OVER_S]
        if self._size_wh is None or not near:
            return None
        other = near[-1]
        seconds = abs(end.time_s - other.time_s)
        pace = ((end.xy[0] - other.xy[0]) / seconds, (end.xy[1] - other.xy[1]) / seconds)
        room = end.height_px * EDGE_SHARE
        left_s = min(
            _seconds_to(end.xy[0], pace[0], self._size_wh[0], room),
            _seconds_to(end.xy[1], pace[1], self._size_wh[1], room),
        )
        if left_s > LONGEST_REACH_S:
            return None
        xy = end.xy[0] + pace[0] * left_s, end.xy[1] + pace[1] * left_s
        return Step(end.time_s + (-left_s if first else left_s), xy, end.height_px)


def standing_in(view: InView) -> Moment:
    """One picture alone: everybody in it stands where they were found."""
    boxes = ((track, upright(track.xyxy, view.size_wh, view.turn)) for track in view.tracks if track.is_detected)
    return Moment(view.time_s, (), {track.tracker_id: (track.kind, _step(view.time_s, box)) for track, box in boxes})


def upright(
    xyxy: tuple[float, float, float, float], size_wh: tuple[int, int], turn: int
) -> tuple[float, float, float, float]:
    """A box of the stored picture in the upright one. turn: see `RawFrame`."""
    left, top, right, bottom = xyxy
    width, height = size_wh
    return {
        0: (left, top, right, bottom),
        90: (height - bottom, left, height - top, right),
        180: (width - right, height - bottom, width - left, height - top),
        270: (top, width - right, bottom, width - left),
    }[turn]


def _step(time_s: float, box: tuple[float, float, float, float]) -> Step:
    left, _, right, bottom = box
    return Step(time_s, ((left + right) / 2, bottom), bottom - box[1])


def _smoothed(step: Step, before: Step) -> Step:
    """With a height that follows slowly, above and below the middle of the box."""
    height = before.height_px + HEIGHT_SHARE * (step.height_px - before.height_px)
    return Step(step.time_s, (step.xy[0], step.xy[1] + (height - step.height_px) / 2), height)


def _seconds_to(place: float, pace: float, size: int, room: float) -> float:
    """How long until a border is passed at this pace. Infinite if it is not near, or not ahead."""
    if pace > 0 and place > size - room:
        return max(0.0, (size - place)) / pace
    if pace < 0 and place < room:
        return max(0.0, place) / -pace
    return math.inf
