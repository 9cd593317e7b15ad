"""Defines who and what moves in the drawn street, and where each is at any time."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from passerby.capture.drawn import scenery
from passerby.capture.drawn.figure import PHASES, Look, Pose, standing, walk_cycle
from passerby.media import Kind

LAP_IDS = 10  # more than there are actors
FIDGETS_PER_S = 0.12
STEP = 0.85  # of the height: the distance of one walk cycle


@dataclass
class Actor:
    """Somebody or something that is placed in each frame. Positions and speed in shares of the picture's height.

    Anybody who leaves the picture returns at the other end with a new id, so that the street stays busy.
    street: the picture's width.
    """

    id: int
    kind: Kind
    poses: list[Pose] = field(repr=False)
    street: float
    feet_x: float
    feet_y: float
    speed: float = 0.0
    stays_until_s: float = 0.0
    waiting: list[Pose] = field(default_factory=list, repr=False)

    @property
    def height(self) -> float:
        person = self.feet_y - scenery.HORIZON
        return person if self.kind is Kind.PERSON else 0.86 * person

    def place(self, time_s: float) -> tuple[Pose, float, int]:
        """Its pose at this time, the x of its axis and its id."""
        if time_s < self.stays_until_s and self.waiting:
            return self.waiting[int(FIDGETS_PER_S * time_s * PHASES) % PHASES], self.feet_x, self.id
        walked = self.speed * max(0.0, time_s - self.stays_until_s)
        cycles = abs(walked) / (STEP * self.height)
        reach = 0.3 if self.kind is Kind.PERSON else 1.0  # how far beyond the picture's edge it is no longer visible
        lap, x = divmod(self.feet_x + walked + reach, self.street + 2 * reach)
        return self.poses[int(cycles * PHASES) % len(self.poses)], x - reach, self.id + LAP_IDS * abs(int(lap))


def cast(aspect: float, height: int, rng: np.random.Generator) -> list[Actor]:
    """Everybody in the street: walkers near and far, one who always waits, one who waits and then leaves, and a car."""
    skins = [(124, 158, 206), (88, 122, 172), (54, 76, 112), (142, 176, 222)]
    tops = [(40, 44, 156), (128, 84, 36), (74, 108, 60), (62, 62, 66), (150, 156, 172), (36, 120, 176)]
    trousers = [(78, 60, 48), (52, 52, 56), (104, 112, 124), (90, 70, 40)]
    hairs = [(28, 34, 44), (40, 66, 104), (24, 24, 26), (120, 126, 132)]

    def look(number: int, facing: int) -> Look:
        return Look(
            skins[number % 4],
            hairs[(number + 1) % 4],
            tops[number % 6],
            trousers[(number + 2) % 4],
            (30, 30, 34),
            facing,
            long_hair=number % 2 == 1,
            bag=number % 3 == 0,
        )

    def walker(number: int, feet_x: float, feet_y: float, speed: float, wait_s: float = 0.0) -> Actor:
        cycle = walk_cycle(look(number, 1 if speed > 0 else -1), rng)
        waiting = standing(look(number, 1), rng) if wait_s else []
        return Actor(number, Kind.PERSON, cycle, aspect, feet_x * aspect, feet_y, speed, wait_s, waiting)

    poses = standing(look(3, 0), rng)
    waiting = Actor(3, Kind.PERSON, poses, aspect, 0.72 * aspect, 0.84, 0.0, float("inf"), poses)
    car = scenery.car(int(0.86 * (0.69 - scenery.HORIZON) * height), (150, 76, 40), "PASSER 8Y")
    return [
        walker(1, -0.12, 0.87, 0.30),
        walker(2, 1.10, 0.80, -0.26),
        waiting,
        walker(4, 0.85, 0.565, -0.10),
        walker(5, 0.06, 0.555, 0.11),
        walker(6, 0.40, 0.775, 0.25, wait_s=5.0),
        Actor(7, Kind.VEHICLE, [Pose.of(car)], aspect, -1.0, 0.69, 0.45, 2.0),
    ]
