"""Detectors on frames: real weights on real footage where both are there, and what happens when a network fails."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest

from passerby.detect import Detector, DetectorError, bundled_models
from passerby.detect.detector import drawn_picture
from passerby.detect.models import Model, ModelStore
from passerby.detect.runtime import Bgr, Outputs, Precision, RuntimeName
from passerby.errors import ModelError
from passerby.media import Detections, Kind, RawFrame
from tests.unit.detect.pictures import frame_of, quarters
from tests.unit.detect.test_models import SHARED, ssd_file

NANODET, CENTERFACE = bundled_models()
FOOTAGE = SHARED / "footage"
needs_weights = pytest.mark.skipif(
    not (NANODET.folder / NANODET.card.file).is_file(), reason="the bundled models are not built here"
)
needs_footage = pytest.mark.skipif(not FOOTAGE.is_dir(), reason=f"no footage in {FOOTAGE}")


def campus_frame(number: int, turn: int = 0) -> RawFrame:
    with av.open(str(FOOTAGE / "campus.avi")) as container:
        for index, picture in enumerate(container.decode(video=0)):
            if index == number - 1:
                return RawFrame(picture, index, index, Fraction(1, 10), turn=turn)
    raise AssertionError("the clip is too short")


def campus_people(number: int) -> npt.NDArray[np.float64]:
    rows = np.loadtxt(FOOTAGE / "campus.people.txt", delimiter=",", usecols=range(6))
    boxes = rows[rows[:, 0] == number, 2:6]
    return np.concatenate([boxes[:, :2], boxes[:, :2] + boxes[:, 2:]], axis=1)


def recall(found: Detections, people: npt.NDArray[np.float64]) -> float:
    boxes = found.xyxy[found.class_id == Kind.PERSON]
    low = np.maximum(people[:, None, :2], boxes[None, :, :2])
    high = np.minimum(people[:, None, 2:], boxes[None, :, 2:])
    shared = np.clip(high - low, 0, None).prod(axis=2)
    areas = [(b[:, 2:] - b[:, :2]).prod(axis=1) for b in (people, boxes)]
    return float(((shared / (areas[0][:, None] + areas[1][None] - shared)) > 0.4).any(axis=1).mean())


@needs_weights
@needs_footage
@pytest.mark.parametrize("precision", ["auto", "f32"])
def test_people_on_campus_are_found(precision: Precision) -> None:
    detector = Detector.load(NANODET, 1, precision=precision)
    assert np.mean([recall(detector.detect(campus_frame(n)), campus_people(n)) for n in (50, 200, 400)]) > 0.8


@needs_weights
@needs_footage
def test_tiles_find_people_across_their_seams_once() -> None:
    detector = Detector.load(NANODET, 2)
    frame = campus_frame(100)
    width, height = frame.width, frame.height
    tiles = [(x, y, x + width * 0.6, y + height * 0.6) for y in (0, height * 0.4) for x in (0, width * 0.4)]
    found = detector.detect_tiles(frame, tiles, (480, 352))
    people = campus_people(100)
    assert recall(found, people) > 0.8
    boxes = found.xyxy[(found.class_id == Kind.PERSON) & (found.confidence > 0.5)]
    assert len(boxes) <= len(people) + 3


@needs_weights
@needs_footage
def test_region_gives_boxes_in_picture_pixels() -> None:
    frame = campus_frame(100)
    people = campus_people(100)
    inside = people[people[:, 0] > 400]
    found = Detector.load(NANODET, 1).detect(frame, region_xyxy=(384, 0, 768, 576), size_wh=(416, 608))
    assert recall(found, inside) >= 0.75  # One of the four stands behind a pole.


@needs_weights
@needs_footage
def test_faces_are_found_upright_however_the_picture_is_turned() -> None:
    image = sorted((FOOTAGE / "faces").glob("*.jpg"))[0]
    with av.open(str(image)) as container:
        rgb = np.asarray(next(container.decode(video=0)).to_ndarray(format="rgb24"), np.uint8)
    detector = Detector.load(CENTERFACE, 1)
    upright = detector.detect(frame_of(rgb), score=0.5)
    assert len(upright) > 0
    turned = detector.detect(frame_of(np.ascontiguousarray(np.rot90(rgb)), turn=90), score=0.5)
    assert len(turned) == len(upright)
    # np.rot90 turns counter-clockwise: (x, y) lies at (y, width - x) there.
    x0, y0, x1, y1 = upright.xyxy[upright.confidence.argmax()]
    expected = [y0, rgb.shape[1] - x1, y1, rgb.shape[1] - x0]
    np.testing.assert_allclose(turned.xyxy[turned.confidence.argmax()], expected, atol=4)


@needs_weights
@pytest.mark.parametrize("model", [NANODET, CENTERFACE], ids=lambda model: model.card.name)
def test_both_runtimes_see_the_same(model: Model) -> None:
    pytest.importorskip("onnxruntime")
    picture = drawn_picture((128, 96))
    found = [
        Detector.load(model, 1, precision="f32", runtime=r).detect_bgr(picture, 0.05)
        for r in ("openvino", "onnxruntime")
    ]
    np.testing.assert_allclose(found[0].xyxy, found[1].xyxy, atol=0.1)
    np.testing.assert_allclose(found[0].confidence, found[1].confidence, atol=1e-3)


@needs_weights
def test_dynamic_model_is_given_the_picture_s_shape() -> None:
    detector = Detector.load(NANODET, 1)
    assert detector.input_size((1920, 1080)) == (416, 224)
    assert detector.input_size((1080, 1920), 640) == (352, 640)
    assert detector.input_size((4000, 10)) == (416, 32)
    with pytest.raises(ModelError, match="multiples of 32"):
        detector.detect(frame_of(quarters(64, 64)), size_wh=(100, 64))


def test_fixed_box_lands_in_the_region(tmp_path: Path) -> None:
    """The network always answers (0.25, 0.25, 0.5, 0.75): the mapping alone is under test."""
    detector = Detector.load(ModelStore(tmp_path / "store").add(ssd_file(tmp_path / "person.onnx")), 1)
    frame = frame_of(quarters(320, 240))
    np.testing.assert_allclose(detector.detect(frame).xyxy, [[80, 60, 160, 180]], atol=0.01)
    np.testing.assert_allclose(detector.detect(frame, (100, 40, 200, 80)).xyxy, [[125, 50, 150, 70]], atol=0.01)
    assert len(detector.detect(frame, score=0.95)) == 0
    tiles = detector.detect_tiles(frame, [(0, 0, 160, 240), (160, 0, 320, 240)])
    np.testing.assert_allclose(sorted(tiles.xyxy[:, 0]), [40, 200], atol=0.01)
    assert len(detector.detect_tiles(frame, [])) == 0


class Broken:
    """A runtime with scripted answers."""

    precision = "f32"

    def __init__(self, answers: list[Outputs]) -> None:
        self.answers = answers

    def infer(self, pictures: Sequence[Bgr]) -> list[Outputs]:
        return self.answers

    def release(self, size_wh: tuple[int, int]) -> None: ...


def nanodet_answer(fill: float) -> Outputs:
    """A whole answer to a picture of 64×64, every number the same."""
    parts = {f"{part}_{s}": (1, (64 // s) ** 2, n) for part, n in (("cls", 80), ("dis", 44)) for s in (8, 16, 32)}
    return {name: np.full(shape, fill, np.float32) for name, shape in parts.items()}


@pytest.mark.parametrize(
    "answers",
    [[], [{}], [{"cls_8": np.zeros((1, 1, 80), np.float32)}], [nanodet_answer(np.nan)], [nanodet_answer(2.0)]],
    ids=["none", "empty", "short", "nan", "score of 2"],
)
def test_answer_without_sense_is_an_error_and_not_an_empty_frame(answers: list[Outputs]) -> None:
    with pytest.raises(DetectorError):
        Detector(NANODET, Broken(answers)).detect(frame_of(quarters(64, 64)), size_wh=(64, 64))


@needs_weights
@pytest.mark.parametrize("runtime", ["openvino", "onnxruntime"])
def test_released_size_is_seen_as_before_when_it_comes_again(runtime: RuntimeName) -> None:
    if runtime == "onnxruntime":
        pytest.importorskip("onnxruntime")
    detector, picture = Detector.load(NANODET, 1, runtime=runtime), drawn_picture((416, 320))
    before = detector.detect_bgr(picture, 0.01)
    detector.release((416, 320))
    detector.release((640, 480))
    after = detector.detect_bgr(picture, 0.01)
    assert len(before) and np.array_equal(before.xyxy, after.xyxy)


@needs_weights
def test_answer_that_takes_too_long_is_an_error_and_the_next_is_awaited_anew() -> None:
    detector = Detector.load(NANODET, 1, timeout_s=0.0)
    picture = drawn_picture((640, 640))
    for _ in range(2):
        with pytest.raises(DetectorError, match="no answer within 0 s"):
            detector.detect_bgr(picture)
