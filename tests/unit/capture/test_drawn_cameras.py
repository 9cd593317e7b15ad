"""Drawn cameras: the same each time, no picture comes twice but where that is the fault, and people are found."""

from __future__ import annotations

import numpy as np
import pytest

from passerby.capture.drawn.cameras import CAMERAS, FPS, DrawnCamera
from passerby.capture.drawn.scenes import CAR_PARK, SIZE_WH, Scene, person_box_xyxy
from passerby.capture.live.options import LiveOptions
from passerby.capture.live.source import TIME_BASE, open_live
from passerby.errors import Trouble
from passerby.media import Kind, RawFrame
from passerby.media.segments import TICKS_PER_S
from passerby.rules.reach import Reach
from passerby.testing.clock import MovingClock
from tests.live import failure

HEIGHT = SIZE_WH[1]
SEEN_FROM_PX = 80
"""Whoever is so high and hidden by nobody is plain to see for any detector."""


@pytest.mark.parametrize("name", CAMERAS)
def test_the_same_number_gives_the_same_bytes_and_another_number_others(name: str) -> None:
    camera = CAMERAS[name]
    again = DrawnCamera(camera.scene, camera.seed, camera.fault, camera.from_s, camera.to_s, camera.period_s)
    assert camera.planes(17).tobytes() == again.planes(17).tobytes()
    first = [camera.planes(number)[:HEIGHT].tobytes() for number in range(20 * FPS)]
    assert len(set(first)) == len(first), "the noise of a sensor never comes again"
    frame = camera.frame(3)
    assert (frame.width, frame.height, frame.format.name) == (*SIZE_WH, "yuv420p")


@pytest.mark.parametrize("name", ["freezes", "loops", "covered"])
def test_each_fault_comes_within_half_a_minute_and_goes_again(name: str) -> None:
    camera = CAMERAS[name]
    before, first, last = camera.from_s * FPS - 1, camera.from_s * FPS, camera.to_s * FPS - 1
    assert camera.from_s <= 30
    well = DrawnCamera(camera.scene, camera.seed)
    assert np.array_equal(camera.planes(before), well.planes(before))
    assert np.array_equal(camera.planes(last + 1), well.planes(last + 1)), "it goes on as if nothing had been"
    assert not np.array_equal(camera.planes(last), well.planes(last))
    if name == "freezes":
        assert np.array_equal(camera.planes(first), camera.planes(last))
    elif name == "loops":
        for number in (first, first + 33, last - 50):
            assert np.array_equal(camera.planes(number), camera.planes(number + 50))
            assert not np.array_equal(camera.planes(number), camera.planes(number + 1))
    else:
        lap = camera.period_s * FPS
        for number in (first, first + lap):
            assert camera.planes(number)[:HEIGHT].std() < 0.3 * camera.planes(before)[:HEIGHT].std()
        assert not np.array_equal(camera.planes(first), camera.planes(first + lap)), "capped, then sprayed"


def test_a_car_drives_by_and_one_parks_for_a_minute() -> None:
    cars = [[each for each in CAR_PARK.placed(second) if not each.is_person] for second in range(100)]
    places = [{(round(each.x, 2), round(each.feet_y, 2)) for each in at} for at in cars]
    parked = max(sum(place in at for at in places) for place in set().union(*places))
    assert 55 <= parked <= 65
    assert any(len(at) == 2 for at in cars), "one goes by meanwhile"
    assert any(not at for at in cars)


@pytest.mark.parametrize("name", ["street", "square", "platform", "car-park"])
def test_detectors_see_the_people(name: str) -> None:
    """The demo would show nothing if they looked like nobody."""
    from passerby.detect import Detector, bundled_models

    model = next(model for model in bundled_models() if Kind.PERSON in model.card.kinds)
    if not (model.folder / model.card.file).exists():
        pytest.skip("the bundled models have not been built")
    detector = Detector.load(model, 1)
    camera, people, seen = CAMERAS[name], 0, 0
    for second in range(2, 62, 4):
        number = second * FPS
        found = detector.detect(RawFrame(camera.frame(number), number, number, TIME_BASE)).xyxy
        for person in plain(camera.scene, second):
            people += 1
            seen += any(left < (person[0] + person[2]) / 2 < right and top < (person[1] + person[3]) / 2 < bottom
                        for left, top, right, bottom in found)  # fmt: skip
    assert people >= 15
    assert seen >= 0.9 * people


def plain(scene: Scene, time_s: float) -> list[tuple[int, int, int, int]]:
    """The people who are large enough, wholly in the picture, and hidden by nobody."""
    placed = scene.placed(time_s)
    boxes = [person_box_xyxy(each) for each in placed]
    near = [
        box for number, box in enumerate(boxes)
        if placed[number].is_person and not any(min(box[2], b[2]) > max(box[0], b[0]) for b in boxes[number + 1 :])
    ]  # fmt: skip
    return [b for b in near if b[3] - b[1] >= SEEN_FROM_PX and b[0] > 0 and b[2] < SIZE_WH[0] and b[3] < HEIGHT]


def test_a_drawn_camera_goes_on_in_real_time() -> None:
    clock = MovingClock()
    began = clock.now_90k()
    options = LiveOptions(reach=Reach(drawn=True), clock=clock)
    with open_live("drawn:square", options) as source:
        times = [frame.pts - began for frame, _ in zip(source, range(12), strict=False)]
        assert (source.format.width, source.format.height, source.codec) == (*SIZE_WH, None)
    assert times == pytest.approx([n * TICKS_PER_S / FPS for n in range(12)], abs=20)


def test_drawn_cameras_need_to_be_allowed_and_known() -> None:
    assert failure("drawn:street").trouble is Trouble.REFUSED_ADDRESS
    unknown = failure("drawn:nowhere", reach=Reach(drawn=True))
    assert unknown.trouble is Trouble.NO_STREAM and "car-park" in (unknown.hint or "")
    for name in ("drawn:", "drawn:/etc/passwd", "drawn:a b", "drawn:street?x"):
        assert failure(name, reach=Reach(drawn=True)).trouble is Trouble.REFUSED_ADDRESS
