"""Small pictures must show the frame's own colours and places, whatever its format and turn."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.detect import sample
from passerby.media.frames import PICTURE_FORMATS
from tests.unit.detect.pictures import frame_of, quarters


@pytest.mark.parametrize("space", [1, 5], ids=["bt709", "bt601"])
@pytest.mark.parametrize("pixel_format", sorted(PICTURE_FORMATS - {f"yuvj{n}p10le" for n in (420, 422, 444)}))
def test_colours_survive_every_format(pixel_format: str, space: int) -> None:
    rgb = quarters(320, 240)
    frame = frame_of(rgb, pixel_format, space=space)
    bgr = sample.sample_bgr(frame, sample.whole(frame), (80, 60))
    assert bgr.shape == (60, 80, 3)
    for row, column in ((10, 10), (10, 70), (50, 10), (50, 70)):
        np.testing.assert_allclose(bgr[row, column, ::-1], rgb[row * 4, column * 4], atol=6)


@pytest.mark.parametrize("size", [(17, 19), (321, 241), (160, 121)])
def test_odd_sizes_are_sampled_whole(size: tuple[int, int]) -> None:
    frame = frame_of(quarters(*size))
    bgr = sample.sample_bgr(frame, sample.snap(frame, sample.whole(frame)), (64, 64))
    np.testing.assert_allclose(bgr[4, 4, ::-1], (200, 30, 30), atol=8)
    np.testing.assert_allclose(bgr[60, 60, ::-1], (120, 120, 120), atol=8)


@pytest.mark.parametrize(
    ("turn", "corner"), [(0, (200, 30, 30)), (90, (30, 30, 200)), (180, (120,) * 3), (270, (30, 180, 30))]
)
def test_turned_frame_is_seen_upright(turn: int, corner: tuple[int, int, int]) -> None:
    """Turning 90° clockwise brings the bottom left corner to the top left."""
    frame = frame_of(quarters(320, 240), turn=turn)
    size = (60, 80) if turn % 180 else (80, 60)
    bgr = sample.sample_bgr(frame, sample.whole(frame), size)
    assert bgr.shape == (size[1], size[0], 3)
    np.testing.assert_allclose(bgr[8, 8, ::-1], corner, atol=6)


def test_region_is_cut_out() -> None:
    frame = frame_of(quarters(320, 240))
    bgr = sample.sample_bgr(frame, sample.snap(frame, (161, 1, 319, 119)), (32, 32))
    np.testing.assert_allclose(bgr[2:-2, 4:-2, ::-1].reshape(-1, 3), np.tile((30, 180, 30), (28 * 26, 1)), atol=6)


def test_region_outside_is_refused() -> None:
    with pytest.raises(ValueError, match="outside"):
        sample.snap(frame_of(quarters(64, 64)), (64, 0, 90, 64))


@given(
    turn=st.sampled_from([0, 90, 180, 270]),
    corners=st.tuples(*[st.floats(0, 1, width=32) for _ in range(4)]),
    region=st.tuples(st.integers(0, 60), st.integers(0, 40), st.integers(70, 128), st.integers(50, 96)),
)
def test_boxes_map_back_to_where_they_were_seen(
    turn: int, corners: tuple[float, float, float, float], region: tuple[int, int, int, int]
) -> None:
    """Independently of the formula: turns the box's corners as points, then scales and shifts."""
    frame = frame_of(quarters(128, 96), turn=turn)
    snapped = sample.snap(frame, region)
    size = (64, 32) if turn % 180 else (32, 64)
    x0, x1 = sorted((corners[0], corners[2]))
    y0, y1 = sorted((corners[1], corners[3]))
    points = np.array([[x0, y0], [x1, y1]]) - 0.5
    angle = -np.deg2rad(turn)  # Clockwise on a screen, undone.
    back = points @ np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]).T + 0.5
    sides = np.array([snapped[2] - snapped[0], snapped[3] - snapped[1]])
    expected = np.concatenate([back.min(axis=0), back.max(axis=0)]) * np.tile(sides, 2) + np.tile(snapped[:2], 2)
    boxes = np.array([[x0, y0, x1, y1]], np.float32) * np.array(size * 2, np.float32)
    np.testing.assert_allclose(sample.to_picture(boxes, frame, snapped, size)[0], expected, atol=1e-2)
