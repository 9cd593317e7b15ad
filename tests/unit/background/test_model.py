"""What differs from a learned background, and when the picture as a whole does."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passerby.background import BackgroundModel, SmallPicture, joined, learn, pieces_of
from tests.unit.background.scenes import COLUMNS, ROWS, difference, edged, empty_scene, pushed, samples_of, with_block


def model() -> BackgroundModel:
    return BackgroundModel(learn(samples_of(*(edged(empty_scene(index)) for index in range(24)))))


def scene(index: int) -> SmallPicture:
    return edged(empty_scene(index))


def lit(picture: SmallPicture, gain: float) -> SmallPicture:
    return SmallPicture(np.clip(picture.y * gain, 0, 255).astype(np.uint8), picture.u, picture.v)


def test_nothing_moves_in_an_empty_scene() -> None:
    assert model().observe(scene(99)).share < 0.002


def test_somebody_is_all_found() -> None:
    seen = model().observe(with_block(scene(99), 70, 30))
    assert seen.moving[31:59, 71:81].mean() > 0.97
    assert seen.moving[:, :60].mean() < 0.01


def test_somebody_who_differs_only_in_colour_is_found() -> None:
    picture = scene(99)
    picture.u[30:60, 70:82] = 170
    assert model().observe(picture).moving[31:59, 71:81].mean() > 0.95


@pytest.mark.parametrize("gain", [0.85, 1.1])
def test_a_little_more_or_less_light_is_no_motion(gain: float) -> None:
    assert model().observe(lit(scene(99), gain)).share < 0.02


def test_light_that_goes_out_is_a_change_of_the_whole_picture() -> None:
    assert model().observe(lit(scene(99), 0.4)).share > 0.5


def test_place_without_a_background_is_not_called_moving() -> None:
    """It is hidden for another reason, and must not make the share."""
    background = learn(samples_of(*(scene(index) for index in range(24))))
    background.established[:, :40] = False
    seen = BackgroundModel(background).observe(with_block(scene(99), 5, 30))
    assert not seen.moving[:, :40].any() and seen.share < 0.01


def test_slow_change_of_light_is_taken_in_but_not_where_it_is_hidden() -> None:
    known = model()
    hidden = np.zeros((ROWS, COLUMNS), np.uint8)
    hidden[:, :80] = 1
    brighter = SmallPicture(np.clip(scene(5).y.astype(int) + 30, 0, 255).astype(np.uint8), *scene(5)[1:])
    for _ in range(40):
        known.adapt(brighter, hidden)
    halves = (np.hstack([dark[:, :80], light[:, 80:]]) for dark, light in zip(scene(7), brighter, strict=True))
    moving = known.observe(SmallPicture(*halves))
    assert moving.share < 0.02, "the left is as it was, the right as it is now"


def test_pushed_camera_is_noticed_and_people_are_not_taken_for_it() -> None:
    known = model()
    away = pushed(scene(9), 4)
    assert known.is_displaced(known.observe(away))
    walked = with_block(scene(9), 40, 10, 40, 70)
    assert not known.is_displaced(known.observe(walked))
    assert not known.is_displaced(known.observe(scene(9)))


def test_lens_that_is_covered_is_noticed() -> None:
    known = model()
    black = SmallPicture(*(np.full_like(plane, value) for plane, value in zip(scene(9), (16, 128, 128), strict=True)))
    seen = known.observe(black)
    assert seen.share > 0.5 or known.is_displaced(seen)


# Boxes.

blobs = st.lists(
    st.tuples(st.integers(0, 150), st.integers(0, 80), st.integers(1, 70), st.integers(1, 70)), min_size=0, max_size=7
)


@given(blobs, st.booleans())
@settings(max_examples=200, deadline=None)
def test_boxes_hold_every_blob_but_specks(some: list[tuple[int, int, int, int]], ragged: bool) -> None:
    mask = np.zeros((ROWS, COLUMNS), np.uint8)
    for left, top, wide, high in some:
        mask[top : top + high, left : left + wide] = 1
    if ragged:
        mask &= np.random.default_rng(len(some)).integers(0, 4, mask.shape).astype(np.uint8).clip(0, 1)
    held = np.zeros_like(mask)
    for piece in pieces_of(joined(mask)):
        assert (piece >= 0).all() and (piece < (COLUMNS, ROWS)).all()
        cv2.fillConvexPoly(held, piece, 1)
    left_out = (mask & ~held).astype(np.uint8)
    count, _, stats, _ = cv2.connectedComponentsWithStats(left_out, connectivity=8)
    assert all(stats[n][4] < 16 for n in range(1, count)), "only specks"


def test_pieces_of_nothing_are_none() -> None:
    nothing = np.zeros((ROWS, COLUMNS), np.uint8)
    assert pieces_of(joined(nothing)) == []


def test_two_far_apart_are_not_put_in_one_piece() -> None:
    mask = np.zeros((ROWS, COLUMNS), np.uint8)
    mask[10:40, 5:15] = mask[50:80, 130:145] = 1
    assert sum(cv2.contourArea(piece) for piece in pieces_of(joined(mask))) < 2 * mask.sum()


def test_pieces_do_not_draw_an_outline() -> None:
    """A walking body is one piece or two, not a staircase that shows its gait."""
    mask = np.zeros((ROWS, COLUMNS), np.uint8)
    mask[20:26, 52:58] = mask[26:42, 49:61] = 1
    mask[42:58, 47:52] = mask[42:58, 58:63] = 1
    assert len(pieces_of(joined(mask))) <= 2


def test_learned_picture_is_left_as_it_was_learned() -> None:
    known = model()
    before = known.background.picture.y.copy()
    known.adapt(lit(scene(3), 1.2), np.zeros((ROWS, COLUMNS), np.uint8))
    assert difference(known.background.picture.y, before) == 0
