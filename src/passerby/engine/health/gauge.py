"""Takes all measurements of one camera's pictures, each as often as needed."""

from __future__ import annotations

import cv2
import numpy as np

from passerby.background import Background, shrink_luma, small_size
from passerby.background.register import IN_PLACE, Anchor, apart_px
from passerby.background.small import Plane8
from passerby.engine.health.edges import Reference, detail_of, edge_luma
from passerby.engine.health.fingerprints import Printer
from passerby.engine.health.frame_difference import FrameDifferences
from passerby.engine.stillness import Lasting
from passerby.media import RawFrame
from passerby.media.health import Light, Measured, PictureSeen, ViewSeen
from passerby.rules.health.view import DOUBTFUL_KEPT, MOVED_BY

EVERY_S = 0.6
IN_DOUBT_S = 0.4  # if the picture is not as it should be, it is checked more often
SAME_FOR_S = 3.0  # how long a measurement holds while the picture stays the same
PLACE_EVERY_S = 4.0  # how often a doubtful picture is aligned with the reference: that takes 10 ms
BLOWN_FROM = 250
SAME_VIEW_KEPT = 0.5  # by night other edges are visible than by day, but in the same places


class Gauge:
    """Takes every frame of one source. It keeps nothing of the pictures except what `FrameDifferences` does."""

    def __init__(self, size_wh: tuple[int, int], *, is_coded: bool = True) -> None:
        """is_coded: see `FrameDifferences`."""
        self._small_wh = small_size(*size_wh)
        self._stir, self._printer = FrameDifferences(is_coded=is_coded), Printer()
        self._reference: Reference | None = None
        self._also: Reference | None = None
        self._anchor: Anchor | None = None
        self._seen_at_s = self._placed_at_s = float("-inf")
        self._shift: float | None = None
        self._is_doubtful = False
        self._measured = Lasting[PictureSeen](SAME_FOR_S)

    def compare_with(self, background: Background) -> Reference | None:
        """Sets what the camera should see from now on. None if it has too few edges or another size."""
        self._reference = self._anchor = self._shift = self._also = None
        self._measured.forget()
        if background.spread.shape[::-1] != self._small_wh:
            return None
        reference = Reference(background)
        if reference.is_usable:
            self._reference, self._anchor = reference, Anchor(background.picture.y, background.established)
        return self._reference

    def compare_also_with(self, background: Background) -> None:
        """Adds the same view in the present light. Another view is refused; otherwise a camera that is turned bit by
        bit would never count as moved."""
        if self._reference is None or background.spread.shape[::-1] != self._small_wh:
            return
        also, kept = Reference(background), self._reference.compare(edge_luma(background.picture.y)).kept
        shift = self._shift_of(background.picture.y)
        if also.is_usable and kept >= SAME_VIEW_KEPT and (shift is None or shift <= MOVED_BY):
            self._also = also

    def note(self, frame: RawFrame, stretch: int | None = None) -> Measured:
        """Measures the next frame. stretch: number of its stretch of identical frames, if known."""
        picture = None
        due_s = IN_DOUBT_S if self._is_doubtful else EVERY_S
        if frame.time_s - self._seen_at_s >= due_s - 0.01 and not frame.damaged:
            self._seen_at_s = frame.time_s
            known = None if self._is_doubtful else self._measured.get(stretch, frame.time_s)
            picture = known or self._measured.set(stretch, frame.time_s, self._measure(frame))
        return Measured(frame.time_s, self._printer.note(frame), self._stir.note(frame), picture)

    def _measure(self, frame: RawFrame) -> PictureSeen:
        luma = shrink_luma(frame, self._small_wh)
        detail, fineness = detail_of(luma)
        return PictureSeen(_light(luma), detail, fineness, self._view(luma, frame.time_s))

    def _view(self, luma: Plane8, at_s: float) -> ViewSeen | None:
        if self._reference is None:
            return None
        seen = self._reference.compare(edge_luma(luma))
        if seen.kept < DOUBTFUL_KEPT and self._also is not None:
            seen = max(seen, self._also.compare(edge_luma(luma)), key=lambda each: each.kept)
        self._is_doubtful = seen.kept < DOUBTFUL_KEPT
        if not self._is_doubtful:
            self._shift = None
        elif at_s - self._placed_at_s >= PLACE_EVERY_S:
            self._placed_at_s = at_s
            self._shift = self._shift_of(luma)
        return ViewSeen(seen.kept, seen.cells_kept, self._shift)

    def _shift_of(self, luma: Plane8) -> float | None:
        """How far a picture is shifted from the reference, as a share of its width; None if that cannot be measured."""
        placed = self._anchor.place(luma) if self._anchor else None
        return None if placed is None else apart_px(placed, IN_PLACE, luma.shape) / luma.shape[1]


def _light(luma: Plane8) -> Light:
    few = luma[::4, ::4]
    counts = np.asarray(cv2.calcHist([np.ascontiguousarray(few)], [0], None, [256], [0, 256])).ravel()
    up_to = np.cumsum(counts) / few.size
    low, middle, high = (float(np.searchsorted(up_to, share)) for share in (0.05, 0.5, 0.95))
    return Light(low, middle, high, float(1.0 - up_to[BLOWN_FROM - 1]))
