"""Finds out what is in view in one still, for counts: at every scale, with faces where a crowd hides the rest."""

from __future__ import annotations

import os
from os import PathLike

import numpy as np
import numpy.typing as npt

from passerby.capture import open_still
from passerby.engine.passes import Detectors
from passerby.engine.still import find_at_every_scale
from passerby.media import Detections, InView, Kind, Track

EVIDENCE = {Kind.PERSON: 0.65, Kind.FACE: 0.45, Kind.VEHICLE: 0.3, Kind.PLATE: 1.0}
"""From which somebody counts. Less is hidden by a redaction when in doubt, but counts too many (bench/events.py)."""
BODY_FACES = 7.0  # how tall a body is, in heights of its face
UPPER, ABOVE = 0.5, 0.05  # of a body's height: where its face is


def observe_still(source: str | PathLike[str], detectors: Detectors | None = None) -> InView:
    """What is in view in a still, each person and vehicle once. A damaged still is one of which nothing is known.

    Raises SourceError or ModelError, and DetectorError if the detectors do not find what they must find.
    """
    detectors = detectors or Detectors(threads=os.cpu_count())
    frame = open_still(source)
    size_wh = frame.width, frame.height
    whole = "damaged in the source" if frame.damaged else None
    tracks: tuple[Track, ...] = ()
    if whole is None:
        examiners = detectors.of({Kind.PERSON, Kind.FACE, Kind.VEHICLE})
        detectors.prove()
        tracks = _each_once(find_at_every_scale(frame, examiners, EVIDENCE), size_wh)
        detectors.prove()
    return InView(0, frame.pts, frame.time_base, size_wh, frame.turn, tracks, has_detections=True, whole=whole)


def _each_once(found: Detections, size_wh: tuple[int, int]) -> tuple[Track, ...]:
    """Those who were found as a body or, where a crowd hides that, by their face alone."""
    bodies, faces = found.take(found.class_id == Kind.PERSON), found.take(found.class_id == Kind.FACE)
    alone = faces.take(_without_body(faces, bodies))
    left, top, right, bottom = alone.xyxy.T
    half, height = right - left, BODY_FACES * (bottom - top)
    middle = (left + right) / 2
    standing = np.stack([middle - half, top, middle + half, top + height], axis=1)
    people = Detections(
        standing.astype(np.float32), alone.confidence, np.full(len(alone), Kind.PERSON, alone.class_id.dtype)
    )
    everybody = Detections.merge([bodies, people, found.take(found.class_id == Kind.VEHICLE)])
    boxes = np.clip(
        everybody.xyxy, 0, np.array(size_wh * 2, np.float32) - 1
    )  # the feet of who is cut off are at its border
    return tuple(
        Track(number, Kind(int(kind)), float(score), (x0, y0, x1, y1), is_detected=True)
        for number, ((x0, y0, x1, y1), score, kind) in enumerate(
            zip(boxes.tolist(), everybody.confidence, everybody.class_id, strict=True)
        )
    )


def _without_body(faces: Detections, bodies: Detections) -> npt.NDArray[np.bool_]:
    """The faces that are in the upper half of no body. Each body has one face."""
    taken: set[int] = set()
    alone = np.ones(len(faces), np.bool_)
    for place, (left, top, right, bottom) in enumerate(faces.xyxy):
        x, y = (left + right) / 2, (top + bottom) / 2
        x0, y0, x1, y1 = bodies.xyxy.T
        height = y1 - y0
        around = (x0 <= x) & (x <= x1) & (y0 - ABOVE * height <= y) & (y <= y0 + UPPER * height)
        free = [int(body) for body in np.flatnonzero(around) if int(body) not in taken]
        if free:
            taken.add(free[0])
            alone[place] = False
    return alone
