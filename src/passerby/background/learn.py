"""Learns what is established from a few samples spread over time.

A pixel's background is the centre of the densest cluster of its values (the half-sample mode of Robertson and Cryer,
1974, with a smaller share): people who walk through are seldom in one place. Detections veto: a pixel claimed by one
does not count in that sample.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import cv2
import numpy as np
import numpy.typing as npt

from passerby.background.claims import Mask, Sample, mask_of, standing, strong
from passerby.background.small import Plane8, SmallPicture

BACKGROUND_SHARE = 0.35  # of all samples must agree on a value; a busy pavement is still learned
USUAL_SHARE = 0.5  # of all samples show a place's usual appearance, which tells still things from living ones
SPREAD_MAX = 40  # grey levels: a pixel whose densest values are further apart has no background
NO_SPREAD = 255
VEHICLE_SHARE = 0.25  # of the samples: a vehicle stands there for long, but detectors blink


@dataclass(frozen=True, slots=True, eq=False)
class Background:
    """What a place looks like with nobody in it.

    picture: the background. spread: (rows, columns) uint8, the range of its own values in grey levels. established:
    (rows, columns) bool, where there is a background at all. is_adrift: the camera does not quite stand still, so each
    frame must be aligned with it first.
    """

    picture: SmallPicture
    spread: Plane8
    established: Mask
    is_adrift: bool = False
    vehicles: Mask = field(default_factory=lambda: np.zeros((1, 1), np.bool_))

    def without(self, hidden: Mask) -> Background:
        """The same, with nothing established in `hidden`, (rows, columns)."""
        return replace(self, established=self.established & ~hidden)


def learn(samples: Sequence[Sample], *, is_adrift: bool = False) -> Background:
    """The background that the samples agree on. Needs one sample; with fewer than 3 nothing is established."""
    pictures = [sample.picture for sample in samples]
    lumas = np.stack([picture.y for picture in pictures])
    usual, sway = _mode(lumas, strong(samples), USUAL_SHARE)
    claimed = standing(samples, lumas, _swaying(usual, sway))
    luma, spread = _mode(lumas, claimed, BACKGROUND_SHARE)
    chroma = _chroma_where_alike(pictures, lumas, luma, spread, claimed)
    established = spread < SPREAD_MAX
    if len(samples) < 3:
        established[:] = False
    vehicles = np.mean([mask_of(sample.vehicles, luma.shape) for sample in samples], axis=0) >= VEHICLE_SHARE
    return Background(SmallPicture(luma, *chroma), spread, established, is_adrift, vehicles)


def _mode(lumas: npt.NDArray[np.uint8], claimed: npt.NDArray[np.bool_], share: float) -> tuple[Plane8, Plane8]:
    """For each pixel, the centre and width of the narrowest range that holds `share` of all samples.

    lumas, claimed: (samples, rows, columns). Where too few are unclaimed, the width is NO_SPREAD.
    """
    count = len(lumas)
    need = min(count, max(3, math.ceil(share * count)))
    ordered = np.sort(np.where(claimed, np.uint8(255), lumas), axis=0)
    free = count - claimed.sum(axis=0)
    narrowest = np.full(lumas.shape[1:], NO_SPREAD, np.uint8)
    middle = ordered[0].copy()
    for first in range(count - need + 1):
        width = ordered[first + need - 1] - ordered[first]
        better = (width < narrowest) & (first + need <= free)
        np.copyto(narrowest, width, where=better)
        np.copyto(middle, ordered[first + need // 2], where=better)
    return middle, narrowest


def _swaying(usual: Plane8, sway: Plane8) -> Mask:
    """Where the usual appearance varies by more than sensor noise and a third of a pixel of shake explain."""
    noise = max(5.0, 3.0 * float(np.median(sway)))
    slope = np.abs(cv2.Sobel(usual, cv2.CV_32F, 1, 0, scale=1 / 8))
    slope += np.abs(cv2.Sobel(usual, cv2.CV_32F, 0, 1, scale=1 / 8))
    return np.asarray(sway > noise + 0.5 * slope, np.bool_)


def _chroma_where_alike(
    pictures: Sequence[SmallPicture],
    lumas: npt.NDArray[np.uint8],
    luma: Plane8,
    spread: Plane8,
    claimed: npt.NDArray[np.bool_],
) -> tuple[Plane8, Plane8]:
    """The mean chroma of the samples whose luma matches the background."""
    total, sums = np.zeros(luma.shape, np.float32), np.zeros((2, *luma.shape), np.float32)
    tolerance = np.maximum(6, spread)
    for picture, values, taken in zip(pictures, lumas, claimed, strict=True):
        near = ((cv2.absdiff(values, luma) <= tolerance) & ~taken).astype(np.float32)
        total += near
        sums[0] += near * picture.u
        sums[1] += near * picture.v
    u, v = (sums / np.maximum(total, 1)).astype(np.uint8)
    return u, v
