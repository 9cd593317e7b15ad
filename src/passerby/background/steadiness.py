"""Measures whether the camera itself moves, from the samples that the background is learned from."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from passerby.background.claims import Mask
from passerby.background.learn import Background
from passerby.background.register import Registered
from passerby.background.small import EDGE_SLOPE, Plane8, edge_tolerance, steepness

EDGES_SURE_SHARE = 0.75  # of all edges in place in the median sample: the camera stood still, whatever corners say
EDGES_AGREEING_SHARE = 0.55  # with this much, samples must already be aligned: the rest may be a crowd


@dataclass(frozen=True, slots=True)
class CameraMotion:
    """How a camera moved over a clip.

    shift_px: how far its pictures are apart, small-picture pixels; None if they cannot be aligned. edges: share of the
    background's edges that are in place in the median sample, once aligned. established: share of the picture that has
    a background. is_adrift: frames must be aligned first.
    """

    shift_px: float | None
    edges: float
    established: float
    is_adrift: bool = False

    @property
    def is_fixed(self) -> bool:
        """Whether one background is enough for the whole clip; the camera may drift a little."""
        if self.edges >= EDGES_SURE_SHARE:
            return True
        # Pictures of repeating windows can be aligned at the wrong window: that proves nothing.
        return self.edges >= EDGES_AGREEING_SHARE and self.shift_px is not None and not self.is_adrift


def measure_motion(registered: Registered, background: Background) -> CameraMotion:
    """Compares every sample with the background learned from all of them."""
    still = background.picture.y
    slope = steepness(still)
    edges = (slope > EDGE_SLOPE) & background.established
    agreement = [_agreement(still, sample.picture.y, slope, edges) for sample in registered.samples]
    return CameraMotion(
        registered.shift_px,
        float(np.median(agreement)),
        float(background.established.mean()),
        background.is_adrift,
    )


def _agreement(still: Plane8, now: Plane8, slope: npt.NDArray[np.float32], edges: Mask) -> float:
    """The share of edge pixels that differ by less than a shift of two thirds of a pixel would cause."""
    if not edges.any():
        return 1.0
    return float((cv2.absdiff(still, now)[edges] < edge_tolerance(slope[edges])).mean())
