"""Redacts one still: no neighbours in time to help, so every scale is looked at."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from passerby.capture import open_still, still_format
from passerby.covers_file import ManualCovers
from passerby.detect import Detector, DetectorError
from passerby.engine.facts import Facts, models_used
from passerby.engine.looks import Detectors, join, kinds_to_find
from passerby.media import Cover, Detections, Kind, RawFrame
from passerby.paint import Redactor
from passerby.record import write_still
from passerby.report import OutputFacts, Report, SourceFacts
from passerby.report.cautions import cautions
from passerby.report.model import ModeChoice, TrackSpan
from passerby.rules.coverage import Policy, box_of, with_manual
from passerby.settings import Settings

SIZES_PX = (416, 640, 960, 1280)
SIZES_MOST_SHARE = 2.0  # enlarged more than this a still shows nothing new
SCORES = {Kind.PERSON: 0.2, Kind.FACE: 0.15, Kind.VEHICLE: 0.12, Kind.PLATE: 0.2}


def redact_still(
    source: Path,
    output: Path,
    settings: Settings,
    detectors: Detectors,
    *,
    covers: ManualCovers | None = None,
    overwrite: bool = False,
) -> Report:
    """Makes a redacted copy of a still. A still that could not be examined is covered whole, and the report says so."""
    frame = open_still(source)
    facts = Facts(still_format(frame), 0.0, 1)
    policy = Policy.of(settings, plates_found=detectors.finds(Kind.PLATE))
    kinds = kinds_to_find(policy.kinds, detectors)
    found, cover = Detections.empty(), Cover(whole="damaged in the source")
    if not frame.damaged:
        with facts.clock.stage("examine"):
            found, cover = _examine(frame, detectors.of(kinds), policy)
    if covers is not None:
        cover = with_manual(cover, *covers.at(0.0))
    with facts.clock.stage("redact"):
        redacted = Redactor(settings.style).redact(frame, cover)
    with facts.clock.stage("encode"):
        recorded = write_still(redacted, output, settings.quality, overwrite=overwrite, source=source)
    facts.wrote(redacted, cover.whole)
    return Report(
        source=SourceFacts(
            name=source.name,
            bytes=source.stat().st_size,
            codec=source.suffix.lstrip(".").lower() or "still",
            width=frame.width,
            height=frame.height,
        ),
        output=OutputFacts(
            name=recorded.path.name,
            bytes=recorded.bytes,
            sha256=recorded.sha256,
            codec=output.suffix.lstrip(".").lower(),
        ),
        mode=ModeChoice(used="cover", asked=settings.mode, why="a still has no background to learn"),
        settings=settings,
        models=models_used(detector.model for detector in detectors.of(kinds)),
        frames=facts.frame_counts(),
        whole_spans=facts.whole_spans.all(),
        tracks=tuple(
            TrackSpan.of(number, Kind(int(kind)), 0.0, 0.0, 1) for number, kind in enumerate(found.class_id, start=1)
        ),
        hidden=facts.hidden(),
        speed=facts.clock.speed(1),
        warnings=cautions(settings),
        contact_sheet=tuple(facts.stills),
    )


def _examine(frame: RawFrame, detectors: list[Detector], policy: Policy) -> tuple[Detections, Cover]:
    """What is in the still at every scale, and its cover; all of it where a detector fails."""
    try:
        found = find_at_every_scale(frame, detectors)
    except DetectorError:
        return Detections.empty(), Cover(whole="detector failed")
    boxes = [
        box_of(Kind(int(kind)), (float(x0), float(y0), float(x1), float(y1)), policy)
        for (x0, y0, x1, y1), kind in zip(found.xyxy, found.class_id, strict=True)
    ]
    return found, Cover(tuple(box for box in boxes if box is not None))


def find_at_every_scale(frame: RawFrame, detectors: list[Detector], scores: dict[Kind, float] = SCORES) -> Detections:
    """What the detectors find in one frame at every size that can show something. Raises DetectorError."""
    parts = []
    for detector in detectors:
        for size_px in _sizes(detector, frame):
            parts.append(
                detector.detect(frame, size_wh=detector.input_size((frame.width, frame.height), size_px), score=0.05)
            )
    found = join(parts)
    least = np.array([scores[Kind(int(kind))] for kind in found.class_id], np.float32)
    return found.take(found.confidence >= least)


def _sizes(detector: Detector, frame: RawFrame) -> list[int]:
    if detector.model.card.input.size_wh is not None:
        return [0]
    longest = SIZES_MOST_SHARE * max(frame.width, frame.height)
    return [size for size in SIZES_PX if size <= longest] or [SIZES_PX[0]]
