"""Draws the figures that detectors are proved with: a person and a face, nobody real. They ship in `detect/canary`.

python -m passerby.testing.canary_pictures src/passerby/detect/canary
"""

from __future__ import annotations

import sys
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from passerby.capture.drawn.figure import Look, standing

PERSON_PX, FACE_PX = 96, 44
FACE_WH = (192, 240)  # as drawn, before it is reduced
Sprite = npt.NDArray[np.float32]
Colour = tuple[int, int, int]

HAIR, SKIN = (38, 44, 52), (135, 168, 214)


def person() -> Sprite:
    """(rows, columns, 4): blue, green, red multiplied by alpha, and alpha 0..1."""
    look = Look((130, 160, 205), (40, 50, 60), (40, 60, 180), (70, 60, 50), (30, 30, 30), facing=0)
    drawn = standing(look, np.random.default_rng(3), 1)[0].picture
    return _resized(drawn, PERSON_PX)


def face() -> Sprite:
    """The same for a face."""
    drawn = np.zeros((FACE_WH[1], FACE_WH[0], 4), np.float32)
    for centre, radii, colour, blur in _face_parts():
        mask = np.zeros(drawn.shape[:2], np.uint8)
        cv2.ellipse(mask, centre, radii, 0, 0, 360, (255,), -1, cv2.LINE_AA)
        soft = cv2.GaussianBlur(mask, (0, 0), blur) if blur else mask
        alpha = (np.asarray(soft, np.float32) / 255)[..., None]
        drawn *= 1 - alpha
        drawn += np.array([*colour, 1], np.float32) * alpha
    return _resized(drawn, FACE_PX)


def _face_parts() -> list[tuple[tuple[int, int], tuple[int, int], Colour, float]]:
    """Ellipses from back to front: centre, radii, colour, blur."""
    parts: list[tuple[tuple[int, int], tuple[int, int], Colour, float]] = [
        ((96, 118), (84, 116), HAIR, 0),
        ((96, 200), (40, 60), (110, 140, 190), 0),
        ((96, 128), (70, 98), SKIN, 0),
        ((70, 120), (52, 70), (150, 184, 228), 20),
        ((140, 140), (20, 70), (112, 142, 190), 14),
        ((96, 44), (72, 38), HAIR, 4),
    ]
    for side in (-1, 1):
        eye = 96 + side * 30
        parts += [
            ((eye, 112), (17, 11), (105, 130, 172), 5),
            ((eye, 112), (14, 7), (228, 230, 235), 0),
            ((eye, 112), (6, 7), (40, 45, 50), 0),
            ((eye, 92), (18, 5), (40, 46, 54), 1.5),
            ((96 + side * 9, 158), (6, 4), (80, 100, 140), 2),
        ]
    return [
        *parts,
        ((88, 138), (7, 26), (160, 192, 232), 5),
        ((104, 140), (5, 26), (118, 148, 196), 4),
        ((96, 152), (14, 9), (128, 160, 208), 4),
        ((96, 184), (27, 8), (92, 92, 168), 2),
        ((96, 184), (24, 1), (50, 50, 100), 0),
        ((96, 200), (20, 5), (118, 148, 198), 4),
    ]


def _resized(sprite: Sprite, height_px: int) -> Sprite:
    width_px = round(sprite.shape[1] * height_px / sprite.shape[0])
    return np.asarray(cv2.resize(sprite, (width_px, height_px), interpolation=cv2.INTER_AREA), np.float32)


def main(folder: Path) -> None:
    for name, sprite in (("person", person()), ("face", face())):
        alpha = np.maximum(sprite[..., 3:], 1e-3)
        plain = np.concatenate([sprite[..., :3] / alpha, 255 * sprite[..., 3:]], axis=2)
        cv2.imwrite(str(folder / f"{name}.png"), np.clip(plain.round(), 0, 255).astype(np.uint8))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
