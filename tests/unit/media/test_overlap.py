"""Overlap of boxes, held against the definition counted out pixel by pixel."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.media.overlap import areas, iou, shared_areas, shares_inside

SIDE = 24
number = st.integers(0, SIDE - 8)
boxes = st.lists(st.tuples(number, number, st.integers(1, 8), st.integers(1, 8)), min_size=1, max_size=6).map(
    lambda rows: np.array([(x, y, x + w, y + h) for x, y, w, h in rows], np.float32)
)


def mask(box: np.ndarray) -> np.ndarray:
    left, top, right, bottom = box.astype(int)
    drawn = np.zeros((SIDE, SIDE), np.bool_)
    drawn[top:bottom, left:right] = True
    return drawn


@given(boxes, boxes)
def test_overlap_is_what_counting_pixels_gives(a: np.ndarray, b: np.ndarray) -> None:
    for i, one in enumerate(a):
        assert areas(a)[i] == mask(one).sum()
        for j, other in enumerate(b):
            both, either = (mask(one) & mask(other)).sum(), (mask(one) | mask(other)).sum()
            assert shared_areas(a, b)[i, j] == both
            assert iou(a, b)[i, j] == pytest.approx(both / either)
            assert shares_inside(a, b)[i, j] == pytest.approx(both / mask(one).sum())


def test_box_without_area_or_turned_inside_out_overlaps_nothing() -> None:
    odd = np.array([(5, 5, 5, 9), (9, 9, 3, 3)], np.float32)
    whole = np.array([(0, 0, 20, 20)], np.float32)
    assert not iou(odd, odd).any() and not iou(odd, whole).any() and not shares_inside(odd, whole).any()


def test_no_boxes_overlap_no_boxes() -> None:
    none, one = np.zeros((0, 4), np.float32), np.array([(0, 0, 2, 2)], np.float32)
    assert iou(none, one).shape == (0, 1) and shares_inside(one, none).shape == (1, 0)
