"""Combines several passes over one picture: what two of them see counts for more than what one does."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from passerby.media import Detections
from passerby.media.overlap import iou

SAME_OVERLAP = 0.45  # intersection over union at which the boxes of two passes count as one object
BEST_PASSES = 2  # a face that only one size shows well is still found by that size's mirror image


def agreed(passes: Sequence[Detections]) -> Detections:
    """Each object once: the mean of its boxes, weighted by score.

    confidence: the mean of its scores in the two passes that see it best, where a pass that does not see it counts
    as 0. So what only one pass sees counts half.
    """
    found = Detections.merge(list(passes))
    source = np.repeat(np.arange(len(passes)), [len(part) for part in passes])
    order = np.argsort(-found.confidence, kind="stable")
    found, source = found.take(order), source[order]
    left = np.ones(len(found), np.bool_)
    objects = []
    for best in range(len(found)):
        if left[best]:
            overlap = iou(found.xyxy[[best]], found.xyxy)[0]
            same = left & (found.class_id == found.class_id[best]) & (overlap >= SAME_OVERLAP)
            same[best] = True  # a box without area overlaps nothing, itself included
            left &= ~same
            objects.append(_merged(found.take(same), source[same]))
    return Detections.merge(objects)


def _merged(same: Detections, source: npt.NDArray[np.intp]) -> Detections:
    """Merges the boxes of one object. They come best first."""
    _, first = np.unique(source, return_index=True)  # of several boxes from one pass, the best counts
    scores = np.sort(same.confidence[first])[::-1][:BEST_PASSES]
    box = np.average(same.xyxy, axis=0, weights=np.maximum(same.confidence, 1e-6))
    return Detections(
        box[None].astype(np.float32), np.array([scores.sum() / BEST_PASSES], np.float32), same.class_id[:1]
    )
