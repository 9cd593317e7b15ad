"""Decides which detections keep what they show from becoming background, and in which samples.

A strong claim always counts. A weak one on something that never even sways is dropped, since no living being keeps so
still. Detectors blink: something still that is claimed now and then counts as a person in every sample that shows it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
import numpy.typing as npt

from passerby.background.small import SmallPicture
from passerby.media import Detections, RawFrame
from passerby.media.overlap import shares_inside

Mask = npt.NDArray[np.bool_]
Lumas = npt.NDArray[np.uint8]
"""(samples, rows, columns)"""
Boxes = npt.NDArray[np.float32]

STRONG_CLAIM = 0.45  # signs and cones score up to 0.4, and few near people score less
CLAIM_MARGIN = 0.10  # of a box's size on each side: detectors cut off feet and hats
SWAY_SHARE = 0.10  # of a box's pixels: if more than this vary by more than noise, it may be alive
ALIKE = 10.0  # grey levels, mean over the centre of a box, up to which two samples show the same there
MIDDLE = 0.2  # of a box's size, left out on each side because it shows what is behind
SAME_SHARE = 0.5  # of one box's centre inside another box: they claim the same
NEAR_SHARE, NEAR_CLAIM = 0.35, 0.25  # of the picture's shorter side: from this size on, a claim needs more to spread
BLINK_SHARE = 0.4  # of the samples that show something must claim it


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """One sample of the scene.

    claims: detections in small-picture pixels that may not become background. beyond: (rows, columns) bool, where it
    shows nothing, if anywhere. vehicles: (n, 4) boxes of vehicles, small-picture pixels. frame: the full picture for
    the plate, kept for some samples only. placed: (2, 3), where the reference's pixels are in it; None if in place.
    """

    picture: SmallPicture
    claims: Detections
    beyond: Mask | None = None
    vehicles: Boxes = field(default_factory=lambda: np.zeros((0, 4), np.float32))
    frame: RawFrame | None = field(default=None, repr=False)
    placed: npt.NDArray[np.float64] | None = None


def strong(samples: Sequence[Sample]) -> npt.NDArray[np.bool_]:
    """(samples, rows, columns): where a sample does not count: somebody is certainly there, or the picture ends."""
    boxes = [sample.claims.xyxy[sample.claims.confidence >= STRONG_CLAIM] for sample in samples]
    return np.stack([_with_beyond(sample, _claimed(sample, box)) for sample, box in zip(samples, boxes, strict=True)])


def standing(samples: Sequence[Sample], lumas: Lumas, swaying: Mask) -> npt.NDArray[np.bool_]:
    """(samples, rows, columns): what all claims together exclude. swaying: where the usual look varies by itself."""
    sums = np.asarray(cv2.integral(swaying.astype(np.uint8)), np.int32)
    kept = [_alive(sample.claims, sums) for sample in samples]
    masks = [_with_beyond(sample, _claimed(sample, one.xyxy)) for sample, one in zip(samples, kept, strict=True)]
    kept = [_plain(one, min(swaying.shape)) for one in kept]
    claims = Detections.merge(kept)
    of = np.repeat(np.arange(len(kept)), [len(one) for one in kept])
    for n, box in enumerate(claims.xyxy):
        for also in _where_it_stands(box, lumas, int(of[n]), claims.xyxy, of):
            if not masks[also][_pixels(_middle(box), lumas.shape[1:])].all():
                masks[also] |= _claimed(samples[also], box[None])
    return np.stack(masks)


def _where_it_stands(box: Boxes, lumas: Lumas, here: int, claims: Boxes, of: npt.NDArray[np.intp]) -> list[int]:
    """The samples that show the object of this claim from sample `here`, if enough of them claim it."""
    middle = _middle(box)
    part = lumas[:, *_pixels(middle, lumas.shape[1:])]
    if not part.size:
        return []
    apart = np.abs(part.astype(np.int16) - part[here]).mean(axis=(1, 2))
    alike = np.flatnonzero(apart <= ALIKE)
    claiming = np.intersect1d(of[shares_inside(middle[None], claims)[0] >= SAME_SHARE], alike)
    if len(alike) < 2 or len(claiming) < max(2.0, BLINK_SHARE * len(alike)):
        return []
    return [int(one) for one in alike]


def _alive(claims: Detections, sway_sums: npt.NDArray[np.int32]) -> Detections:
    """Drops weak claims on things that are too still to be alive."""
    sways = np.array([_share_inside(sway_sums, box) >= SWAY_SHARE for box in claims.xyxy], np.bool_)
    return claims.take((claims.confidence >= STRONG_CLAIM) | sways)


def _plain(claims: Detections, shorter_side_px: int) -> Detections:
    """Drops weak claims of near people, who would be easy to see: most are furniture and walls."""
    is_near = claims.long_sides_px >= NEAR_SHARE * shorter_side_px
    return claims.take(~is_near | (claims.confidence >= NEAR_CLAIM))


def _share_inside(sums: npt.NDArray[np.int32], box_xyxy: Boxes) -> float:
    """Share of set pixels inside a box, from the integral image of a mask."""
    rows, columns = _pixels(box_xyxy, (sums.shape[0] - 1, sums.shape[1] - 1))
    top, bottom, left, right = rows.start, rows.stop, columns.start, columns.stop
    if right <= left or bottom <= top:
        return 0.0
    inside = int(sums[bottom, right]) - int(sums[top, right]) - int(sums[bottom, left]) + int(sums[top, left])
    return float(inside / ((right - left) * (bottom - top)))


def _claimed(sample: Sample, boxes_xyxy: Boxes) -> Mask:
    return mask_of(boxes_xyxy, sample.picture.y.shape)


def mask_of(boxes_xyxy: Boxes, shape: tuple[int, ...]) -> Mask:
    """(rows, columns): what is inside any of the boxes, including their margin."""
    mask = np.zeros(shape, np.uint8)
    for left, top, right, bottom in boxes_xyxy:
        across, down = CLAIM_MARGIN * (right - left), CLAIM_MARGIN * (bottom - top)
        corners = (int(left - across), int(top - down)), (int(right + across), int(bottom + down))
        cv2.rectangle(mask, *corners, 1, cv2.FILLED)
    return mask.astype(np.bool_)


def _with_beyond(sample: Sample, claimed: Mask) -> Mask:
    return claimed if sample.beyond is None else claimed | sample.beyond


def _middle(box_xyxy: Boxes) -> Boxes:
    inset = MIDDLE * (box_xyxy[2:] - box_xyxy[:2])
    return np.concatenate([box_xyxy[:2] + inset, box_xyxy[2:] - inset])


def _pixels(box_xyxy: Boxes, shape: tuple[int, ...]) -> tuple[slice, slice]:
    """Rows and columns of all pixels that a box touches, inside a picture of this shape."""
    left, top = (max(0, int(v)) for v in box_xyxy[:2])
    return slice(top, min(shape[0], int(box_xyxy[3]) + 1)), slice(left, min(shape[1], int(box_xyxy[2]) + 1))
