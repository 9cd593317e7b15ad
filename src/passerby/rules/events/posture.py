"""Notices who goes down and stays down, from the boxes of a few seconds, without a picture.

Somebody who falls gets low or wide within a moment, measured by how tall they just stood. Detectors find people who
lie poorly: in parts, or with scores too low to follow them. So once somebody is followed down, hints are enough to tell
that they stay there (`InView`). They are no longer down when somebody stands up from there, or when nothing is found
for a while.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median

from passerby.media import InView, Kind
from passerby.rules.events.paths import Down, upright

Box = tuple[float, float, float, float]
Shape = tuple[float, float, float, float, float]
"""Upper and lower edge, middle, width, height: see `Stance`."""

UPRIGHT_SHAPE = 1.5  # height by width; people who sit have less
SQUAT_SHAPE = 1.2  # the same: who is neither upright nor that squat sits or crouches, whatever the hints say
WIDE_SHAPE = 1.3  # width by height; people who stand side by side and are one box have less
GROWN_WIDE = 1.5  # times the width of somebody upright; less may be an arm or a bag
FLAT_SHARE = 0.9  # of their height upright; three who stand side by side and become one box are as high
SINKING = 0.4  # the same: so far down, it is watched what becomes of them. Sitting down ends there
SEATED = 0.2  # the same
LOW = 0.6  # the same: somebody who crouches or sits on the ground is not that low
STANDING = 0.25  # the same: less is no movement down
RECENT_S = 2.5  # how tall somebody is, is taken from this long
REMEMBERED_S = 15.0  # who sits down first and lies down later was upright this long ago at most
FALL_S = 1.5  # from upright to low; who lies down takes longer
STAY_S = 1.2  # so long, and found down in at least `STAY_SHARE` of the passes; who picks something up is up again
STAY_SHARE = 0.6
UNDECIDED_S = 2.0  # without being low: they sit, or left
LOST_S = 5.0  # without a hint: they are gone
LIES_S = 2.0  # as wide for this long: lies, though never seen upright
LIES_SHARE = 0.8
STILL_SHARE = 0.3  # of their width: who moves further does not lie
FEET_SHARE = 0.15  # of their height: whose feet move less stays in place
NEAR_SHARE = 1.2  # of their height: how far from where they stood somebody may lie
MIN_AREA = 0.05  # of their height squared; what is smaller may be a chair's leg
EDGE_SHARE = 0.1  # of their height: so near to the border of the picture, a box is cut off
AWAY_SHARE = 0.8  # of their height: who gets so far since they were low does not lie
TALL_SHARE = 0.7  # of their height: somebody as tall as this has stood up
PART_SHARE = 0.5  # of a hint in the box of somebody else: their legs
RISEN_PASSES = 2
SAME_OVERLAP = 0.4  # of a hint with the box of somebody found for sure soon after: the same person


@dataclass(frozen=True, slots=True)
class Stance:
    """How somebody stood, in pixels: the upper and lower edge of their box, its middle, width and height. border: the
    lower edge of the picture."""

    top: float
    bottom: float
    middle: float
    width: float
    height: float
    border: float

    def sunk(self, box: Box) -> float:
        """How far the head is below where it was, as a share of the height."""
        return (box[1] - self.top) / self.height

    def is_down(self, box: Box) -> bool:
        """Whether somebody in this box is low, or as wide as people who lie, near where they stood."""
        sunk, has_grown = self.sunk(box), _width(box) >= GROWN_WIDE * self.width
        if not self._is_near(box):
            return False
        if _is_wide(box) and has_grown and _height(box) <= FLAT_SHARE * self.height and sunk > -SINKING:
            return True
        return sunk >= LOW and not self.is_up(box) and (has_grown or not self._is_leaving(box))

    def _is_leaving(self, box: Box) -> bool:
        """Whether somebody may be on their way out of the picture below the camera."""
        edge = self.border - EDGE_SHARE * self.height
        return box[3] >= edge > self.bottom + EDGE_SHARE * self.height

    def is_up(self, box: Box) -> bool:
        """Whether somebody in this box stands, here or nearer to the camera."""
        return _height(box) >= max(TALL_SHARE * self.height, SQUAT_SHAPE * _width(box))

    def stands_in(self, box: Box) -> bool:
        """Whether somebody in this box stands as here."""
        return self.is_up(box) and self.sunk(box) < STANDING and self._is_near(box)

    def _is_near(self, box: Box) -> bool:
        is_beside = abs(_middle(box) - self.middle) <= NEAR_SHARE * self.height
        return is_beside and box[1] <= self.bottom + self.height and box[3] >= self.bottom - LOW * self.height

    def is_enough(self, box: Box) -> bool:
        return _width(box) * _height(box) >= MIN_AREA * self.height**2


@dataclass(slots=True)
class _Person:
    """Somebody followed. recent: their boxes, with times, and their shapes if these are
    tall. stood_s: when they last stood as in `stance`."""

    recent: deque[tuple[float, Box, Shape | None]] = field(default_factory=deque)
    stance: Stance | None = None
    stood_s: float = 0.0

    def see(self, time_s: float, box: Box, border: float) -> None:
        shape = _shape(box) if _is_tall(box) else None
        self.recent.append((time_s, box, shape))
        while time_s - self.recent[0][0] > RECENT_S:
            self.recent.popleft()
        if shape is not None and not self._has_sat_down(time_s, box):
            tall = [each for _, _, each in self.recent if each is not None]
            if len(tall) >= 2:
                self.stance = _stance_of(tall, border)
        if self.stance is not None and self.stance.stands_in(box):
            self.stood_s = time_s

    def _has_sat_down(self, time_s: float, box: Box) -> bool:
        """Whether only their head is lower than when they stood: who walks away or nearer moves their feet too."""
        if self.stance is None or time_s - self.stood_s > REMEMBERED_S:
            return False
        feet_stay = abs(box[3] - self.stance.bottom) <= FEET_SHARE * self.stance.height
        sunk = self.stance.sunk(box)
        return sunk >= SINKING or (sunk >= SEATED and feet_stay)

    def lies_since_s(self) -> float | None:
        """Since when they have been as wide as people who lie, and stayed in place."""
        first, last = self.recent[0], self.recent[-1]
        if last[0] - first[0] < LIES_S:
            return None
        wide = [each for each in self.recent if each[2] is None and _is_wide(each[1])]  # what is tall is not wide
        if len(wide) < max(3.0, LIES_SHARE * len(self.recent)):
            return None
        moved = max(abs(_middle(box) - _middle(wide[0][1])) for _, box, _ in wide)
        return wide[0][0] if moved <= STILL_SHARE * _width(wide[0][1]) else None


@dataclass(slots=True)
class _Case:
    """Somebody who sank, and may be down. others: who was in view before. found: whether they were found down, in each
    pass of the last moments. low_s, place: when and where they first were. last_s: when they last were."""

    tracker_id: int
    stance: Stance
    stood_s: float
    last_s: float
    others: frozenset[int]
    place: Box
    low_s: float | None = None
    fell: bool = False
    is_certain: bool = False
    risen: int = 0
    found: deque[tuple[float, bool]] = field(default_factory=deque)

    def see(self, time_s: float, people: dict[int, Box], hints: Sequence[Box]) -> None:
        """Adds a pass."""
        box = self._down(people, hints)
        if box is not None:
            self.last_s = time_s
            if self.low_s is None:
                self.place, self.low_s, self.fell = box, time_s, time_s - self.stood_s <= FALL_S
        self.found.append((time_s, box is not None))
        while time_s - self.found[0][0] > STAY_S:
            self.found.popleft()
        share = sum(is_down for _, is_down in self.found) / len(self.found)
        stayed = self.low_s is not None and time_s - self.low_s >= STAY_S
        self.is_certain = self.is_certain or (stayed and share >= STAY_SHARE)

    def _down(self, people: dict[int, Box], hints: Sequence[Box]) -> Box | None:
        """The box in which they are down, if they are."""
        own = people.get(self.tracker_id)
        if own is not None and self.low_s is not None and self._is_away(own):
            self.risen += 1
            return None
        if own is not None and self.stance.is_down(own):
            self.risen = 0
            return own
        came = [box for key, box in people.items() if key not in self.others]
        standing = [box for box in came if own is None and self.stance.stands_in(box)]
        if self.stance.is_up(own) if own is not None else standing and not self.is_certain:
            self.risen += 1
            return None
        if own is not None and _height(own) >= SQUAT_SHAPE * _width(own):
            return None
        others = [box for key, box in people.items() if key in self.others and key != self.tracker_id]
        may_be = (b for b in (*came, *hints) if self._may_be(b, own) and not _is_part_of(b, (*others, *standing)))
        down = next(may_be, None)
        if standing and down is None:  # with somebody still down, it is somebody who helps
            self.risen += 1
        return down

    def _may_be(self, box: Box, own: Box | None) -> bool:
        """Whether a box that is not followed as them may be them, lying. own: the box in which they are followed."""
        is_theirs = self.stance.sunk(box) >= STANDING if own is None else _is_part_of(box, (own,))
        return is_theirs and self.stance.is_down(box) and self.stance.is_enough(box)

    def _is_away(self, box: Box) -> bool:
        return abs(_middle(box) - _middle(self.place)) > AWAY_SHARE * self.stance.height

    def is_over(self, now_s: float) -> bool:
        return self.risen >= RISEN_PASSES or now_s - self.last_s > (LOST_S if self.is_certain else UNDECIDED_S)


class Postures:
    """Who is down in one camera's view. Give it every frame in order."""

    def __init__(self) -> None:
        self._people: dict[int, _Person] = {}
        self._cases: list[_Case] = []
        self._hints: deque[tuple[float, list[Box]]] = deque()

    def note(self, view: InView) -> tuple[Down, ...]:
        """Adds a frame. Returns everybody who is down."""
        if view.has_detections:
            now_s, people = view.time_s, _people_in(view)
            border = float(view.size_wh[1 if view.turn % 180 == 0 else 0])
            hints = [upright(box, view.size_wh, view.turn) for box in view.hints]
            for key, box in people.items():
                if key not in self._people:
                    self._people[key] = self._who_was(box, border)
                self._people[key].see(now_s, box, border)
            self._forget(now_s)
            self._hints.append((now_s, hints))
            self._open(now_s, people, border)
            for case in self._cases:
                case.see(now_s, people, hints)
            self._cases = [case for case in self._cases if not case.is_over(now_s)]
        return tuple(_down(case) for case in self._cases if case.is_certain)

    def hold(self, time_s: float) -> None:
        """Nothing is known of this time: nobody is up or gone because of it."""
        for case in self._cases:
            case.last_s = time_s

    def _who_was(self, box: Box, border: float) -> _Person:
        """Somebody found for sure for the first time, as hints showed them before."""
        person, seen = _Person(), []
        for time_s, hints in reversed(self._hints):
            overlap, hint = max(((_overlap(hint, box), hint) for hint in hints), default=(0.0, box))
            if overlap >= SAME_OVERLAP:
                box = hint
                seen.append((time_s, hint))
        for time_s, hint in reversed(seen):
            person.see(time_s, hint, border)
        return person

    def _forget(self, now_s: float) -> None:
        while self._hints and now_s - self._hints[0][0] > RECENT_S:
            self._hints.popleft()
        self._people = {key: who for key, who in self._people.items() if now_s - who.recent[-1][0] <= RECENT_S}

    def _open(self, now_s: float, people: dict[int, Box], border: float) -> None:
        """Begins to watch those who sink, and those who lie."""
        others = frozenset(people)
        for key, box in people.items():
            if any(case.tracker_id == key or case.stance.is_down(box) for case in self._cases):
                continue
            person = self._people[key]
            stance, lies_since_s = person.stance, person.lies_since_s()
            if stance is not None and now_s - person.stood_s <= REMEMBERED_S:
                if stance.sunk(box) >= SINKING or stance.is_down(box):
                    self._cases.append(_Case(key, stance, person.stood_s, now_s, others, box))
            elif lies_since_s is not None:
                self._cases.append(_Case(key, _as_if_stood(box, border), -math.inf, now_s, others, box, lies_since_s))


