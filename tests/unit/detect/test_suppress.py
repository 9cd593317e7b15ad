"""Suppression keeps the best box of each heap, and never leaves a place empty that had a box."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from hypothesis import given
from hypothesis import strategies as st

from passerby.detect.suppress import CUT_INSIDE_SHARE, drop_cut, suppress
from passerby.media import Detections, Kind
from passerby.media.overlap import shares_inside

number = st.integers(0, 100)
boxes = st.lists(
    st.tuples(number, number, st.integers(1, 60), st.integers(1, 60), st.integers(0, 1), st.integers(1, 10**6)),
    max_size=25,
    unique_by=lambda row: row[5],
)


def detections(rows: list[tuple[int, ...]]) -> Detections:
    array = np.array(rows, np.float32).reshape(-1, 6)
    xyxy = np.concatenate([array[:, :2], array[:, :2] + array[:, 2:4]], axis=1)
    return Detections(xyxy, array[:, 5] / np.float32(1e6), array[:, 4].astype(np.int32))


def iou(a: npt.NDArray[np.float32], b: npt.NDArray[np.float32]) -> float:
    shared = np.prod(np.clip(np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2]), 0, None))
    return float(shared / (np.prod(a[2:] - a[:2]) + np.prod(b[2:] - b[:2]) - shared))


@given(rows=boxes)
def test_suppress_is_the_textbook_loop(rows: list[tuple[int, ...]]) -> None:
    found = detections(rows)
    expected: list[int] = []
    for k in np.argsort(-found.confidence, kind="stable"):
        rivals = [j for j in expected if found.class_id[j] == found.class_id[k]]
        if all(iou(found.xyxy[j], found.xyxy[k]) <= 0.5 for j in rivals):
            expected.append(int(k))
    kept = suppress(found, 0.5)
    assert sorted(kept.confidence.tolist()) == sorted(found.confidence[expected].tolist())


@given(
    rows=boxes,
    cuts=st.lists(st.booleans(), min_size=25, max_size=25),
    tiles=st.lists(st.integers(0, 2), min_size=25, max_size=25),
)
def test_dropped_pieces_lie_in_boxes_that_stay(rows: list[tuple[int, ...]], cuts: list[bool], tiles: list[int]) -> None:
    found = detections(rows)
    kept = drop_cut(found, np.array(tiles[: len(rows)]), np.array(cuts[: len(rows)], bool))
    for box, kind in zip(found.xyxy, found.class_id, strict=True):
        same = kept.xyxy[kept.class_id == kind]
        assert len(same), "a kind vanished"
        assert shares_inside(box[None], same).max() > CUT_INSIDE_SHARE


def test_half_a_person_at_a_seam_is_dropped_for_the_whole_one() -> None:
    found = Detections(
        np.array([[100, 10, 140, 110], [102, 60, 138, 110], [300, 60, 330, 110]], np.float32),
        np.array([0.8, 0.9, 0.7], np.float32),
        np.zeros(3, np.int32),
    )
    kept = drop_cut(found, np.array([0, 1, 1]), np.array([False, True, True]))
    np.testing.assert_array_equal(kept.xyxy[:, 0], [100, 300])


def test_child_before_an_adult_stays() -> None:
    found = Detections(
        np.array([[0, 0, 40, 100], [10, 50, 30, 100]], np.float32),
        np.array([0.8, 0.7], np.float32),
        np.zeros(2, np.int32),
    )
    same_tile = drop_cut(found, np.array([0, 0]), np.array([True, True]))
    assert len(same_tile) == 2
    assert len(drop_cut(found, np.array([0, 1]), np.array([False, False]))) == 2


def test_person_in_a_vehicle_stays() -> None:
    found = Detections(
        np.array([[0, 0, 100, 100], [10, 10, 90, 90], [0, 0, 100, 100]], np.float32),
        np.array([0.9, 0.8, 0.7], np.float32),
        np.array([Kind.VEHICLE, Kind.PERSON, Kind.PERSON], np.int32),
    )
    assert sorted(suppress(found, 0.5).class_id.tolist()) == [int(Kind.PERSON), int(Kind.VEHICLE)]
