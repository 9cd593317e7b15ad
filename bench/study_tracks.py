"""What a tracker is worth on a moving camera, and how far ahead it must see. All get the very same detections."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from clips import Clip
from exposure import measure_video
from process import CommandFailed

from passerby.capture import open_source
from passerby.engine.cover_mode import DETECT_EVERY_S, LOOK_AHEAD_S
from passerby.engine.passes import Detectors, PassPlan, passes_for
from passerby.media import Cover, CoverBox, Detections, Kind
from passerby.paint import Redactor
from passerby.record import VideoRecorder
from passerby.rules.coverage import Policy, box_of, cover_found
from passerby.settings import Hide, Settings
from passerby.track import FlowMeter, Motion, Tracker

AHEADS_S = (0.0, 0.5, 0.75, 1.0, 1.5, 3.0)
HELD_SCORES = (0.12, 0.3)
TAIL_S = 0.28  # so long a track of another tracker is covered after its last detection: as long as ours
SETTINGS = Settings(mode="cover", hide=frozenset({Hide.PEOPLE}))
POLICY = Policy.of(SETTINGS)
BYTETRACK = Path(__file__).parent / "bytetrack.py"
BYTETRACK_SCORES = (None, 0.3, 0.2, 0.1)
"""What begins a track there; None: its defaults, which are for detectors that score higher than ours."""

Boxes = dict[int, list[tuple[float, float, float, float]]]
"""What is covered, by frame index."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One frame as a tracker gets it. found: None where nobody looked."""

    index: int
    time_s: float
    motion: Motion
    found: Detections | None


@dataclass(frozen=True, slots=True)
class Seen:
    """A clip, examined once."""

    size_wh: tuple[int, int]
    moments: list[Moment]


def study_ahead(shared: Path, clip: Clip, work: Path) -> str:
    """A Markdown table: people exposed by how far ahead the tracker sees before a frame is handed out."""
    seen = detect(clip, DETECT_EVERY_S)
    rows = [(f"{s:g} s", measure(shared, clip, work, covers_of_ours(seen, s))) for s in AHEADS_S]
    return _table("look ahead", rows)


def study_trackers(shared: Path, clip: Clip, work: Path, python: Path) -> str:
    """A Markdown table: people exposed by tracker. python: of the environment that has ByteTrack."""
    rows = []
    for every_s, often in ((DETECT_EVERY_S, f"every {DETECT_EVERY_S:g} s"), (0.0, "every frame")):
        seen = detect(clip, every_s)
        for score in HELD_SCORES:
            found = cover(held(seen, score))
            rows.append((f"none, score {score:g}, {often}", measure(shared, clip, work, found)))
        for begin in BYTETRACK_SCORES:
            found = cover(bytetrack(seen, begin, python))
            words = "its defaults" if begin is None else f"score {begin:g}"
            rows.append((f"ByteTrack, {words}, {often}", measure(shared, clip, work, found)))
        rows.append((f"ours, {often}", measure(shared, clip, work, covers_of_ours(seen, LOOK_AHEAD_S))))
    return _table("tracker", rows)


def detect(clip: Clip, every_s: float) -> Seen:
    """People in the clip, as cover mode looks for them."""
    with open_source(clip.path) as video:
        size_wh = (video.width, video.height)
        passes = passes_for(Detectors(), {Kind.PERSON}, size_wh, PassPlan(every_s))
        flow = FlowMeter(size_wh)
        moments = []
        for frame in video:
            luma = np.asarray(frame.planes()[0] >> (frame.depth - 8), np.uint8)
            found = passes.run(frame) if passes.is_due(frame.time_s) else None
            moments.append(Moment(frame.index, frame.time_s, flow.measure(luma), found))
    return Seen(size_wh, moments)


def covers_of_ours(seen: Seen, ahead_s: float) -> dict[int, tuple[CoverBox, ...]]:
    """Covers by frame, each taken once the tracker has seen `ahead_s` more."""
    tracker = Tracker(seen.size_wh)
    covers = {}
    waiting = list(seen.moments)
    for moment in seen.moments:
        tracker.update(moment.index, moment.time_s, moment.found, moment.motion)
        while waiting and moment.time_s - waiting[0].time_s >= ahead_s:
            first = waiting.pop(0)
            covers[first.index] = cover_found(tracker.take(first.index, first.time_s), POLICY)
    tracker.finish()
    covers |= {m.index: cover_found(tracker.take(m.index, m.time_s), POLICY) for m in waiting}
    return covers


