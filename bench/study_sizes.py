"""How large must the input of the detector be? Heads missed and false cover on single frames, by input size and score.

Every frame stands for itself, with nothing bridged: what one pass misses, tracking has to make up for.
"""

from __future__ import annotations

import importlib
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from clips import Clip, ClipMissing

from passerby.capture import open_source
from passerby.detect import Detector, ModelStore
from passerby.media import Detections, Kind, RawFrame
from passerby.rules.coverage import padded
from passerby.settings import Settings

MODEL = "nanodet-g"
SIZES_PX = (416, 640, 960, 1280)
TILES = (3, 2)
TILE_OVERLAP = 0.2
SCORES = (0.06, 0.12, 0.2, 0.3)
MIN_CONFIDENCE, MIN_HEIGHT_PX = 0.9, 24.0  # of a reference box: the defaults of the measure
COVERED = 128

Gray = npt.NDArray[np.uint8]
Person = tuple[int, float, float, float, float]


@dataclass(slots=True)
class Tally:
    """Sums over frames for one way to detect and one score. hidden, far: pixels away from everybody."""

    heads: int = 0
    missed: int = 0
    hidden: int = 0
    far: int = 0

    def words(self) -> str:
        return f"{100 * self.missed / max(self.heads, 1):.1f} / {100 * self.hidden / max(self.far, 1):.1f}"


def study_sizes(shared: Path, clip: Clip, frames: int) -> str:
    """A Markdown table: heads missed % / false cover %, for each size and score."""
    measure = load_measure(shared)
    if clip.boxes is None:
        raise ClipMissing(f"there are no boxes for {clip.path.name}")
    people = measure.read_boxes(clip.boxes, MIN_CONFIDENCE, MIN_HEIGHT_PX)
    detector = Detector.load(ModelStore().get(MODEL))
    ways = [f"whole, {size} px" for size in SIZES_PX] + [f"{TILES[0]}×{TILES[1]} tiles, {SIZES_PX[0]} px"]
    tallies = {(way, score): Tally() for way in ways for score in SCORES}
    spent_s = dict.fromkeys(ways, 0.0)
    looked = 0
    for frame in _sample(clip, people, frames):
        looked += 1
        for way, size in zip(ways, (*SIZES_PX, None), strict=True):
            started = time.perf_counter()
            found = _detect(detector, frame, size)
            spent_s[way] += time.perf_counter() - started
            for score in SCORES:
                boxes = found.xyxy[(found.confidence >= score) & (found.class_id == Kind.PERSON)]
                _count(tallies[way, score], measure, frame, boxes, people[frame.index + 1])
    lines = [
        f"| {way} | {1000 * spent_s[way] / max(looked, 1):.0f} | "
        + " | ".join(tallies[way, score].words() for score in SCORES)
        + " |"
        for way in ways
    ]
    head = "| input | ms | " + " | ".join(f"score {score:g}" for score in SCORES) + " |"
    rule = "| --- | --: |" + " --: |" * len(SCORES)
    return "\n".join([f"Heads missed % / false cover %, {looked} single frames, {MODEL}:", "", head, rule, *lines])


def load_measure(shared: Path) -> Any:
    """The measure beside the footage, so that a head counts as missed by the same rule everywhere."""
    if not (shared / "measure" / "exposed.py").is_file():
        raise ClipMissing(f"there is no {shared / 'measure' / 'exposed.py'}")
    sys.path.insert(0, str(shared / "measure"))
    return importlib.import_module("exposed")


def _sample(clip: Clip, people: dict[int, list[Person]], frames: int) -> Iterator[RawFrame]:
    """So many of the frames that have reference boxes, spread evenly."""
    known = [number for number in sorted(people) if number <= clip.frames]
    wanted = set(known[:: max(1, len(known) // frames)])
    with open_source(clip.path) as video:
        yield from (frame for frame in video if frame.index + 1 in wanted)


def _detect(detector: Detector, frame: RawFrame, size_px: int | None) -> Detections:
    """size_px: longer side of the input for the whole picture; None: tiles, and the whole picture besides."""
    whole = detector.detect(frame, size_wh=_input(detector, frame, size_px or SIZES_PX[0]), score=min(SCORES))
    if size_px is not None:
        return whole
    tiles = detector.detect_tiles(frame, _tiles(frame.width, frame.height), score=min(SCORES))
    return Detections.merge([whole, tiles])


def _input(detector: Detector, frame: RawFrame, size_px: int) -> tuple[int, int]:
    return detector.input_size((frame.width, frame.height), size_px)


def _tiles(width: int, height: int) -> list[tuple[float, float, float, float]]:
    across, down = (side / (n - (n - 1) * TILE_OVERLAP) for side, n in zip((width, height), TILES, strict=True))
    step_x, step_y = across * (1 - TILE_OVERLAP), down * (1 - TILE_OVERLAP)
    places = [(column * step_x, row * step_y) for row in range(TILES[1]) for column in range(TILES[0])]
    return [(x, y, min(x + across, width), min(y + down, height)) for x, y in places]


def _count(tally: Tally, measure: Any, frame: RawFrame, boxes: npt.NDArray[np.float32], people: list[Person]) -> None:
    luma = frame.planes()[0]
    before: Gray = np.asarray(luma >> (frame.depth - 8), np.uint8)
    covered = np.zeros(before.shape, np.bool_)
    for left, top, right, bottom in boxes:
        _fill(covered, padded((left, top, right, bottom), Settings().margin))
    after = np.where(covered, np.uint8(COVERED), before)
    near = np.zeros(before.shape, np.bool_)
    for _, x, y, w, h in people:
        _fill(near, (x - 0.25 * w - 4, y - 0.25 * h - 4, x + 1.25 * w + 4, y + 1.25 * h + 4))
        head = (x, y, w, h, 0.28, 0.72, 0, 0.15)
        tally.heads += 1
        tally.missed += bool(measure.exposed(measure.patch(before, *head), measure.patch(after, *head)))
    tally.hidden += int(np.count_nonzero(covered & ~near))
    tally.far += int(np.count_nonzero(~near))


def _fill(mask: npt.NDArray[np.bool_], xyxy: tuple[float, float, float, float]) -> None:
    left, top, right, bottom = (max(0, round(float(v))) for v in xyxy)
    mask[top:bottom, left:right] = True
