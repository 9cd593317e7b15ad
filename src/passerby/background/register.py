"""Aligns a picture with a reference, for cameras that drift or sway a little on their pole.

Corners (Shi and Tomasi, 1994) of the reference are followed into the picture by pyramidal Lucas-Kanade, and the shift,
turn and zoom that most of them share is used (RANSAC); people who walk do not share it. A wrong result cannot show
anybody: whatever then does not look like the background is hidden.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import cv2
import numpy as np
import numpy.typing as npt

from passerby.background.claims import Mask, Sample
from passerby.background.small import Plane8, SmallPicture
from passerby.media import Detections

Similarity = npt.NDArray[np.float64]
"""(2, 3): maps pixels of the reference to pixels of the picture."""

IN_PLACE: Similarity = np.eye(2, 3)

CORNERS = 400
FOLLOWED_TO_PX = 0.7  # a corner this near to where the shared movement takes it shares that movement
MIN_SHARED = 0.25  # of the corners; in a crowd most are on people, who move in many directions
MIN_CORNERS = 12
LIGHT_PX = 31  # light varies little over this distance in the small picture
FARTHEST_SHARE = 0.06  # of the picture's width: further away is a different view, which is learned again
MIN_PLACED = 0.75  # of the samples: if more than a few are elsewhere, the camera moves
ADRIFT_PX = 0.3  # a background tolerates less than this as shake
APART_QUANTILE = 0.8  # one or two samples may be placed badly


class Anchor:
    """Places pictures of one camera against a reference picture."""

    def __init__(self, reference: Plane8, usable: Mask | None = None) -> None:
        """usable: (rows, columns), where corners may be taken."""
        self._reference = _without_light(reference)
        self._farthest_px = FARTHEST_SHARE * reference.shape[1]
        mask = None if usable is None else usable.astype(np.uint8)
        found = cv2.goodFeaturesToTrack(self._reference, CORNERS, 0.005, 5, mask=mask)
        self._corners = np.zeros((0, 1, 2), np.float32) if found is None else np.asarray(found, np.float32)

    def place(self, luma: Plane8, guess: Similarity | None = None) -> Similarity | None:
        """Where the reference's pixels are in a picture; None if too few corners agree. guess: a rough placement."""
        if len(self._corners) < MIN_CORNERS:
            return None
        start = self._corners.copy() if guess is None else cv2.transform(self._corners, guess).astype(np.float32)
        ends, followed, _ = cv2.calcOpticalFlowPyrLK(
            self._reference,
            _without_light(luma),
            self._corners,
            start,
            winSize=(15, 15),
            maxLevel=3,
            flags=cv2.OPTFLOW_USE_INITIAL_FLOW,
        )
        kept = followed.ravel() == 1
        if kept.sum() < MIN_CORNERS:
            return None
        found, shared = cv2.estimateAffinePartial2D(
            self._corners[kept], ends[kept], method=cv2.RANSAC, ransacReprojThreshold=FOLLOWED_TO_PX
        )
        if found is None or shared.sum() < max(MIN_CORNERS, MIN_SHARED * len(self._corners)):
            return None
        placed = np.asarray(found, np.float64)
        return placed if apart_px(placed, IN_PLACE, luma.shape) <= self._farthest_px else None


def _without_light(luma: Plane8) -> Plane8:
    """The luma minus its local mean, so that corners can be followed through clouds and automatic exposure."""
    mean = cv2.blur(luma, (LIGHT_PX, LIGHT_PX))
    return np.asarray(cv2.addWeighted(luma, 1.0, mean, -1.0, 128.0), np.uint8)


def apart_px(placed: Similarity, other: Similarity, shape: tuple[int, ...]) -> float:
    """How far two placements of a picture are apart, at the picture corner where they differ most."""
    rows, columns = shape
    ends = np.array([(0, 0, 1), (columns, 0, 1), (0, rows, 1), (columns, rows, 1)], np.float64)
    return float(np.linalg.norm(ends @ (placed - other).T, axis=1).max())


