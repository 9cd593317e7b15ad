"""A picture is in its tiles whole, at every scale, and what is found in them is found in its place."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.detect.runtime import InputSpec
from passerby.engine.tiles import EDGE_PX, OVERLAP_PX, SIDE_PX, Part, Tile, tiles_of
from tests.unit.engine.fakes import people

FREE = InputSpec(multiple=32)
SIDES = st.integers(48, 4000)


def scales_of(tiles: list[Tile]) -> dict[float, list[Part]]:
    scales: dict[float, list[Part]] = {}
    for part in (part for tile in tiles for part in tile.parts):
        scales.setdefault(part.scale, []).append(part)
    return scales


@given(SIDES, SIDES, st.sampled_from([1.0, 1.75, 3.0]), st.sampled_from([None, (416, 416), (640, 384)]))
def test_every_place_is_in_a_tile_at_every_scale(
    width: int, height: int, enlarged: float, fixed: tuple[int, int] | None
) -> None:
    tiles = tiles_of((width, height), InputSpec(size_wh=fixed) if fixed else FREE, enlarged)
    scales = scales_of(tiles)
    for scale, parts in scales.items():
        seen = np.zeros((-(-height // 8), -(-width // 8)), np.bool_)
        for x0, y0, x1, y1 in (part.xyxy for part in parts):
            seen[y0 // 8 : -(-y1 // 8), x0 // 8 : -(-x1 // 8)] = True
        assert seen.all(), scale
        assert all(part.is_largest == (scale == max(scales)) for part in parts)
        assert all(part.is_smallest == (scale == min(scales)) for part in parts)
    assert max(scales) <= enlarged


@given(SIDES, SIDES)
def test_parts_of_a_tile_keep_apart_and_inside(width: int, height: int) -> None:
    for tile in tiles_of((width, height), FREE, 3.0):
        assert tile.input_wh == (SIDE_PX, SIDE_PX)
        taken = np.zeros((tile.input_wh[1], tile.input_wh[0]), np.int_)
        for part in tile.parts:
            assert part.at[0] + part.wh[0] <= tile.input_wh[0] and part.at[1] + part.wh[1] <= tile.input_wh[1]
            right, below = part.at[0] + part.wh[0] + 2 * EDGE_PX, part.at[1] + part.wh[1] + 2 * EDGE_PX
            taken[part.at[1] : below, part.at[0] : right] += 1
        assert taken.max() == 1


@given(st.integers(400, 4000), st.integers(400, 4000))
def test_neighbours_overlap_by_more_than_what_is_looked_for(width: int, height: int) -> None:
    for parts in scales_of(tiles_of((width, height), FREE, 3.0)).values():
        for axis in (0, 1):
            spans = sorted({(part.xyxy[axis], part.xyxy[axis + 2]) for part in parts})
            for (_, end), (begin, _) in pairwise(spans):
                assert (end - begin) * parts[0].scale >= OVERLAP_PX - 2


@pytest.mark.parametrize(("wh", "count"), [((640, 360), 9), ((768, 576), 18), ((1920, 1080), 24)])
def test_small_scales_share_a_tile(wh: tuple[int, int], count: int) -> None:
    assert len(tiles_of(wh, FREE, 3.0)) == count


def test_what_is_found_in_a_part_is_found_in_its_place() -> None:
    """A bright mark in the picture, read off the tile as a detector would."""
    picture = np.full((360, 640, 3), 60, np.uint8)
    picture[200:280, 420:460] = 250
    places = []
    for tile in tiles_of((640, 360), FREE, 3.0):
        whole = tile.cut(picture)
        for part in tile.parts:
            left, top = part.at
            rows, columns = np.nonzero(whole[top : top + part.wh[1], left : left + part.wh[0], 0] > 200)
            if not len(rows):
                continue
            found = people((columns.min() + left, rows.min() + top, columns.max() + left + 1, rows.max() + top + 1))
            assert [other for other in tile.parts if other.holds(found).any()] == [part]
            places.append(part.to_picture(found).xyxy[0])
    whole_ones = [place for place in places if place[3] - place[1] > 70 and place[2] - place[0] > 38]
    assert len(whole_ones) >= 4, "at each scale"
    assert np.abs(np.array(whole_ones) - np.array([420, 200, 460, 280])).max() < 4
