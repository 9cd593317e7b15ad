"""The region of one frame that is hidden."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from passerby.media.boxes import Kind


@dataclass(frozen=True, slots=True)
class CoverBox:
    """One hidden box. xyxy: picture pixels, may reach outside the picture. kind: decides the colour."""

    xyxy: tuple[float, float, float, float]
    kind: Kind


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
