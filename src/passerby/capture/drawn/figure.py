"""Draws one person, nobody real, as a set of sprites: a walk cycle or a standing pose."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

Sprite = npt.NDArray[np.float32]
"""(rows, columns, 4) float32: blue, green, red multiplied by alpha, 0..255, and alpha 0..1."""
Point = tuple[float, float]
Colour = tuple[int, int, int]

PHASES = 24  # poses of one walk cycle: a step lasts about half a second, so at 25 fps every pose is shown
SPRITE_HEIGHT_PX = 480  # the tallest person on a 720-line picture is 400 px high
FEWER_PHASES, SMALL_SPRITE_PX = 12, 160  # for a live camera with 360 lines at 5 fps: a fortieth of the work
MARGIN = 0.30  # of the height, on each side of the body's axis: room for a stride and swinging arms


@dataclass(frozen=True)
class Look:
    """Colours (blue, green, red) of one figure. facing: 1 walks right, -1 walks left, 0 faces the camera."""

    skin: Colour
    hair: Colour
    top: Colour
    trousers: Colour
    shoes: Colour
    facing: int
    long_hair: bool = False
    bag: bool = False


@dataclass(frozen=True, eq=False)
class Pose:
    """A sprite cropped to its content, with its shadow. All in the sprite's own pixels.

    left, top: position of the crop in the full sprite, which is `height` high. shadow: 1/4 as large, black, soft.
    """

    picture: Sprite
    left: int
    top: int
    height: int
    shadow: Sprite

    @classmethod
    def of(cls, sprite: Sprite) -> Pose:
        x, y, w, h = cv2.boundingRect((sprite[..., 3] > 0.5).astype(np.uint8))
        picture = np.ascontiguousarray(sprite[y : y + h, x : x + w])
        outline = np.pad(cv2.resize(picture[..., 3], None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA), 4)
        shadow = np.zeros((*outline.shape, 4), np.float32)
        shadow[..., 3] = 0.34 * cv2.GaussianBlur(outline, (0, 0), 2)
        return cls(picture, x, y, sprite.shape[0], shadow)


def walk_cycle(
    look: Look, rng: np.random.Generator, phases: int = PHASES, height_px: int = SPRITE_HEIGHT_PX
) -> list[Pose]:
    """The poses of one full step left and right."""
    cloth = _cloth(rng, height_px)
    return [_Figure(look, cloth).pose(2 * np.pi * phase / phases, stride=1.0) for phase in range(phases)]


def standing(
    look: Look, rng: np.random.Generator, phases: int = PHASES, height_px: int = SPRITE_HEIGHT_PX
) -> list[Pose]:
    """A few poses that differ as slightly as those of a waiting person: weight shifted, an arm moved."""
    cloth = _cloth(rng, height_px)
    return [_Figure(look, cloth).pose(2 * np.pi * phase / phases, stride=0.06) for phase in range(phases)]


def _cloth(rng: np.random.Generator, height_px: int) -> npt.NDArray[np.float32]:
    """Folds and weave: brightness factors around 1 over the whole sprite."""
    size = (int(height_px * 2 * MARGIN), height_px)
    folds = cv2.resize(rng.normal(1, 0.14, (24, 9)).astype(np.float32), size, interpolation=cv2.INTER_CUBIC)
    weave = cv2.GaussianBlur(rng.normal(0, 0.10, (size[1], size[0])).astype(np.float32), (0, 0), 0.8)
    return (folds + weave).astype(np.float32)


class _Figure:
    """Paints body parts from back to front. Points in shares of the height: x from the body's axis, y from the top."""

    def __init__(self, look: Look, cloth: npt.NDArray[np.float32]) -> None:
        self.look = look
        self.cloth = cloth
        self.height_px = cloth.shape[0]
        self.sprite = np.zeros((*cloth.shape, 4), np.float32)

    def pose(self, phase: float, stride: float) -> Pose:
        """One picture. phase: 0 to 2 pi. stride: 1 walks, 0 stands."""
        look, side = self.look, self.look.facing
        bob = 0.008 * stride * float(np.cos(2 * phase))
        hip, shoulder = 0.50 + bob, 0.205 + bob
        half_hip, half_shoulder = (0.035, 0.055) if side else (0.055, 0.095)
        far, near = phase + np.pi, phase
        self._arm(-half_shoulder, shoulder, near, stride, shade=0.75)
        self._leg(-half_hip, hip, far, stride, shade=0.72)
        self._leg(half_hip, hip, near, stride, shade=1.0)
        self._torso(hip, shoulder, half_hip, half_shoulder)
        if look.bag:
            self._bag(hip)
        self._head(shoulder)
        self._arm(half_shoulder, shoulder, far, stride, shade=0.95)
        return Pose.of(self.sprite)

    def _leg(self, x: float, hip: float, phase: float, stride: float, shade: float) -> None:
        swing = float(np.sin(phase)) * stride
        bend = max(0.0, float(np.cos(phase))) * stride
        side = self.look.facing or 0.25
        knee = (x + side * 0.24 * np.sin(0.42 * swing + 0.10 * bend), hip + 0.24 * np.cos(0.42 * swing))
        ankle = (
            knee[0] + side * 0.235 * np.sin(0.42 * swing - 0.75 * bend),
            knee[1] + 0.235 * np.cos(0.42 * swing - 0.75 * bend),
        )
        toe = (ankle[0] + (0.065 * self.look.facing or 0.028 * np.sign(x)), ankle[1] + 0.012)
        self._limb((ankle[0], ankle[1] + 0.004), toe, 0.018, 0.014, self.look.shoes, shade)
        self._limb((x, hip - 0.01), knee, 0.058, 0.042, self.look.trousers, shade)
        self._limb(knee, ankle, 0.040, 0.027, self.look.trousers, shade)

    def _arm(self, x: float, shoulder: float, phase: float, stride: float, shade: float) -> None:
        swing = 0.45 * float(np.sin(phase)) * stride
        side = self.look.facing
        out = 0.02 * np.sign(x) if not side else 0.0
        elbow = (x + out + (side or 0.2) * 0.165 * np.sin(swing), shoulder + 0.165 * np.cos(swing))
        bend = swing + 0.35 * (stride if side else 0.1)
        wrist = (elbow[0] + (side or -0.3 * np.sign(x)) * 0.15 * np.sin(bend), elbow[1] + 0.15 * np.cos(bend))
        self._limb(wrist, (wrist[0], wrist[1] + 0.03), 0.018, 0.016, self.look.skin, shade)
        self._limb((x, shoulder), elbow, 0.036, 0.029, self.look.top, shade)
        self._limb(elbow, wrist, 0.029, 0.021, self.look.top, shade)

    def _torso(self, hip: float, shoulder: float, half_hip: float, half_shoulder: float) -> None:
        outline = [
            (-half_shoulder - 0.022, shoulder - 0.005),
            (-0.03, shoulder - 0.042),
            (0.03, shoulder - 0.042),
            (half_shoulder + 0.022, shoulder - 0.005),
            (half_shoulder + 0.018, shoulder + 0.11),
            (half_hip + 0.038, hip - 0.10),
            (half_hip + 0.042, hip + 0.025),
            (-half_hip - 0.042, hip + 0.025),
            (-half_hip - 0.038, hip - 0.10),
            (-half_shoulder - 0.018, shoulder + 0.11),
        ]
        self._paint(self._polygon(outline, round_px=9), self.look.top, 1.0)

    def _bag(self, hip: float) -> None:
        x = -0.075 * (self.look.facing or 1)
        outline = [(x - 0.05, hip - 0.24), (x + 0.03, hip - 0.25), (x + 0.035, hip - 0.07), (x - 0.055, hip - 0.06)]
        self._paint(self._polygon(outline, round_px=11), (60, 52, 48), 1.0)

    def _head(self, shoulder: float) -> None:
        look, side = self.look, self.look.facing
        y = shoulder - 0.125
        if look.long_hair:
            self._ellipse((-0.012 * side, y + 0.035), (0.056, 0.088), look.hair, 0.85)
        self._limb((0.0, shoulder - 0.01), (0.004 * side, y + 0.03), 0.028, 0.025, look.skin, 0.78)
        self._ellipse((-0.008 * side, y - 0.008), (0.052, 0.064), look.hair, 1.0)
        self._ellipse((0.010 * side, y + 0.008), (0.043, 0.058), look.skin, 1.06)
        if side:
            self._ellipse((0.052 * side, y + 0.014), (0.010, 0.010), look.skin, 1.0)
        self._fringe(y)
        self._face(y)

    def _fringe(self, y: float) -> None:
        x = 0.006 * self.look.facing
        outline = [
            (x - 0.046, y + 0.000),
            (x - 0.040, y - 0.046),
            (x, y - 0.066),
            (x + 0.040, y - 0.046),
            (x + 0.046, y - 0.004),
            (x + 0.030, y - 0.030),
            (x - 0.028, y - 0.028),
        ]
        self._paint(self._polygon(outline, round_px=3), self.look.hair, 1.05)

    def _face(self, y: float) -> None:
        middle = 0.020 * self.look.facing
        dark = tuple(int(0.28 * c) for c in self.look.skin)
        for eye in (middle - 0.018, middle + 0.018):
            self._ellipse((eye, y + 0.004), (0.0085, 0.0050), (225, 228, 230), 1.0)
            self._ellipse((eye, y + 0.004), (0.0045, 0.0048), (30, 32, 36), 1.0)
            self._ellipse((eye, y - 0.009), (0.0105, 0.0028), self.look.hair, 0.8)
        self._ellipse((middle + 0.002, y + 0.024), (0.0060, 0.0040), (dark[0], dark[1], dark[2]), 1.8)
        self._ellipse((middle, y + 0.040), (0.0145, 0.0042), (70, 66, 148), 0.9)

    def _limb(self, a: Point, b: Point, radius_a: float, radius_b: float, colour: Colour, shade: float) -> None:
        """A tapered capsule from a to b."""
        along = np.array(b) - np.array(a)
        across = np.array([-along[1], along[0]]) / (np.hypot(*along) + 1e-9)
        corners = [
            np.array(a) + across * radius_a,
            np.array(b) + across * radius_b,
            np.array(b) - across * radius_b,
            np.array(a) - across * radius_a,
        ]
        mask = self._polygon([(float(c[0]), float(c[1])) for c in corners])
        for centre, radius in ((a, radius_a), (b, radius_b)):
            cv2.circle(mask, self._pixel(centre), max(1, round(radius * self.height_px)), 255, -1, cv2.LINE_AA)
        self._paint(mask, colour, shade)

    def _ellipse(self, centre: Point, radii: Point, colour: Colour, shade: float) -> None:
        mask = np.zeros(self.cloth.shape, np.uint8)
        size = (max(1, round(radii[0] * self.height_px)), max(1, round(radii[1] * self.height_px)))
        cv2.ellipse(mask, self._pixel(centre), size, 0, 0, 360, 255, -1, cv2.LINE_AA)
        self._paint(mask, colour, shade)

    def _polygon(self, outline: list[Point], round_px: int = 0) -> npt.NDArray[np.uint8]:
        mask: npt.NDArray[np.uint8] = np.zeros(self.cloth.shape, np.uint8)
        pixels = np.array([self._pixel(p) for p in outline])
        cv2.fillPoly(mask, [pixels], (255,), cv2.LINE_AA)
        if round_px:
            sigma = round_px / 2 * self.height_px / SPRITE_HEIGHT_PX
            (left, top), (right, bottom) = pixels.min(0), pixels.max(0)
            reach = math.ceil(4 * sigma) + 2
            part = mask[max(0, top - reach) : bottom + reach, max(0, left - reach) : right + reach]
            soft = cv2.GaussianBlur(part, (0, 0), sigma).astype(np.float32)
            part[:] = np.clip((soft - 96) * 4, 0, 255)
        return mask

    def _pixel(self, point: Point) -> tuple[int, int]:
        return (round((point[0] + MARGIN) * self.height_px), round(point[1] * self.height_px))

    def _paint(self, mask: npt.NDArray[np.uint8], colour: Colour, shade: float) -> None:
        """Paints over what is there, shaded like a cylinder that is lit from the upper left."""
        x, y, w, h = cv2.boundingRect(mask)
        if not w or not h:
            return
        area = (slice(y, y + h), slice(x, x + w))
        part = mask[area]
        depth = cv2.distanceTransform((np.pad(part, 1) > 127).astype(np.uint8), cv2.DIST_L2, 3)[1:-1, 1:-1]
        roundness = (depth / max(float(depth.max()), 1.0)) ** 0.6
        light = np.linspace(1.10, 0.82, w, dtype=np.float32)[None, :]
        brightness = shade * (0.66 + 0.38 * roundness) * light * (0.55 + 0.45 * self.cloth[area])
        alpha = np.multiply(part, 1 / 255, dtype=np.float32)[..., None]
        paint = np.ones((h, w, 4), np.float32)
        np.clip(np.array(colour, np.float32) * brightness[..., None], 0, 255, out=paint[..., :3])
        there = self.sprite[area]
        there += (paint - there) * alpha
