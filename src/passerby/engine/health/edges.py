"""Compares the edges of a picture with those of established background: still there, in the same place, as sharp?

Only the direction of edges is compared, so a brighter, darker or infrared picture still counts as the same view.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from passerby.background import Background
from passerby.background.small import Plane8
from passerby.media.health import ViewSeen

SHARPEST_SHARE = 0.12  # of the established pixels are used as edges
MIN_SLOPE = 3.0  # grey levels per pixel: less may be noise
MIN_EDGES = 200  # pixels; a plain wall has too few
ALIGNED_COS = 0.95  # directions within 18 degrees, as a fifth are by chance
FAINT_SHARE = 0.25  # of the reference's slope at the same contrast: a fainter edge counts as gone
FAINTEST_SLOPE = 1.2  # noise alone has less than this
MIN_CONTRAST = 0.15  # of the reference's
LONG_SIDE_PX = 320  # edges are compared at this size: most noise is gone, and a mast may sway a little
CELLS = (6, 8)  # rows, columns
MIN_IN_CELL = 8
CELL_KEPT = 0.4  # of its edges
COARSE = 4  # a picture reduced by this factor no longer shows whether it is sharp

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Slopes:
    """The slope of luma: across and down (rows, columns), in grey levels per pixel, and its steepness."""

    across: Floats
    down: Floats
    steep: Floats


def slopes_of(luma: Plane8) -> Slopes:
    """Sobel's operator after slight smoothing, which removes noise and most coding artefacts."""
    smooth = cv2.blur(luma, (3, 3))
    across, down = (
        np.asarray(cv2.Sobel(smooth, cv2.CV_32F, *axis, scale=1 / 8), np.float32) for axis in ((1, 0), (0, 1))
    )
    return Slopes(across, down, np.asarray(cv2.magnitude(across, down), np.float32))


class Reference:
    """The edges of one established background."""

    def __init__(self, background: Background) -> None:
        luma = edge_luma(background.picture.y)
        inside = _inside(background.established, luma.shape)
        slopes = slopes_of(luma)
        at = np.flatnonzero(inside & (slopes.steep > _threshold(slopes.steep, inside)))
        self.is_usable = len(at) >= MIN_EDGES
        """Whether it has enough edges to compare with."""
        self._at = at
        self._steep = slopes.steep.ravel()[at]
        self._across, self._down = (plane.ravel()[at] / self._steep for plane in (slopes.across, slopes.down))
        rows, columns = np.unravel_index(at, luma.shape)
        self._cell = (rows * CELLS[0] // luma.shape[0]) * CELLS[1] + columns * CELLS[1] // luma.shape[1]
        self._cell_edges = np.bincount(self._cell, minlength=CELLS[0] * CELLS[1])
        self._contrast = _contrast(luma)
        self.detail, self.fineness = detail_of(background.picture.y)

    def compare(self, luma: Plane8) -> ViewSeen:
        """luma: see `edge_luma`, of a picture as large as the reference."""
        slopes = slopes_of(luma)
        across, down, steep = (plane.ravel()[self._at] for plane in (slopes.across, slopes.down, slopes.steep))
        aligned = np.abs(across * self._across + down * self._down) > ALIGNED_COS * steep
        faint = FAINT_SHARE * np.clip(_contrast(luma) / self._contrast, MIN_CONTRAST, 1.0)
        there = steep > np.maximum(FAINTEST_SLOPE, faint * self._steep)
        counted = self._cell_edges >= MIN_IN_CELL
        kept = aligned & there
        by_cell = np.bincount(self._cell, weights=kept, minlength=len(self._cell_edges))[counted]
        cells = by_cell >= CELL_KEPT * self._cell_edges[counted]
        return ViewSeen(kept=float(kept.mean()), cells_kept=float(cells.mean()) if len(cells) else float(kept.mean()))


def edge_luma(luma: Plane8) -> Plane8:
    """A small picture's luma, halved if it is larger than needed for edges."""
    factor = max(1, round(max(luma.shape) / LONG_SIDE_PX))
    size_wh = (luma.shape[1] // factor, luma.shape[0] // factor)
    return luma if factor == 1 else np.asarray(cv2.resize(luma, size_wh, interpolation=cv2.INTER_AREA), np.uint8)


def _inside(established: npt.NDArray[np.bool_], shape: tuple[int, ...]) -> npt.NDArray[np.bool_]:
    whole = cv2.resize(established.astype(np.float32), shape[::-1], interpolation=cv2.INTER_AREA) > 0.99
    return np.asarray(cv2.erode(whole.astype(np.uint8), np.ones((5, 5), np.uint8)), np.bool_)


def _threshold(steep: Floats, inside: npt.NDArray[np.bool_]) -> float:
    if not inside.any():
        return MIN_SLOPE
    return max(MIN_SLOPE, float(np.quantile(steep[inside], 1 - SHARPEST_SHARE)))


def _contrast(luma: Plane8) -> float:
    low, high = np.quantile(luma[::4, ::4], (0.05, 0.95))
    return max(4.0, float(high - low))


def detail_of(luma: Plane8) -> tuple[float, float]:
    """The mean steepness of a small picture in grey levels per pixel, and its fineness: how steep its steepest places
    are compared with those of a much smaller picture, whose steepness does not change with blur."""
    steep = slopes_of(luma).steep
    small_wh = (max(8, luma.shape[1] // COARSE), max(8, luma.shape[0] // COARSE))
    coarse = slopes_of(np.asarray(cv2.resize(luma, small_wh, interpolation=cv2.INTER_AREA), np.uint8)).steep
    fine = float(np.quantile(steep[::3, ::3], 0.95))
    return float(steep.mean()), max(0.01, fine) / max(1.0, float(np.quantile(coarse, 0.95)))