def as_reference(picture: SmallPicture, placed: Similarity) -> SmallPicture:
    """The picture as seen from the reference's position. Its border is extended where it does not reach."""
    rows, columns = picture.y.shape
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    y, u, v = (
        np.asarray(
            cv2.warpAffine(plane, placed, (columns, rows), flags=flags, borderMode=cv2.BORDER_REPLICATE), np.uint8
        )
        for plane in picture
    )
    return SmallPicture(y, u, v)


def as_seen(mask: npt.NDArray[Any], placed: Similarity, *, beyond: int) -> Plane8:
    """A mask of the reference, (rows, columns), mapped to the picture. beyond: its value outside the reference."""
    rows, columns = mask.shape
    laid = cv2.warpAffine(
        mask.astype(np.uint8), placed, (columns, rows), flags=cv2.INTER_NEAREST, borderValue=cast(Any, beyond)
    )
    return np.asarray(laid, np.uint8)


@dataclass(frozen=True, slots=True, eq=False)
class Registered:
    """Samples as a camera that stands still would have taken them; those that cannot be placed are left out. shift_px:
    how far they were apart; None if they cannot be aligned and are left as they were.
    """

    samples: list[Sample]
    shift_px: float | None

    @property
    def is_adrift(self) -> bool:
        """Whether the samples had to be moved."""
        return self.shift_px is not None and self.shift_px >= ADRIFT_PX


def register(samples: Sequence[Sample]) -> Registered:
    """Aligns samples with each other. Needs at least one."""
    placed = _best_placed(samples)
    if _count(placed) < MIN_PLACED * len(samples):
        return Registered(list(samples), None)
    shape = samples[0].picture.y.shape
    far = [apart_px(one, IN_PLACE, shape) for one in placed if one is not None]
    shift_px = float(np.quantile(far, APART_QUANTILE))
    if shift_px < ADRIFT_PX:
        return Registered(list(samples), shift_px)
    moved = [_moved(sample, one) for sample, one in zip(samples, placed, strict=True) if one is not None]
    return Registered(moved, shift_px)


def _best_placed(samples: Sequence[Sample]) -> list[Similarity | None]:
    """Places samples against the one of three that fits most of them; the middle one may show a covered lens."""
    best: list[Similarity | None] = []
    for quarter in (2, 1, 3):
        placed = _all_placed(samples, quarter)
        if not best or _count(placed) > _count(best):
            best = placed
        if _count(best) == len(samples):
            break
    return best


def _all_placed(samples: Sequence[Sample], quarter: int) -> list[Similarity | None]:
    """Every sample placed against the one at this many quarters of the sequence."""
    anchor = Anchor(samples[len(samples) * quarter // 4].picture.y)
    return [anchor.place(sample.picture.y) for sample in samples]


def _count(placed: list[Similarity | None]) -> int:
    return sum(one is not None for one in placed)


def _moved(sample: Sample, placed: Similarity) -> Sample:
    """The sample as seen from the reference's position."""
    back = cv2.invertAffineTransform(placed)
    boxes = _moved_boxes(sample.claims.xyxy, back)
    rows, columns = sample.picture.y.shape
    inside = np.zeros((rows, columns), np.uint8)
    cv2.warpAffine(np.ones_like(inside), placed, (columns, rows), inside, cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP)
    claims = Detections(boxes, sample.claims.confidence, sample.claims.class_id)
    vehicles = _moved_boxes(sample.vehicles, back)
    return Sample(as_reference(sample.picture, placed), claims, inside == 0, vehicles, sample.frame, placed)


def _moved_boxes(xyxy: npt.NDArray[np.float32], by: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
    corners = [np.stack([xyxy[:, x], xyxy[:, y]], axis=1) @ by[:, :2].T + by[:, 2] for x in (0, 2) for y in (1, 3)]
    return np.concatenate([np.min(corners, axis=0), np.max(corners, axis=0)], axis=1).astype(np.float32)
