"""Two backgrounds of one scene, a slow and a quick one. What is calm and differs from the slow one came or went.

The method is that of Porikli, Ivanov and Haga, "Robust abandoned object detection using dual foregrounds" (2008). It
looks back only, so that it says the same of a file and of a live camera.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from passerby.background.claims import Mask
from passerby.background.small import EDGE_SLOPE, SmallPicture, edge_tolerance, steepness

CALM_MAX = 10.0  # grey levels that noise leaves between one look and the next
SETTLED_S = 3.0  # without movement before a place counts as calm: somebody who walks is gone sooner
DIFFERENCE_MIN, SHAKE_PX = 14.0, 0.5  # as in `model`; more for edges, since small things are judged here
QUICK, SLOW = 0.45, 0.1  # of a difference, at each look: the slow one follows the sun within half a minute
GAIN_RANGE = (0.75, 1.33)  # automatic exposure; outside it, the light was switched
GLOBAL_SHARE = 0.35  # of the picture differs: the light changed, or somebody fills the picture
EDGES_AWAY, EDGES_ENOUGH = 0.35, 200  # of the edges are out of place: the camera was moved; with fewer, nobody knows
SLOPE_EVERY = 2  # looks: the slow background's edges hardly change
GRID_PX = 8
MARGIN_PX = 2

Part = tuple[slice, slice]
"""Rows and columns."""
Look = npt.NDArray[np.float32]
"""(3, rows, columns): luma and twice each chroma, smoothed. CLEAR: treat it like a `RawFrame`."""


def look_of(picture: SmallPicture) -> Look:
    """The small picture as it is compared here."""
    planes = [picture.y, *(cv2.convertScaleAbs(plane, alpha=2.0, beta=-128.0) for plane in picture[1:])]
    return np.stack([cv2.blur(plane, (3, 3)) for plane in planes]).astype(np.float32)


def apart(a: Look, b: Look) -> npt.NDArray[np.float32]:
    """(rows, columns): by how many grey levels two looks differ."""
    luma, *chroma = (cv2.absdiff(of_a, of_b) for of_a, of_b in zip(a, b, strict=True))
    return np.asarray(cv2.max(luma, cv2.max(*chroma)), np.float32)


class TwoSpeeds:
    """Feed it looks at one scene in the order of time."""

    def __init__(self, first: Look) -> None:
        shape = first.shape[1:]
        self.quick, self.slow = first.copy(), first.copy()
        self.known: Mask = np.zeros(shape, np.bool_)
        """Where the slow background is known: what was calm there and nobody."""
        self._calm_s = np.zeros(shape, np.float32)
        self._doubted: Mask = np.zeros(shape, np.bool_)  # claimed since it is calm: it may be somebody
        self._slope = np.zeros(shape, np.float32)
        self._tolerance = edge_tolerance(self._slope)
        self._limit = np.full(shape, DIFFERENCE_MIN, np.float32)
        self._looks = 0
        self._differs: Mask = np.zeros(shape, np.bool_)

    def take(self, look: Look, claimed: Mask, since_s: float) -> Look | None:
        """Adds a look. claimed: where somebody may be. since_s: since the last one. Returns the look in the light of
        the slow background; None if the light or the view is another, and nothing of it counts any more."""
        level = self._level(look)
        if level is None:
            return None
        calm = apart(level, self.quick) <= CALM_MAX
        np.add(self._calm_s, since_s, out=self._calm_s)
        self._calm_s *= calm
        self._doubted = (self._doubted & calm) | claimed
        stirs = ~calm
        for plane, quick in zip(level, self.quick, strict=True):
            cv2.accumulateWeighted(plane, quick, QUICK)
            cv2.copyTo(plane, stirs.view(np.uint8), quick)
        if self._is_another(level, claimed):
            return None
        self._learn()
        return level

    @property
    def calm(self) -> Mask:
        """Where nothing moved for a while."""
        return self._calm_s >= SETTLED_S

    @property
    def changed(self) -> Mask:
        """Where it is calm and other than it always was."""
        return self.calm & self.known & self._differs

    @property
    def as_before(self) -> Mask:
        """Where it is as it always was."""
        return self.known & ~self._differs

    def absorb(self, where: Mask) -> None:
        """What is there now has always been there, from now on."""
        self._take_over(where)
        self._differs &= ~where

    def _take_over(self, where: Mask) -> None:
        """What the quick background has there becomes the slow one."""
        for quick, slow in zip(self.quick, self.slow, strict=True):
            cv2.copyTo(quick, where.view(np.uint8), slow)

    def _level(self, look: Look) -> Look | None:
        grid = (slice(GRID_PX // 2, None, GRID_PX),) * 2
        known = self.known[grid]
        if known.sum() < known.size / 10:
            return look
        gain = float(np.median((look[0][grid][known] + 1) / (self.slow[0][grid][known] + 1)))
        if not GAIN_RANGE[0] < gain < GAIN_RANGE[1]:
            return None
        level = look.copy()
        level[0] /= gain
        return level

    def _is_another(self, level: Look, claimed: Mask) -> bool:
        count = int(self.known.sum())
        if count < self.known.size / 10:
            return False
        differs = apart(level, self.slow)
        if int((self.known & (differs > self._limit)).sum()) > GLOBAL_SHARE * count:
            return True
        edges = self.known & ~claimed & (self._slope > EDGE_SLOPE)
        away = edges & (cv2.absdiff(level[0], self.slow[0]) > self._tolerance)
        return int(edges.sum()) >= EDGES_ENOUGH and int(away.sum()) > EDGES_AWAY * int(edges.sum())

    def _learn(self) -> None:
        settled = self.calm & ~self._doubted
        fresh = settled & ~self.known
        if fresh.any():
            self.known |= fresh
            self._take_over(fresh)
        self._differs = self._differing()
        same = (settled & ~self._differs).view(np.uint8)
        for quick, slow in zip(self.quick, self.slow, strict=True):
            cv2.accumulateWeighted(quick, slow, SLOW, mask=same)
        self._looks += 1
        if self._looks % SLOPE_EVERY == 0:
            self._slope = steepness(np.asarray(cv2.convertScaleAbs(self.slow[0]), np.uint8))
            self._tolerance = edge_tolerance(self._slope)
            self._limit = np.asarray(DIFFERENCE_MIN + SHAKE_PX * self._slope, np.float32)

    def _differing(self) -> Mask:
        return np.asarray(apart(self.quick, self.slow) > self._limit, np.bool_)


def contrast(look: Look, part: Part, mask: Mask) -> float:
    """How much the border of a region stands out, as a share of the picture's brightness. part: where its mask is."""
    grown, around = with_margin(part, mask, look.shape[1:])
    border = cv2.morphologyEx(around.astype(np.uint8), cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)).astype(np.bool_)
    luma = np.asarray(np.clip(look[0][grown], 0, 255), np.uint8)
    return float(steepness(luma)[border].mean() / (1 + np.median(look[0, ::GRID_PX, ::GRID_PX])))


def with_margin(part: Part, mask: Mask, shape: tuple[int, ...]) -> tuple[Part, Mask]:
    """The same region, with the pixels around it that are in the picture. shape: of the picture."""
    rows, columns = (
        slice(max(0, side.start - MARGIN_PX), min(size, side.stop + MARGIN_PX))
        for side, size in zip(part, shape, strict=True)
    )
    grown = np.zeros((rows.stop - rows.start, columns.stop - columns.start), np.bool_)
    grown[part[0].start - rows.start :, part[1].start - columns.start :][: mask.shape[0], : mask.shape[1]] = mask
    return (rows, columns), grown
