"""Measures whether the camera itself moves, from the same samples that background is learned from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import cv2
import numpy as np
import numpy.typing as npt

from passerby.background.learn import Background, Sample
from passerby.background.small import EDGE_SLOPE, Plane8, edge_tolerance, steepness

CORNERS = 400
STILL_QUANTILE = 0.35  # of all corners; in a crowd most corners are on people, and those walk
STEADY_SHIFT_PX = 1.0  # small-picture pixels: with more shake than this, edges stop being background
EDGES_SURE_SHARE = 0.75  # of all edges are where they were, in the middle sample: whatever corners say, it stood still
EDGES_AGREEING_SHARE = 0.55  # with this much it is left to the corners: the rest may be a crowd


@dataclass(frozen=True, slots=True)
class CameraMotion:
    """How a camera moved over a clip.

    shift_px: how far what stands still shifts against the background, small-picture pixels, in the middle sample.
    edges: share of the background's edges that are where they were, in the middle sample.
    established: share of the picture that has a background.
    """

    shift_px: float
    edges: float
    established: float

    @property
    def is_fixed(self) -> bool:
        if self.edges >= EDGES_SURE_SHARE:
            return True
        return self.edges >= EDGES_AGREEING_SHARE and self.shift_px <= STEADY_SHIFT_PX


def measure_motion(samples: Sequence[Sample], background: Background) -> CameraMotion:
    """Compares every sample with the background.

    Shift: the way of corners (Shi and Tomasi, 1994) followed from the background into the sample by pyramidal
    Lucas-Kanade, of which the stiller third counts.
    """
    still = background.picture.y
    corners = cv2.goodFeaturesToTrack(still, CORNERS, 0.005, 5, mask=background.established.astype(np.uint8))
    points = None if corners is None else np.asarray(corners, np.float32)
    slope = steepness(still)
    edges = (slope > EDGE_SLOPE) & background.established
    return CameraMotion(
        shift_px=float(np.median([_shift_px(still, sample.picture.y, points) for sample in samples])),
        edges=float(np.median([_agreement(still, sample.picture.y, slope, edges) for sample in samples])),
        established=float(background.established.mean()),
    )


def _agreement(still: Plane8, now: Plane8, slope: npt.NDArray[np.float32], edges: npt.NDArray[np.bool_]) -> float:
    """Share of edge pixels that differ by less than a shift of two thirds of a pixel would make them."""
    if not edges.any():
        return 1.0
    return float((cv2.absdiff(still, now)[edges] < edge_tolerance(slope[edges])).mean())


def _shift_px(still: Plane8, now: Plane8, corners: npt.NDArray[np.float32] | None) -> float:
    if corners is None:
        return 0.0
    found, followed, _ = cv2.calcOpticalFlowPyrLK(still, now, corners, cast(Any, None), winSize=(15, 15), maxLevel=3)
    kept = followed.ravel() == 1
    if not kept.any():
        return 0.0
    return float(np.quantile(np.linalg.norm((found - corners)[kept].reshape(-1, 2), axis=1), STILL_QUANTILE))
