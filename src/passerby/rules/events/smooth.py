"""Evens out a count: detectors miss one or two people in every other picture."""

from __future__ import annotations

import math

OVER_S = 2.0


class Smoothed:
    """The mean of a count over the last two seconds, in whole numbers."""

    def __init__(self) -> None:
        self._counts: list[tuple[float, int]] = []

    def note(self, time_s: float, count: int) -> int:
        """Adds a count and returns the mean."""
        self._counts = [each for each in self._counts if time_s - each[0] < OVER_S]
        self._counts.append((time_s, count))
        return math.floor(sum(count for _, count in self._counts) / len(self._counts) + 0.5)
