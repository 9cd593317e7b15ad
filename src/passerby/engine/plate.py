"""Examines a plate, the one picture that all of reveal mode shows, with everything there is, before any of it is shown.

Every scale, in tiles, mirrored, lying on either side, and with more contrast where it is dark. That takes seconds, but
once a stretch: parts that did not change since the last examination are not examined again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import cv2
import numpy as np
import numpy.typing as npt

from passerby.detect import Detector, sample, suppress
from passerby.detect.runtime import Bgr
from passerby.engine.looks import least_score
from passerby.media import Detections, Kind, RawFrame
from passerby.media.overlap import areas, shares_inside

MAX_ENLARGED = 3.0  # somebody 12 px high is then as high as what NanoDet finds; more shows nothing new
MAX_INPUT_PX = 3200  # longer side of the picture at its largest scale: seconds of work in 1920×1080
MIN_INPUT_PX = 320
STEP = 1.75  # from scale to scale; each finds people over a range of more than that
TILE_PX, OVERLAP_PX = 800, 160
EDGE_PX, BEYOND = 32, (114, 114, 114)
"""Beyond the picture its last lines go on for so long, so that who is cut off by it is found, and then it is grey."""
MIN_SIDE_PX, MAX_SIDE_PX = 30, 150
"""Longer side of a body in the input, from and up to which a poor score is believed: NanoDet's boxes of larger things
are mostly of furniture and walls, and another scale shows somebody as large or as small as that better."""
PERSON_SCORE, TURNED_SCORE = 0.15, 0.18
"""Of people pasted into seven empty scenes, 20 to 140 px high, all 68 who stand and all 37 who lie score more at some
scale. 2 to 4 % of the empty scenes is claimed then; from 0.12 on 6 %, from 0.08 on 13 % (bench/still_people.py)."""
SIZES_PX = 24, 48, 115
ASKED = np.array([1.0, 1.4, 1.6, 0.8])
"""Times the score that is asked for below, between and above these sides, in the picture's own pixels: the networks
know bodies of 24 to 115 px best. Of 210 people pasted whole 0.5 % are missed, as many as with one score for all; of 165
of whom half shows, or who stand behind a post, 6 % (8 %); and a third of the area is claimed for nothing."""
SMALLEST_PX, SMALLEST_SCORE = 20, 0.10  # at the largest scale: a false box of that size hides next to nothing
LARGE_SCORE, LARGE_TURNED_SCORE = 0.30, 0.40  # who fills the picture is plain to see, and a false box there hides much
EXPLAINED_AREA = 6.0
"""A large box so many times as large as a better one in it is only about that one."""
FACE_SCORE = 0.25
FACE_AROUND = 1.0  # of a face's size on each side: head and shoulders
PADDING_PX = 2.0  # of somebody 12 px high a tenth on each side is one pixel
DARK = 70  # mean luma, from which down contrast is raised for another look
SAME = 5.0  # grey levels, mean over a block: what changed by less is the same
BLOCK_PX = 8
FLAT = 2.0  # grey levels of standard deviation: a tile in which no block has more shows nothing at all

Run = Callable[[Callable[[], Detections]], Detections]
Boxes = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Tile:
    """A part of the upright picture at one scale. xyxy: picture pixels. input_wh: of the network's input."""

    xyxy: tuple[int, int, int, int]
    scale: float
    input_wh: tuple[int, int]
    is_largest: bool
    is_smallest: bool


class PlateExaminer:
    """Of one source. Remembers the last plate's luma, so that only what changed is examined again."""

    def __init__(self, detectors: Sequence[Detector], run: Run = lambda work: work()) -> None:
        """run: does one piece of work, some tens of milliseconds, and gives its answer; where detectors are shared."""
        self._detectors, self._run = list(detectors), run
        self._luma: npt.NDArray[np.float32] | None = None
        self._known: dict[tuple[int, _Tile], Detections] = {}

    def examine(self, plate: RawFrame) -> Detections:
        """What may be somebody, picture pixels. Raises DetectorError: then nothing is known of the plate."""
        picture = sample.sample_bgr(plate, sample.whole(plate), sample.upright_wh(plate, sample.whole(plate)))
        luma = np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), np.float32)
        changed, busy = self._changed(luma), _deviation(luma) > FLAT
        is_dark = float(luma.mean()) < DARK
        known: dict[tuple[int, _Tile], Detections] = {}
        for number, detector in enumerate(self._detectors):
            tiles = list(_tiles(detector, picture))
            for tile in tiles:
                if not _any_in(busy, tile):
                    continue
                before = None if _any_in(changed, tile) else self._known.get((number, tile))
                if before is None:
                    before = self._run(partial(_look, detector, picture, tile, is_dark))
                known[number, tile] = before
            self._run(partial(_release, detector, tiles))
        self._remember(luma, changed, known)
        upright = _without_explained(Detections.merge(list(known.values())))
        height, width = luma.shape
        boxes = sample.to_picture(upright.xyxy, plate, sample.whole(plate), (width, height))
        return Detections(boxes, upright.confidence, upright.class_id)

    def _changed(self, luma: npt.NDArray[np.float32]) -> npt.NDArray[np.bool_]:
        """For each block of pixels, whether it is another than when it was examined last."""
        if self._luma is None or self._luma.shape != luma.shape:
            return np.ones_like(_blocks(luma), np.bool_)
        return np.asarray(_blocks(np.abs(luma - self._luma)) > SAME, np.bool_)

    def _remember(
        self, luma: npt.NDArray[np.float32], changed: npt.NDArray[np.bool_], known: dict[tuple[int, _Tile], Detections]
    ) -> None:
        """Of what did not change the older luma is kept: what changes slowly is another than it was in the end."""
        if self._luma is not None and self._luma.shape == luma.shape:
            rows, columns = luma.shape
            whole = cv2.resize(changed.astype(np.uint8), (columns, rows), interpolation=cv2.INTER_NEAREST)
            luma = np.where(whole, luma, self._luma)
        self._luma, self._known = luma, known


