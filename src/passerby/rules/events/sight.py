"""Says what a rule cannot see where it is: from how tall what was found there is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from enum import StrEnum

from passerby.media import InView, Kind
from passerby.rules.events.geometry import Point, distance_to_border, is_inside
from passerby.rules.events.paths import MIN_CONFIDENCE, upright

SMALLEST_PX = 20  # smaller people are found too rarely for a path: docs/concepts/events.md
MIN_FOUND = 15  # boxes: three seconds of one person
TALLEST_PX = 1000  # anything taller counts as that


class Doubt(StrEnum):
    """Why a rule may miss much."""

    TOO_SMALL = "too-small"
    TOO_FEW = "too-few"


class Sight:
    """How tall people or vehicles are near one rule's line or zone. Corners are pixels of the upright picture."""

    def __init__(self, corners: Sequence[Point], kinds: Collection[Kind]) -> None:
        self._corners, self._kinds = tuple(corners), frozenset(kinds)
        self._heights: Counter[int] = Counter()

    def note(self, view: InView) -> None:
        for track in view.tracks:
            if track.is_detected and track.kind in self._kinds:
                self.see(track.kind, track.confidence, upright(track.xyxy, view.size_wh, view.turn))

    def see(self, kind: Kind, confidence: float, box: tuple[float, float, float, float]) -> None:
        """Adds one box of the upright picture, in pixels."""
        if kind in self._kinds and confidence >= MIN_CONFIDENCE.get(kind, 1.0):
            left, top, right, bottom = box
            if self._is_near(((left + right) / 2, bottom), bottom - top):
                self._heights[min(TALLEST_PX, round(bottom - top))] += 1

    @property
    def found(self) -> int:
        """How many were found there."""
        return self._heights.total()

    def add(self, other: Sight) -> None:
        """What another one of the same place has found."""
        self._heights.update(other._heights)

    @property
    def height_px(self) -> int | None:
        """The median, if enough were found to say."""
        return median(self._heights)

    @property
    def doubt(self) -> Doubt | None:
        height_px = self.height_px
        if height_px is None:
            return Doubt.TOO_FEW
        return Doubt.TOO_SMALL if height_px < SMALLEST_PX else None

    def _is_near(self, feet: Point, height_px: float) -> bool:
        return is_inside(feet, self._corners) or distance_to_border(feet, self._corners) <= height_px


def median(heights: Counter[int]) -> int | None:
    """Of heights and how often each was found. None if that is too rarely."""
    found = heights.total()
    if found < MIN_FOUND:
        return None
    below = 0
    for height_px in sorted(heights):
        below += heights[height_px]
        if 2 * below >= found:
            break
    return height_px
