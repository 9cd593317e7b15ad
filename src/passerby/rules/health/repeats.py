"""Decides whether a stretch really repeats after a lag: everything that passed is the same as then, in fine detail.

Somebody who walks where another walked, at nearly the same pace, is no loop: a tenth of the change remains at best.
When footage is replayed, at most a twentieth remains, however coarsely it was re-encoded. If nothing passes, nothing
can be decided.
"""

from __future__ import annotations

from collections import deque

import numpy as np
import numpy.typing as npt

LONGEST_S = 600.0
FINE_WH = (32, 18)
KEPT_EVERY_S = 1.0
FINE_EVERY_S = 0.04  # maximum rate
STRETCH_S = 6.5
MIN_PAIRS = 5  # of prints in the stretch
AROUND_S = 0.25  # the lag may be off by this

PASSES_BY = 8.0  # grey levels from the stretch's median: something passed, which noise and coding cannot explain
MIN_PASSING = 24  # pairs of cell and time
MIN_PLACES = 16  # cells: fewer is a sign or a lamp
LONGEST_PASSING = 0.4  # of the fingerprints: what is in a cell for longer or again and again is swaying
MAX_TIMES = 0.6  # of the prints have something passing: a jump, as at the end of a freeze, is in one or two
MAX_PASSING = 0.3  # of all cells: more is a light, or something in front of the lens
ALIKE = 0.07  # of the change may remain; coarse coding leaves at most 0.05, chance at least 0.087
CELL_ALIKE, MAX_CELLS = 0.5, 0.98  # at most this share remains in at least this share of cells

Fine = npt.NDArray[np.uint8]
Index = npt.NDArray[np.intp]
Times = npt.NDArray[np.float64]


class Stretches:
    """Keeps one print per second for ten minutes, and the newest more densely."""

    def __init__(self) -> None:
        count, cells = int(LONGEST_S / KEPT_EVERY_S), FINE_WH[0] * FINE_WH[1]
        self._kept = np.zeros((count, cells), np.uint8)
        self._kept_s = np.full(count, -np.inf)
        self._next = 0
        self._dense: deque[tuple[float, Fine]] = deque()

    def note(self, at_s: float, fine: Fine) -> None:
        self._dense.append((at_s, fine))
        while self._dense[0][0] < at_s - STRETCH_S:
            self._dense.popleft()
        if at_s - self._kept_s[self._next - 1] >= KEPT_EVERY_S - 1e-3:
            self._kept[self._next], self._kept_s[self._next] = fine, at_s
            self._next = (self._next + 1) % len(self._kept_s)

    @property
    def moves(self) -> bool:
        """Whether anything passed in the newest stretch beyond fluctuations of coding."""
        cells = np.array([fine for _, fine in self._dense])
        return len(cells) > 0 and int((np.ptp(cells, axis=0) >= PASSES_BY).sum()) >= MIN_PLACES

    def comes_again(self, lag_s: float) -> bool:
        """Whether the newest stretch is the same as the one this long ago."""
        now_s, now = np.array([at_s for at_s, _ in self._dense]), np.array([fine for _, fine in self._dense])
        if len(now_s) < MIN_PAIRS:
            return False
        step_s = float(np.median(np.diff(now_s)))
        offs_s = np.arange(-AROUND_S, AROUND_S + 1e-6, max(FINE_EVERY_S, min(step_s, AROUND_S)) / 2)
        for off_s in offs_s[np.argsort(np.abs(offs_s))]:
            pairs = self._pairs(now_s, lag_s + float(off_s), step_s / 2 + 0.01)
            if pairs is not None and _is_same(now[pairs[0]].astype(np.int16), self._then(pairs[1])):
                return True
        return False

    def _then(self, kept: Index) -> npt.NDArray[np.int16]:
        return self._kept[kept].astype(np.int16)

    def _pairs(self, now_s: Times, lag_s: float, apart_s: float) -> tuple[Index, Index] | None:
        """Matches new prints with kept ones at this lag; None if there are too few."""
        then = np.flatnonzero((self._kept_s >= now_s[0] - lag_s - apart_s) & (self._kept_s <= now_s[-1] - lag_s))
        apart = np.abs(now_s[None, :] - lag_s - self._kept_s[then][:, None])
        if len(then) < MIN_PAIRS:
            return None
        nearest = apart.argmin(axis=1)
        is_near = apart[np.arange(len(then)), nearest] <= apart_s
        return (nearest[is_near], then[is_near]) if int(is_near.sum()) >= MIN_PAIRS else None


def _is_same(here: npt.NDArray[np.int16], then: npt.NDArray[np.int16]) -> bool:
    passing = np.maximum(_from_usual(here), _from_usual(then))
    is_passing = passing >= PASSES_BY
    is_passing &= (is_passing.mean(axis=1) <= MAX_PASSING)[:, None]
    is_passing &= (is_passing.mean(axis=0) <= LONGEST_PASSING)[None, :]
    if int(is_passing.sum()) < MIN_PASSING or int(is_passing.any(axis=0).sum()) < MIN_PLACES:
        return False
    if is_passing.any(axis=1).mean() < MAX_TIMES:
        return False
    left, of = np.abs(here - then)[is_passing], passing[is_passing]
    return bool(left.sum() <= ALIKE * of.sum() and (left <= CELL_ALIKE * of).mean() >= MAX_CELLS)


def _from_usual(cells: npt.NDArray[np.int16]) -> npt.NDArray[np.float64]:
    """How far each cell is from its median over the stretch, which removes what stands still and the present light."""
    return np.asarray(np.abs(cells - np.median(cells, axis=0)), np.float64)