def held(seen: Seen, score: float) -> Boxes:
    """No tracker: what one pass finds is covered until the next."""
    boxes: Boxes = {}
    latest: list[tuple[float, float, float, float]] = []
    for moment in seen.moments:
        if moment.found is not None:
            latest = [_box(xyxy) for xyxy in moment.found.xyxy[moment.found.confidence >= score]]
        boxes[moment.index] = latest
    return boxes


def bytetrack(seen: Seen, begin: float | None, python: Path) -> Boxes:
    """ByteTrack on the same detections, with the way between two detections of a track filled in straight."""
    options: dict[str, float] = {}
    if begin is not None:
        options = {"track_activation_threshold": begin, "high_conf_det_threshold": begin}
        options["minimum_consecutive_frames"] = 1
    looked = [moment for moment in seen.moments if moment.found is not None]
    asked = {
        "options": options,
        "times_s": [moment.time_s for moment in looked],
        "frames": [_rows(moment.found) for moment in looked if moment.found is not None],
    }
    done = subprocess.run(
        [str(python), str(BYTETRACK)], input=json.dumps(asked), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise CommandFailed(f"ByteTrack ended with {done.returncode}: {done.stderr.strip()[-300:]}")
    tracks: dict[int, dict[int, Sequence[float]]] = {}
    for moment, found in zip(looked, json.loads(done.stdout), strict=True):
        for number, *box in found:
            tracks.setdefault(number, {})[moment.index] = box
    return _filled(tracks.values(), {moment.index: moment.time_s for moment in seen.moments})


def _filled(tracks: Iterable[dict[int, Sequence[float]]], times_s: dict[int, float]) -> Boxes:
    boxes: Boxes = {index: [] for index in times_s}
    for track in tracks:
        known = sorted(track)
        ways = np.array([track[index] for index in known])
        last = max(index for index in times_s if times_s[index] <= times_s[known[-1]] + TAIL_S)
        for index in range(known[0], last + 1):
            boxes[index].append(_box([np.interp(index, known, ways[:, side]) for side in range(4)]))
    return boxes


def cover(boxes: Boxes) -> dict[int, tuple[CoverBox, ...]]:
    """Padded as cover mode pads what it finds."""
    covers = {}
    for index, found in boxes.items():
        padded = (box_of(Kind.PERSON, xyxy, POLICY) for xyxy in found)
        covers[index] = tuple(box for box in padded if box is not None)
    return covers


def measure(shared: Path, clip: Clip, work: Path, covers: dict[int, tuple[CoverBox, ...]]) -> dict[str, Any]:
    """Writes the covered video as passerby would, and measures what it shows."""
    output = work / "study.mp4"
    redactor = Redactor(SETTINGS.style)
    with (
        open_source(clip.path) as video,
        VideoRecorder(output, video.format, overwrite=True, origin_pts=video.origin_pts) as recorder,
    ):
        for frame in video:
            recorder.write(redactor.redact(frame, Cover(covers[frame.index])))
        recorder.close()
    return measure_video(shared, clip, output)


def _table(what: str, rows: Iterable[tuple[str, dict[str, Any]]]) -> str:
    head = f"| {what} | heads exposed % | bodies exposed % | longest run, frames | false cover % |"
    lines = [
        f"| {words} | {got['heads_exposed_pct']:.2f} | {got['bodies_exposed_pct']:.2f} | "
        f"{got['longest_exposed_run']} | {got['false_cover_pct']:.1f} |"
        for words, got in rows
    ]
    return "\n".join([head, "| --- | --: | --: | --: | --: |", *lines])


def _rows(found: Detections) -> list[list[float]]:
    return [[*map(float, box), float(score)] for box, score in zip(found.xyxy, found.confidence, strict=True)]


def _box(xyxy: Iterable[Any]) -> tuple[float, float, float, float]:
    left, top, right, bottom = (float(v) for v in xyxy)
    return left, top, right, bottom
