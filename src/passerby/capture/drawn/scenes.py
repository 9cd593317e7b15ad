"""The scenes of drawn cameras: an empty place, and who is in it when. Faults are left to `cameras`."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from passerby.capture.drawn import places, scenery
from passerby.capture.drawn.blend import blend, shadow, tree
from passerby.capture.drawn.courses import Course, Placed, Stop, past, stays
from passerby.capture.drawn.figure import MARGIN, Sprite
from passerby.capture.drawn.scenery import Picture

SIZE_WH = (640, 360)
_SEED = 2


@dataclass(frozen=True)
class Scene:
    """horizon, tall: the height of people by place, see `Course.place`. tree_xy: foot, shares of width and height.
    wall: the upper edge and the foot of a wall across the picture, shares of the height. light: what there is of it, of
    255; None: that of day."""

    draw: Callable[[int, int, np.random.Generator], Picture]
    horizon: float
    tall: float
    courses: tuple[Course, ...]
    tree_xy: tuple[float, float] | None = None
    wall: tuple[float, float] | None = None
    light: Callable[[int, int], Picture] | None = None

    def picture(self, time_s: float) -> Picture:
        """(360, 640, 3) uint8 BGR, without sensor noise. The same time gives the same picture."""
        shown = _empty(self.draw).copy()
        is_to_come = self.tree_xy is not None
        for each in self.placed(time_s):
            if is_to_come and self.tree_xy and each.feet_y > self.tree_xy[1]:
                tree(shown, _crown(), time_s, *self.tree_xy)
                is_to_come = False
            _put(shown, each)
            if self.wall is not None and each.feet_y < self.wall[1]:
                top, foot = (int(edge * SIZE_WH[1]) for edge in self.wall)
                shown[top:foot] = _empty(self.draw)[top:foot]
        if is_to_come and self.tree_xy:
            tree(shown, _crown(), time_s, *self.tree_xy)
        if self.light is None:
            return shown
        return np.asarray(cv2.multiply(shown, _light(self.light), scale=1 / 255), np.uint8)

    def placed(self, time_s: float) -> list[Placed]:
        """Everybody and everything in the picture, from far to near."""
        found = [course.place(time_s, self.horizon, self.tall) for course in self.courses]
        return sorted((each for each in found if each is not None), key=lambda each: each.feet_y)


def _put(picture: npt.NDArray[np.uint8], each: Placed) -> None:
    height, pose = picture.shape[0], each.pose
    scale = each.height * height / pose.height
    half = MARGIN * pose.height if each.is_person else pose.picture.shape[1] / 2
    left = each.x * height + (pose.left - half) * scale
    top = (each.feet_y - each.lift - each.height) * height + pose.top * scale
    placement = np.array([[scale, 0, left], [0, scale, top]])
    if each.lean:
        placement = _leaning(placement, each, height)
    elif not each.lift:
        shadow(picture, pose.shadow, left, each.feet_y * height, scale)
    blend(picture, pose.picture, placement)


def _leaning(placement: npt.NDArray[np.float64], each: Placed, height: int) -> npt.NDArray[np.float64]:
    """Turns a sprite around its feet."""
    angle = math.radians(each.lean)
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    foot = np.array([each.x * height, each.feet_y * height])
    return np.hstack([turn @ placement[:, :2], (turn @ (placement[:, 2] - foot) + foot)[:, None]])


@functools.cache
def _empty(draw: Callable[[int, int, np.random.Generator], Picture]) -> Picture:
    return draw(*SIZE_WH, np.random.default_rng(_SEED))


@functools.cache
def _light(light: Callable[[int, int], Picture]) -> Picture:
    return light(*SIZE_WH)


@functools.cache
def _crown() -> Sprite:
    return scenery.crown(int(0.52 * SIZE_WH[1]), np.random.default_rng(_SEED))


def person_box_xyxy(each: Placed) -> tuple[int, int, int, int]:
    """The box of a person's body in the picture, without stride and arms."""
    height = SIZE_WH[1]
    half = 0.11 * each.height
    box = ((each.x - half) * height, (each.feet_y - each.height) * height, (each.x + half) * height,
           each.feet_y * height)  # fmt: skip
    left, top, right, bottom = (round(edge) for edge in box)
    return left, top, right, bottom


_PARKS = (
    Stop(0, -0.45, 0.60), Stop(4.5, 0.72, 0.60), Stop(6.5, 1.08, places.KERB_Y), Stop(66, 1.08, places.KERB_Y),
    Stop(68, 1.30, 0.58), Stop(69, 1.50, 0.60), Stop(71, 2.30, 0.60),
)  # fmt: skip
_BY_THE_DOOR = (Stop(0, 0.92, 0.46), Stop(2, 0.92, 0.55), Stop(8, 1.45, 0.86), Stop(13, 2.10, 0.92))
_TO_THE_TRAIN = (Stop(0, -0.3, 0.58), Stop(6, 0.95, 0.66), Stop(7.5, 1.02, 0.78), Stop(40, 1.02, 0.78),
                 Stop(47, 2.1, 0.74))  # fmt: skip
_WAITS_AND_GOES = (Stop(0, 0.75, 0.80), Stop(18, 0.75, 0.80), Stop(24, 2.1, 0.83))

STREET = Scene(
    scenery.street, scenery.HORIZON, 1.0,
    (
        Course(31, 28, past(0, 0.27, 0.86), 0), Course(43, 30, past(0, -0.24, 0.81), 1),
        Course(60, 0, stays(1.28, 0.84), 2), Course(53, 8, _WAITS_AND_GOES, 4),
        Course(37, 22, past(0, 0.55, 0.69, beyond=0.55)),
    ),
    tree_xy=(0.16, 0.575),
)  # fmt: skip
YARD = Scene(
    places.yard, 0.02, 0.42,
    (
        Course(60, 0, stays(0.50, 0.80), 1), Course(60, 0, stays(0.66, 0.82), 5),
        Course(29, 3, past(0, 0.21, 0.92), 0), Course(41, 0, past(0, -0.26, 0.66), 2),
        Course(47, 40, _BY_THE_DOOR, 3), Course(59, 25, past(0, -0.18, 0.96), 4),
    ),
    tree_xy=(0.93, 0.62),
)  # fmt: skip
PLATFORM = Scene(
    places.platform, 0.02, 0.46,
    (
        Course(60, 0, stays(0.36, 0.76), 3), Course(60, 0, stays(1.50, 0.72), 0),
        Course(61, 4, _TO_THE_TRAIN, 5), Course(33, 2, past(0, -0.22, 0.80), 2), Course(45, 20, past(0, 0.24, 0.69), 4),
    ),
)  # fmt: skip
CAR_PARK = Scene(
    places.car_park, 0.10, 0.40,
    (
        Course(97, 84, _PARKS, None, (60, 110, 60), "LEARN 2"), Course(39, 20, past(0, 0.40, 0.66, beyond=0.6)),
        Course(35, 6, past(0, -0.22, 0.93), 1), Course(49, 42, past(0, 0.19, 0.88), 4),
        Course(60, 0, stays(1.52, 0.90), 0),
    ),
)  # fmt: skip
