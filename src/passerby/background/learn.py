"""Learns what is established from a handful of samples spread over time.

A pixel's background is the centre of the densest cluster of its values (the half-sample mode of Robertson and Cryer,
1974, with a smaller share): whoever walks through is seldom at one place. Detections veto: a pixel claimed by one does
not count in that sample. A weak claim on something that never so much as sways is let go, since no living being keeps
so still; a strong claim always stands.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from passerby.background.small import Plane8, SmallPicture
from passerby.media import Detections

Mask = npt.NDArray[np.bool_]

BACKGROUND_SHARE = 0.35  # of all samples must agree on a value, so a busy pavement is still learned
USUAL_SHARE = 0.5  # of all samples show the usual look of a place, by which a still thing is told from a living one
STRONG_CLAIM = 0.45  # signs and cones score up to 0.4, few people in the near field score less
CLAIM_MARGIN = 0.10  # of a box's size on each side: detectors cut off feet and hats
SWAY_SHARE = 0.10  # of a box's pixels: what varies more than noise over more of it than this may be alive
SPREAD_MAX = 40  # grey levels: a pixel whose densest values lie further apart than this has no background
NO_SPREAD = 255


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """One look at the scene. claims: detections in small-picture pixels that may not become background."""

    picture: SmallPicture
    claims: Detections


@dataclass(frozen=True, slots=True, eq=False)
class Background:
    """What a place looks like with nobody in it.

    picture: the background. spread: (rows, columns) uint8, how far its own values lie apart, grey levels.
    established: (rows, columns) bool, where there is a background at all.
    """

    picture: SmallPicture
    spread: Plane8
    established: Mask


def learn(samples: Sequence[Sample]) -> Background:
    """The background that the samples agree on. Needs one sample; with fewer than 3 nothing is established."""
    pictures = [sample.picture for sample in samples]
    lumas = np.stack([picture.y for picture in pictures])
    strong = np.stack([_claimed(lumas.shape[1:], _above(sample.claims, STRONG_CLAIM)) for sample in samples])
    usual, sway = _mode(lumas, strong, USUAL_SHARE)
    claimed = strong | _weak_claims(samples, _swaying(usual, sway))
    luma, spread = _mode(lumas, claimed, BACKGROUND_SHARE)
    chroma = _chroma_where_alike(pictures, lumas, luma, spread, claimed)
    established = spread < SPREAD_MAX
    if len(samples) < 3:
        established[:] = False
    return Background(SmallPicture(luma, *chroma), spread, established)


def _mode(lumas: npt.NDArray[np.uint8], claimed: npt.NDArray[np.bool_], share: float) -> tuple[Plane8, Plane8]:
    """For each pixel the middle and the width of the narrowest range that holds `share` of all samples.

    lumas, claimed: (samples, rows, columns). Where too few are unclaimed the width is NO_SPREAD.
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
    """Where the usual look varies by more than sensor noise and a third of a pixel of shake explain."""
    noise = max(5.0, 3.0 * float(np.median(sway)))
    slope = np.abs(cv2.Sobel(usual, cv2.CV_32F, 1, 0, scale=1 / 8))
    slope += np.abs(cv2.Sobel(usual, cv2.CV_32F, 0, 1, scale=1 / 8))
    return np.asarray(sway > noise + 0.5 * slope, np.bool_)


def _weak_claims(samples: Sequence[Sample], swaying: Mask) -> npt.NDArray[np.bool_]:
    """Per sample, the area of its weak claims on what may be alive."""
    sums = np.asarray(cv2.integral(swaying.astype(np.uint8)), np.int32)
    masks = []
    for sample in samples:
        weak = sample.claims.take(sample.claims.confidence < STRONG_CLAIM)
        alive = np.array([_share_inside(sums, box) >= SWAY_SHARE for box in weak.xyxy], np.bool_)
        masks.append(_claimed(swaying.shape, weak.xyxy[alive]))
    return np.stack(masks)


def _share_inside(sums: npt.NDArray[np.int32], box_xyxy: npt.NDArray[np.float32]) -> float:
    """Share of set pixels inside a box, from the integral image of a mask."""
    bottom_max, right_max = sums.shape[0] - 1, sums.shape[1] - 1
    left, top = (max(0, int(v)) for v in box_xyxy[:2])
    right, bottom = min(right_max, int(box_xyxy[2]) + 1), min(bottom_max, int(box_xyxy[3]) + 1)
    if right <= left or bottom <= top:
        return 0.0
    inside = int(sums[bottom, right]) - int(sums[top, right]) - int(sums[bottom, left]) + int(sums[top, left])
    return float(inside / ((right - left) * (bottom - top)))


def _above(claims: Detections, confidence: float) -> npt.NDArray[np.float32]:
    return claims.xyxy[claims.confidence >= confidence]


def _claimed(shape: tuple[int, ...], boxes_xyxy: npt.NDArray[np.float32]) -> Mask:
    mask = np.zeros(shape, np.uint8)
    for left, top, right, bottom in boxes_xyxy:
        across, down = CLAIM_MARGIN * (right - left), CLAIM_MARGIN * (bottom - top)
        corners = (int(left - across), int(top - down)), (int(right + across), int(bottom + down))
        cv2.rectangle(mask, *corners, 1, cv2.FILLED)
    return mask.astype(np.bool_)


def _chroma_where_alike(
    pictures: Sequence[SmallPicture],
    lumas: npt.NDArray[np.uint8],
    luma: Plane8,
    spread: Plane8,
    claimed: npt.NDArray[np.bool_],
) -> tuple[Plane8, Plane8]:
    """Mean chroma of those samples whose luma is the background's."""
    total, sums = np.zeros(luma.shape, np.float32), np.zeros((2, *luma.shape), np.float32)
    tolerance = np.maximum(6, spread)
    for picture, values, taken in zip(pictures, lumas, claimed, strict=True):
        near = ((cv2.absdiff(values, luma) <= tolerance) & ~taken).astype(np.float32)
        total += near
        sums[0] += near * picture.u
        sums[1] += near * picture.v
    u, v = (sums / np.maximum(total, 1)).astype(np.uint8)
    return u, v
