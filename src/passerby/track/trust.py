"""Decides how much evidence confirms a track, and adds up the scores of its detections."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from passerby.media import Kind


@dataclass(frozen=True, slots=True)
class Trust:
    """How much evidence confirms a track of one kind. All are scores.

    weak: less is noise. birth: a new track may begin with this. Enough is one detection with `certain`; or one with
    `likely` and `likely_hits` that score at least `likely_least`; or scores that add up to `evidence`.
    """

    weak: float
    birth: float
    certain: float
    likely: float
    likely_hits: int
    evidence: float
    likely_least: float = 0.0


PEOPLE = Trust(weak=0.06, birth=0.07, certain=0.3, likely=0.2, likely_hits=2, evidence=0.9)
"""Far people score so low that it takes time: half of the heads missed on bus.mp4 were detected at 0.06 to 0.09."""
LARGE_PEOPLE = Trust(weak=0.06, birth=0.08, certain=0.45, likely=0.3, likely_hits=3, evidence=6.0, likely_least=0.3)
"""Near people are easy to see, and a false box of that size hides much."""
LARGE_SHARE = 0.07  # of the picture's longer side; below 0.06 passers-by at 50 px are lost
GRACE_HITS = 6  # somebody who comes near stays confirmed for this many: 1 s in cover mode, less than it looks ahead
FACES = Trust(weak=0.12, birth=0.15, certain=0.4, likely=0.25, likely_hits=2, evidence=1.2)
VEHICLES = Trust(weak=0.15, birth=0.25, certain=0.5, likely=0.45, likely_hits=3, evidence=math.inf)
"""A vehicle near enough for its plate to be read scores high; a road scores a little for as long as it is in view."""
TRUST = {Kind.PERSON: PEOPLE, Kind.FACE: FACES, Kind.PLATE: FACES, Kind.VEHICLE: VEHICLES}


def by_class(trust: Mapping[Kind, Trust], level: Literal["weak", "birth"]) -> npt.NDArray[np.float32]:
    """One level of every kind, by `class_id`: the tracked kinds come first."""
    return np.array([getattr(trust[kind], level) for kind in sorted(trust)], np.float32)


@dataclass(slots=True)
class Evidence:
    """The scores of some detections. likely_hits: how many score at least `likely_least`. sum: of all scores."""

    hits: int = 0
    likely_hits: int = 0
    best: float = 0.0
    sum: float = 0.0

    def add(self, score: float, trust: Trust) -> None:
        self.hits += 1
        self.likely_hits += score >= trust.likely_least
        self.best = max(self.best, score)
        self.sum += score

    def is_enough(self, trust: Trust) -> bool:
        return (
            self.best >= trust.certain
            or (self.best >= trust.likely and self.likely_hits >= trust.likely_hits)
            or self.sum >= trust.evidence
        )
