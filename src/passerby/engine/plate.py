"""Examines a plate, the one picture that reveal mode shows, with every means there is, before any of it is shown.

It is examined at every scale, in tiles, mirrored, turned to either side, and with more contrast if it is dark. That
takes seconds, but only once per stretch: parts that have not changed since are not examined again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

import cv2
import numpy as np
import numpy.typing as npt

from passerby.detect import Detector, sample, suppress
from passerby.detect.runtime import Bgr
from passerby.engine.passes import min_score
from passerby.engine.tiles import Part, Tile, tiles_of
from passerby.media import Detections, Kind, RawFrame
from passerby.media.overlap import areas, shares_inside

MAX_ENLARGED = 3.0  # enlarges a person 12 px high to what NanoDet can find; more shows nothing new
MAX_FACES_ENLARGED = 1.75  # CenterFace finds faces of 8 px; people with smaller ones have the height NanoDet finds best
MIN_SIDE_PX, MAX_SIDE_PX = 30, 150
"""Longer side of a body in the input, min and max for which a low score counts: NanoDet's larger boxes are mostly
furniture and walls, and another scale shows people outside this range better."""
PERSON_SCORE, TURNED_SCORE = 0.15, 0.18
"""Of people 20 to 140 px high, pasted into seven empty scenes, all 68 standing and all 37 lying score more than this at
some scale. 2 to 4 % of the empty scenes is then claimed; with 0.12 it is 6 %, with 0.08 13 %
(bench/still_people.py)."""
SIZES_PX = 24, 48, 115
ASKED = np.array([1.0, 1.4, 1.6, 0.8])
"""Factors for the required score below, between and above these sides, in the picture's own pixels: the networks know
bodies of 24 to 115 px best. Of 210 people pasted whole 0.5 % are missed, as many as with one score for all; of 165 who
are half visible or stand behind a post, 6 % (8 %); and a third of the area is claimed for nothing."""
SMALLEST_PX, SMALLEST_SCORE = 20, 0.10  # at the largest scale: a false box of that size hides next to nothing
LARGE_SCORE, LARGE_TURNED_SCORE = 0.30, 0.40  # people who fill the picture are easy to see, and a false box hides much
EXPLAINED_AREA = 6.0
"""A box this many times as large as a better one inside it is only there because of that one."""
FACE_SCORE = 0.25
FACE_AROUND = 1.0  # of a face's size, added on each side for head and shoulders
PADDING_PX = 2.0  # for a person 12 px high, a tenth on each side is one pixel
DARK = 70  # mean luma below which there is another pass with raised contrast
SAME = 5.0  # grey levels, mean over a block: a smaller change does not count
BLOCK_PX = 8
FLAT = 2.0  # grey levels of standard deviation: a tile without a block above this shows nothing

Run = Callable[[Callable[[], Detections]], Detections]
Boxes = npt.NDArray[np.float32]
Luma = npt.NDArray[np.uint8]


class PlateExaminer:
    """Examines the plates of one source. Remembers the last plate's luma, so that only changes are examined again."""

    def __init__(self, detectors: Sequence[Detector], run: Run = lambda work: work()) -> None:
        """run: runs one piece of work, up to a tenth of a second, and returns its answer; for shared detectors."""
        self._detectors, self._run = list(detectors), run
        self._luma: Luma | None = None
        self._known: dict[tuple[int, Tile], Detections] = {}

    def examine(self, plate: RawFrame) -> Detections:
        """What may be a person, in picture pixels. Raises DetectorError: then nothing is known about the plate."""
        picture = sample.sample_bgr(plate, sample.whole(plate), sample.upright_wh(plate, sample.whole(plate)))
        luma = np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), np.uint8)
        changed, busy = self._changed(luma), _deviation(luma.astype(np.float32)) > FLAT
        is_dark = float(luma.mean()) < DARK
        known: dict[tuple[int, Tile], Detections] = {}
        for number, detector in enumerate(self._detectors):
            card = detector.model.card
            enlarged = MAX_ENLARGED if Kind.PERSON in card.kinds else MAX_FACES_ENLARGED
            tiles = tiles_of((picture.shape[1], picture.shape[0]), card.input, enlarged)
            for tile in tiles:
                if not _any_in(busy, tile):
                    continue
                before = None if _any_in(changed, tile) else self._known.get((number, tile))
                if before is None:
                    before = _detect(detector, self._run, picture, tile, is_dark)
                known[number, tile] = before
            self._run(partial(_release, detector, tiles))
        self._remember(luma, changed, known)
        upright = _without_explained(Detections.merge(list(known.values())))
        height, width = luma.shape
        boxes = sample.to_picture(upright.xyxy, plate, sample.whole(plate), (width, height))
        return Detections(boxes, upright.confidence, upright.class_id)

    def _changed(self, luma: Luma) -> npt.NDArray[np.bool_]:
        """For each block of pixels, whether it changed since it was last examined."""
        if self._luma is None or self._luma.shape != luma.shape:
            return np.ones(_blocks_wh(luma)[::-1], np.bool_)
        return np.asarray(_blocks(cv2.absdiff(luma, self._luma).astype(np.float32)) > SAME, np.bool_)

    def _remember(self, luma: Luma, changed: npt.NDArray[np.bool_], known: dict[tuple[int, Tile], Detections]) -> None:
        """Keeps the older luma of unchanged blocks, so that slow changes add up until they count."""
        if self._luma is not None and self._luma.shape == luma.shape:
            rows, columns = luma.shape
            whole = cv2.resize(changed.astype(np.uint8), (columns, rows), interpolation=cv2.INTER_NEAREST)
            luma = np.where(whole, luma, self._luma)
        self._luma, self._known = luma, known


