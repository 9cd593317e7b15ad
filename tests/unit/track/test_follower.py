"""Who is in view, for events and counts: each once, under one id, and only on good evidence."""

from __future__ import annotations

import copy

import pytest

from passerby.media import Detections, InView, Kind, Track
from passerby.track import Follower
from tests.unit.engine.fakes import MILLISECONDS
from tests.unit.track.test_tracker import BOX, FRAME_S, NOBODY, SIZE_WH, found, moved

LAG = 7


def follow(
    passes: dict[int, Detections], frames: int, closeups: dict[int, Detections] | None = None
) -> list[list[Track]]:
    follower, taken = Follower(SIZE_WH, has_closeups=closeups is not None), []
    for index in range(frames):
        vehicles = closeups.get(index) if closeups else None
        follower.update(index, index * FRAME_S, passes.get(index), None, vehicles=vehicles)
        if index >= LAG:
            taken.append(follower.take(index - LAG, (index - LAG) * FRAME_S))
    return taken + [follower.take(index, index * FRAME_S) for index in range(len(taken), frames)]


def test_somebody_is_one_track_however_many_boxes_are_found_on_them() -> None:
    whole, legs = (100.0, 100.0, 140.0, 200.0), (102.0, 150.0, 138.0, 200.0)
    both = Detections.merge([found(whole, score=0.8), found(legs, score=0.6)])
    assert all([track.xyxy for track in tracks] == [whole] for tracks in follow(dict.fromkeys(range(9), both), 9))


def test_two_who_walk_side_by_side_are_two() -> None:
    pair = found(BOX, moved(30))
    taken = follow(dict.fromkeys(range(9), pair), 9)
    assert {tuple(track.tracker_id for track in tracks) for tracks in taken} == {(1, 2)}


def test_poor_detections_begin_no_track_but_continue_one() -> None:
    poor, sure = found(BOX, score=0.3), found(BOX, score=0.6)
    assert not any(follow(dict.fromkeys(range(9), poor), 9))
    taken = follow({0: sure, **dict.fromkeys(range(1, 30), poor)}, 30)
    assert all([track.tracker_id for track in tracks] == [1] for tracks in taken)


@pytest.mark.parametrize("every", [2, 5])
def test_walker_keeps_one_id_and_is_placed_between_two_passes(every: int) -> None:
    """every: frames between two passes; 0.2 s and 0.5 s."""
    taken = follow({index: found(moved(6.0 * index)) for index in range(0, 41, every)}, 41)
    assert {track.tracker_id for tracks in taken for track in tracks} == {1}
    for index, (track,) in enumerate(taken):
        assert track.is_detected == (index % every == 0)
        assert track.foot_xy() == pytest.approx((120 + 6.0 * index, 200), abs=1.0)


def test_whoever_left_has_no_track_and_who_comes_later_has_another_id() -> None:
    passes = {**dict.fromkeys(range(5), found(BOX)), **dict.fromkeys(range(5, 50), NOBODY)}
    taken = follow({**passes, **dict.fromkeys(range(50, 55), found(BOX))}, 55)
    assert [track.tracker_id for (track,) in (taken[0], taken[-1])] == [1, 2]
    assert not any(taken[20:45])


def test_faces_are_not_followed() -> None:
    assert not any(follow(dict.fromkeys(range(9), found(BOX, kind=Kind.FACE)), 9))


def test_foot_is_on_the_side_that_is_down() -> None:
    track = Track(1, Kind.PERSON, 0.9, (10, 20, 30, 60), is_detected=True)
    assert [track.foot_xy(turn) for turn in (0, 90, 180, 270)] == [(20, 60), (30, 40), (20, 20), (10, 40)]


def test_poor_vehicles_are_followed_if_close_ups_found_them() -> None:
    poor = {index: found(moved(6.0 * index), score=0.25, kind=Kind.VEHICLE) for index in range(0, 21, 2)}
    nobody = dict.fromkeys(poor, NOBODY)
    assert not any(follow(poor, 21)) and not any(follow(poor, 21, {}))
    taken = follow(nobody, 21, poor)
    assert all([(track.tracker_id, track.kind) for track in tracks] == [(1, Kind.VEHICLE)] for tracks in taken)


def test_one_poor_vehicle_of_a_close_up_is_nothing() -> None:
    once = {2: found(BOX, score=0.3, kind=Kind.VEHICLE)}
    assert not any(follow(dict.fromkeys(range(0, 21, 2), NOBODY), 21, once))


def test_people_are_followed_the_same_with_and_without_close_ups() -> None:
    passes = {index: found(moved(6.0 * index), score=0.3 + 0.02 * index) for index in range(0, 21, 2)}
    assert follow(passes, 21) == follow(passes, 21, {})


def test_a_sure_vehicle_is_followed_without_a_close_up() -> None:
    sure = dict.fromkeys(range(9), found(BOX, kind=Kind.VEHICLE))
    assert all(len(tracks) == 1 for tracks in follow(sure, 9, {}))


@pytest.mark.promise
def test_tracks_cannot_leave_the_process() -> None:
    track = Track(1, Kind.PERSON, 0.9, BOX, is_detected=True)
    for each in (track, InView(0, 0, MILLISECONDS, SIZE_WH, 0, (track,), has_detections=True)):
        for leave in (copy.copy, copy.deepcopy):
            with pytest.raises(TypeError, match="never leaves the process"):
                leave(each)
