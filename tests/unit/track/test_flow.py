"""How the picture moved, and whether the scene was cut."""

from __future__ import annotations

import numpy as np
import pytest

from passerby.track import FlowMeter, Motion

SIZE_WH = (480, 270)


def texture(seed: int = 1) -> np.ndarray:
    """Larger than the picture, so that a window in it can be moved; smooth enough to be followed."""
    import cv2

    coarse = np.random.default_rng(seed).integers(30, 220, (40, 70)).astype(np.uint8)
    return np.asarray(cv2.resize(coarse, (700, 400), interpolation=cv2.INTER_CUBIC), np.uint8)


def window(picture: np.ndarray, left: int, top: int) -> np.ndarray:
    return np.ascontiguousarray(picture[top : top + SIZE_WH[1], left : left + SIZE_WH[0]])


@pytest.mark.parametrize("way", [(4, 0), (-6, 2), (0, 5), (0, 0)])
def test_boxes_go_with_the_picture_and_back(way: tuple[int, int]) -> None:
    meter = FlowMeter(SIZE_WH)
    meter.measure(window(texture(), 100, 60))
    motion = meter.measure(window(texture(), 100 - way[0], 60 - way[1]))
    boxes = np.array([[200, 100, 240, 180], [60, 60, 100, 120]], np.float32)
    assert motion.carry(boxes) == pytest.approx(boxes + np.tile(way, 2), abs=1.0)
    assert motion.carry(motion.carry(boxes), backwards=True) == pytest.approx(boxes, abs=1.0)
    assert not motion.is_cut


def test_first_frame_has_no_motion_and_is_no_cut() -> None:
    motion = FlowMeter(SIZE_WH).measure(window(texture(), 0, 0))
    assert not motion.is_cut and not motion.grid.any()


def test_another_scene_is_a_cut_without_motion() -> None:
    meter = FlowMeter(SIZE_WH)
    meter.measure(window(texture(), 0, 0))
    motion = meter.measure(window(texture(seed=2), 0, 0))
    assert motion.is_cut and not motion.grid.any()
    assert not meter.measure(window(texture(seed=2), 1, 0)).is_cut


def test_darker_light_is_no_cut() -> None:
    meter = FlowMeter(SIZE_WH)
    meter.measure(window(texture(), 0, 0))
    assert not meter.measure(window(texture(), 0, 0) // 2).is_cut


@pytest.mark.parametrize("size_wh", [(16, 16), (40, 1000), (3000, 20)])
def test_pictures_of_any_shape_can_be_measured(size_wh: tuple[int, int]) -> None:
    meter = FlowMeter(size_wh)
    for seed in (1, 2):
        grey = np.random.default_rng(seed).integers(0, 255, size_wh[::-1]).astype(np.uint8)
        motion = meter.measure(grey)
    assert np.isfinite(motion.carry(np.array([[0, 0, size_wh[0], size_wh[1]]], np.float32))).all()


def test_box_outside_the_picture_is_carried_by_its_edge() -> None:
    grid = np.zeros((4, 4, 2), np.float32)
    grid[:, 3] = (7, 0)
    box = np.array([[600, 10, 700, 20]], np.float32)
    assert Motion(grid, (100, 100)).carry(box)[0, 0] == 607
