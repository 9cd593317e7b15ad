"""Looks closely at what differs from the background, and finds the vehicles there.

The bundled network gives a car in a whole picture 0.05 to 0.4, and one that fills most of its input 0.2 to 0.6. In
such a close-up it takes asphalt and walls for vehicles too, so only what differs from the background counts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np
import numpy.typing as npt

from passerby.background import joined
from passerby.detect import Detector
from passerby.detect.detector import RegionLike
from passerby.engine.passes import min_score
from passerby.media import Detections, Kind, RawFrame
from passerby.media.overlap import Boxes, iou, shares_inside
from passerby.rules.coverage import stirring_shares

Mask = npt.NDArray[np.uint8]

SIDE_PX = 224  # of a close-up's input: 7 ms of CPU
FILLED_SHARE = 0.8  # of a close-up's side, by what it is of
MIN_SIDE_PX = 20  # of the picture: less is enlarged to nothing but blur, in which the network sees vehicles
MIN_SMALL_PX = 4  # of the mask, the shorter side: leaves, noise
MOST = 8  # a pass: the largest first
SCORE = 0.12
DIFFERS_SHARE = 0.5  # of a vehicle's box: on campus.avi 0.3 finds twice as many vehicles where there is none
SURELY_SCORE = 0.5  # a person found so surely needs no close-up
SURELY_SHARE = 0.6  # of what moves, inside that person's box
RIVAL_OVERLAP = 0.4  # with a person who scores more: it is that person
STANDS_OVERLAP = 0.6  # of a vehicle with its place in the last pass: it stands there


class CloseUps:
    """The close-ups of one source. They run in the thread of its passes, after each."""

    def __init__(self, detectors: Sequence[Detector], wants: Callable[[], bool]) -> None:
        """detectors: those that find vehicles. wants: asked in each pass, whether anybody asks for vehicles."""
        self._detectors, self._wants = detectors, wants
        self.found = Detections.empty()
        """The vehicles that the last pass found."""

    def find(self, frame: RawFrame, moving: Mask, found: Detections) -> Detections:
        """The vehicles that differ from the background, and those that were just found and stand since: what stands
        becomes background. moving: the mask of the frame, of its shape. found: what the pass found in the whole
        picture. Raises DetectorError."""
        if not self._wants():
            self.found = Detections.empty()
            return self.found
        size_wh = (frame.width, frame.height)
        differs = joined(moving)
        parts = [found]
        regions = self._regions(differs, found, size_wh)
        if regions:
            for detector in self._detectors:
                wh = detector.input_size((1, 1), SIDE_PX)
                parts.append(detector.detect_tiles(frame, regions, wh, min_score(detector, SCORE)))
        self.found = self._vehicles(Detections.merge(parts), differs, size_wh)
        return self.found

    def _regions(self, differs: Mask, found: Detections, size_wh: tuple[int, int]) -> list[RegionLike]:
        """A square around each thing to look at, in the picture."""
        boxes = np.concatenate([_blobs(differs, size_wh), self.found.xyxy])
        surely = found.take((found.class_id == Kind.PERSON) & (found.confidence >= SURELY_SCORE))
        boxes = boxes[~(shares_inside(boxes, surely.xyxy) >= SURELY_SHARE).any(axis=1)]
        sides = (boxes[:, 2:] - boxes[:, :2]).max(axis=1, initial=0) / np.float32(FILLED_SHARE)
        order = [n for n in np.argsort(-sides, kind="stable") if sides[n] <= min(size_wh)]
        regions: list[RegionLike] = []
        for number in order:
            centre = (boxes[number, :2] + boxes[number, 2:]) / 2
            x, y = np.clip(centre - sides[number] / 2, 0, np.array(size_wh) - sides[number]).tolist()
            regions.append((x, y, x + float(sides[number]), y + float(sides[number])))
        return regions[:MOST]

    def _vehicles(self, found: Detections, differs: Mask, size_wh: tuple[int, int]) -> Detections:
        people = found.take(found.class_id == Kind.PERSON)
        is_one = (found.class_id == Kind.VEHICLE) & (found.confidence >= SCORE)
        found = found.take(is_one & (found.long_sides_px >= MIN_SIDE_PX))
        if not len(found):
            return found
        moves = np.array(stirring_shares(found.xyxy.tolist(), differs, size_wh)) >= DIFFERS_SHARE
        stands = (iou(found.xyxy, self.found.xyxy) >= STANDS_OVERLAP).any(axis=1)
        rivals = (iou(found.xyxy, people.xyxy) >= RIVAL_OVERLAP) & (people.confidence > found.confidence[:, None])
        return found.take((moves | stands) & ~rivals.any(axis=1))


def _blobs(differs: Mask, size_wh: tuple[int, int]) -> Boxes:
    """(n, 4): the boxes of what differs, in the picture, without what is too small."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(differs, connectivity=8, ltype=cv2.CV_16U)
    left_top, wh = stats[1:, :2], stats[1:, 2:4]
    scale = np.array(size_wh) / differs.shape[::-1]
    boxes = np.concatenate([left_top * scale, (left_top + wh) * scale], axis=1).astype(np.float32)
    large = (wh.min(axis=1, initial=9999) >= MIN_SMALL_PX) & ((wh * scale).max(axis=1, initial=0) >= MIN_SIDE_PX)
    return np.asarray(boxes[large], np.float32)
