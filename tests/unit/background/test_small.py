"""The small picture: large enough to see somebody far away, the same for every format."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.background import shrink, small_size
from passerby.testing.pictures import scene_frame


@given(st.integers(16, 8192), st.integers(16, 8192))
def test_small_picture_is_the_picture_over_a_whole_number(width: int, height: int) -> None:
    small = small_size(width, height)
    assert max(small) <= 640
    fits = [factor for factor in range(1, 14) if small == (-(-width // factor), -(-height // factor))]
    assert fits
    assert max(width, height) <= 640 or max(small) > 300, "no smaller than it must be"


@pytest.mark.parametrize("pixel_format", ["yuv420p", "yuv422p", "yuv444p", "yuvj420p", "yuv420p10le", "yuv444p10le"])
@pytest.mark.parametrize("size_wh", [(640, 360), (1281, 721), (33, 17)])
def test_every_format_shrinks_to_three_planes_of_eight_bits(pixel_format: str, size_wh: tuple[int, int]) -> None:
    frame = scene_frame(*size_wh, pixel_format, 0)
    small = shrink(frame, small_size(*size_wh))
    for plane, full in zip(small, frame.planes(), strict=True):
        assert plane.shape == small_size(*size_wh)[::-1] and plane.dtype == np.uint8
        eight_bits = full.astype(float) / (4 if frame.depth > 8 else 1)
        assert float(plane.mean()) == pytest.approx(float(eight_bits.mean()), abs=3)
