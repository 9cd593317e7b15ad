"""Checks a redacted file for people and faces that are still visible, at every scale."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from passerby.capture import is_still, open_source, open_still
from passerby.detect import Detector
from passerby.engine.passes import Detectors
from passerby.engine.progress import OnProgress, Progress
from passerby.engine.still import find_at_every_scale
from passerby.media import Detections, Kind, RawFrame
from passerby.media.overlap import iou

EXAMINE_EVERY_S = 0.5  # anybody visible for less than this is not visible for long
SURE = {Kind.PERSON: 0.45, Kind.FACE: 0.35, Kind.VEHICLE: 1.1, Kind.PLATE: 0.45}
JOIN_S = 1.1
JOIN_OVERLAP = 0.2


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that looks like a person or a face in the output. xyxy: picture pixels, where it was first found."""

    start_s: float
    end_s: float
    kind: str
    xyxy: tuple[float, float, float, float]
    confidence: float


@dataclass(frozen=True, slots=True)
class AuditResult:
    """What the audit found. frames: in the file. frames_examined: how many were checked. duration_s: of the file."""

    findings: list[Finding]
    frames: int
    frames_examined: int
    duration_s: float


def audit(
    redacted: Path | str, *, progress: OnProgress | None = None, detectors: Detectors | None = None
) -> AuditResult:
    """Finds people and faces that are still visible in a redacted video or still.

    Raises SourceError or ModelError, and DetectorError if a frame could not be examined.
    """
    detectors = detectors or Detectors(threads=os.cpu_count())
    found_by = detectors.of({Kind.PERSON, Kind.FACE})
    detectors.prove()
    if is_still(redacted):
        result = AuditResult(_findings(open_still(redacted), 0.0, found_by), 1, 1, 0.0)
    else:
        result = _audit_video(Path(redacted), found_by, progress)
    detectors.prove()  # otherwise "nothing found" would mean nothing
    return result


def _audit_video(path: Path, detectors: list[Detector], progress: OnProgress | None) -> AuditResult:
    findings: list[Finding] = []
    frames = examined = 0
    next_s, last_s, started = float("-inf"), 0.0, time.perf_counter()
    with open_source(path) as video:
        start_s = float(video.start_pts * video.time_base)
        for frame in video:
            frames += 1
            last_s = frame.time_s - start_s
            if last_s < next_s:
                continue
            next_s = last_s + EXAMINE_EVERY_S - 1e-4
            examined += 1
            for finding in _findings(frame, last_s, detectors):
                _join(findings, finding)
            if progress:
                fps = frames / (time.perf_counter() - started)
                progress(Progress("auditing", frames, video.frame_count_estimate, fps))
    return AuditResult(findings, frames, examined, last_s)


def _findings(frame: RawFrame, time_s: float, detectors: list[Detector]) -> list[Finding]:
    found = find_at_every_scale(frame, detectors, SURE)
    return [
        Finding(time_s, time_s, Kind(int(kind)).label, _box(found, i), round(float(found.confidence[i]), 3))
        for i, kind in enumerate(found.class_id)
    ]


def _box(found: Detections, i: int) -> tuple[float, float, float, float]:
    left, top, right, bottom = (round(float(v), 1) for v in found.xyxy[i])
    return left, top, right, bottom


def _join(findings: list[Finding], new: Finding) -> None:
    """Extends the finding that this one continues, or adds it."""
    for i in range(len(findings) - 1, max(-1, len(findings) - 200), -1):
        old = findings[i]
        if old.kind == new.kind and new.start_s - old.end_s <= JOIN_S and _is_there_too(old, new):
            findings[i] = replace(old, end_s=new.end_s, confidence=max(old.confidence, new.confidence))
            return
    findings.append(new)


def _is_there_too(old: Finding, new: Finding) -> bool:
    a, b = (np.array([finding.xyxy], np.float32) for finding in (old, new))
    return float(iou(a, b)[0, 0]) >= JOIN_OVERLAP
