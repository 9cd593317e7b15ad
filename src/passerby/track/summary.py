"""What is left of a track when it has ended: when it was in view, how sure it was, where it was seen if not well."""

from __future__ import annotations

import math
from dataclasses import dataclass

from passerby.media import Kind

Box = tuple[float, float, float, float]

SEEN_WELL = 0.35  # the best score of a track from which nobody has to check where it was
LEFT_AFTER = 1.0  # of its longer side: an object whose centre has gone this far is in another place
LONGEST_PLACE_S = 10.0  # what stays longer is listed again: nobody checks a minute in one go
MAX_SIGHTINGS, MAX_PLACES = 100, 200  # of a place, of a track: what is seen for days needs no more memory than that


@dataclass(frozen=True, slots=True)
class Sighting:
    """One detection: when, where, how sure."""

    time_s: float
    xyxy: Box
    score: float


Place = list[Sighting]
"""Detections of one object near each other and within some seconds, in order of time."""


def add_sighting(places: list[Place], seen: Sighting) -> None:
    """Adds a detection to the last place, or begins another if the object has left it."""
    if not places or (_begins_another(places[-1], seen) and len(places) < MAX_PLACES):
        places.append([seen])
    elif len(places[-1]) < MAX_SIGHTINGS:
        places[-1].append(seen)


def _begins_another(place: Place, seen: Sighting) -> bool:
    left, top, right, bottom = seen.xyxy
    gone_px = math.dist(_centre(place[0].xyxy), _centre(seen.xyxy))
    return gone_px > LEFT_AFTER * max(right - left, bottom - top) or seen.time_s - place[0].time_s > LONGEST_PLACE_S


def _centre(box: Box) -> tuple[float, float]:
    left, top, right, bottom = box
    return (left + right) / 2, (top + bottom) / 2


@dataclass(frozen=True, slots=True)
class TrackSummary:
    """A track that has ended: when it was in view. best: its best score. places: where it was, unless it was seen
    well."""

    tracker_id: int
    kind: Kind
    first_s: float
    last_s: float
    frames: int
    hits: int
    best: float
    confirmed: bool
    places: tuple[Place, ...] = ()
