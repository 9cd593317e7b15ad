"""What is hidden: all that moves, all that is found, and nothing less for being asked nicely."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passerby.engine.silhouettes import Silhouettes
from passerby.media import Cover, CoverBox, Kind, Track
from passerby.paint.region import Region
from passerby.rules.coverage import Policy, box_of, cover_found, cover_unestablished, padded, with_manual
from passerby.settings import Hide, Settings

ALL = Policy(frozenset({Kind.PERSON, Kind.FACE, Kind.PLATE, Kind.VEHICLE}), 0.1)
DEFAULT = Policy.of(Settings())
SIZE_WH = (640, 360)
CAR = (100.0, 100.0, 300.0, 200.0)

Box = tuple[float, float, float, float]


def track(xyxy: Box, kind: Kind = Kind.PERSON, confidence: float = 0.9, number: int = 1) -> Track:
    return Track(number, kind, confidence, xyxy, is_detected=True)


def holds(outer: Box, inner: Box) -> bool:
    return outer[0] <= inner[0] and outer[1] <= inner[1] and outer[2] >= inner[2] and outer[3] >= inner[3]


boxes = st.tuples(st.floats(-100, 700), st.floats(-100, 500), st.floats(0, 400), st.floats(0, 400)).map(
    lambda box: (box[0], box[1], box[0] + box[2], box[1] + box[3])
)
kinds = st.sampled_from([Kind.PERSON, Kind.FACE, Kind.PLATE, Kind.VEHICLE])
tracks = st.lists(st.builds(track, boxes, kinds, st.floats(0, 1)), max_size=5)


# Boxes.


@given(boxes, st.floats(0, 2))
def test_padding_only_adds_and_more_margin_adds_more(box: Box, margin: float) -> None:
    assert holds(padded(box, margin), box)
    assert holds(padded(box, margin + 0.1), padded(box, margin))
    left, top, right, bottom = padded(box, margin)
    assert left < box[0] and top < box[1] and right > box[2] and bottom > box[3], "and never nothing"


@given(tracks)
def test_every_track_of_a_kind_to_hide_is_under_a_box_of_its_kind(some: list[Track]) -> None:
    covers = cover_found(some, ALL)
    for each in some:
        assert any(cover.kind is each.kind and holds(cover.xyxy, each.xyxy) for cover in covers)


@given(tracks, st.sampled_from([0.0, 0.1, 0.5]))
@settings(max_examples=100, deadline=None)
def test_every_track_is_painted_though_corners_are_round(some: list[Track], margin: float) -> None:
    region = Region(*SIZE_WH, 1, 1)
    region.draw(Cover(cover_found(some, Policy(ALL.kinds, margin))))
    for each in some:
        left, top = (max(0, math.floor(edge)) for edge in each.xyxy[:2])
        right, bottom = (max(0, math.ceil(edge)) for edge in each.xyxy[2:])
        assert region.luma[top:bottom, left:right].all()


@pytest.mark.parametrize("kind", [Kind.PERSON, Kind.FACE, Kind.PLATE])
def test_only_what_is_to_be_hidden_is(kind: Kind) -> None:
    one = Policy(frozenset({kind}), 0.1)
    assert [box.kind for box in cover_found([track(CAR, each) for each in Kind if each <= Kind.PLATE], one)] == [kind]


def test_faces_get_more_room_than_people() -> None:
    """Hair and ears tell too."""
    face, person = box_of(Kind.FACE, CAR, ALL), box_of(Kind.PERSON, CAR, ALL)
    assert face and person and holds(face.xyxy, person.xyxy) and face.xyxy != person.xyxy


def test_plates_are_hidden_with_the_lower_part_of_their_vehicle() -> None:
    cover = box_of(Kind.VEHICLE, CAR, DEFAULT)
    assert cover is not None and cover.kind is Kind.PLATE
    left, top, right, bottom = cover.xyxy
    assert left <= 100 and right >= 300 and bottom >= 200, "all across and to the ground"
    assert 100 < top < 150, "but not the driver's window, and the lower half at least"


def test_vehicle_is_hidden_whole_where_that_is_asked_for() -> None:
    cover = box_of(Kind.VEHICLE, CAR, Policy.of(Settings(hide=frozenset({Hide.VEHICLES, Hide.PLATES}))))
    assert cover is not None and cover.kind is Kind.VEHICLE and holds(cover.xyxy, CAR)


def test_vehicle_is_shown_where_plates_are_found_themselves_or_not_asked_for() -> None:
    assert box_of(Kind.VEHICLE, CAR, Policy.of(Settings(), plates_found=True)) is None
    assert box_of(Kind.VEHICLE, CAR, Policy.of(Settings(hide=frozenset({Hide.PEOPLE})))) is None


# Reveal mode.

MASK_WH = (160, 90)


@st.composite
def masks(draw: st.DrawFn) -> np.ndarray:
    """What moves: some blobs, as large as a person far away or larger."""
    mask = np.zeros(MASK_WH[::-1], np.uint8)
    for _ in range(draw(st.integers(0, 5))):
        left, top = draw(st.integers(0, MASK_WH[0] - 5)), draw(st.integers(0, MASK_WH[1] - 5))
        wide, high = draw(st.integers(4, 60)), draw(st.integers(4, 60))
        mask[top : top + high, left : left + wide] = 1
    return mask


def cover_of(mask: np.ndarray, some: list[Track], policy: Policy = DEFAULT) -> tuple[CoverBox, ...]:
    tracked = cover_unestablished(some, mask, SIZE_WH, policy)
    return Silhouettes(SIZE_WH, MASK_WH).cover(mask, tracked, 0.0, policy)


@given(masks(), tracks)
@settings(max_examples=200, deadline=None)
def test_all_that_moves_is_in_a_box(mask: np.ndarray, some: list[Track]) -> None:
    """Known or not, and whatever the tracks say."""
    hidden = np.zeros(mask.shape, np.bool_)
    scale = SIZE_WH[0] / MASK_WH[0]
    for cover in cover_of(mask, some):
        left, top, right, bottom = (edge / scale for edge in cover.xyxy)
        inside = slice(max(0, round(top)), max(0, round(bottom))), slice(max(0, round(left)), max(0, round(right)))
        hidden[inside] = True
    assert not (mask.astype(np.bool_) & ~hidden).any()


@given(masks(), tracks, st.sampled_from([0.0, 0.1, 0.5]))
@settings(max_examples=100, deadline=None)
def test_all_that_moves_is_painted_though_corners_are_round(mask: np.ndarray, some: list[Track], margin: float) -> None:
    region = Region(*SIZE_WH, 1, 1)
    region.draw(Cover(cover_of(mask, some, Policy(DEFAULT.kinds, margin))))
    scale = SIZE_WH[0] // MASK_WH[0]
    moving = mask.repeat(scale, axis=0).repeat(scale, axis=1).astype(np.bool_)
    assert not (moving & (region.luma == 0)).any()


def test_what_moves_in_a_corner_that_the_box_of_a_track_leaves_open_is_painted() -> None:
    mask = np.zeros(MASK_WH[::-1], np.uint8)
    mask[30:60, 30:60] = 1  # a track all over it
    mask[16:20, 16:20] = 1  # inside its padded box, 60 to 300 px, but where that is round
    region = Region(*SIZE_WH, 1, 1)
    region.draw(Cover(cover_of(mask, [track((120.0, 120.0, 240.0, 240.0))], Policy(DEFAULT.kinds, 0.5))))
    assert region.luma[64:80, 64:80].all()


@given(masks(), tracks)
@settings(max_examples=100, deadline=None)
def test_who_stirs_is_hidden_however_poor_the_evidence(mask: np.ndarray, some: list[Track]) -> None:
    covers = cover_of(mask, some)
    scale = SIZE_WH[0] / MASK_WH[0]
    for each in some:
        left, top, right, bottom = (int(np.clip(v / scale, 0, 200)) for v in each.xyxy)
        part = mask[top:bottom, left:right]
        if part.size and part.mean() > 0.3:
            assert any(holds(cover.xyxy, each.xyxy) for cover in covers)


def test_sure_person_on_unchanged_background_is_hidden_and_a_lamp_post_is_not() -> None:
    still = np.zeros(MASK_WH[::-1], np.uint8)
    person = (100.0, 100.0, 140.0, 220.0)
    assert [box.kind for box in cover_of(still, [track(person)])] == [Kind.PERSON]
    assert cover_of(still, [track(person, confidence=0.2)]) == ()


def test_what_moves_has_the_colour_of_its_track_and_else_of_motion() -> None:
    mask = np.zeros(MASK_WH[::-1], np.uint8)
    mask[26:54, 26:34] = 1
    mask[60:80, 120:150] = 1
    covers = cover_of(mask, [track((100.0, 100.0, 140.0, 220.0), Kind.VEHICLE)])
    assert {box.kind for box in covers} == {Kind.VEHICLE, Kind.MOTION}


def test_nothing_moves_and_nobody_is_there() -> None:
    assert cover_of(np.zeros(MASK_WH[::-1], np.uint8), []) == ()


# By hand.


def test_boxes_by_hand_are_added_and_taken_away() -> None:
    cover = with_manual(Cover((CoverBox(CAR, Kind.PERSON),)), [(1, 2, 3, 4)], [(5, 6, 7, 8)])
    assert [box.kind for box in cover.boxes] == [Kind.PERSON, Kind.MANUAL]
    assert cover.keep == ((5, 6, 7, 8),) and cover.whole is None


def test_frame_covered_whole_stays_so_whatever_is_kept_by_hand() -> None:
    cover = with_manual(Cover(whole="detector failed"), [], [(0.0, 0.0, 640.0, 360.0)])
    assert cover.whole == "detector failed"


def test_without_anything_by_hand_the_cover_is_the_same() -> None:
    cover = Cover((CoverBox(CAR, Kind.PERSON),), np.ones((2, 2), np.bool_))
    assert with_manual(cover, [], []) is cover
