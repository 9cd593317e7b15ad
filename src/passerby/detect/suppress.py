"""Keeps the best of several boxes of the same object. Pure arithmetic on detections."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from passerby.media import Detections
from passerby.media.overlap import areas, shares_inside

CUT_INSIDE_SHARE = 0.85
"""A box cut off by its tile is dropped if a box of another tile contains this share of it: the same object, whole."""


def suppress(found: Detections, iou: float) -> Detections:
    """Greedy non-maximum suppression within each kind: drops a box that overlaps a better one by more than `iou`."""
    if len(found) < 2:
        return found
    sizes = np.maximum(found.xyxy[:, 2:] - found.xyxy[:, :2], 0)
    boxes_xywh = np.concatenate([found.xyxy[:, :2], sizes], axis=1).astype(np.float64)
    kept = cv2.dnn.NMSBoxesBatched(boxes_xywh.tolist(), found.confidence.tolist(), found.class_id.tolist(), -1.0, iou)
    return found.take(np.asarray(kept, np.intp).reshape(-1))


def drop_cut(found: Detections, tile: npt.NDArray[np.intp], cut: npt.NDArray[np.bool_]) -> Detections:
    """Drops parts of objects that another tile shows completely.

    tile: (n,) which tile each box came from. cut: (n,) whether it touches an edge of its tile inside the picture.
    """
    if not cut.any():
        return found
    share = shares_inside(found.xyxy, found.xyxy)
    rival = (found.class_id[:, None] == found.class_id[None, :]) & (tile[:, None] != tile[None, :])
    stays = np.ones(len(found), np.bool_)
    # Largest first, and only in favour of a box that stays: nothing is dropped for a box that is dropped later.
    largest_first = np.argsort(-areas(found.xyxy), kind="stable")
    for rank, piece in enumerate(largest_first):
        larger = np.zeros(len(found), np.bool_)
        larger[largest_first[:rank]] = True
        if cut[piece] and ((share[piece] > CUT_INSIDE_SHARE) & rival[piece] & stays & (larger | ~cut)).any():
            stays[piece] = False
    return found.take(stays)
