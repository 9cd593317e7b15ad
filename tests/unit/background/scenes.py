"""Small pictures of a scene with sensor noise, and of somebody in it."""

from __future__ import annotations

import cv2
import numpy as np

from passerby.background import Sample, SmallPicture
from passerby.media import Detections, Kind

ROWS, COLUMNS = 90, 160


def empty_scene(index: int = 0, noise: float = 1.5, seed: int = 1) -> SmallPicture:
    """A wall of smooth shades: the same seed the same wall, the same index the same noise."""
    wall = np.random.default_rng(seed).integers(60, 180, (12, 20)).astype(np.float32)
    still = cv2.resize(wall, (COLUMNS, ROWS), interpolation=cv2.INTER_CUBIC)
    grain = np.random.default_rng([seed, index]).normal(0, noise, still.shape)
    luma = np.clip(still + grain, 16, 235).astype(np.uint8)
    return SmallPicture(luma, np.full_like(luma, 120), np.full_like(luma, 132))


def with_block(
    picture: SmallPicture, left: int, top: int, wide: int = 12, high: int = 30, luma: int = 20
) -> SmallPicture:
    """The same with somebody in it: a dark block."""
    planes = [plane.copy() for plane in picture]
    for plane, value in zip(planes, (luma, 140, 110), strict=True):
        plane[max(0, top) : top + high, max(0, left) : left + wide] = value
    return SmallPicture(*planes)


def edged(picture: SmallPicture) -> SmallPicture:
    """With the edges that streets have."""
    y = picture.y.copy()
    y[:, ::16] = 30
    y[::15, :] = 220
    return SmallPicture(y, picture.u, picture.v)


def pushed(picture: SmallPicture, right: int) -> SmallPicture:
    """As a camera sees it that was turned to the left."""
    return SmallPicture(*(np.roll(plane, right, axis=1) for plane in picture))


def claim(left: int, top: int, wide: int = 12, high: int = 30, score: float = 0.9) -> Detections:
    box = np.array([[left, top, left + wide, top + high]], np.float32)
    return Detections(box, np.array([score], np.float32), np.array([Kind.PERSON], np.int32))


def samples_of(*pictures: SmallPicture) -> list[Sample]:
    return [Sample(picture, Detections.empty()) for picture in pictures]


def difference(a: np.ndarray, b: np.ndarray) -> int:
    return int(cv2.absdiff(a, b).max())