def _blocks(values: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """The mean of each block of 8 × 8 pixels."""
    return np.asarray(cv2.resize(values, _blocks_wh(values), interpolation=cv2.INTER_AREA), np.float32)


def _blocks_wh(values: npt.NDArray[np.generic]) -> tuple[int, int]:
    rows, columns = (-(-side // BLOCK_PX) for side in values.shape)
    return columns, rows


def _deviation(luma: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """The standard deviation within each block and between it and its neighbours."""
    mean, squares = (cv2.blur(_blocks(values), (3, 3)) for values in (luma, luma * luma))
    return np.asarray(np.sqrt(np.maximum(squares - mean * mean, 0)), np.float32)


def _any_in(blocks: npt.NDArray[np.bool_], tile: Tile) -> bool:
    places = [[side // BLOCK_PX for side in part.xyxy] for part in tile.parts]
    return any(blocks[top : bottom + 1, left : right + 1].any() for left, top, right, bottom in places)


def _release(detector: Detector, tiles: Sequence[Tile]) -> Detections:
    """Frees the networks of the tiles' sizes. This is a piece of work too: nothing else may use the detector
    meanwhile."""
    for size_wh in {wh for tile in tiles for wh in (tile.input_wh, tile.input_wh[::-1])}:
        detector.release(size_wh)
    return Detections.empty()


def _detect(detector: Detector, run: Run, picture: Bgr, tile: Tile, is_dark: bool) -> Detections:
    """What one detector finds in a tile in all its views, in pixels of the upright picture."""
    finds_bodies = Kind.PERSON in detector.model.card.kinds
    width, height = tile.input_wh
    turns = [0, 1, 3] if finds_bodies and width == height else [0]
    score = min_score(detector, SMALLEST_SCORE if finds_bodies else FACE_SCORE)
    found = []
    for view, turn, is_mirrored in _views(tile.cut(picture), turns, is_dark):
        seen = _turned_back(run(partial(detector.detect_bgr, view, score)), turn, is_mirrored, tile.input_wh)
        for part in tile.parts:
            there = seen.take(part.holds(seen))
            found.append(part.to_picture(there.take(_believed(there, part, turn))))
    return suppress(Detections.merge(found), 0.7)


def _views(part: Bgr, turns: Sequence[int], is_dark: bool) -> Iterator[tuple[Bgr, int, bool]]:
    for turn in turns:
        yield np.ascontiguousarray(np.rot90(part, turn)), turn, False
    yield np.ascontiguousarray(part[:, ::-1]), 0, True
    if is_dark:
        lab = cv2.cvtColor(part, cv2.COLOR_BGR2LAB)
        lab[..., 0] = cv2.createCLAHE(3.0, (8, 8)).apply(lab[..., 0])
        yield np.asarray(cv2.cvtColor(lab, cv2.COLOR_LAB2BGR), np.uint8), 0, False


def _turned_back(found: Detections, turn: int, is_mirrored: bool, wh: tuple[int, int]) -> Detections:
    """Turns the boxes back to the part's own orientation. turn: quarter turns, counter-clockwise."""
    width, height = wh
    x0, y0, x1, y1 = found.xyxy.T
    if is_mirrored:
        x0, x1 = width - x1, width - x0
    if turn == 1:
        x0, y0, x1, y1 = width - y1, x0, width - y0, x1
    elif turn == 3:
        x0, y0, x1, y1 = y0, height - x1, y1, height - x0
    return Detections(np.stack([x0, y0, x1, y1], axis=1).astype(np.float32), found.confidence, found.class_id)


def _believed(found: Detections, part: Part, turn: int) -> npt.NDArray[np.bool_]:
    """Which detections count: those of a size that shows well at this scale, with the score that this size needs."""
    sides = found.long_sides_px
    needed = np.where(
        sides <= MAX_SIDE_PX, *((TURNED_SCORE, LARGE_TURNED_SCORE) if turn else (PERSON_SCORE, LARGE_SCORE))
    )
    needed = needed * ASKED[np.searchsorted(SIZES_PX, sides / part.scale, side="right")]
    fits = (sides >= MIN_SIDE_PX) & ((sides <= MAX_SIDE_PX) | part.is_smallest)
    counts = fits & (found.confidence >= needed)
    if part.is_largest:
        counts |= (sides >= SMALLEST_PX) & (sides < MIN_SIDE_PX)
    return np.asarray((found.class_id == Kind.FACE) | ((found.class_id == Kind.PERSON) & counts), np.bool_)


def _without_explained(found: Detections) -> Detections:
    """Drops large boxes in which a much smaller one scores better: they show that one and its surroundings.

    A face never explains a body: it is part of one.
    """
    if len(found) < 2:
        return found
    area = areas(found.xyxy)
    inside = shares_inside(found.xyxy, found.xyxy) >= 0.9  # [smaller, larger]
    better = (found.confidence[:, None] > found.confidence[None, :]) & (found.class_id == Kind.PERSON)[:, None]
    explained = inside & better & (area[None, :] > EXPLAINED_AREA * area[:, None])
    return found.take(np.asarray(~explained.any(axis=0), np.bool_))


def claimed_boxes(found: Detections) -> Boxes:
    """(n, 4), picture pixels: what must stay covered because of them. For a face this includes head and shoulders."""
    sides = np.tile(found.xyxy[:, 2:] - found.xyxy[:, :2], 2) * np.array([-1, -1, 1, 1], np.float32)
    around = np.where(found.class_id == Kind.FACE, np.float32(FACE_AROUND), np.float32(0))
    return np.asarray(
        found.xyxy + around[:, None] * sides + np.array([-1, -1, 1, 1], np.float32) * PADDING_PX, np.float32
    )
