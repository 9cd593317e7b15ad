"""Pictures that stay the same but for noise, and those that do not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passerby.engine.stillness import Lasting, Stillness
from passerby.media.frames import plane_views
from passerby.testing.pictures import scene_frame

SIZE_WH = (320, 180)


@pytest.mark.parametrize("pixel_format", ["yuv420p", "yuv422p", "yuv444p", "yuv420p10le"])
@pytest.mark.parametrize("size_wh", [SIZE_WH, (1281, 721), (33, 17)])
def test_noise_ends_no_stretch_and_another_scene_does(pixel_format: str, size_wh: tuple[int, int]) -> None:
    stillness = Stillness(size_wh)
    same = {stillness.note(scene_frame(*size_wh, pixel_format, index)) for index in range(4)}
    assert same == {1}
    assert stillness.note(scene_frame(*size_wh, pixel_format, 4, scene=2)) == 2


@given(
    left=st.integers(0, SIZE_WH[0] - 8),
    top=st.integers(0, SIZE_WH[1] - 16),
    contrast=st.integers(15, 55).flatmap(lambda much: st.sampled_from([much, -much])),
)
@settings(max_examples=60, deadline=None)
def test_whoever_would_differ_from_the_background_ends_the_stretch(left: int, top: int, contrast: int) -> None:
    """As small as anybody who is found, and as faint as anything that differs from a background."""
    stillness = Stillness(SIZE_WH)
    stillness.note(scene_frame(*SIZE_WH, "yuv420p", 0))
    frame = scene_frame(*SIZE_WH, "yuv420p", 1)
    luma = plane_views(frame.picture)[0]
    part = luma[top : top + 16, left : left + 8]
    part[:] = np.clip(part.astype(int) + contrast, 0, 255)
    assert stillness.note(frame) == 2


def test_what_changes_slowly_ends_the_stretch_too() -> None:
    stillness = Stillness(SIZE_WH)
    for index in range(12):
        frame = scene_frame(*SIZE_WH, "yuv420p", index)
        luma = plane_views(frame.picture)[0]
        luma[:] = luma + index // 2
        last = stillness.note(frame)
    assert 2 <= last <= 4


def test_what_is_known_holds_in_its_stretch_and_for_its_time() -> None:
    known = Lasting[str](2.0)
    assert known.get(1, 0.0) is None
    assert known.set(1, 0.0, "empty") == "empty"
    assert known.get(1, 1.9) == "empty" and known.get(2, 1.0) is None and known.get(None, 1.0) is None
    assert known.get(1, 2.0) is None
    known.forget()
    assert known.get(1, 0.1) is None
    known.set(None, 0.0, "nobody tells")
    assert known.get(None, 0.1) is None