def _people_in(view: InView) -> dict[int, Box]:
    return {
        track.tracker_id: upright(track.xyxy, view.size_wh, view.turn)
        for track in view.tracks
        if track.kind is Kind.PERSON and track.is_detected
    }


def _down(case: _Case) -> Down:
    assert case.low_s is not None
    since_s = case.stood_s if case.fell else case.low_s
    return Down(since_s, (_middle(case.place), case.place[3]), fell=case.fell)


def _shape(box: Box) -> Shape:
    return box[1], box[3], _middle(box), _width(box), _height(box)


def _stance_of(shapes: Iterable[Shape], border: float) -> Stance:
    tops, bottoms, middles, widths, heights = zip(*shapes, strict=True)
    return Stance(median(tops), median(bottoms), median(middles), median(widths), median(heights), border)


def _as_if_stood(box: Box, border: float) -> Stance:
    """How tall somebody may be who was only ever seen lying."""
    width = _width(box)
    return Stance(box[3] - width, box[3], _middle(box), width / 3, width, border)


def _width(box: Box) -> float:
    return max(1.0, box[2] - box[0])


def _height(box: Box) -> float:
    return max(1.0, box[3] - box[1])


def _middle(box: Box) -> float:
    return (box[0] + box[2]) / 2


def _is_tall(box: Box) -> bool:
    return _height(box) >= UPRIGHT_SHAPE * _width(box)


def _is_wide(box: Box) -> bool:
    return _width(box) >= WIDE_SHAPE * _height(box)


def _shared(a: Box, b: Box) -> float:
    across, down = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    return max(0.0, across) * max(0.0, down)


def _overlap(a: Box, b: Box) -> float:
    """Intersection over union."""
    shared = _shared(a, b)
    return shared / (_width(a) * _height(a) + _width(b) * _height(b) - shared)


def _is_part_of(box: Box, others: Iterable[Box]) -> bool:
    return any(_shared(box, other) >= PART_SHARE * _width(box) * _height(box) for other in others)
