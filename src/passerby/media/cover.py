"""The region of one frame that is hidden."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from passerby.media.boxes import Kind

CORE_SHARE = 0.5**0.2
"""Of a box's width and height: the box of that size in its middle is inside the rounded shape, |x|^5 + |y|^5 = 1."""


@dataclass(frozen=True, slots=True)
class CoverBox:
    """One hidden shape. xyxy: the box around it, picture pixels, may reach outside the picture. kind: decides the colour.

    hull: the corners of the shape, x and y, convex, in order around it. Without one the shape is as large as the box
    and rounded so that at least its `CORE_SHARE` is inside, or the whole box where somebody drew it by hand.
    """

    xyxy: tuple[float, float, float, float]
    kind: Kind
    hull: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Cover:
    """What is hidden in one frame: the union of boxes and cells, or the whole picture.

    boxes: drawn in this order, later over earlier. cells: (rows, columns) bool over the whole picture, stretched to
    it, True where hidden (regions that no box describes: not established, outlines). Cell (r, c) covers the luma
    pixels from floor(r * height / rows) to ceil((r + 1) * height / rows), likewise across.
    whole: why the whole picture is hidden, or None. keep: boxes that an operator shows by hand, where the
    picture stays visible though boxes or cells would hide it (never where `whole` is set).
    again: frame and cover are like those before but for noise, so what was painted then may be shown again.
    """

    boxes: tuple[CoverBox, ...] = ()
    cells: npt.NDArray[np.bool_] | None = field(default=None, repr=False)
    whole: str | None = None
    keep: tuple[tuple[float, float, float, float], ...] = ()
    again: bool = False
