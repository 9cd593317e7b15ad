"""The drawn street: the same each time, busy, and true to the boxes that come with it."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest

from passerby.capture.drawn import ReferenceBox, draw_street
from passerby.media import Kind, RawFrame

SIZE = (640, 360)


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, list[ReferenceBox]]:
    folder = tmp_path_factory.mktemp("street")
    path, mot = folder / "street.mp4", folder / "street.people.txt"
    return path, mot, draw_street(path, seconds=4, size=SIZE, fps=10, seed=3, boxes_path=mot)


def gray(path: Path) -> list[npt.NDArray[np.uint8]]:
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="gray").astype(np.uint8) for frame in container.decode(video=0)]


def test_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.mp4", "b.mp4"):
        draw_street(tmp_path / name, seconds=0.4, size=(320, 180), fps=10, seed=7)
    draw_street(tmp_path / "c.mp4", seconds=0.4, size=(320, 180), fps=10, seed=8)
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()
    assert (tmp_path / "a.mp4").read_bytes() != (tmp_path / "c.mp4").read_bytes()


def test_video_has_the_size_and_length_asked_for(street: tuple[Path, Path, list[ReferenceBox]]) -> None:
    frames = gray(street[0])
    assert len(frames) == 40
    assert frames[0].shape == (SIZE[1], SIZE[0])


def test_boxes_lie_in_the_picture_and_hold_people_a_car_and_its_plate(
    street: tuple[Path, Path, list[ReferenceBox]],
) -> None:
    boxes = street[2]
    for box in boxes:
        left, top, right, bottom = box.xyxy
        assert 0 <= left < right <= SIZE[0] and 0 <= top < bottom <= SIZE[1]
        assert 0 <= box.visibility <= 1
    assert {box.kind for box in boxes} == {Kind.PERSON, Kind.VEHICLE, Kind.PLATE}
    assert len({box.id for box in boxes if box.kind is Kind.PERSON}) >= 5


def test_what_moves_is_inside_the_boxes(street: tuple[Path, Path, list[ReferenceBox]]) -> None:
    """Between two frames far apart, the strongest changes are where boxes (and shadows, and the tree) are."""
    frames, boxes = gray(street[0]), street[2]
    change = np.abs(frames[35].astype(int) - frames[5].astype(int))
    inside = np.zeros(change.shape, bool)
    for box in boxes:
        if box.frame in (5, 35):
            left, top, right, bottom = (round(edge) for edge in box.xyxy)
            inside[top:bottom, left:right] = True
    assert change[inside].mean() > 4 * change[~inside].mean()


def test_mot_lines_are_the_people(street: tuple[Path, Path, list[ReferenceBox]]) -> None:
    lines = [line.split(",") for line in street[1].read_text().splitlines()]
    people = [box for box in street[2] if box.kind is Kind.PERSON]
    assert len(lines) == len(people)
    assert int(lines[0][0]) == people[0].frame + 1
    assert float(lines[0][2]) == pytest.approx(people[0].xyxy[0], abs=0.06)


def test_bundled_detector_sees_drawn_people(street: tuple[Path, Path, list[ReferenceBox]]) -> None:
    """The demo would show nothing if the drawn people looked like nobody."""
    from passerby.detect import Detector, bundled_models

    model = next(model for model in bundled_models() if Kind.PERSON in model.card.kinds)
    if not (model.folder / model.card.file).exists():
        pytest.skip("the bundled models have not been built")
    detector = Detector.load(model, 1)
    with av.open(str(street[0])) as container:
        picture = list(container.decode(video=0))[20]
    assert picture.time_base is not None
    found = detector.detect(RawFrame(picture, 20, picture.pts or 0, picture.time_base))
    people = [box.xyxy for box in street[2] if box.frame == 20 and box.kind is Kind.PERSON and box.visibility > 0.7]
    seen = [person for person in people if any(_overlap(person, box) > 0.4 for box in found.xyxy)]
    assert len(seen) >= 3


def _overlap(a: tuple[float, float, float, float], b: npt.NDArray[np.float32]) -> float:
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    shared = max(0.0, float(width)) * max(0.0, float(height))
    return shared / ((a[2] - a[0]) * (a[3] - a[1]) + float((b[2] - b[0]) * (b[3] - b[1])) - shared)
