"""Tells what moves on, such as an animal, from what moves in its place, such as leaves.

For movement that no detector claims. It decides what counts as activity, never what is hidden.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

Mask = npt.NDArray[np.uint8]

AT_MOST = 32  # pieces followed at once, the largest: a tree in a storm falls into hundreds
REACH_SHARE, REACH_PX = 0.5, 4.0  # of its size: how far a piece may be from where it was in the frame before
LOST_AFTER_S, LOST_AFTER_FRAMES = 0.6, 2.5  # without a match; whichever is longer
REACH_FOR_S = 0.25  # between frames: where they are further apart, things get further
REMEMBERED = 2 * AT_MOST
GOES_FOR_S = 0.8  # branches swing to one side for less
GOES_PX = 6.0  # of the small picture, besides its own size
STRAIGHT = 0.6  # of the way must lead away from the start: patches of leaves jump to and fro


@dataclass(slots=True)
class _Piece:
    """One blob, followed from frame to frame. Small-picture pixels."""

    begun_s: float
    start_xy: tuple[float, float]
    xy: tuple[float, float]
    size: float
    largest: float
    seen_s: float
    way: float = 0.0
    goes: bool = False

    def follow(self, xy: tuple[float, float], size: float, time_s: float) -> None:
        self.way += math.dist(self.xy, xy)
        self.xy, self.size, self.seen_s = xy, size, time_s
        self.largest = max(self.largest, size)
        far = math.dist(self.start_xy, xy)
        self.goes |= (
            time_s - self.begun_s >= GOES_FOR_S and far >= self.largest + GOES_PX and far >= STRAIGHT * self.way
        )


class TravellingMotion:
    """Follows the blobs of one source, frame by frame, in order."""

    def __init__(self) -> None:
        self._pieces: list[_Piece] = []
        self._before_s: float | None = None

    def update(self, moves: Mask, time_s: float) -> Mask:
        """moves: (rows, columns), nonzero where something moves. The same, but only of what moves on."""
        goes = np.zeros_like(moves)
        since_s = 0.0 if self._before_s is None else max(0.0, time_s - self._before_s)
        self._before_s = time_s
        lost_s, further = max(LOST_AFTER_S, LOST_AFTER_FRAMES * since_s), max(1.0, since_s / REACH_FOR_S)
        self._pieces = [each for each in self._pieces if time_s - each.seen_s <= lost_s]
        left, top, width, height = cv2.boundingRect(moves)
        if not width:
            return goes
        part = slice(top, top + height), slice(left, left + width)
        _, labels, stats, middles = cv2.connectedComponentsWithStats(moves[part], connectivity=8, ltype=cv2.CV_16U)
        order = 1 + np.argsort(-stats[1:, cv2.CC_STAT_AREA], kind="stable")[:AT_MOST]
        free = list(self._pieces)
        for label in order.tolist():
            xy = (float(middles[label, 0]) + left, float(middles[label, 1]) + top)
            size = float(max(stats[label, cv2.CC_STAT_WIDTH], stats[label, cv2.CC_STAT_HEIGHT]))
            piece = self._nearest(free, xy, size, further)
            if piece is None:
                self._pieces.append(_Piece(time_s, xy, xy, size, size, time_s))
                continue
            free.remove(piece)
            piece.follow(xy, size, time_s)
            if piece.goes:
                goes[part][labels == label] = 1
        self._pieces.sort(key=lambda each: (each.goes, each.seen_s))
        del self._pieces[:-REMEMBERED]
        return goes

    @staticmethod
    def _nearest(pieces: list[_Piece], xy: tuple[float, float], size: float, further: float) -> _Piece | None:
        best = min(pieces, key=lambda each: math.dist(each.xy, xy), default=None)
        if best is None or math.dist(best.xy, xy) > further * (REACH_PX + REACH_SHARE * max(size, best.size)):
            return None
        return best