def _blocks(values: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """The mean of each block of 8 × 8 pixels."""
    rows, columns = (-(-side // BLOCK_PX) for side in values.shape)
    return np.asarray(cv2.resize(values, (columns, rows), interpolation=cv2.INTER_AREA), np.float32)


def _deviation(luma: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """The standard deviation in each block and between it and its neighbours."""
    mean, squares = (cv2.blur(_blocks(values), (3, 3)) for values in (luma, luma * luma))
    return np.asarray(np.sqrt(np.maximum(squares - mean * mean, 0)), np.float32)


def _any_in(blocks: npt.NDArray[np.bool_], tile: _Tile) -> bool:
    left, top, right, bottom = (side // BLOCK_PX for side in tile.xyxy)
    return bool(blocks[top : bottom + 1, left : right + 1].any())


def _tiles(detector: Detector, picture: Bgr) -> Iterator[_Tile]:
    height, width = picture.shape[:2]
    spec = detector.model.card.input
    tile_px = max(1, TILE_PX // spec.multiple) * spec.multiple
    input_wh = spec.size_wh or (tile_px, tile_px)  # one size for all: each has to be compiled
    largest = scale = min(MAX_ENLARGED, MAX_INPUT_PX / max(width, height))
    while True:
        is_largest = scale == largest
        is_smallest = scale * max(width, height) / STEP < MIN_INPUT_PX
        scaled_wh = max(1, round(width * scale)), max(1, round(height * scale))
        for top in _starts(scaled_wh[1], input_wh[1]):
            for left in _starts(scaled_wh[0], input_wh[0]):
                x0, y0 = int(left / scale), int(top / scale)
                x1 = min(width, -int(-(left + input_wh[0]) // scale))
                y1 = min(height, -int(-(top + input_wh[1]) // scale))
                yield _Tile((x0, y0, x1, y1), scale, input_wh, is_largest, is_smallest)
        if is_smallest:
            return
        scale /= STEP


def _starts(length: int, tile: int) -> list[int]:
    """Where tiles begin, so that they overlap by more than what is looked for in them."""
    if length <= tile:
        return [0]
    overlap = min(OVERLAP_PX, tile // 3)
    count = -(-(length - overlap) // (tile - overlap))
    return [round(n * (length - tile) / (count - 1)) for n in range(count)]


def _release(detector: Detector, tiles: Sequence[_Tile]) -> Detections:
    """Frees the networks of the tiles' sizes. A piece of work too: nobody else may use the detector meanwhile."""
    for size_wh in {wh for tile in tiles for wh in (tile.input_wh, tile.input_wh[::-1])}:
        detector.release(size_wh)
    return Detections.empty()


def _look(detector: Detector, picture: Bgr, tile: _Tile, is_dark: bool) -> Detections:
    """What one detector finds in a tile in all ways of holding it, in pixels of the upright picture."""
    x0, y0, x1, y1 = tile.xyxy
    part = picture[y0:y1, x0:x1]
    width = min(tile.input_wh[0], max(1, round((x1 - x0) * tile.scale)))
    height = min(tile.input_wh[1], max(1, round((y1 - y0) * tile.scale)))
    how = cv2.INTER_CUBIC if tile.scale > 1 else cv2.INTER_AREA
    resized = cv2.resize(part, (width, height), interpolation=how)
    right, below = tile.input_wh[0] - width, tile.input_wh[1] - height
    edge_right, edge_below = min(EDGE_PX, right), min(EDGE_PX, below)
    with_edge = cv2.copyMakeBorder(resized, 0, edge_below, 0, edge_right, cv2.BORDER_REPLICATE)
    rest = 0, below - edge_below, 0, right - edge_right
    filled = np.asarray(cv2.copyMakeBorder(with_edge, *rest, cv2.BORDER_CONSTANT, value=BEYOND), np.uint8)
    finds_bodies = Kind.PERSON in detector.model.card.kinds
    fixed = detector.model.card.input.size_wh
    turns = [0, 1, 3] if finds_bodies and (fixed is None or fixed[0] == fixed[1]) else [0]
    score = least_score(detector, SMALLEST_SCORE if finds_bodies else FACE_SCORE)
    found = []
    for view, turn, is_mirrored in _views(filled, turns, is_dark):
        seen = detector.detect_bgr(view, score)
        found.append(_turned_back(seen.take(_believed(seen, tile, turn)), turn, is_mirrored, tile.input_wh))
    merged = Detections.merge(found)
    boxes = merged.xyxy / np.float32(tile.scale) + np.array([x0, y0, x0, y0], np.float32)
    return suppress(Detections(boxes.astype(np.float32), merged.confidence, merged.class_id), 0.7)


def _views(part: Bgr, turns: Sequence[int], is_dark: bool) -> Iterator[tuple[Bgr, int, bool]]:
    for turn in turns:
        yield np.ascontiguousarray(np.rot90(part, turn)), turn, False
    yield np.ascontiguousarray(part[:, ::-1]), 0, True
    if is_dark:
        lab = cv2.cvtColor(part, cv2.COLOR_BGR2LAB)
        lab[..., 0] = cv2.createCLAHE(3.0, (8, 8)).apply(lab[..., 0])
        yield np.asarray(cv2.cvtColor(lab, cv2.COLOR_LAB2BGR), np.uint8), 0, False


def _turned_back(found: Detections, turn: int, is_mirrored: bool, wh: tuple[int, int]) -> Detections:
    """The boxes as in the part itself. turn: quarters, against the clock."""
    width, height = wh
    x0, y0, x1, y1 = found.xyxy.T
    if is_mirrored:
        x0, x1 = width - x1, width - x0
    if turn == 1:
        x0, y0, x1, y1 = width - y1, x0, width - y0, x1
    elif turn == 3:
        x0, y0, x1, y1 = y0, height - x1, y1, height - x0
    return Detections(np.stack([x0, y0, x1, y1], axis=1).astype(np.float32), found.confidence, found.class_id)


def _believed(found: Detections, tile: _Tile, turn: int) -> npt.NDArray[np.bool_]:
    """Which detections count: of a size that shows well at this scale, and with the score that this size needs."""
    sides = found.long_sides_px
    needed = np.where(
        sides <= MAX_SIDE_PX, *((TURNED_SCORE, LARGE_TURNED_SCORE) if turn else (PERSON_SCORE, LARGE_SCORE))
    )
    needed = needed * ASKED[np.searchsorted(SIZES_PX, sides / tile.scale, side="right")]
    fits = (sides >= MIN_SIDE_PX) & ((sides <= MAX_SIDE_PX) | tile.is_smallest)
    counts = fits & (found.confidence >= needed)
    if tile.is_largest:
        counts |= (sides >= SMALLEST_PX) & (sides < MIN_SIDE_PX)
    return np.asarray((found.class_id == Kind.FACE) | ((found.class_id == Kind.PERSON) & counts), np.bool_)


def _without_explained(found: Detections) -> Detections:
    """Without large boxes in which a much smaller one scores better: they are of that one and what is around it.

    A face explains no body: it is part of one.
    """
    if len(found) < 2:
        return found
    area = areas(found.xyxy)
    inside = shares_inside(found.xyxy, found.xyxy) >= 0.9  # [smaller, larger]
    better = (found.confidence[:, None] > found.confidence[None, :]) & (found.class_id == Kind.PERSON)[:, None]
    explained = inside & better & (area[None, :] > EXPLAINED_AREA * area[:, None])
    return found.take(np.asarray(~explained.any(axis=0), np.bool_))


def claimed_boxes(found: Detections) -> Boxes:
    """(n, 4): what has to stay covered because of them, picture pixels: of a face, head and shoulders too."""
    sides = np.tile(found.xyxy[:, 2:] - found.xyxy[:, :2], 2) * np.array([-1, -1, 1, 1], np.float32)
    around = np.where(found.class_id == Kind.FACE, np.float32(FACE_AROUND), np.float32(0))
    return np.asarray(
        found.xyxy + around[:, None] * sides + np.array([-1, -1, 1, 1], np.float32) * PADDING_PX, np.float32
    )
