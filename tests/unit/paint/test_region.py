"""What a cover hides, pixel by pixel, against the words of `Cover`."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from passerby.media import Cover, CoverBox, Kind
from passerby.media.cover import CORE_SHARE
from passerby.paint.region import Region

sides = st.integers(1, 80)
edges = st.floats(-120, 200, allow_nan=False)
Box = tuple[float, float, float, float]
boxes = st.tuples(edges, edges, edges, edges)
subsampling = st.sampled_from([(0, 0), (1, 0), (1, 1)])


def region_of(cover: Cover, width: int, height: int, shift: tuple[int, int] = (1, 1)) -> Region:
    region = Region(width, height, *shift)
    region.draw(cover)
    return region


@given(sides, sides, boxes)
def test_nothing_but_corners_of_a_box_is_left_open(width: int, height: int, xyxy: Box) -> None:
    left, right = sorted((xyxy[0], xyxy[2]))
    top, bottom = sorted((xyxy[1], xyxy[3]))
    x0, y0, x1, y1 = math.floor(left), math.floor(top), math.ceil(right), math.ceil(bottom)
    open_x, open_y = (1 - CORE_SHARE) / 2 * (x1 - x0), (1 - CORE_SHARE) / 2 * (y1 - y0)
    marks = region_of(Cover((CoverBox(xyxy, Kind.FACE),)), width, height).luma
    for y in range(height):
        for x in range(width):
            inside = x0 <= x < x1 and y0 <= y < y1
            corner = min(x + 1 - x0, x1 - x) <= open_x or min(y + 1 - y0, y1 - y) <= open_y
            if inside and not corner:
                assert marks[y, x] == Kind.FACE + 1
            if not inside:
                assert marks[y, x] == 0


@given(sides, sides, boxes)
def test_what_is_drawn_by_hand_is_hidden_to_its_corners(width: int, height: int, xyxy: Box) -> None:
    left, right = sorted((xyxy[0], xyxy[2]))
    top, bottom = sorted((xyxy[1], xyxy[3]))
    marks = region_of(Cover((CoverBox(xyxy, Kind.MANUAL),)), width, height).luma
    rows = slice(max(0, math.floor(top)), max(0, math.ceil(bottom)))
    columns = slice(max(0, math.floor(left)), max(0, math.ceil(right)))
    assert marks[rows, columns].all()
    assert np.count_nonzero(marks) == marks[rows, columns].size


@given(st.integers(1, 400), st.integers(1, 400))
@settings(max_examples=60)
def test_rounding_costs_at_most_six_percent_of_a_box(width: int, height: int) -> None:
    marks = region_of(Cover((CoverBox((10, 10, 10 + width, 10 + height), Kind.PERSON),)), 420, 420).luma
    assert np.count_nonzero(marks) >= 0.94 * width * height


@pytest.mark.parametrize("wide", [1, 2, 7, 40, 177, 240])
@pytest.mark.parametrize("high", [1, 5, 60, 178, 250])
def test_a_box_is_drawn_as_one_smooth_shape(wide: int, high: int) -> None:
    """Without a dent, and nowhere farther than a pixel and a half from |x|^5 + |y|^5 = 1."""
    hidden = region_of(Cover((CoverBox((3, 2, 3 + wide, 2 + high), Kind.PERSON),)), 300, 300).luma != 0
    hidden = hidden[2 : 2 + high, 3 : 3 + wide]
    assert (np.diff(hidden.argmax(axis=1)[: (high + 1) // 2]) <= 0).all()
    across, down = (
        np.maximum(np.abs(np.arange(side) + 0.5 - side / 2) * 2 / side - 3 / side, 0) for side in (wide, high)
    )
    assert hidden[across[None] ** 5 + down[:, None] ** 5 > 1].sum() == 0
    across, down = (np.abs(np.arange(side) + 0.5 - side / 2) * 2 / side + 3 / side for side in (wide, high))
    assert hidden[across[None] ** 5 + down[:, None] ** 5 < 1].all()


hulls = st.lists(st.tuples(st.floats(-30, 90), st.floats(-30, 90)), min_size=3, max_size=12)


@given(sides, sides, hulls)
def test_a_hull_hides_every_pixel_that_it_touches_and_hardly_more(
    width: int, height: int, points: list[tuple[float, float]]
) -> None:
    hull = cv2.convexHull(np.array(points, np.float32) + 0).reshape(-1, 2)  # for points at -0.0 there is none
    (x0, y0), (x1, y1) = hull.min(axis=0), hull.max(axis=0)
    box = CoverBox((x0, y0, x1, y1), Kind.MOTION, tuple(hull.ravel().tolist()))
    marks = region_of(Cover((box,)), width, height).luma
    for y, x in np.ndindex(height, width):
        inside = cv2.pointPolygonTest(hull[:, None], (x + 0.5, y + 0.5), True)
        if inside > 1:
            assert marks[y, x], (x, y)
        if inside < -2.5:
            assert not marks[y, x], (x, y)


@given(sides, sides, st.lists(boxes, max_size=4), subsampling, st.integers(0, 2**32))
def test_every_mark_is_where_it_will_be_painted(
    width: int, height: int, hidden: list[Box], shift: tuple[int, int], seed: int
) -> None:
    cells = np.random.default_rng(seed).random((9, 7)) < 0.05
    kinds = list(Kind)
    cover = Cover(tuple(CoverBox(box, kinds[i]) for i, box in enumerate(hidden)), cells)
    region = region_of(cover, width, height, shift)
    luma, chroma = region.luma.copy(), region.chroma.copy()
    assert {kind + 1 for kind in region.kinds} >= {*np.unique(luma), *np.unique(chroma)} - {0}
    blocks = region.blocks.repeat(16, axis=0).repeat(16, axis=1)[:height, :width]
    assert not luma[blocks == 0].any()
    for area in region.areas:
        luma[area.of_luma] = 0
        chroma[area.of_chroma(*shift)] = 0
    assert not luma.any() and not chroma.any()


@given(sides, sides, st.integers(1, 100), st.integers(1, 100), st.integers(0, 2**32), st.floats(0, 1))
def test_cells_hide_every_pixel_they_touch_and_no_other(
    width: int, height: int, rows: int, columns: int, seed: int, share: float
) -> None:
    cells = np.random.default_rng(seed).random((rows, columns)) < share
    wanted = np.zeros((height, width), bool)
    for row, column in zip(*np.nonzero(cells), strict=True):
        wanted[
            row * height // rows : math.ceil((row + 1) * height / rows),
            column * width // columns : math.ceil((column + 1) * width / columns),
        ] = True
    marks = region_of(Cover(cells=cells), width, height).luma
    assert np.array_equal(marks != 0, wanted)


@given(sides, sides, st.lists(boxes, max_size=4), st.lists(boxes, max_size=2), subsampling, st.integers(0, 2**32))
def test_chroma_is_hidden_exactly_where_any_of_its_luma_is(
    width: int,
    height: int,
    hidden: list[Box],
    kept: list[Box],
    shift: tuple[int, int],
    seed: int,
) -> None:
    cells = np.random.default_rng(seed).random((7, 5)) < 0.1
    cover = Cover(tuple(CoverBox(box, Kind.PERSON) for box in hidden), cells, keep=tuple(kept))
    region = region_of(cover, width, height, shift)
    for y in range(-(-height >> shift[1])):
        for x in range(-(-width >> shift[0])):
            luma = region.luma[y << shift[1] : (y + 1) << shift[1], x << shift[0] : (x + 1) << shift[0]]
            assert bool(region.chroma[y, x]) == bool(luma.any())


@given(st.lists(st.lists(boxes, max_size=3), min_size=2, max_size=4), subsampling)
def test_nothing_of_a_cover_stays_for_the_next_frame(covers: list[list[Box]], shift: tuple[int, int]) -> None:
    used = Region(61, 47, *shift)
    for number, hidden in enumerate(covers):
        cells = np.random.default_rng(number).random((9, 9)) < 0.2 if number % 2 else None
        cover = Cover(tuple(CoverBox(box, Kind.VEHICLE) for box in hidden), cells)
        used.draw(cover)
        fresh = region_of(cover, 61, 47, shift)
        assert np.array_equal(used.luma, fresh.luma)
        assert np.array_equal(used.chroma, fresh.chroma)
        assert used.hidden == fresh.hidden


@given(boxes)
@example((10.2, 10.2, 20.7, 20.7))
def test_keep_shows_only_pixels_wholly_inside_it(kept: Box) -> None:
    all_hidden = Cover((CoverBox((0, 0, 64, 48), Kind.PERSON),), np.ones((3, 3), bool), keep=(kept,))
    marks = region_of(all_hidden, 64, 48).luma
    for y, x in zip(*np.nonzero(marks == 0), strict=True):
        assert kept[0] <= x and x + 1 <= kept[2] and kept[1] <= y and y + 1 <= kept[3]


def test_a_box_that_is_nowhere_hides_everything() -> None:
    assert region_of(Cover((CoverBox((1, 1, float("nan"), 9), Kind.PERSON),)), 64, 48).hidden == 1.0
    assert region_of(Cover((CoverBox((float("-inf"), 0, float("inf"), 48), Kind.PERSON),)), 64, 48).hidden == 1.0


def test_later_boxes_lie_over_earlier_ones() -> None:
    boxes_in_order = CoverBox((0, 0, 20, 20), Kind.VEHICLE), CoverBox((10, 10, 30, 30), Kind.PLATE)
    assert region_of(Cover(boxes_in_order), 40, 40).luma[15, 15] == Kind.PLATE + 1
    assert region_of(Cover(boxes_in_order[::-1]), 40, 40).luma[15, 15] == Kind.VEHICLE + 1


@pytest.mark.parametrize("seed", range(3))
def test_many_scattered_cells_are_all_hidden(seed: int) -> None:
    cells = np.zeros((40, 40), bool)
    cells[::4, ::4] = True  # 100 areas, more than are handled one by one
    cells = np.roll(cells, seed, axis=1)
    assert np.array_equal(region_of(Cover(cells=cells), 80, 80).luma != 0, cells.repeat(2, axis=0).repeat(2, axis=1))
