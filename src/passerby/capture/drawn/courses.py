"""Defines who goes where in an endless scene: each independently, again and again, and never twice in the same way."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field

import numpy as np

from passerby.capture.drawn import scenery
from passerby.capture.drawn.actors import STEP
from passerby.capture.drawn.figure import FEWER_PHASES, SMALL_SPRITE_PX, Look, Pose, standing, walk_cycle

FIDGETS_PER_S = 0.05
CAR_SPRITE_PX, BAG_SPRITE_PX = 120, 60
_PACES = (0.8, 1.25)
_PACES_TO_PARK = (0.93, 1.07)
_ASIDE = 0.05  # of the picture's height, maximum
_SPREAD = (0.6180339887, 0.7548776662)  # step sizes that keep laps with the same look different in pace and place
_STANDS_BELOW = 0.01  # picture heights per second
CAR_HEIGHT, BAG_HEIGHT = 0.86, 0.26  # of a person's
_EXACT_PACES = (1.0, 1.1)

LOOKS = (
    Look((124, 158, 206), (28, 34, 44), (40, 44, 156), (78, 60, 48), (30, 30, 34), 0, bag=True),
    Look((88, 122, 172), (40, 66, 104), (128, 84, 36), (52, 52, 56), (30, 30, 34), 0, long_hair=True),
    Look((54, 76, 112), (24, 24, 26), (74, 108, 60), (104, 112, 124), (30, 30, 34), 0),
    Look((142, 176, 222), (120, 126, 132), (62, 62, 66), (90, 70, 40), (30, 30, 34), 0, long_hair=True, bag=True),
    Look((124, 158, 206), (40, 66, 104), (150, 156, 172), (78, 60, 48), (30, 30, 34), 0),
    Look((88, 122, 172), (24, 24, 26), (36, 120, 176), (52, 52, 56), (30, 30, 34), 0, long_hair=True),
)


@dataclass(frozen=True)
class Stop:
    """Where somebody is at one time. at_s: from the start of the course. x, feet_y: shares of the picture's height.

    lift: how far the feet are above the ground, in the same shares. lean: degrees to the right.
    """

    at_s: float
    x: float
    feet_y: float
    lift: float = 0.0
    lean: float = 0.0


@dataclass(frozen=True)
class Placed:
    """One sprite in one picture. x: of its axis. height: its full height. Both and feet_y in shares of the height.
    lift, lean: as of a `Stop`."""

    pose: Pose = field(repr=False)
    x: float
    feet_y: float
    height: float
    is_person: bool
    lift: float = 0.0
    lean: float = 0.0


@dataclass(frozen=True)
class Course:
    """One actor's path: from stop to stop, then out of sight until its period is over. Then it repeats as somebody
    else, at another pace and slightly to the side: an exact repeat would trigger the check for loops.

    begins_s: its position in the period when the scene begins; negative: later. look: index in LOOKS; None: a car, or
    with `is_bag` a bag. is_exact: the first time it is as the stops say, and later hardly otherwise.
    """

    period_s: float
    begins_s: float
    stops: tuple[Stop, ...]
    look: int | None = None
    paint: tuple[int, int, int] = (150, 76, 40)
    plate: str = "PASSER 8Y"
    is_bag: bool = False
    is_mirrored: bool = False
    """A car drives left."""
    is_exact: bool = False

    def place(self, time_s: float, horizon: float, tall: float) -> Placed | None:
        """Where it is; None while out of sight. tall: a person's height per share that the feet are below the
        horizon."""
        lap, now_s = divmod(time_s + self.begins_s, self.period_s)
        pace, aside, look = self._varied(int(lap))
        now_s *= pace
        for a, b in zip(self.stops, self.stops[1:], strict=False):
            if a.at_s <= now_s < b.at_s:
                done = (now_s - a.at_s) / (b.at_s - a.at_s)
                x, feet_y = a.x + done * (b.x - a.x), a.feet_y + done * (b.feet_y - a.feet_y) + aside
                lift, lean = a.lift + done * (b.lift - a.lift), a.lean + done * (b.lean - a.lean)
                person = tall * (feet_y - horizon)
                if self.is_bag:
                    return Placed(_bag(), x, feet_y, BAG_HEIGHT * person, False, lift)
                if look is None:
                    car = _car(self._painted(int(lap)), self.plate, self.is_mirrored)
                    return Placed(car, x, feet_y, CAR_HEIGHT * person, False)
                pose = _walking(look, 1)[0] if lean else _pose(look, a, b, now_s, person)
                return Placed(pose, x, feet_y, person, True, lift, lean)
        return None

    def _painted(self, lap: int) -> tuple[int, int, int]:
        blue, green, red = self.paint
        return ((blue, green, red), (green, red, blue), (red, blue, green))[lap % 3]

    def _varied(self, lap: int) -> tuple[float, float, int | None]:
        """Pace, offset and look of one lap. Anybody who is always there stays the same, and cars keep to their lane."""
        if self.stops[-1].at_s >= self.period_s:
            return 1.0, 0.0, self.look
        if self.is_exact:
            low, high = _EXACT_PACES
            return low + (high - low) * (lap * _SPREAD[0] % 1.0), 0.0, None if self.look is None else self._worn(lap)
        low, high = _PACES_TO_PARK if self.look is None and len(self.stops) > 2 else _PACES
        pace = low + (high - low) * (lap * _SPREAD[0] % 1.0)
        if self.look is None:
            return pace, 0.0, None
        return pace, _ASIDE * (2 * (lap * _SPREAD[1] % 1.0) - 1), self._worn(lap)

    def _worn(self, lap: int) -> int:
        return ((self.look or 0) + lap) % len(LOOKS)


def _pose(look: int, a: Stop, b: Stop, now_s: float, height: float) -> Pose:
    seconds, across, along = b.at_s - a.at_s, b.x - a.x, b.feet_y - a.feet_y
    way = float(np.hypot(across, along))
    if way < _STANDS_BELOW * seconds:
        poses = _waiting(look)
        return poses[int(FIDGETS_PER_S * now_s * len(poses)) % len(poses)]
    facing = 0 if abs(across) < 0.5 * abs(along) else 1 if across > 0 else -1
    poses = _walking(look, facing)
    steps = way * (now_s - a.at_s) / seconds / (STEP * height)
    return poses[int(steps * len(poses)) % len(poses)]


def past(begin_s: float, speed: float, y: float, width: float = 16 / 9, beyond: float = 0.3) -> tuple[Stop, ...]:
    """A straight path through the picture at one height. speed: picture heights per second, negative to the left."""
    ends = (-beyond, width + beyond) if speed > 0 else (width + beyond, -beyond)
    return Stop(begin_s, ends[0], y), Stop(begin_s + abs(ends[1] - ends[0]) / abs(speed), ends[1], y)


def stays(x: float, y: float, period_s: float = 60.0) -> tuple[Stop, ...]:
    """Stays in one place."""
    return Stop(0, x, y), Stop(period_s, x, y)


def _facing(look: int, facing: int) -> Look:
    base = LOOKS[look]
    return Look(base.skin, base.hair, base.top, base.trousers, base.shoes, facing, base.long_hair, base.bag)


# Drawn once for all cameras of a process: drawing a pose costs a hundred times as much as blending it in.
@functools.cache
def _walking(look: int, facing: int) -> list[Pose]:
    return walk_cycle(_facing(look, facing), np.random.default_rng(look), FEWER_PHASES, SMALL_SPRITE_PX)


@functools.cache
def _waiting(look: int) -> list[Pose]:
    return standing(_facing(look, 0), np.random.default_rng(look), FEWER_PHASES, SMALL_SPRITE_PX)


@functools.cache
def _car(paint: tuple[int, int, int], plate: str, is_mirrored: bool) -> Pose:
    sprite = scenery.car(CAR_SPRITE_PX, paint, plate)
    return Pose.of(np.ascontiguousarray(sprite[:, ::-1]) if is_mirrored else sprite)


@functools.cache
def _bag() -> Pose:
    return Pose.of(scenery.bag(BAG_SPRITE_PX))
