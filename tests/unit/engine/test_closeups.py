"""Close-ups find vehicles where the picture differs from the background, and nowhere else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np
import pytest

from passerby.detect import Detector
from passerby.engine.closeups import DIFFERS_SHARE, MOST, SIDE_PX, CloseUps
from passerby.media import Detections, Kind, RawFrame
from tests.unit.engine.fakes import Scripted, frame_at, people

FRAME = frame_at(0.0, 0)
SCALE = 2  # of the picture, in pixels of the mask
Box = tuple[float, float, float, float]
CAR: Box = (40, 40, 72, 64)


class Looking(Scripted):
    """Stands for a detector in close-ups: it finds the same wherever it looks, and remembers where that was."""

    def __init__(self, found: Detections, *, bundled: bool = True) -> None:
        super().__init__(lambda frame: found)
        self.regions: list[list[Box]] = []
        self.model = type("Model", (), {"bundled": bundled, "card": type("Card", (), {"score": 0.3})})

    def detect_tiles(
        self, frame: RawFrame, regions: Sequence[Box], size_wh: tuple[int, int], score: float
    ) -> Detections:
        assert size_wh == (SIDE_PX, SIDE_PX)
        self.regions.append(list(regions))
        found = self.answer(frame)
        return found.take(found.confidence >= score)


def vehicles(*boxes: Box, score: float = 0.25) -> Detections:
    found = people(*boxes, score=score)
    return Detections(found.xyxy, found.confidence, np.full(len(boxes), Kind.VEHICLE, np.int32))


def mask(*boxes: Box) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    drawn = np.zeros((FRAME.height // SCALE, FRAME.width // SCALE), np.uint8)
    for left, top, right, bottom in boxes:
        drawn[int(top) // SCALE : int(bottom) // SCALE, int(left) // SCALE : int(right) // SCALE] = 255
    return drawn


def closeups(found: Detections, *, bundled: bool = True) -> tuple[CloseUps, Looking]:
    looking = Looking(found, bundled=bundled)
    return CloseUps([cast(Detector, looking)], lambda: True), looking


def test_a_poor_detection_of_what_moves_is_a_vehicle() -> None:
    looked, _ = closeups(vehicles(CAR))
    found = looked.find(FRAME, mask(CAR), Detections.empty())
    assert found.xyxy.tolist() == [list(CAR)] and found.class_id.tolist() == [Kind.VEHICLE]


def test_the_same_detection_of_what_does_not_move_is_none() -> None:
    looked, _ = closeups(vehicles(CAR))
    left, top, right, bottom = CAR
    barely = (left, top, left + (right - left) * (DIFFERS_SHARE - 0.2), bottom)
    for moving in (mask(), mask((100, 40, 140, 70)), mask(barely)):
        assert not len(looked.find(FRAME, moving, Detections.empty()))


def test_nothing_is_looked_at_if_nothing_moves() -> None:
    looked, looking = closeups(vehicles(CAR))
    looked.find(FRAME, mask(), Detections.empty())
    assert looking.regions == []


def test_what_moves_fills_a_square_inside_the_picture() -> None:
    looked, looking = closeups(Detections.empty())
    looked.find(FRAME, mask(CAR, (120, 0, 160, 20)), Detections.empty())
    ((corner, whole),) = looking.regions
    assert whole == pytest.approx((36, 32, 76, 72), abs=1)
    assert corner[1] == 0 and corner[2] == FRAME.width and corner[2] - corner[0] == pytest.approx(50, abs=1)


def test_specks_and_what_fills_the_picture_are_not_looked_at() -> None:
    looked, looking = closeups(vehicles(CAR))
    looked.find(FRAME, mask((40, 40, 50, 50)), Detections.empty())
    looked.find(FRAME, mask((4, 4, 156, 90)), Detections.empty())
    assert looking.regions == []


def test_somebody_who_was_surely_found_is_not_looked_at() -> None:
    looked, looking = closeups(vehicles(CAR))
    assert not len(looked.find(FRAME, mask(CAR), people(CAR, score=0.8)))
    assert looking.regions == []


def test_what_is_rather_a_person_is_no_vehicle() -> None:
    looked, _ = closeups(Detections.merge([vehicles(CAR, score=0.2), people(CAR, score=0.3)]))
    assert not len(looked.find(FRAME, mask(CAR), Detections.empty()))


def test_a_vehicle_that_stops_is_found_when_it_has_become_background() -> None:
    looked, looking = closeups(vehicles(CAR))
    looked.find(FRAME, mask(CAR), Detections.empty())
    for _ in range(3):
        assert len(looked.find(FRAME, mask(), Detections.empty())) == 1
    assert len(looking.regions) == 4
    looking.answer = lambda frame: Detections.empty()
    assert not len(looked.find(FRAME, mask(), Detections.empty()))
    looking.answer = lambda frame: vehicles(CAR)
    assert not len(looked.find(FRAME, mask(), Detections.empty()))


def test_there_are_never_more_than_some_and_the_largest_come_first() -> None:
    looked, looking = closeups(Detections.empty())
    places: list[Box] = [(x, y, x + 22, y + 14) for y in (0, 36, 72) for x in (0, 40, 80, 120)]
    looked.find(FRAME, mask(*places, (120, 36, 150, 50)), Detections.empty())
    ((first, *rest),) = looking.regions
    assert len(rest) == MOST - 1 and first[2] - first[0] > max(right - left for left, _, right, _ in rest)


def test_an_added_model_keeps_its_own_score() -> None:
    looked, _ = closeups(vehicles(CAR), bundled=False)
    assert not len(looked.find(FRAME, mask(CAR), Detections.empty()))


def test_nothing_is_looked_at_while_nobody_asks_for_vehicles() -> None:
    looking, wanted = Looking(vehicles(CAR)), [False, True, False]
    looked = CloseUps([cast(Detector, looking)], lambda: wanted.pop(0))
    assert [len(looked.find(FRAME, mask(CAR), Detections.empty())) for _ in range(3)] == [0, 1, 0]
    assert len(looking.regions) == 1
