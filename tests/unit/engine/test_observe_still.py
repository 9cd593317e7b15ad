"""Who is counted in a still: each once, by the body or by the face alone; with the real networks on a drawn street."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from passerby.engine import observe_still
from passerby.engine.observe_still import _each_once
from passerby.engine.passes import Detectors
from passerby.errors import SourceError
from passerby.media import Detections, Kind
from tests.streets import Street, empty_street, put_somebody


def found(*boxes: tuple[Kind, float, float, float, float]) -> Detections:
    xyxy = np.array([box[1:] for box in boxes], np.float32).reshape(-1, 4)
    return Detections(xyxy, np.full(len(boxes), 0.8, np.float32), np.array([int(box[0]) for box in boxes], np.int32))


BODY = (Kind.PERSON, 100.0, 100.0, 140.0, 200.0)
ITS_FACE = (Kind.FACE, 112.0, 104.0, 124.0, 118.0)
FACE_BEHIND = (Kind.FACE, 126.0, 102.0, 136.0, 114.0)
FACE_ALONE = (Kind.FACE, 300.0, 100.0, 312.0, 114.0)


def test_a_face_in_a_body_is_the_same_person_and_another_one_is_not() -> None:
    size_wh = (640, 480)
    assert len(_each_once(found(BODY, ITS_FACE), size_wh)) == 1
    assert len(_each_once(found(BODY, ITS_FACE, FACE_BEHIND), size_wh)) == 2
    assert len(_each_once(found(BODY, FACE_ALONE), size_wh)) == 2
    assert _each_once(found(), size_wh) == ()


def test_whose_face_alone_is_seen_stands_below_it_within_the_picture() -> None:
    (who,) = _each_once(found(FACE_ALONE), (640, 480))
    assert who.kind is Kind.PERSON
    assert who.foot_xy() == pytest.approx((306, 198))
    (cut_off,) = _each_once(found(FACE_ALONE), (640, 150))
    assert cut_off.foot_xy() == pytest.approx((306, 149))


def test_a_drawn_street_has_as_many_as_were_drawn(street: Street, detectors: Detectors, tmp_path: Path) -> None:
    picture = empty_street()
    boxes = [put_somebody(picture, 60 + 130 * n, 200, 120, seed=n) for n in range(3)]
    path = tmp_path / "street.png"
    assert cv2.imwrite(str(path), picture)
    seen = observe_still(path, detectors)
    people = [track for track in seen.tracks if track.kind is Kind.PERSON]
    assert (len(people), seen.whole) == (len(boxes), None)
    feet = sorted(track.foot_xy() for track in people)
    assert feet == [pytest.approx(((box[0] + box[2]) / 2, box[3]), abs=12) for box in boxes]


def test_what_is_no_still_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"not a picture")
    with pytest.raises(SourceError):
        observe_still(tmp_path / "a.png")
