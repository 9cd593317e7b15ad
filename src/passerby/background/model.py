"""Compares frames with a learned background: what differs from it, and when the whole picture does."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from passerby.background.claims import Mask
from passerby.background.learn import Background
from passerby.background.small import EDGE_SLOPE, Plane8, SmallPicture, edge_tolerance, steepness

DIFFERENCE_MIN = 14  # grey levels that sensor noise and compression leave, after averaging
SPREAD_FACTOR = 1.0  # a place that varies by itself, such as leaves, must differ by this much more
SHAKE_PX = 0.25  # small-picture pixels that a mast sways: edges differ by this much of their slope
GAIN_STEP = 0.01
GAIN_RANGE = (0.75, 1.33)  # automatic exposure; a larger change is different light
GAIN_GRID_PX = 8
ADAPT_WEIGHT = 0.15  # twice a second: follows a cloud within 5 s
EDGES_AWAY = 0.5  # of the edges outside moving areas are out of place: the camera has moved
MIN_EDGES = 0.15  # of all edges must be visible to decide that
EDGES_ENOUGH = 200  # fewer say nothing


@dataclass(frozen=True, slots=True, eq=False)
class Observation:
    """One frame compared with its background.

    moving: (rows, columns) uint8, 1 where the frame is not its background. share: the share of the established area
    that moves, 0..1. Areas without a background do not count: `established` hides them. apart: (rows, columns),
    difference of luma in the same light, grey levels.
    """

    moving: Plane8
    share: float
    apart: Plane8


class BackgroundModel:
    """A background that follows slow changes of light. Feed it the frames of one source in order."""

    def __init__(self, background: Background) -> None:
        self.background = background
        self._slow = [plane.astype(np.float32) for plane in background.picture]
        self._planes: list[Plane8] = [plane.copy() for plane in background.picture]
        self._established = background.established.astype(np.uint8)
        slope = steepness(background.picture.y)
        limit = DIFFERENCE_MIN + SPREAD_FACTOR * background.spread.astype(np.float32) + SHAKE_PX * slope
        self._limit = np.clip(limit, 0, 255).astype(np.uint8)
        self._edges = np.asarray(((slope > EDGE_SLOPE) & background.established) * 255, np.uint8)
        self._edge_count = cv2.countNonZero(self._edges)
        self._slope_limit = np.clip(edge_tolerance(slope), 0, 255).astype(np.uint8)
        self._established_count = max(1, int(self._established.sum()))

    @property
    def established(self) -> Mask:
        return self.background.established

    @cached_property
    def unknown(self) -> Mask | None:
        """Where there is no background, as one calm shape: without specks and with gaps filled that are too small for a
        person. None if there is a background everywhere.

        Always the same array, so that what is drawn from it is computed only once.
        """
        unknown = cv2.morphologyEx((~self.established).astype(np.uint8), cv2.MORPH_OPEN, _SPECKLE)
        unknown = cv2.morphologyEx(unknown, cv2.MORPH_CLOSE, _GAP)
        return unknown.astype(np.bool_) if unknown.any() else None

    def observe(self, picture: SmallPicture) -> Observation:
        """What differs from the background. Slightly brighter or darker light over the whole picture does not count."""
        apart = np.asarray(cv2.absdiff(picture.y, self._lit(picture.y)), np.uint8)
        chroma = cv2.max(cv2.absdiff(picture.u, self._planes[1]), cv2.absdiff(picture.v, self._planes[2]))
        difference = cv2.max(apart, cv2.add(chroma, chroma))
        moving = cv2.compare(difference, self._limit, cv2.CMP_GT)
        moving = cv2.morphologyEx(moving, cv2.MORPH_OPEN, _SPECKLE)
        known = np.asarray(cv2.min(moving, self._established), np.uint8)
        return Observation(known, cv2.countNonZero(known) / self._established_count, apart)

    def is_displaced(self, seen: Observation) -> bool:
        """Whether the edges outside moving areas are no longer in place: the camera was turned or pushed."""
        edges = cv2.bitwise_and(self._edges, _where_zero(cv2.dilate(seen.moving, _AROUND)))
        count = cv2.countNonZero(edges)
        if count < MIN_EDGES * self._edge_count:
            return self._edge_count >= EDGES_ENOUGH  # movement hides nearly all of them
        away = cv2.compare(seen.apart, self._slope_limit, cv2.CMP_GT)
        return cv2.countNonZero(cv2.bitwise_and(away, edges)) > EDGES_AWAY * count

    def adapt(self, picture: SmallPicture, hidden: npt.NDArray[Any]) -> None:
        """Adapts to slow changes of light, except where `hidden`, (rows, columns) uint8, is nonzero."""
        shown = _where_zero(hidden)
        for slow, now in zip(self._slow, picture, strict=True):
            cv2.accumulateWeighted(now, slow, ADAPT_WEIGHT, mask=shown)
        self._planes = [cv2.convertScaleAbs(slow).astype(np.uint8, copy=False) for slow in self._slow]

    def _lit(self, luma: Plane8) -> Plane8:
        """The background's luma in the light of this frame."""
        grid = (slice(GAIN_GRID_PX // 2, None, GAIN_GRID_PX),) * 2
        shade = self._planes[0][grid].astype(np.float32) + 1
        gain = float(np.median((luma[grid] + np.float32(1)) / shade))
        if abs(gain - 1) < GAIN_STEP or not GAIN_RANGE[0] < gain < GAIN_RANGE[1]:
            return self._planes[0]
        return np.asarray(cv2.convertScaleAbs(self._planes[0], alpha=gain), np.uint8)


def _where_zero(mask: npt.NDArray[Any]) -> Plane8:
    """255 where the mask is 0, and 0 elsewhere."""
    return np.asarray(cv2.threshold(mask, 0, 255, cv2.THRESH_BINARY_INV)[1], np.uint8)


_SPECKLE = np.ones((2, 2), np.uint8)
_AROUND = np.ones((5, 5), np.uint8)
_GAP = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (9, 9))
