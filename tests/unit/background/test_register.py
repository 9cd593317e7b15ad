"""A camera that drifts on its pole: its pictures are laid over each other, and masks over its pictures."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from passerby.background import Background, Sample, SmallPicture, View, learn, measure_motion, register
from passerby.background.register import IN_PLACE, Anchor, apart_px
from passerby.media import Detections
from tests.unit.background.scenes import claim, samples_of

ROWS, COLUMNS = 180, 320


def wide_scene(index: int, seed: int = 4) -> SmallPicture:
    """A street of many small things: larger than what a camera sees of it."""
    things = np.random.default_rng(seed).integers(40, 210, (50, 80)).astype(np.float32)
    still = cv2.resize(things, (COLUMNS + 80, ROWS + 80), interpolation=cv2.INTER_CUBIC)
    grain = np.random.default_rng([seed, index]).normal(0, 1.5, still.shape)
    luma = np.clip(still + grain, 16, 235).astype(np.uint8)
    return SmallPicture(luma, np.full_like(luma, 120), np.full_like(luma, 132))


def seen_from(picture: SmallPicture, right: float, down: float, turn_deg: float = 0.0) -> SmallPicture:
    """What a camera sees of the street that has drifted so far from its place."""
    turn = np.asarray(cv2.getRotationMatrix2D((40 + COLUMNS / 2, 40 + ROWS / 2), turn_deg, 1.0), np.float64)
    turn[:, 2] -= 40 + right, 40 + down
    seen = (cv2.warpAffine(plane, turn, (COLUMNS, ROWS), flags=cv2.INTER_CUBIC) for plane in picture)
    return SmallPicture(*(np.asarray(plane, np.uint8) for plane in seen))


def drifting(count: int = 24) -> list[SmallPicture]:
    """Over its length it moves by 6 px to the right and half as much down, and turns a little."""
    return [seen_from(wide_scene(n), 6 * n / count, 3 * n / count, 0.3 * n / count) for n in range(count)]


def background() -> Background:
    registered = register(samples_of(*drifting()))
    return learn(registered.samples, is_adrift=registered.is_adrift)


def walker(picture: SmallPicture, left: int) -> SmallPicture:
    planes = [plane.copy() for plane in picture]
    for plane, value in zip(planes, (20, 150, 100), strict=True):
        plane[60:120, left : left + 25] = value
    return SmallPicture(*planes)


@pytest.mark.parametrize(("right", "down", "turn_deg"), [(0, 0, 0), (3.4, -1.7, 0.2), (-12, 6, -0.5)])
def test_picture_is_placed_where_its_camera_was(right: float, down: float, turn_deg: float) -> None:
    anchor = Anchor(seen_from(wide_scene(1), 0, 0).y)
    placed = anchor.place(seen_from(wide_scene(2), right, down, turn_deg).y)
    turn = np.asarray(cv2.getRotationMatrix2D((COLUMNS / 2, ROWS / 2), turn_deg, 1.0), np.float64)
    turn[:, 2] -= right, down
    assert placed is not None and apart_px(placed, turn, (ROWS, COLUMNS)) < 0.3


def test_picture_of_another_place_is_not_placed() -> None:
    anchor = Anchor(seen_from(wide_scene(1), 0, 0).y)
    assert anchor.place(seen_from(wide_scene(2, seed=9), 0, 0).y) is None
    assert anchor.place(np.full((ROWS, COLUMNS), 90, np.uint8)) is None


def test_picture_is_placed_though_its_light_is_another() -> None:
    anchor = Anchor(seen_from(wide_scene(1), 0, 0).y)
    darker = np.asarray(cv2.convertScaleAbs(seen_from(wide_scene(2), 2, 0).y, alpha=0.7), np.uint8)
    placed = anchor.place(darker)
    assert placed is not None and abs(apart_px(placed, IN_PLACE, (ROWS, COLUMNS)) - 2) < 0.3


def test_camera_that_drifts_is_fixed_once_its_samples_are_laid_over_each_other() -> None:
    samples = samples_of(*drifting())
    registered = register(samples)
    motion = measure_motion(registered, background())
    assert motion.is_fixed and motion.is_adrift and motion.shift_px is not None and 2 < motion.shift_px < 6
    assert motion.edges > 0.9 and motion.established > 0.9


def test_camera_that_does_not_drift_is_left_alone() -> None:
    samples = samples_of(*(seen_from(wide_scene(n), 0, 0) for n in range(12)))
    registered = register(samples)
    assert not registered.is_adrift and all(a is b for a, b in zip(registered.samples, samples, strict=True))


def test_claims_go_with_their_picture() -> None:
    pictures = drifting()
    samples = [Sample(picture, claim(100, 50) if n == 23 else Detections.empty()) for n, picture in enumerate(pictures)]
    moved = register(samples).samples[23].claims.xyxy[0]
    right, down = 6 * 11 / 24, 3 * 11 / 24  # from the middle sample to the last; it turns a little too
    assert np.abs(moved - [100 + right, 50 + down, 112 + right, 80 + down]).max() < 1.5


def test_empty_street_is_shown_though_the_camera_drifts() -> None:
    view = View(background())
    for n, picture in enumerate(drifting(48)):
        seen = view.observe(picture)
        assert not seen.changed and seen.moving.mean() < 0.01, f"frame {n}"
        assert seen.unknown is None or seen.unknown.mean() < 0.08, "but for a strip that the reference does not show"


def test_walker_is_found_where_he_is_in_the_frame() -> None:
    view = View(background())
    for n, picture in enumerate(drifting(24)):
        moving = view.observe(walker(picture, 10 * n + 5)).moving
        hidden = np.zeros_like(moving)
        hidden[58:122, 10 * n + 3 : 10 * n + 32] = 1
        assert moving[60:120, 10 * n + 5 : 10 * n + 30].mean() > 0.9
        assert (moving & ~hidden & 1).mean() < 0.01


def test_frame_of_another_place_is_noticed() -> None:
    view = View(background())
    view.observe(drifting()[0])
    assert view.observe(seen_from(wide_scene(3, seed=9), 0, 0)).changed
    assert view.observe(seen_from(wide_scene(3), 60, 30)).changed, "the camera was turned"


def test_slow_change_of_light_is_followed_though_the_camera_drifts() -> None:
    view = View(background())
    for n, picture in enumerate(drifting(60)):
        lit = SmallPicture(np.clip(picture.y.astype(int) + n // 2, 0, 255).astype(np.uint8), picture.u, picture.v)
        seen = view.observe(lit)
        assert not seen.changed and seen.moving.mean() < 0.02, f"frame {n}"
        view.adapt()
