"""Decides which boxes may be marked "not a person" on a camera: few, none large, all within the picture."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from passerby.media.boxes import BoxShare
from passerby.media.overlap import shares_inside

MAX_BOXES = 32
"""Per camera. Anybody who needs more is working around a fault of the detector, which is not what this is for."""
LARGEST_SHARE = 0.25
"""Of the picture: a poster, a screen, a statue. A larger one could reveal most of a place."""
INSIDE_SHARE = 0.85
"""Of a claim that must lie in a drawn box: then it is about the object that the box was drawn for."""
SMALLEST_SHARE = 0.005
"""Of the picture's width and of its height: a smaller box is a slip of the hand."""


def check_not_person(box: BoxShare) -> None:
    """Raises ValueError with one sentence."""
    is_within = 0 <= box.left < box.right <= 1 and 0 <= box.top < box.bottom <= 1  # also false for NaN
    if not is_within:
        raise ValueError(
            "a box must lie within the picture: left before right and top before bottom, each a share from 0 to 1"
        )
    if box.area > LARGEST_SHARE:
        raise ValueError(
            "a box can cover at most a quarter of the picture: draw it closely around the poster or screen"
        )
    if min(box.right - box.left, box.bottom - box.top) < SMALLEST_SHARE:
        raise ValueError("a box must be at least 0.5 % of the picture wide and high")


def check_not_people(boxes: Sequence[BoxShare]) -> None:
    """Checks all boxes of one camera. Raises ValueError with one sentence."""
    if len(boxes) > MAX_BOXES:
        raise ValueError(f"a camera can have at most {MAX_BOXES} boxes marked as not a person: remove one first")
    for box in boxes:
        check_not_person(box)


def says_not_a_person(xyxy: npt.NDArray[np.float32], boxes: Sequence[BoxShare]) -> npt.NDArray[np.bool_]:
    """For each box (n, 4), in shares of the picture's width and height, whether it lies inside a drawn one. Somebody
    who stands in front of a poster reaches beyond it."""
    if not boxes:
        return np.zeros(len(xyxy), np.bool_)
    drawn = np.array([(box.left, box.top, box.right, box.bottom) for box in boxes], np.float32)
    return np.asarray((shares_inside(xyxy, drawn) >= INSIDE_SHARE).any(axis=1), np.bool_)
