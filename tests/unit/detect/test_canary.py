"""A network that is silent, stale or spoilt is found out by what it does not find; one that works is not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passerby.detect import Detector, bundled_models
from passerby.detect.canary import ASIDE_PX, EDGE_PX, MIN_HEIGHT_PX, STEP_PX, STRIP_PX, Canary, figure
from passerby.detect.errors import DeafError
from passerby.detect.proof import SPOTS, prove
from passerby.detect.runtime import Bgr, Outputs, Precision, Runtime
from passerby.media import Detections, Kind, RawFrame
from tests.streets import Street, pictures

CARDS = Path(__file__).parents[3] / "docs" / "models"
MODELS = {model.card.name: model for model in bundled_models()}


class Spoilt:
    """A real runtime whose answers are changed on their way."""

    def __init__(self, real: Runtime, spoil: Callable[[list[Outputs]], list[Outputs]]) -> None:
        self._real, self._spoil = real, spoil
        self.precision = real.precision
        self.asked: list[tuple[int, ...]] = []

    def infer(self, pictures: Sequence[Bgr]) -> list[Outputs]:
        self.asked += [picture.shape for picture in pictures]
        return self._spoil(self._real.infer(pictures))

    def release(self, size_wh: tuple[int, int]) -> None:
        self._real.release(size_wh)


def spoilt(name: str, spoil: Callable[[list[Outputs]], list[Outputs]]) -> Detector:
    return Detector(MODELS[name], Spoilt(Detector.load(MODELS[name], 1)._runtime, spoil))


def silent(answers: list[Outputs]) -> list[Outputs]:
    """Valid shapes, and no finding."""
    return [{key: np.zeros_like(values) for key, values in answer.items()} for answer in answers]


class Stale:
    """Gives the answer of so many pictures before."""

    def __init__(self, behind: int) -> None:
        self._behind, self._kept = behind, list[list[Outputs]]()

    def __call__(self, answers: list[Outputs]) -> list[Outputs]:
        self._kept.append(answers)
        return self._kept[max(0, len(self._kept) - 1 - self._behind)]


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("precision", ["auto", "f32"])
def test_a_network_that_works_finds_its_canary_beside_whatever_it_sees(
    street: Street, name: str, precision: Precision
) -> None:
    detector = Detector.load(MODELS[name], 1, precision=precision)
    rng = np.random.default_rng(4)
    shown = [picture for number, picture in enumerate(pictures(street.path)) if number % 10 == 0]
    shown += [np.full((256, 416, 3), grey, np.uint8) for grey in (0, 128, 255)]
    shown += [rng.integers(0, 256, (256, 416, 3)).astype(np.uint8), np.zeros((96, 416, 3), np.uint8)]
    for picture in shown:
        rows, columns = (side // 32 * 32 for side in picture.shape[:2])
        cropped = np.ascontiguousarray(picture[:rows, :columns])
        found = detector.detect_bgr(cropped, 0.05)
        assert (found.xyxy[:, 2] <= columns).all() and (found.xyxy[:, 3] <= rows).all()
    for number in range(len(SPOTS)):
        prove(detector, number)


@pytest.mark.parametrize("keeps_network", [True, False])
def test_a_proof_keeps_its_network_only_if_asked(keeps_network: bool) -> None:
    released: list[tuple[int, int]] = []

    class Watched(Spoilt):
        def release(self, size_wh: tuple[int, int]) -> None:
            released.append(size_wh)
            super().release(size_wh)

    watched = Watched(Detector.load(MODELS["nanodet-g"], 1)._runtime, lambda answers: answers)
    for number in range(2):  # the second time it is built again
        prove(Detector(MODELS["nanodet-g"], watched), number, keeps_network=keeps_network)
    sizes = {(width, height) for height, width, _ in watched.asked}
    assert set(released) == (set() if keeps_network else sizes)


@pytest.mark.parametrize("name", MODELS)
def test_silence_is_a_fault(name: str) -> None:
    detector = spoilt(name, silent)
    with pytest.raises(DeafError, match="did not find the drawn"):
        detector.detect_bgr(np.full((256, 416, 3), 90, np.uint8))
    with pytest.raises(DeafError):
        prove(detector)


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("behind", [1, 3, 10_000])
def test_an_older_answer_is_a_fault(street: Street, name: str, behind: int) -> None:
    detector = spoilt(name, Stale(behind))
    raised = []
    for number, picture in enumerate(pictures(street.path)):
        if number > 12:
            break
        rows, columns = (side // 32 * 32 for side in picture.shape[:2])
        try:
            detector.detect_bgr(np.ascontiguousarray(picture[:rows, :columns]))
            raised.append(False)
        except DeafError:
            raised.append(True)
    assert raised[1] and sum(raised) >= 11, "all but the first, and hardly one by chance"


def test_weights_that_are_spoilt_in_memory_are_a_fault() -> None:
    def spoil(answers: list[Outputs]) -> list[Outputs]:
        rng = np.random.default_rng(1)
        return [{key: rng.permutation(v.reshape(-1)).reshape(v.shape) for key, v in each.items()} for each in answers]

    detector = spoilt("nanodet-g", spoil)
    with pytest.raises(DeafError):
        for number in range(3):
            detector.detect_bgr(np.full((256, 416, 3), 90 + number, np.uint8))


def test_a_detector_that_finds_nothing_in_frames_is_found_out_by_the_same_way_that_frames_take() -> None:
    class Deaf(Detector):
        def detect(
            self,
            frame: RawFrame,
            region_xyxy: tuple[float, float, float, float] | None = None,
            size_wh: tuple[int, int] | None = None,
            score: float | None = None,
        ) -> Detections:
            return Detections.empty()

    real = Detector.load(MODELS["nanodet-g"], 1)
    with pytest.raises(DeafError, match="does not find what it must find"):
        prove(Deaf(real.model, real._runtime))


@given(st.integers(1, 30), st.integers(1, 30), st.integers(0, 2**32 - 1))
@settings(max_examples=40)
def test_the_figure_is_beside_the_picture_and_elsewhere_the_next_time(columns: int, rows: int, seed: int) -> None:
    canary, rng, before = Canary("person"), np.random.default_rng(seed), None
    for _ in range(4):
        picture = rng.integers(0, 256, (32 * rows, 32 * columns, 3)).astype(np.uint8)
        wide, place = canary.extend(picture)
        assert wide.shape == (max(32 * rows, MIN_HEIGHT_PX), 32 * columns + STRIP_PX, 3)
        assert (wide[: 32 * rows, : 32 * columns] == picture).all(), "the picture is as it was"
        assert place.left >= 32 * columns and place.left + place.width <= wide.shape[1]
        assert place.top >= 0 and place.top + place.height <= wide.shape[0]
        assert place != before
        before = place


def test_the_figure_is_not_among_what_is_found() -> None:
    canary = Canary("person")
    _, place = canary.extend(np.zeros((256, 416, 3), np.uint8))
    figure = [place.left, place.top, place.left + place.width, place.top + place.height]
    boxes = np.array([figure, [380, 50, 430, 150], [10, 10, 30, 60]], np.float32)
    found = Detections(boxes, np.array([0.8, 0.4, 0.3], np.float32), np.full(3, Kind.PERSON, np.int32))
    assert canary.check(found, place).xyxy.tolist() == [[380, 50, 416, 150], [10, 10, 30, 60]]
    with pytest.raises(DeafError):
        canary.check(found.take(np.array([1, 2])), place)


@pytest.mark.parametrize("name", MODELS)
def test_the_models_page_says_what_is_drawn_and_at_how_many_places(name: str) -> None:
    canary = MODELS[name].card.canary
    assert canary is not None
    height, width = figure(canary).shape[:2]
    places = ((MIN_HEIGHT_PX - height - 2 * EDGE_PX) // STEP_PX + 1) * len(ASIDE_PX)
    says = (CARDS / f"{name}.md").read_text(encoding="utf-8")
    assert f"a drawn {canary}, {width}×{height} pixels, at one of {places} places or more" in says
