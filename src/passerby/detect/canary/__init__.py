"""Adds a canary to every picture: a drawn person or face, nobody real, that a network must find. Silence is a fault.

Each picture given to a network is widened by a strip with the figure, whose place changes with the picture. An answer
counts only if it has the figure at that place: a network that is deaf, or repeats an older answer, is exposed by the
same answer that would have shown a person.
"""

from __future__ import annotations

import functools
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt

from passerby.detect.errors import DeafError
from passerby.detect.runtime import Bgr
from passerby.media import Detections, Kind

FigureName = Literal["person", "face"]
KINDS: dict[FigureName, Kind] = {"person": Kind.PERSON, "face": Kind.FACE}

STRIP_PX = 64  # a multiple of the largest stride of the networks
MIN_HEIGHT_PX = 192  # of the picture with its strip: in a lower one the figure has only one place
EDGE_PX = 8
STEP_PX = 8  # vertical distance between two places; networks locate the figure to within 3 px
ASIDE_PX = (-6, 0, 6)  # from the centre of the strip
TOLERANCE_PX = 3.0
GREY = 114
MIN_SCORE = 0.25
"""Minimum score of the figure. On all footage, dark or bright, it is 0.5 or more (bench/README.md)."""
SAME_OVERLAP = 0.3  # of a box with the figure's box: a weak second detection of the figure


@dataclass(frozen=True, slots=True)
class Seen:
    """How a network boxes the figure, in shares of its height: the box's centre below the figure's, and its height."""

    below: float
    height: float
    height_off: float  # tolerance of the height


SEEN: dict[FigureName, Seen] = {"person": Seen(0.0, 1.0, 0.15), "face": Seen(0.09, 0.72, 0.15)}


@dataclass(frozen=True, slots=True)
class Place:
    """Where the figure stands in a picture with its strip, and the size of the picture without it. Pixels."""

    left: int
    top: int
    width: int
    height: int
    picture_wh: tuple[int, int]


class Canary:
    """For one network, from one thread: remembers the last place, so that two in a row differ."""

    def __init__(self, figure: FigureName) -> None:
        self._name: FigureName = figure
        self.kind = KINDS[figure]
        self._before: tuple[int, int] | None = None

    def extend(self, picture: Bgr) -> tuple[Bgr, Place]:
        """The picture with its strip, and where the figure is in it."""
        height, width = picture.shape[:2]
        columns, rows = with_strip((width, height))
        wide = np.full((rows, columns, 3), GREY, np.uint8)
        wide[:height, :width] = picture
        place = self._place(picture, rows)
        draw(wide, self._name, place.left, place.top)
        return wide, place

    def _place(self, picture: Bgr, rows: int) -> Place:
        """Chosen from the picture's content, so that the same pictures are always examined the same way."""
        size_h, size_w = figure(self._name).shape[:2]
        downwards = (rows - size_h - 2 * EDGE_PX) // STEP_PX + 1
        shows = zlib.crc32(picture[::8].tobytes())
        number = shows % (downwards * len(ASIDE_PX))
        if self._before is not None and self._before[0] == number and self._before[1] != shows:
            number = (number + 1) % (downwards * len(ASIDE_PX))
        self._before = number, shows
        step, aside = divmod(number, len(ASIDE_PX))
        left = picture.shape[1] + (STRIP_PX - size_w) // 2 + ASIDE_PX[aside]
        return Place(left, EDGE_PX + step * STEP_PX, size_w, size_h, (picture.shape[1], picture.shape[0]))

    def check(self, found: Detections, place: Place) -> Detections:
        """What was found in the picture itself. Raises DeafError if the figure was not found in its place."""
        width, height = place.picture_wh
        middle_x = (found.xyxy[:, 0] + found.xyxy[:, 2]) / 2
        middle_y = (found.xyxy[:, 1] + found.xyxy[:, 3]) / 2
        beside = (middle_x >= width) | (middle_y >= height)
        self._check_figure(found.take(beside & (found.class_id == self.kind)), place)
        box = np.array([place.left, place.top, place.left + place.width, place.top + place.height], np.float32)
        inside = found.take(~beside & (_overlap(found.xyxy, box) < SAME_OVERLAP))
        edges = np.array([width, height, width, height], np.float32)
        return Detections(np.minimum(inside.xyxy, edges), inside.confidence, inside.class_id)

    def _check_figure(self, found: Detections, place: Place) -> None:
        plain = found.take(found.confidence >= MIN_SCORE)
        if not len(plain):
            raise DeafError(f"the network did not find the drawn {self._name} that it must find")
        left, top, right, bottom = plain.xyxy.T
        seen = SEEN[self._name]
        off_x = (left + right) / 2 - (place.left + place.width / 2)
        off_y = (top + bottom) / 2 - (place.top + place.height * (0.5 + seen.below))
        off_height = (bottom - top) / place.height - seen.height
        fits = (np.maximum(abs(off_x), abs(off_y)) <= TOLERANCE_PX) & (abs(off_height) <= seen.height_off)
        if not fits.any():
            raise DeafError(f"the network found the drawn {self._name} where it was not: the answer is an old one")


def with_strip(size_wh: tuple[int, int]) -> tuple[int, int]:
    """Width and height of a network's input for a picture of that size."""
    return size_wh[0] + STRIP_PX, max(size_wh[1], MIN_HEIGHT_PX)


@functools.cache
def figure(name: FigureName) -> npt.NDArray[np.float32]:
    """(rows, columns, 4): blue, green, red multiplied by alpha, 0..255, and alpha 0..1. Do not write to it."""
    data = np.frombuffer((Path(__file__).parent / f"{name}.png").read_bytes(), np.uint8)
    sprite = np.asarray(cv2.imdecode(data, cv2.IMREAD_UNCHANGED), np.float32)
    sprite[..., 3] /= 255
    sprite[..., :3] *= sprite[..., 3:]
    return sprite


def draw(picture: Bgr, name: FigureName, left: int, top: int) -> None:
    """Draws the figure into the picture, which must contain all of it."""
    sprite = figure(name)
    there = picture[top : top + sprite.shape[0], left : left + sprite.shape[1]]
    there[:] = np.rint(there * (1 - sprite[..., 3:]) + sprite[..., :3]).astype(np.uint8)


def _overlap(xyxy: npt.NDArray[np.float32], box: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Intersection over union of each box with one."""
    low, high = np.maximum(xyxy[:, :2], box[:2]), np.minimum(xyxy[:, 2:], box[2:])
    common = np.clip(high - low, 0, None).prod(axis=1)
    areas = (xyxy[:, 2:] - xyxy[:, :2]).prod(axis=1) + (box[2:] - box[:2]).prod()
    return np.asarray(common / np.maximum(areas - common, 1e-6), np.float32)
