"""Draws more empty scenes, as seen by cameras high on a wall: school yards, a platform, a car park."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from passerby.capture.drawn.blend import blend
from passerby.capture.drawn.figure import Pose
from passerby.capture.drawn.scenery import Picture, band, box, car, slabs, window

Canvas = npt.NDArray[np.float32]
Colour = tuple[int, int, int]

YARD_GROUND, PLATFORM_FLOOR, PLATFORM_EDGE, CAR_PARK_GROUND = 0.36, 0.36, 0.88, 0.30  # upper edges, of the height
WALL_TOP, WALL_FOOT = 0.20, 0.42
"""Of the walled yard."""
KERB_Y = 0.50
"""Where the wheels of cars at the kerb of the car park are."""
CAR_HEIGHT = 0.135
"""Height of a car at the kerb."""
PARKED = ((0.03, (52, 50, 48), "NOBODY 1"), (0.46, (160, 164, 168), "DRAWN 77"), (1.33, (44, 62, 120), "TEST 404"))
"""Left edges of the parked cars, in picture heights, with colours and made-up plates. There is a gap from 0.87 on."""


def yard(width: int, height: int, rng: np.random.Generator) -> Picture:
    """The yard of a school: a front with windows and a door, asphalt with painted lines, a bench, a hoop."""
    picture = np.zeros((height, width, 3), np.float32)
    band(picture, 0, YARD_GROUND, (150, 196, 214))
    band(picture, 0.135, 0.150, (128, 164, 180))
    for left in (0.04, 0.15, 0.26, 0.37, 0.60, 0.71, 0.82, 0.93):
        window(picture, left, 0.02, left + 0.055, 0.11)
        window(picture, left, 0.18, left + 0.055, 0.28)
    box(picture, 0.475, 0.17, 0.565, YARD_GROUND, (66, 92, 118))
    box(picture, 0.483, 0.19, 0.518, YARD_GROUND, (112, 100, 88))
    box(picture, 0.522, 0.19, 0.557, YARD_GROUND, (112, 100, 88))
    band(picture, YARD_GROUND - 0.015, YARD_GROUND, (104, 108, 112))
    _ground(picture, YARD_GROUND, (134, 132, 130), rng)
    _court(picture)
    _bench(picture, 0.72, 0.41)
    return _finish(picture, rng)


def walled_yard(width: int, height: int, rng: np.random.Generator) -> Picture:
    """The far side of the yard: trees behind a wall with a coping, a closed gate, asphalt, a bench, a lamp post."""
    picture = np.zeros((height, width, 3), np.float32)
    band(picture, 0, WALL_TOP, (188, 168, 150))
    hedge = cv2.resize(rng.normal(0, 1, (height // 12, width // 12)).astype(np.float32), (width, height))
    top, foot = int(0.07 * height), int(WALL_TOP * height)
    picture[top:foot] = np.array((66, 98, 80), np.float32) + 22 * hedge[top:foot, :, None]
    band(picture, WALL_TOP, WALL_FOOT, (104, 128, 158))
    course = max(4, height // 60)
    for row, y in enumerate(range(int(WALL_TOP * height), int(WALL_FOOT * height), course)):
        picture[y, :] *= 0.80
        for x in range((row % 2) * course, width, 2 * course):
            picture[y : y + course, x] *= 0.84
    band(picture, WALL_TOP, WALL_TOP + 0.018, (176, 180, 182))
    box(picture, 0.70, WALL_TOP - 0.01, 0.82, WALL_FOOT, (70, 74, 76))
    for bar in np.arange(0.706, 0.818, 0.012):
        box(picture, bar, WALL_TOP, bar + 0.004, WALL_FOOT - 0.01, (40, 42, 44))
    _ground(picture, WALL_FOOT, (134, 132, 130), rng)
    for a, b in (((0.12, 0.55), (0.02, 0.98)), ((0.12, 0.55), (0.88, 0.55)), ((0.88, 0.55), (0.98, 0.98))):
        _line(picture, a, b, (214, 218, 218))
    _bench(picture, 0.12, WALL_FOOT + 0.06)
    box(picture, 0.497, 0.04, 0.505, WALL_FOOT + 0.03, (70, 72, 76))
    box(picture, 0.480, 0.03, 0.522, 0.055, (230, 240, 244))
    return _finish(picture, rng)


def lamp_light(width: int, height: int) -> Picture:
    """What is left of the light of day at night, of 255: a bluish rest, and more below the lamp of the walled yard."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32) / np.float32(height)
    lamp = np.exp(-(((x - 0.5 * width / height) / 0.75) ** 2) - ((y - 0.55) / 0.45) ** 2)
    light = np.array((0.34, 0.27, 0.25), np.float32) + lamp[..., None] * np.array((0.30, 0.42, 0.46), np.float32)
    return np.asarray(np.clip(255 * light, 0, 255), np.uint8)


