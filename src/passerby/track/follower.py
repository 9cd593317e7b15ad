"""Follows people and vehicles for whoever asks what is in view: fewer and surer tracks than those of covers.

A cover may be drawn for a poor detection, and twice for one person. Whoever counts needs each person once, with one id.
The network gives vehicles low scores. A poor detection of one counts if it is of something that moves, in a close-up.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from passerby.media import Detections, Kind, Track
from passerby.media.overlap import shares_inside
from passerby.track.flow import Motion
from passerby.track.tracker import Tracker, TrackerTimes
from passerby.track.trust import TRUST, Trust

BIRTH_SCORE = 0.45  # on campus.avi 0.35 makes twice as many tracks of nobody
MIN_SCORE = 0.25  # continues a track
SAME_SHARE = 0.6  # of a box inside a better one of its kind: a part of the same person
MIN_HINT = 0.15  # somebody who lies often scores no more
TIMES = TrackerTimes(lost_s=2.0, tail_s=0.5, back_s=0.3)
SURE = {kind: replace(trust, birth=max(BIRTH_SCORE, trust.birth)) for kind, trust in TRUST.items()}
CLOSE_UP = Trust(weak=0.1, birth=0.2, certain=BIRTH_SCORE, likely=0.2, likely_hits=2, evidence=math.inf)
"""For vehicles in close-ups: a car gets 0.2 to 0.6 there, and what is none rarely 0.2 twice in one place."""
KINDS = (Kind.PERSON, Kind.VEHICLE)


class Follower:
    """Call `update` for every frame in order, then `take` for every frame in order. See `Tracker`."""

    def __init__(self, size_wh: tuple[int, int], *, has_closeups: bool = False) -> None:
        self._has_closeups = has_closeups
        trust = {**SURE, Kind.VEHICLE: CLOSE_UP} if has_closeups else SURE
        self._tracker = Tracker(size_wh, TIMES, trust=trust, keeps_places=False)

    def update(
        self,
        index: int,
        time_s: float,
        found: Detections | None,
        motion: Motion | None,
        arrived_s: float = 0.0,
        *,
        vehicles: Detections | None = None,
    ) -> None:
        """See `Tracker.update`. vehicles: what close-ups found, if there were any."""
        seen = None if found is None else _each_once(self._good(found, vehicles))
        self._tracker.update(index, time_s, seen, motion, arrived_s)
        self._tracker.ended.clear()  # nothing uses them here

    def take(self, index: int, time_s: float) -> list[Track]:
        """Everybody and every vehicle in frame `index`, in order of id."""
        return self._tracker.take(index, time_s)

    def _good(self, found: Detections, vehicles: Detections | None) -> Detections:
        """The detections of people and vehicles that score enough."""
        found = found.take(np.isin(found.class_id, KINDS) & (found.confidence >= MIN_SCORE))
        if not self._has_closeups:
            return found
        sure = found.take((found.class_id != Kind.VEHICLE) | (found.confidence >= BIRTH_SCORE))
        return sure if vehicles is None else Detections.merge([sure, vehicles])


def _each_once(found: Detections) -> Detections:
    """The detections, best first, without those inside a better one."""
    found = found.take(np.argsort(-found.confidence, kind="stable"))
    inside = (shares_inside(found.xyxy, found.xyxy) >= SAME_SHARE) & (found.class_id[:, None] == found.class_id[None])
    kept: list[int] = []
    for place in range(len(found)):
        if not (inside[place, kept].any() or inside[kept, place].any()):
            kept.append(place)
    return found.take(np.array(kept, np.intp))


def hints_of(found: Detections | None) -> tuple[tuple[float, float, float, float], ...]:
    """The boxes of everybody found, also of those too unsure to follow. See `InView`."""
    if found is None:
        return ()
    boxes = found.xyxy[(found.class_id == Kind.PERSON) & (found.confidence >= MIN_HINT)]
    return tuple((left, top, right, bottom) for left, top, right, bottom in boxes.tolist())
