"""The plate is examined before any of it is shown: who stands or lies in it is found, or nothing is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from dataclasses import dataclass
from typing import Any, cast

import av
import cv2
import numpy as np
import pytest

from passerby.background import Background, Sample, shrink, small_size
from passerby.detect import Detector, DetectorError, bundled_models
from passerby.detect.runtime import Bgr, Runtime
from passerby.engine.learner import Need
from passerby.engine.live.learner import LearnTimes, LiveLearner
from passerby.engine.live.queue import FairQueue
from passerby.engine.passes import Detectors
from passerby.engine.plate import FACE_AROUND, MAX_ENLARGED, PlateExaminer, claimed_boxes
from passerby.engine.scene import SAMPLES, Sampler, examined, learn_scene
from passerby.engine.tiles import tiles_of
from passerby.media import Detections, Kind, RawFrame
from passerby.testing.pictures import frame_of
from tests.exposure import Part
from tests.streets import Bgr as Picture
from tests.streets import Street, empty_street, put_somebody, with_noise
from tests.unit.engine.fakes import people

STANDING_PX = (24, 36, 50, 75, 110, 160, 200)
LYING_PX = (40, 60, 90, 140)


def raw(bgr: Picture, index: int = 0, turn: int = 0) -> RawFrame:
    frame = frame_of(av.VideoFrame.from_ndarray(np.ascontiguousarray(bgr), format="bgr24").reformat(format="yuv420p"))
    return RawFrame(frame.picture, index, index, frame.time_base, turn=turn)


def covered_shares(found: Detections, boxes: list[Part], shape: tuple[int, ...]) -> list[float]:
    mask = np.zeros(shape[:2], np.bool_)
    for left, top, right, bottom in claimed_boxes(found):
        mask[max(0, int(top)) : int(bottom), max(0, int(left)) : int(right)] = True
    return [float(mask[int(top) : int(bottom), int(left) : int(right)].mean()) for left, top, right, bottom in boxes]


@pytest.fixture(scope="module")
def crowd() -> tuple[Picture, list[Part]]:
    """People of every size in one street, standing in a row and lying below them."""
    street, boxes = empty_street(), []
    left = 10.0
    for height_px in STANDING_PX:
        boxes.append(put_somebody(street, left, 300 - height_px, height_px, seed=height_px))
        left += 0.45 * height_px + 25
    left = 10.0
    for height_px in LYING_PX:
        boxes.append(put_somebody(street, left, 306, height_px, lies=True, seed=height_px))
        left += height_px + 25
    return street, boxes


def test_who_stands_or_lies_there_is_found_at_every_size(
    crowd: tuple[Picture, list[Part]], street: Street, detectors: Detectors
) -> None:
    picture, boxes = crowd
    examiner = PlateExaminer(detectors.of({Kind.PERSON, Kind.FACE}, detectors.video_threads))
    shares = covered_shares(examiner.examine(raw(picture)), boxes, picture.shape)
    assert min(shares) >= 0.95, dict(zip((*STANDING_PX, *LYING_PX), shares, strict=True))


def test_empty_street_is_claimed_nowhere(street: Street, detectors: Detectors) -> None:
    """Else covering everything would pass."""
    examiner = PlateExaminer(detectors.of({Kind.PERSON, Kind.FACE}, detectors.video_threads))
    assert len(examiner.examine(raw(empty_street()))) == 0


# With scripted detectors.


class ScriptedDetector(Detector):
    """Stands for a bundled network: gives scripted answers, and counts what it is asked."""

    def __init__(self, kind: Kind = Kind.PERSON, answer: Callable[[Bgr], Detections] | None = None) -> None:
        model = next(model for model in bundled_models() if kind in model.card.kinds)
        super().__init__(model, cast(Runtime, None))
        self.answer = answer or (lambda picture: Detections.empty())
        self.asked = 0
        self.released: set[tuple[int, int]] = set()
        self.seen: set[tuple[int, int]] = set()

    def detect_bgr(self, picture: Bgr, score: float | None = None) -> Detections:
        self.asked += 1
        self.seen.add((picture.shape[1], picture.shape[0]))
        return self.answer(picture)

    def detect(self, *_: object, **__: object) -> Detections:
        return Detections.empty()

    def release(self, size_wh: tuple[int, int]) -> None:
        self.released.add(size_wh)


def asked(detector: ScriptedDetector, examiner: PlateExaminer, picture: Picture) -> int:
    """How often the network is asked while this plate is examined."""
    before = detector.asked
    examiner.examine(raw(picture))
    return detector.asked - before


@pytest.mark.parametrize("found", [Detections.empty(), people((10, 10, 50, 110))], ids=["nobody", "somebody"])
def test_what_did_not_change_is_not_examined_again(found: Detections) -> None:
    detector = ScriptedDetector(answer=lambda picture: found)
    examiner = PlateExaminer([detector])
    street = empty_street()
    first = asked(detector, examiner, street)
    assert first >= 12
    assert asked(detector, examiner, street) == 0
    somewhere = street.copy()
    put_somebody(somewhere, 40, 40, 60)
    again = asked(detector, examiner, somewhere)
    assert 0 < again < first, "the tiles around who is new, at every scale"
    assert asked(detector, examiner, somewhere) == 0


def test_what_is_known_of_unchanged_tiles_is_still_told() -> None:
    examiner = PlateExaminer([ScriptedDetector(answer=lambda picture: people((10, 10, 50, 110)))])
    street = raw(empty_street())
    first, again = examiner.examine(street), examiner.examine(street)
    assert len(first) and np.array_equal(first.xyxy, again.xyxy)


def test_what_changes_little_by_little_is_examined_again_in_the_end() -> None:
    detector = ScriptedDetector()
    examiner = PlateExaminer([detector])
    street = empty_street()
    asked(detector, examiner, street)
    later = []
    for step in range(1, 9):
        fading = street.astype(np.int16)
        fading[100:200, 100:160] += 3 * step
        later.append(asked(detector, examiner, np.clip(fading, 0, 255).astype(np.uint8)))
    assert later[0] == 0 and sum(count > 0 for count in later) >= 3


def test_flat_parts_are_not_examined_and_networks_are_freed() -> None:
    detector = ScriptedDetector()
    assert asked(detector, PlateExaminer([detector]), np.full((360, 640, 3), 90, np.uint8)) == 0
    asked(detector, PlateExaminer([detector]), empty_street())
    assert detector.seen and detector.released >= detector.seen


def test_dark_plate_is_examined_with_more_contrast_too() -> None:
    by_day, at_night = ScriptedDetector(), ScriptedDetector()
    asked(by_day, PlateExaminer([by_day]), empty_street())
    asked(at_night, PlateExaminer([at_night]), (empty_street() // 4).astype(np.uint8))
    assert at_night.asked > by_day.asked


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_boxes_are_those_of_the_picture_as_coded(turn: int) -> None:
    """A box that fills a bright mark lies on it, whichever way the camera is mounted and the part is held."""
    mark = (slice(200, 280), slice(420, 460))
    street = np.full((360, 640, 3), 60, np.uint8)
    street[mark] = 250

    def around_bright(picture: Bgr) -> Detections:
        _, _, places, _ = cv2.connectedComponentsWithStats((picture[..., 1] > 200).astype(np.uint8))
        return people(*((x, y, x + width, y + height) for x, y, width, height, _ in places[1:].tolist()))

    found = PlateExaminer([ScriptedDetector(answer=around_bright)]).examine(raw(street, turn=turn))
    whole = found.xyxy[(found.xyxy[:, 3] - found.xyxy[:, 1]) > 70]
    assert len(whole), "at some scale it is all in one tile"
    assert np.abs(whole - np.array([420, 200, 460, 280])).max() < 6


def test_face_claims_head_and_shoulders_and_takes_no_body_away() -> None:
    """Somebody near whose face is plain is still covered to the feet."""
    face = Detections(np.array([[100, 60, 130, 100]], np.float32), np.array([0.9], np.float32), np.array([Kind.FACE]))
    detector = ScriptedDetector()
    smallest = tiles_of((640, 360), detector.model.card.input, MAX_ENLARGED)[-1].parts[-1]
    left, top = smallest.at
    detector.answer = lambda picture: people((left + 80, top + 10, left + 140, top + 190), score=0.4)
    examiner = PlateExaminer([detector, ScriptedDetector(Kind.FACE, lambda picture: face)])
    street = empty_street()
    found = examiner.examine(raw(street))
    assert {Kind.PERSON, Kind.FACE} <= {Kind(kind) for kind in found.class_id}
    left, top, right, bottom = claimed_boxes(found.take(found.class_id == Kind.FACE))[0]
    assert right - left > 1 + FACE_AROUND and bottom - top > 1 + FACE_AROUND
    heights = found.xyxy[:, 3] - found.xyxy[:, 1]
    assert any((found.class_id == Kind.PERSON) & (heights > 5 * heights[found.class_id == Kind.FACE].min()))


# Fail closed.


FAILURES = [DetectorError("on request"), MemoryError("on request"), CancelledError()]


def failing(error: BaseException, after: int) -> ScriptedDetector:
    detector = ScriptedDetector()

    def answer(picture: Bgr) -> Detections:
        if detector.asked > after:
            raise error
        return Detections.empty()

    detector.answer = answer
    return detector


def looks_at(picture: Picture, detector: Detector, count: int = SAMPLES) -> list[Sample]:
    sampler = Sampler((640, 360), [detector])
    return [sample for n, noisy in enumerate(with_noise(picture, count)) for sample in sampler.sample(raw(noisy, n), n)]


@pytest.mark.parametrize("error", FAILURES, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("after", [0, 7])
def test_examination_that_fails_in_the_middle_establishes_nothing(error: BaseException, after: int) -> None:
    scene = learn_scene(looks_at(empty_street(), ScriptedDetector(), 6))
    assert scene is not None
    with pytest.raises(type(error)):
        examined(scene, PlateExaminer([failing(error, after)]))
    assert examined(scene, PlateExaminer([ScriptedDetector()])).established.mean() > 0.9


def test_without_a_whole_sample_nothing_is_established() -> None:
    small = small_size(640, 360)
    samples = [
        Sample(shrink(raw(noisy, n), small), Detections.empty())
        for n, noisy in enumerate(with_noise(empty_street(), 6))
    ]
    scene = learn_scene(samples)
    assert scene is not None and scene.background.established.any()
    assert not examined(scene, PlateExaminer([ScriptedDetector()])).established.any()


def test_who_is_claimed_in_the_plate_is_not_established() -> None:
    scene = learn_scene(looks_at(empty_street(), ScriptedDetector(), 6))
    assert scene is not None

    def there(picture: Bgr) -> Detections:
        return people((10, 10, 50, 120), score=0.3)

    background = examined(scene, PlateExaminer([ScriptedDetector(answer=there)]))
    assert 0.1 < background.established.mean() < 0.98


@dataclass
class Learned:
    """What a live learner gave, frame by frame."""

    backgrounds: list[Background]
    kept: list[Background]


@pytest.fixture
def queues() -> Iterator[tuple[FairQueue, FairQueue]]:
    passes, learning = FairQueue("detection"), FairQueue("learning")
    yield passes, learning
    learning.close()
    passes.close()


def learn_live(queues: tuple[FairQueue, FairQueue], detector: ScriptedDetector, seconds: int = 60) -> Learned:
    sampler = Sampler((640, 360), [ScriptedDetector()])
    learned = Learned([], [])
    learner = LiveLearner(sampler, [detector], *queues, learned.kept.append, LearnTimes())
    pictures = [raw(noisy) for noisy in with_noise(empty_street(), 4)]
    for second in range(seconds):
        frame = pictures[second % len(pictures)]
        background = learner.next(
            RawFrame(frame.picture, second, round(second / frame.time_base), frame.time_base), Need.FIRST
        )
        if background is not None:
            learned.backgrounds.append(background)
        for waiting in (learner._sampling, learner._learned):
            _wait(waiting)
    return learned


def _wait(answer: Any) -> None:
    if answer is not None:
        answer.exception(timeout=60)


def test_live_background_is_given_when_its_plate_was_examined(queues: tuple[FairQueue, FairQueue]) -> None:
    learned = learn_live(queues, ScriptedDetector())
    assert learned.backgrounds and learned.kept
    assert learned.backgrounds[0].established.mean() > 0.9


@pytest.mark.parametrize("error", FAILURES[:2], ids=lambda error: type(error).__name__)
def test_live_background_is_neither_given_nor_kept_when_its_plate_could_not_be_examined(
    queues: tuple[FairQueue, FairQueue], error: BaseException
) -> None:
    learned = learn_live(queues, failing(error, after=3))
    assert not learned.backgrounds and not learned.kept
