"""What several passes over one picture come to together."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.engine.agreement import SAME_OVERLAP, agreed
from passerby.media import Detections, Kind

FACE = (100.0, 80.0, 140.0, 130.0)
ELSEWHERE = (300.0, 80.0, 340.0, 130.0)


def found_in(*found: tuple[tuple[float, float, float, float], float, Kind]) -> Detections:
    return Detections(
        np.array([box for box, _, _ in found], np.float32).reshape(-1, 4),
        np.array([score for _, score, _ in found], np.float32),
        np.array([kind for _, _, kind in found], np.int32),
    )


def test_what_one_pass_sees_counts_half() -> None:
    together = agreed([found_in((FACE, 0.4, Kind.FACE)), found_in(), found_in()])
    assert together.confidence.tolist() == pytest.approx([0.2])
    assert together.xyxy[0].tolist() == pytest.approx(FACE)


def test_best_two_passes_count_and_a_blind_third_takes_nothing_away() -> None:
    together = agreed(
        [found_in((FACE, 0.4, Kind.FACE)), found_in((FACE, 0.3, Kind.FACE)), found_in((FACE, 0.05, Kind.FACE))]
    )
    assert together.confidence.tolist() == pytest.approx([0.35])
    assert agreed(
        [found_in((FACE, 0.4, Kind.FACE)), found_in((FACE, 0.3, Kind.FACE)), found_in()]
    ).confidence == pytest.approx(0.35)


def test_one_pass_that_sees_a_thing_twice_does_not_agree_with_itself() -> None:
    shifted = (104.0, 80.0, 144.0, 130.0)
    together = agreed([found_in((FACE, 0.4, Kind.FACE), (shifted, 0.4, Kind.FACE)), found_in()])
    assert together.confidence.tolist() == pytest.approx([0.2])


def test_box_lies_between_those_it_comes_from_nearer_to_the_surer() -> None:
    wide = (90.0, 80.0, 150.0, 130.0)
    left = agreed([found_in((FACE, 0.6, Kind.FACE)), found_in((wide, 0.2, Kind.FACE))]).xyxy[0, 0]
    assert left == pytest.approx(97.5)


def test_other_kinds_and_other_places_are_not_evidence() -> None:
    passes = [
        found_in((FACE, 0.4, Kind.FACE)),
        found_in((FACE, 0.4, Kind.PERSON)),
        found_in((ELSEWHERE, 0.4, Kind.FACE)),
    ]
    together = agreed(passes)
    assert sorted(together.class_id.tolist()) == [Kind.PERSON, Kind.FACE, Kind.FACE]
    assert together.confidence.tolist() == pytest.approx([0.2] * 3)


def test_nothing_seen_is_nothing_found() -> None:
    assert len(agreed([found_in(), found_in()])) == 0


corner = st.floats(-50, 500, width=32)
side = st.floats(0, 200, width=32)
one = st.tuples(corner, corner, side, side, st.floats(0.0625, 1, width=32), st.sampled_from([Kind.PERSON, Kind.FACE]))
passes = st.lists(
    st.lists(one, max_size=6).map(
        lambda found: found_in(*(((x, y, x + w, y + h), score, kind) for x, y, w, h, score, kind in found))
    ),
    min_size=1,
    max_size=6,
)


@given(passes)
def test_whatever_any_pass_sees_is_part_of_something_no_less_sure_than_half(parts: list[Detections]) -> None:
    together = agreed(parts)
    assert len(together) <= sum(map(len, parts))
    for part in parts:
        for box, score, kind in zip(part.xyxy, part.confidence, part.class_id, strict=True):
            near = (together.class_id == kind) & (together.confidence >= score / 2 - 1e-6)
            near &= np.all(np.abs(together.xyxy - box) <= reach(box), axis=1)
            assert near.any()


def reach(box: np.ndarray) -> float:
    """How far a side of a box can be from that of one it was merged with: both overlap the same best one."""
    largest_side = max(float((box[2:] - box[:2]).max()), 1e-3)
    return 2 * largest_side / SAME_OVERLAP**2
