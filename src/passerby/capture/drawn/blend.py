"""Blends sprites into a drawn picture: people and cars with their shadows, and a swaying tree."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from passerby.capture.drawn.figure import Sprite

TREE_Y = 0.575  # where the trunk meets the ground: in front of people on the far pavement, behind the car


def blend(picture: npt.NDArray[np.uint8], sprite: Sprite, placement: npt.NDArray[np.float64]) -> None:
    """Blends a sprite into the picture at a subpixel position. Only the part that the sprite touches is processed."""
    height, width = picture.shape[:2]
    corners = placement @ np.array(
        [[0, sprite.shape[1], 0, sprite.shape[1]], [0, 0, sprite.shape[0], sprite.shape[0]], [1, 1, 1, 1]]
    )
    left, top = np.maximum(np.floor(corners.min(axis=1)), 0).astype(int)
    right, bottom = np.minimum(np.ceil(corners.max(axis=1)), (width, height)).astype(int)
    if right <= left or bottom <= top:
        return
    moved = placement - np.array([[0, 0, left], [0, 0, top]])
    patch = cv2.warpAffine(sprite, moved, (int(right - left), int(bottom - top)), flags=cv2.INTER_LINEAR)
    clear = 1 - patch[..., 3]
    under = cv2.multiply(picture[top:bottom, left:right], cv2.merge([clear, clear, clear]), dtype=cv2.CV_32F)
    picture[top:bottom, left:right] = cv2.add(under, patch[..., :3], dtype=cv2.CV_8U)


def shadow(picture: npt.NDArray[np.uint8], outline: Sprite, left: float, feet_y: float, scale: float) -> None:
    """Draws a shadow on the ground, away from a sun at the upper left."""
    k, lean, flat = 4 * scale, 0.55, 0.22
    rows = outline.shape[0] - 4
    placement = [[k, -lean * k, left + k * (lean * rows - 4)], [0, flat * k, feet_y - flat * k * rows]]
    blend(picture, outline, np.array(placement))


def tree(
    picture: npt.NDArray[np.uint8], crown: Sprite, time_s: float, x_share: float = 0.16, foot_y: float = TREE_Y
) -> None:
    """Draws a trunk and a crown that sways, more at the top. x_share: of the width. foot_y: share of the height."""
    height = picture.shape[0]
    x, foot, up = x_share * picture.shape[1], foot_y * height, (foot_y - TREE_Y) * height
    cv2.line(
        picture, (int(x), int(foot)), (int(x), int(0.30 * height + up)), (48, 62, 78), max(3, height // 45), cv2.LINE_AA
    )
    gust = np.sin(1.7 * time_s) + 0.5 * np.sin(4.1 * time_s + 1)
    size = crown.shape[0]
    lean = 0.02 * gust
    placement = [[1, -lean, x - size / 2 + lean * size], [0, 1 + 0.01 * gust, up - 0.04 * height]]
    blend(picture, crown, np.array(placement))
