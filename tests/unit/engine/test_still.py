"""Looks at stills: every size, and the mirror image, with the real networks on real and drawn pictures."""

from __future__ import annotations

import os
from pathlib import Path

import cv2
import numpy as np
import pytest

import passerby
from passerby.capture import open_still
from passerby.detect import Detector, bundled_models
from passerby.engine import still
from passerby.engine.passes import Detectors
from passerby.engine.still import find_at_every_scale
from passerby.media import Kind, RawFrame
from tests.exposure import is_exposed, patch, read_grey
from tests.streets import Street, pictures

SHARED = Path(os.environ.get("PASSERBY_SHARED") or Path(__file__).parents[4] / "shared")
MIDDLE = (0.15, 0.15, 0.85, 0.85)  # of a box, as measure/boxes.py has it

Box = tuple[float, float, float, float]


@pytest.fixture
def picture(street: Street, tmp_path: Path) -> RawFrame:
    path = tmp_path / "street.png"
    assert cv2.imwrite(str(path), next(pictures(street.path, 20)))
    return open_still(path)


def sizes(family: str, long_side_px: int) -> list[int]:
    detector = next(model for model in bundled_models() if model.card.family == family)
    return still._sizes(Detector.load(detector, 1), long_side_px)


def test_small_stills_are_enlarged_for_faces_and_hardly_for_bodies(street: Street) -> None:
    assert sizes("centerface", 400) == [416, 640, 960]
    assert sizes("nanodet", 400) == [416]
    assert sizes("nanodet", 768) == [416, 640, 960]


def test_tiny_still_is_examined_once_and_a_huge_one_within_memory(street: Street) -> None:
    assert sizes("centerface", 60) == [416]
    assert max(sizes("centerface", 12_000)) == max(sizes("nanodet", 12_000)) == 2160


def test_mirrored_pass_finds_the_same_people_in_the_same_places(picture: RawFrame, detectors: Detectors) -> None:
    (detector,) = detectors.of({Kind.PERSON})
    size_wh = detector.input_size((picture.width, picture.height), 640)
    plain = detector.detect(picture, size_wh=size_wh, score=0.3)
    mirrored = still._detect_mirrored(detector, picture, size_wh)
    assert len(plain) >= 2
    for box in plain.xyxy:
        off = np.abs(mirrored.xyxy - box).max(axis=1)
        assert off.min() < 0.15 * (box[3] - box[1])


def test_higher_bar_finds_fewer_and_none_that_a_lower_one_misses(picture: RawFrame, detectors: Detectors) -> None:
    both = detectors.of({Kind.PERSON, Kind.FACE})
    many = find_at_every_scale(picture, both)
    few = find_at_every_scale(picture, both, dict.fromkeys(Kind, 0.5))
    assert 3 <= len(few) < len(many)
    assert {tuple(box) for box in few.xyxy.tolist()} <= {tuple(box) for box in many.xyxy.tolist()}


# On real stills.


def boxes_of(name: str) -> dict[str, list[Box]]:
    """The reference boxes of each still in one folder of the footage; skips where it is absent."""
    folder = SHARED / "footage" / name
    if not folder.exists():
        pytest.skip(f"no footage in '{folder}': set PASSERBY_SHARED")
    boxes: dict[str, list[Box]] = {}
    for line in (folder / f"{name}.tsv").read_text().splitlines()[1:]:
        file, *values = line.split("\t")
        left, top, width, height = map(float, values)
        boxes.setdefault(file, []).append((left, top, left + width, top + height))
    return boxes


def exposed(folder: str, every: int, min_px: float, hide: set[passerby.Hide], detectors: Detectors, out: Path) -> float:
    """Share of the boxes at least so wide, in every so many stills, that redaction leaves to be seen."""
    seen = shown = 0
    for name, boxes in list(boxes_of(folder).items())[::every]:
        source, output = SHARED / "footage" / folder / name, (out / name).with_suffix(".png")
        passerby.redact(source, output, passerby.Settings(hide=frozenset(hide)), detectors=detectors)
        before, after = read_grey(source), read_grey(output)
        for box in boxes:
            if box[2] - box[0] >= min_px:
                seen += 1
                shown += is_exposed(patch(before, box, MIDDLE), patch(after, box, MIDDLE))
    assert seen
    return shown / seen


@pytest.mark.slow
def test_faces_in_crowds_and_behind_masks_are_hidden(detectors: Detectors, tmp_path: Path) -> None:
    assert exposed("faces", 4, 12, {passerby.Hide.FACES}, detectors, tmp_path) <= 0.027


@pytest.mark.slow
def test_plates_are_hidden_with_the_lower_part_of_their_vehicles(detectors: Detectors, tmp_path: Path) -> None:
    assert exposed("plates", 3, 12, {passerby.Hide.PLATES}, detectors, tmp_path) <= 0.20