def platform(width: int, height: int, rng: np.random.Generator) -> Picture:
    """A platform: a tiled wall with signs and a bench, a floor of slabs, the yellow line, the edge, a rail."""
    picture = np.zeros((height, width, 3), np.float32)
    band(picture, 0, PLATFORM_FLOOR, (196, 204, 204))
    for y in range(0, int(PLATFORM_FLOOR * height), max(5, height // 40)):
        picture[y] *= 0.92
    for x in range(0, width, max(8, width // 60)):
        picture[: int(PLATFORM_FLOOR * height), x] *= 0.94
    band(picture, 0.075, 0.155, (120, 72, 28))
    _text(picture, "HARBOUR", 0.40, 0.135, 0.75, (240, 240, 240))
    _text(picture, "2", 0.06, 0.135, 0.75, (240, 240, 240))
    for left in (0.16, 0.74):
        box(picture, left, 0.175, left + 0.09, 0.325, (88, 92, 96))
        box(picture, left + 0.006, 0.185, left + 0.084, 0.315, (150, 168, 120))
        box(picture, left + 0.014, 0.25, left + 0.076, 0.30, (206, 190, 150))
    _ground(picture, PLATFORM_FLOOR, (156, 160, 162), rng)
    slabs(picture, PLATFORM_FLOOR, PLATFORM_EDGE, rng, horizon=0.02)
    band(picture, 0.825, 0.85, (60, 196, 222))
    band(picture, PLATFORM_EDGE, 0.90, (200, 204, 204))
    band(picture, 0.90, 1, (44, 48, 54))
    band(picture, 0.955, 0.967, (128, 132, 138))
    _bench(picture, 0.44, 0.42)
    return _finish(picture, rng)


def car_park(width: int, height: int, rng: np.random.Generator) -> Picture:
    """A car park behind a hedge: a kerb with cars along it and a gap between two, a lane, a footpath."""
    picture = np.zeros((height, width, 3), np.float32)
    band(picture, 0, CAR_PARK_GROUND, (60, 96, 78))
    hedge = cv2.resize(rng.normal(0, 1, (height // 10, width // 10)).astype(np.float32), (width, height))
    top = int(CAR_PARK_GROUND * height)
    picture[:top] += 15 * hedge[:top, :, None]
    band(picture, 0.26, CAR_PARK_GROUND, (120, 136, 150))
    _ground(picture, CAR_PARK_GROUND, (96, 95, 93), rng)
    band(picture, CAR_PARK_GROUND, 0.335, (158, 162, 164))
    for x in np.arange(0.008, 1.0, 0.243):
        _line(picture, (x, 0.335), (x - 0.03, KERB_Y + 0.02), (206, 210, 210))
    band(picture, 0.80, 0.815, (186, 190, 192))
    band(picture, 0.815, 1, (150, 154, 158))
    slabs(picture, 0.815, 1.0, rng, horizon=0.10)
    empty = _finish(picture, rng)
    for left, colour, plate in PARKED:
        _park(empty, left, colour, plate)
    return empty


def _park(picture: Picture, left: float, colour: Colour, plate: str) -> None:
    height = picture.shape[0]
    pose = Pose.of(car(int(CAR_HEIGHT * height), colour, plate))
    placement = [[1, 0, left * height + pose.left], [0, 1, (KERB_Y - CAR_HEIGHT) * height + pose.top]]
    blend(picture, pose.picture, np.array(placement, np.float64))


def _ground(picture: Canvas, top: float, colour: Colour, rng: np.random.Generator) -> None:
    """Ground that is lighter far away, with grit and stains."""
    height, width = picture.shape[:2]
    first = int(top * height)
    picture[first:] = np.array(colour, np.float32) * np.linspace(1.06, 0.94, height - first)[:, None, None]
    stains = cv2.resize(rng.normal(0, 5, (8, 14)).astype(np.float32), (width, height - first))
    grit = rng.normal(0, 6, (height - first, width)).astype(np.float32)
    picture[first:] += (stains + grit)[..., None]


def _court(picture: Canvas) -> None:
    """Painted lines in perspective, a hopscotch, and a hoop on a pole."""
    white, yellow = (214, 218, 218), (70, 190, 220)
    for a, b in (((0.20, 0.42), (0.06, 0.95)), ((0.20, 0.42), (0.62, 0.42)), ((0.62, 0.42), (0.70, 0.95)),
                 ((0.06, 0.95), (0.70, 0.95)), ((0.14, 0.63), (0.655, 0.63))):  # fmt: skip
        _line(picture, a, b, white)
    for step in range(6):
        left, top = 0.80 + 0.012 * step, 0.56 + 0.05 * step
        _line(picture, (left, top), (left + 0.05 + 0.004 * step, top), yellow)
        _line(picture, (left, top), (left + 0.012, top + 0.05), yellow)
        _line(picture, (left + 0.05 + 0.004 * step, top), (left + 0.066 + 0.004 * step, top + 0.05), yellow)
    box(picture, 0.402, 0.16, 0.408, 0.42, (84, 86, 90))
    box(picture, 0.375, 0.12, 0.435, 0.20, (228, 230, 232))
    box(picture, 0.393, 0.165, 0.417, 0.19, (60, 70, 190))


def _bench(picture: Canvas, left: float, foot: float) -> None:
    box(picture, left, foot - 0.075, left + 0.14, foot - 0.055, (62, 92, 124))
    box(picture, left, foot - 0.045, left + 0.14, foot - 0.028, (74, 108, 146))
    for x in (left + 0.012, left + 0.122):
        box(picture, x, foot - 0.028, x + 0.006, foot, (56, 56, 58))


def _line(picture: Canvas, a: tuple[float, float], b: tuple[float, float], colour: Colour) -> None:
    """Draws a line. Its ends are in shares of the width and of the height."""
    height, width = picture.shape[:2]
    ends = [(int(x * width), int(y * height)) for x, y in (a, b)]
    cv2.line(picture, ends[0], ends[1], colour, max(1, height // 180), cv2.LINE_AA)


def _text(picture: Canvas, text: str, left: float, foot: float, size: float, colour: Colour) -> None:
    height, width = picture.shape[:2]
    place = (int(left * width), int(foot * height))
    letters = np.zeros((height, width), np.uint8)
    cv2.putText(letters, text, place, cv2.FONT_HERSHEY_SIMPLEX, size * height / 360, (255,), 2, cv2.LINE_AA)
    share = letters[..., None] / np.float32(255)
    picture[:] = picture * (1 - share) + np.array(colour, np.float32) * share


def _finish(picture: Canvas, rng: np.random.Generator) -> Picture:
    """Adds uneven light and the grain of surfaces."""
    height, width = picture.shape[:2]
    picture *= cv2.resize(rng.normal(1, 0.03, (9, 16)).astype(np.float32), (width, height))[..., None]
    picture += cv2.GaussianBlur(rng.normal(0, 9, (height, width)).astype(np.float32), (0, 0), 0.9)[..., None]
    return np.clip(picture, 0, 255, out=picture).astype(np.uint8)
