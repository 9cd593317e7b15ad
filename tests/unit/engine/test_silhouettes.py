"""Reveal mode's covers: one smooth shape for each, which holds all that moves and does not flicker."""

from __future__ import annotations

import itertools
from dataclasses import replace

import cv2
import numpy as np
import pytest

from passerby.engine.silhouettes import Silhouettes
from passerby.media import Cover, CoverBox, Kind, Track
from passerby.paint.region import Region
from passerby.rules.coverage import Policy, cover_unestablished
from passerby.settings import Settings

SIZE_WH, SMALL_WH = (640, 360), (320, 180)
POLICY = Policy.of(Settings())
STEP_S = 0.1

Mask = np.ndarray


def empty() -> Mask:
    return np.zeros(SMALL_WH[::-1], np.uint8)


def walker(x: int, stride: int = 6, y: int = 60) -> Mask:
    """A body with two legs: `stride` small pixels from the middle to each foot."""
    mask = empty()
    cv2.circle(mask, (x, y + 4), 4, 1, cv2.FILLED)
    cv2.rectangle(mask, (x - 5, y + 8), (x + 5, y + 28), 1, cv2.FILLED)
    for side in (-1, 1):
        cv2.line(mask, (x, y + 26), (x + side * stride, y + 48), 1, 4)
    return mask


def track_of(mask: Mask, number: int = 1) -> Track:
    x, y, wide, high = (2 * side for side in cv2.boundingRect(mask))
    return Track(number, Kind.PERSON, 0.9, (x, y, x + wide, y + high), is_detected=True)


def covers(
    frames: list[tuple[Mask, list[Track]]], silhouettes: Silhouettes | None = None
) -> list[tuple[tuple[CoverBox, ...], Mask]]:
    """Of each frame its shapes, and 1 where a pixel of the picture is hidden."""
    silhouettes = silhouettes or Silhouettes(SIZE_WH, SMALL_WH)
    region = Region(*SIZE_WH, 1, 1)
    made = []
    for index, (mask, tracks) in enumerate(frames):
        tracked = cover_unestablished(tracks, mask, SIZE_WH, POLICY)
        boxes = silhouettes.cover(mask, tracked, index * STEP_S, POLICY)
        region.draw(Cover(boxes))
        made.append((boxes, (region.luma > 0).astype(np.uint8)))
    return made


def whole(mask: Mask) -> Mask:
    return mask.repeat(2, axis=0).repeat(2, axis=1)


def test_a_walker_with_a_track_is_one_shape_of_their_colour() -> None:
    walk = [walker(60 + 3 * i, stride) for i, stride in enumerate([0, 4, 8, 4] * 5)]
    for mask, (boxes, hidden) in zip(walk, covers([(each, [track_of(each)]) for each in walk]), strict=True):
        assert [box.kind for box in boxes] == [Kind.PERSON]
        assert not (whole(mask) & ~hidden).any()
        contour, *more = cv2.findContours(hidden, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0]
        assert not more
        hull = cv2.contourArea(cv2.convexHull(contour))
        assert cv2.contourArea(contour) > 0.97 * hull, "without a dent"


def test_what_moves_beside_a_box_belongs_to_its_shape() -> None:
    """A detector cuts off feet and bags."""
    mask = walker(100)
    track = track_of(mask[:, :])
    left, top, right, bottom = track.xyxy
    ((boxes, hidden),) = covers([(mask, [replace(track, xyxy=(left, top, right, bottom - 12))])])
    assert [box.kind for box in boxes] == [Kind.PERSON] and not (whole(mask) & ~hidden).any()


def test_strides_do_not_show_in_the_shape() -> None:
    """The legs open and close by 16 px; the shape's width goes along with a fraction of it only."""
    strides = [2, 4, 6, 8, 10, 8, 6, 4] * 5
    body = track_of(walker(100, 10))
    made = covers([(walker(100, stride), [body]) for stride in strides])
    widths = [boxes[0].xyxy[2] - boxes[0].xyxy[0] for boxes, _ in made[8:]]
    assert max(widths) - min(widths) <= 6


def test_a_shape_grows_at_once_and_shrinks_slowly() -> None:
    small, large = walker(100, 0), walker(100, 16)
    track = track_of(small)
    made = covers([(small, [track])] * 3 + [(large, [track])] + [(small, [track])] * 12)
    areas = [int(hidden.sum()) for _, hidden in made]
    assert not (whole(large) & ~made[3][1]).any()
    assert areas[3] > areas[4] > areas[5] > areas[2]
    assert areas[-1] == areas[-2] == areas[2], "and settles, so that what stays the same is painted once"


def test_what_moves_and_is_nobody_known_is_smooth_too() -> None:
    ((boxes, hidden),) = covers([(walker(100), [])])
    assert {box.kind for box in boxes} == {Kind.MOTION} and not (whole(walker(100)) & ~hidden).any()


@pytest.mark.parametrize("seed", range(3))
def test_two_close_together_are_all_hidden(seed: int) -> None:
    draw = np.random.default_rng(seed)
    masks = [walker(60 + int(draw.integers(0, 60)), int(draw.integers(0, 12))) for _ in range(4)]
    both = np.maximum.reduce(masks)
    for tracks in ([], [track_of(masks[0])], [track_of(each, i) for i, each in enumerate(masks)]):
        ((_, hidden),) = covers([(both, tracks)])
        assert not (whole(both) & ~hidden).any()


TREE = np.s_[20:80, 200:260]


def leaves(draw: np.random.Generator) -> Mask:
    """A tree in the wind: in each frame some other patches of it differ from the background."""
    mask = empty()
    tree = mask[TREE]
    for x, y in draw.integers(4, 56, (6, 2)).tolist():
        cv2.ellipse(tree, (x, y), (4, 3), 0, 0, 360, 1, cv2.FILLED)
    return mask


def changes(hidden: list[Mask]) -> float:
    """How much of a tree is shown, or hidden, anew from frame to frame, as a share of it."""
    trees = [each[40:160, 400:520] for each in hidden]
    return float(np.mean([np.mean(a != b) for a, b in itertools.pairwise(trees)]))


def test_leaves_that_sway_are_under_a_steady_cover_that_does_not_flicker() -> None:
    draw = np.random.default_rng(1)
    made = covers([(leaves(draw), []) for _ in range(200)])
    start, end = [hidden for _, hidden in made[1:10]], [hidden for _, hidden in made[150:]]
    assert changes(start) > 0.1 and changes(end) < 0.01
    assert end[-1].mean() < 2 * 120 * 120 / (640 * 360), "and nothing beside the tree is hidden"


def test_who_walks_in_front_of_swaying_leaves_is_hidden_all_the_way() -> None:
    draw = np.random.default_rng(2)
    frames = [leaves(draw) for _ in range(100)]
    walk = [np.maximum(leaves(draw), walker(x, y=30)) for x in range(180, 290, 2)]
    made = covers([(mask, []) for mask in frames + walk])
    for x, (_, hidden) in zip(range(180, 290, 2), made[100:], strict=True):
        assert not (whole(walker(x, y=30)) & ~hidden).any()


def test_a_place_that_was_restless_is_shown_again_once_it_is_calm() -> None:
    draw = np.random.default_rng(3)
    made = covers([(leaves(draw), []) for _ in range(60)] + [(empty(), [])] * 40)
    assert made[59][1].any() and not made[-1][1].any() and made[-1][0] == ()
