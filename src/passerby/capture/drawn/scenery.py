"""Draws everything that does not walk: the street itself, a tree in the wind and a car with a made-up plate."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from passerby.capture.drawn.figure import Sprite

Picture = npt.NDArray[np.uint8]
HORIZON = 0.44  # of the height; a person with feet at y is (y - HORIZON) high, all in shares of the height
PLATE_XYXY = (2.535, 0.695, 2.765, 0.785)  # on the car, shares of its height
FAR_PAVEMENT, ROAD, NEAR_PAVEMENT = 0.52, 0.59, 0.735  # upper edges, shares of the height


def street(width: int, height: int, rng: np.random.Generator) -> Picture:
    """The empty scene, (height, width, 3) uint8 BGR."""
    picture = np.zeros((height, width, 3), np.float32)
    _sky_and_park(picture, rng)
    _house(picture, rng)
    _ground(picture, rng)
    picture *= cv2.resize(rng.normal(1, 0.03, (9, 16)).astype(np.float32), (width, height))[..., None]
    fine = cv2.GaussianBlur(rng.normal(0, 9, (height, width)).astype(np.float32), (0, 0), 0.9)
    picture += fine[..., None]
    return np.clip(picture, 0, 255, out=picture).astype(np.uint8)


def band(picture: npt.NDArray[np.float32], top: float, bottom: float, colour: tuple[int, int, int]) -> None:
    height = picture.shape[0]
    picture[int(top * height) : int(bottom * height)] = colour


def box(
    picture: npt.NDArray[np.float32], left: float, top: float, right: float, bottom: float, colour: tuple[int, int, int]
) -> None:
    height, width = picture.shape[:2]
    picture[int(top * height) : int(bottom * height), int(left * width) : int(right * width)] = colour


def _sky_and_park(picture: npt.NDArray[np.float32], rng: np.random.Generator) -> None:
    height, width = picture.shape[:2]
    picture[:] = (214, 200, 186)
    hedge = cv2.resize(rng.normal(0, 1, (height // 10, width // 10)).astype(np.float32), (width, height))
    top = int(0.30 * height)
    picture[top:] = (58, 92, 74)
    picture[top:] += 14 * hedge[top:, :, None]


def _house(picture: npt.NDArray[np.float32], rng: np.random.Generator) -> None:
    height, width = picture.shape[:2]
    left = 0.26
    box(picture, left, 0, 1, FAR_PAVEMENT, (128, 150, 176))
    course = max(4, height // 90)
    for row, y in enumerate(range(0, int(FAR_PAVEMENT * height), course)):
        picture[y, int(left * width) :] *= 0.82
        for x in range(int(left * width) + (row % 2) * course, width, 2 * course):
            picture[y : y + course, x] *= 0.84
            picture[y + 1 : y + course, x + 1 : x + 2 * course] *= 1 + 0.05 * rng.standard_normal()
    for top in (0.04, 0.17, 0.295):
        for number in range(9):
            side = left + 0.035 + 0.079 * number
            window(picture, side, top, side + 0.036, top + 0.075)
    for side in (0.035, 0.114, 0.193, 0.272, 0.43, 0.509, 0.588, 0.667):
        window(picture, left + side, 0.415, left + side + 0.036, 0.487)
    box(picture, left + 0.355, 0.405, left + 0.405, FAR_PAVEMENT, (52, 60, 70))
    box(picture, left + 0.362, 0.415, left + 0.398, FAR_PAVEMENT, (74, 96, 60))
    box(picture, left, FAR_PAVEMENT - 0.015, 1, FAR_PAVEMENT, (96, 100, 104))


def window(picture: npt.NDArray[np.float32], left: float, top: float, right: float, bottom: float) -> None:
    frame = 0.004
    box(picture, left - frame, top - 1.6 * frame, right + frame, bottom + 1.6 * frame, (206, 212, 216))
    box(picture, left, top, right, bottom, (104, 88, 76))
    box(picture, left, top, left + 0.4 * (right - left), top + 0.45 * (bottom - top), (138, 124, 112))
    box(picture, (left + right) / 2 - 0.002, top, (left + right) / 2 + 0.002, bottom, (206, 212, 216))


def _ground(picture: npt.NDArray[np.float32], rng: np.random.Generator) -> None:
    height, width = picture.shape[:2]
    band(picture, FAR_PAVEMENT, ROAD, (150, 154, 156))
    band(picture, ROAD, NEAR_PAVEMENT, (92, 90, 88))
    band(picture, NEAR_PAVEMENT, 1, (160, 164, 168))
    for edge in (ROAD, NEAR_PAVEMENT):
        band(picture, edge - 0.006, edge + 0.006, (190, 194, 196))
    for x in np.arange(0.02, 1, 0.16):
        box(picture, x, 0.652, x + 0.08, 0.660, (214, 218, 218))
    for low, high in ((FAR_PAVEMENT, ROAD), (NEAR_PAVEMENT, 1.0)):
        slabs(picture, low, high, rng)
    grit = rng.normal(0, 7, (height - int(ROAD * height), width)).astype(np.float32)
    picture[int(ROAD * height) :] += grit[..., None]


def slabs(
    picture: npt.NDArray[np.float32], low: float, high: float, rng: np.random.Generator, horizon: float = HORIZON
) -> None:
    """Paving in perspective: joints run to a point on the horizon."""
    height, width = picture.shape[:2]
    joints = np.ones((height, width), np.float32)
    for x in np.arange(-1.5, 2.5, 0.055):
        top = 0.5 + (x - 0.5) * (low - horizon) / (1 - horizon)
        bottom = 0.5 + (x - 0.5) * (high - horizon) / (1 - horizon)
        cv2.line(
            joints,
            (int(top * width), int(low * height)),
            (int(bottom * width), int(high * height)),
            (0.8,),
            1,
            cv2.LINE_AA,
        )
    for distance in np.arange(1, 14, 0.25):
        y = horizon + (1 - horizon) / distance
        if low < y < high:
            joints[int(y * height)] *= 0.8
    area = slice(int(low * height), int(high * height))
    picture[area] *= joints[area][..., None]


def crown(size_px: int, rng: np.random.Generator) -> Sprite:
    """The leaves of a tree, round, (size_px, size_px, 4)."""
    sprite = np.zeros((size_px, size_px, 4), np.float32)
    for _ in range(1400):
        angle, reach = rng.uniform(0, 2 * np.pi), size_px * 0.40 * np.sqrt(rng.uniform())
        centre = (int(size_px / 2 + reach * np.cos(angle)), int(size_px / 2 + 0.9 * reach * np.sin(angle)))
        light = 0.65 + 0.5 * (1 - centre[1] / size_px) + 0.12 * rng.standard_normal()
        leaf = np.array([44, 96, 66], np.float32) * light
        size = (int(size_px * rng.uniform(0.012, 0.032)), int(size_px * rng.uniform(0.008, 0.02)))
        cv2.ellipse(
            sprite,
            centre,
            (max(size[0], 1), max(size[1], 1)),
            rng.uniform(0, 180),
            0,
            360,
            (float(leaf[0]), float(leaf[1]), float(leaf[2]), 1.0),
            -1,
        )
    return sprite


def car(height_px: int, colour: tuple[int, int, int], plate: str) -> Sprite:
    """A hatchback driving right with its front turned slightly to the camera, 2.9 times as long as high."""
    scale = 4  # drawn larger and shrunk, for smooth edges
    h = height_px * scale
    w = int(2.9 * h)
    sprite = np.zeros((h, w, 4), np.float32)

    def fill(outline: list[tuple[float, float]], shade: tuple[float, float, float]) -> None:
        points = np.array([(int(x * h), int(y * h)) for x, y in outline])
        cv2.fillPoly(sprite, [points], (*shade, 1.0))

    def painted(light: float) -> tuple[float, float, float]:
        return (min(255, colour[0] * light), min(255, colour[1] * light), min(255, colour[2] * light))

    fill(
        [
            (0.05, 0.50),
            (0.35, 0.42),
            (0.62, 0.06),
            (1.50, 0.06),
            (1.92, 0.42),
            (2.48, 0.52),
            (2.50, 0.84),
            (0.06, 0.84),
        ],
        painted(1.0),
    )
    fill([(0.05, 0.66), (2.49, 0.66), (2.50, 0.84), (0.06, 0.84)], painted(0.78))
    fill([(2.48, 0.52), (2.78, 0.58), (2.80, 0.86), (2.50, 0.84)], painted(0.62))
    fill([(0.46, 0.41), (0.68, 0.12), (1.05, 0.12), (1.05, 0.41)], (86, 78, 70))
    fill([(1.10, 0.41), (1.10, 0.12), (1.47, 0.12), (1.80, 0.41)], (98, 88, 78))
    fill([(1.50, 0.06), (1.62, 0.09), (2.06, 0.44), (1.92, 0.42)], (120, 110, 98))
    fill([(2.52, 0.57), (2.60, 0.58), (2.60, 0.66), (2.52, 0.65)], (225, 235, 240))
    fill([(0.06, 0.53), (0.12, 0.52), (0.12, 0.62), (0.06, 0.63)], (50, 44, 190))
    fill([(1.07, 0.42), (1.09, 0.42), (1.09, 0.80), (1.07, 0.80)], painted(0.6))
    for x in (0.58, 2.02):
        for radius, shade in ((0.20, (26, 26, 28)), (0.12, (150, 152, 154)), (0.05, (70, 70, 72))):
            cv2.circle(sprite, (int(x * h), int(0.80 * h)), int(radius * h), (*shade, 1.0), -1)
    _plate(sprite, plate, np.array([(2.535, 0.695), (2.765, 0.715), (2.765, 0.785), (2.535, 0.765)], np.float32) * h)
    return cv2.resize(sprite, (w // scale, height_px), interpolation=cv2.INTER_AREA).astype(np.float32, copy=False)


def bag(height_px: int) -> Sprite:
    """A boxy bag with a strap, 1.4 times as wide as high. With handles, detectors would take it for somebody small."""
    scale, colour, deep = 4, np.array((40, 40, 150), np.float32), 0.3
    h, w = height_px * scale, int(1.4 * height_px * scale)
    sprite = np.zeros((h, w, 4), np.float32)
    for light, outline in (
        (1.15, ((0.0, deep), (0.18, 0.0), (1.0, 0.0), (0.82, deep))),
        (1.00, ((0.0, deep), (0.82, deep), (0.82, 1.0), (0.0, 1.0))),
        (0.70, ((0.82, deep), (1.0, 0.0), (1.0, 1.0 - deep), (0.82, 1.0))),
        (1.25, ((0.38, deep), (0.46, deep), (0.46, 1.0), (0.38, 1.0))),
        (1.35, ((0.38, deep), (0.56, 0.0), (0.64, 0.0), (0.46, deep))),
    ):
        blue, green, red = (light * colour).tolist()
        cv2.fillPoly(sprite, [np.array([(int(x * w), int(y * h)) for x, y in outline])], (blue, green, red, 1.0))
    return cv2.resize(sprite, (w // scale, height_px), interpolation=cv2.INTER_AREA).astype(np.float32, copy=False)


def _plate(sprite: Sprite, text: str, corners: npt.NDArray[np.float32]) -> None:
    face = np.full((60, 240, 3), 235, np.uint8)
    cv2.rectangle(face, (2, 2), (237, 57), (30, 30, 30), 2)
    cv2.putText(face, text, (12, 44), cv2.FONT_HERSHEY_SIMPLEX, 1.25, (20, 20, 20), 4, cv2.LINE_AA)
    flat = np.array([(0, 0), (239, 0), (239, 59), (0, 59)], np.float32)
    size = (sprite.shape[1], sprite.shape[0])
    warped = cv2.warpPerspective(face, cv2.getPerspectiveTransform(flat, corners), size)
    mask = np.zeros(sprite.shape[:2], np.uint8)
    cv2.fillConvexPoly(mask, corners.astype(np.int32), 1)
    sprite[mask > 0, :3] = warped[mask > 0]
