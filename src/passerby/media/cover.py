"""The region of one frame that is hidden."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from passerby.media.boxes import Kind

SHAPE_POWER = 5
"""A box is drawn as |x|^5 + |y|^5 = 1: no visible corners, and 4 % of the box open, all of it padding."""

CORE_SHARE = 0.5 ** (1 / SHAPE_POWER)
"""Of a box's width and height, 0.87: a centred box of this size is inside the rounded shape."""


@dataclass(frozen=True, slots=True)
class CoverBox:
    """One hidden shape. xyxy: its bounding box in picture pixels, possibly outside the picture. kind: decides the
    colour.

    hull: the corners of the shape, x and y alternating, convex, in order around it. Without a hull the shape is as
    large as the box and rounded so that at least its `CORE_SHARE` is inside, or the whole box if it was drawn by hand.

    sways: it moves in its place and no detector claims it, such as leaves: hidden like all else, but no activity.
    """

    xyxy: tuple[float, float, float, float]
    kind: Kind
    hull: tuple[float, ...] = ()
    sways: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Cover:
    """What is hidden in one frame: the union of boxes and cells, or the whole picture.

    boxes: drawn in this order, later over earlier. cells: (rows, columns) bool over the whole picture, stretched to it,
    True where hidden (regions that no box describes: not established, outlines). Cell (r, c) covers the luma pixels
    from floor(r * height / rows) to ceil((r + 1) * height / rows), likewise across. whole: why the whole picture is
    hidden, or None. keep: boxes that an operator reveals by hand, where the picture stays visible although boxes or
    cells would hide it (never if `whole` is set). again: frame and cover differ from those before only by noise, so the
    picture painted then may be shown again.
    """

    boxes: tuple[CoverBox, ...] = ()
    cells: npt.NDArray[np.bool_] | None = field(default=None, repr=False)
    whole: str | None = None
    keep: tuple[tuple[float, float, float, float], ...] = ()
    again: bool = False
