"""Computes where somebody may have been who was not seen by any pass before."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Boxes = npt.NDArray[np.float32]

REACH = 3.0  # of a box's shorter side per second: how far somebody may move who was not seen by any pass before


def hull(boxes: Boxes, others: Boxes) -> Boxes:
    """The smallest box around each pair."""
    least, most = np.minimum(boxes, others), np.maximum(boxes, others)
    return np.concatenate([least[..., :2], most[..., 2:]], axis=-1)


def within_reach(boxes: Boxes, found: Boxes, seconds: float) -> Boxes:
    """The boxes grown by as far as the objects in `found` can move."""
    by = REACH * seconds * np.min(found[:, 2:] - found[:, :2], axis=1, keepdims=True)
    return np.asarray(boxes + by * np.array([-1, -1, 1, 1], np.float32), np.float32)


def grown(boxes: Boxes, share: float) -> Boxes:
    by = (boxes[:, 2:] - boxes[:, :2]) * np.float32(share)
    return np.concatenate([boxes[:, :2] - by, boxes[:, 2:] + by], axis=1)
