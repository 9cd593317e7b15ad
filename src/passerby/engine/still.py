"""Redacts one still. There are no other frames to help, so it is examined at every scale and mirrored."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from passerby.capture import has_attached_video, open_still, still_format, still_kind_of
from passerby.covers_file import ManualCovers
from passerby.detect import Detector, sample
from passerby.engine.agreement import agreed
from passerby.engine.facts import Facts, models_used
from passerby.engine.passes import Detectors, join, kinds_to_find, min_score
from passerby.engine.proofs import failure_of
from passerby.media import Cover, Detections, Kind, RawFrame
from passerby.paint import Redactor
from passerby.record import write_still
from passerby.report import OutputFacts, Report, SourceFacts
from passerby.report.cautions import cautions
from passerby.report.model import ModeChoice, Problem, TrackSpan
from passerby.rules.coverage import Policy, box_of, with_manual
from passerby.settings import Settings

SIZES_PX = (416, 640, 960, 1440, 2160)
"""Longer sides of the inputs: what is too large or too small for the network in one is right in the next."""
MAX_ENLARGED = 2.5  # more enlargement shows no further faces or plates
MAX_ENLARGED_FOR_BODIES = 1.3  # with more, parts of things are taken for people and vehicles
MIN_SCORE = 0.05  # of a box in one pass: two passes with this score stay below all of EVIDENCE
EVIDENCE = {Kind.PERSON: 0.10, Kind.FACE: 0.15, Kind.VEHICLE: 0.25, Kind.PLATE: 0.15}
"""The confidence of `agreed` from which a box is hidden. Of 732 faces on stills, 0.15 leaves 4 and hides 1.7 % of the
rest of the pictures; 0.20 leaves 10 and hides 1.1 %."""
NEAR_SHARE = 0.25  # of the picture's shorter side; a person this large is near
WITH_VIDEO = "a video is attached to the picture, as in motion photos: only the picture is redacted"
NEAR_EVIDENCE = 0.25  # near people are easy to see, and a false box of that size hides much


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
            found, cover = examine_proved(frame, detectors, kinds, policy)
    if covers is not None:
        cover = with_manual(cover, *covers.of_still())
    with facts.clock.stage("redact"):
        redacted = Redactor(settings.style).redact(frame, cover)
    with facts.clock.stage("encode"):
        recorded = write_still(redacted, output, settings.quality, overwrite=overwrite, source=source)
    facts.wrote(redacted, cover)
    return Report(
        source=SourceFacts(
            name=source.name,
            bytes=source.stat().st_size,
            codec=(still_kind_of(source) or "still").lower(),
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
        problems=(Problem(kind="streams", message=WITH_VIDEO),) if has_attached_video(source) else (),
        warnings=cautions(settings),
        covers=covers,
        contact_sheet=tuple(facts.stills),
    )


def examine_still(frame: RawFrame, detectors: list[Detector], policy: Policy) -> tuple[Detections, Cover]:
    """What is found in the still at every scale, and its cover. If a detector fails, the whole still is covered."""
    try:
        found = find_at_every_scale(frame, detectors)
    except Exception as error:  # whatever went wrong, nothing is known about the still: fail closed
        return Detections.empty(), Cover(whole=failure_of(error))
    boxes = [
        box_of(Kind(int(kind)), (float(x0), float(y0), float(x1), float(y1)), policy)
        for (x0, y0, x1, y1), kind in zip(found.xyxy, found.class_id, strict=True)
    ]
    return found, Cover(tuple(box for box in boxes if box is not None))


def examine_proved(
    frame: RawFrame, detectors: Detectors, kinds: frozenset[Kind], policy: Policy
) -> tuple[Detections, Cover]:
    """`examine_still` with detectors that are proved before and after. If a proof fails, the whole still is covered."""
    examiners = detectors.of(kinds)
    try:
        detectors.prove()
        found, cover = examine_still(frame, examiners, policy)
        detectors.prove()
    except Exception as error:
        return Detections.empty(), Cover(whole=failure_of(error))
    return found, cover


def find_at_every_scale(frame: RawFrame, detectors: list[Detector], least: dict[Kind, float] = EVIDENCE) -> Detections:
    """What the detectors agree on, at every useful size, unmirrored and mirrored.

    least: the minimum evidence for each kind. Raises DetectorError.
    """
    found = join([agreed(list(_passes(detector, frame))) for detector in detectors])
    needed = np.array([least[Kind(int(kind))] for kind in found.class_id], np.float32)
    near = found.long_sides_px >= NEAR_SHARE * min(frame.width, frame.height)
    needed[near & (found.class_id == Kind.PERSON)] = max(NEAR_EVIDENCE, least[Kind.PERSON])
    return found.take(found.confidence >= needed)


def _passes(detector: Detector, frame: RawFrame) -> Iterator[Detections]:
    wh = sample.upright_wh(frame, sample.whole(frame))
    for size_px in _sizes(detector, max(wh)):
        size_wh = detector.input_size(wh, size_px)
        yield detector.detect(frame, size_wh=size_wh, score=min_score(detector, MIN_SCORE))
        yield _detect_mirrored(detector, frame, size_wh)


def _sizes(detector: Detector, long_side_px: int) -> list[int]:
    card = detector.model.card
    if card.input.size_wh is not None:
        return [max(card.input.size_wh)]
    enlarged = MAX_ENLARGED_FOR_BODIES if card.kinds & {Kind.PERSON, Kind.VEHICLE} else MAX_ENLARGED
    return [size_px for size_px in SIZES_PX if size_px <= enlarged * long_side_px] or [SIZES_PX[0]]


def _detect_mirrored(detector: Detector, frame: RawFrame, size_wh: tuple[int, int]) -> Detections:
    """What a detector finds in the mirrored picture at one size, in pixels of the picture itself."""
    region = sample.whole(frame)
    mirror_image = np.ascontiguousarray(sample.sample_bgr(frame, region, size_wh)[:, ::-1])
    found = detector.detect_bgr(mirror_image, min_score(detector, MIN_SCORE))
    left, top, right, bottom = found.xyxy.T
    boxes = np.stack([size_wh[0] - right, top, size_wh[0] - left, bottom], axis=1)
    return Detections(sample.to_picture(boxes, frame, region, size_wh), found.confidence, found.class_id)
