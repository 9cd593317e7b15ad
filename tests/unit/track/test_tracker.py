"""Tracks: bridged backwards, forwards and through gaps, and never with a hole between two detections."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from passerby.media import Detections, Kind, Track
from passerby.track import Motion, Tracker, TrackerTimes, TrackSummary

SIZE_WH = (640, 360)
FRAME_S = 0.1
TIMES = TrackerTimes(lost_s=1.0, tail_s=0.35, back_s=0.5)
SURE, POOR = 0.9, 0.1
BOX = (100.0, 100.0, 140.0, 200.0)

NOBODY = Detections.empty()

Boxes = list[tuple[float, float, float, float]]


def found(*boxes: tuple[float, float, float, float], score: float = SURE, kind: Kind = Kind.PERSON) -> Detections:
    count = len(boxes)
    xyxy = np.array(boxes, np.float32).reshape(count, 4)
    return Detections(xyxy, np.full(count, score, np.float32), np.full(count, kind, np.int32))


def flow(right: float = 0.0, down: float = 0.0, *, is_cut: bool = False) -> Motion:
    """The same motion all over the picture."""
    grid = np.broadcast_to(np.array([right, down], np.float32), (9, 16, 2)).copy()
    return Motion(grid, SIZE_WH, is_cut=is_cut)


def moved(dx: float) -> tuple[float, float, float, float]:
    return (BOX[0] + dx, BOX[1], BOX[2] + dx, BOX[3])


def run(
    passes: dict[int, Detections],
    frames: int,
    motion: Motion | None = None,
    lag: int | None = None,
    cut_at: int = -1,
    keeps_places: bool = True,
) -> tuple[list[list[Track]], list[TrackSummary]]:
    """What is in every frame, taken `lag` frames after it was given; None: when all have been."""
    tracker = Tracker(SIZE_WH, TIMES, keeps_places=keeps_places)
    taken: list[list[Track]] = []
    for index in range(frames):
        still = flow(is_cut=True) if index == cut_at else motion or flow()
        tracker.update(index, index * FRAME_S, passes.get(index), still)
        if lag is not None and index >= lag:
            taken.append(tracker.take(index - lag, (index - lag) * FRAME_S))
    tracker.finish()
    taken += [tracker.take(index, index * FRAME_S) for index in range(len(taken), frames)]
    return taken, tracker.ended


def frames_with_track(taken: list[list[Track]]) -> list[int]:
    return [index for index, tracks in enumerate(taken) if tracks]


def left_edges(taken: list[list[Track]]) -> list[float]:
    return [round(tracks[0].xyxy[0], 2) for tracks in taken if tracks]


def test_track_is_followed_back_before_its_first_detection() -> None:
    taken, _ = run({7: NOBODY, 8: found(BOX), 9: found(BOX)}, 10, motion=flow(right=4))
    assert frames_with_track(taken)[:2] == [3, 4], "half a second back"
    assert left_edges(taken)[:3] == [80.0, 84.0, 88.0], "against the flow"


def test_track_is_followed_on_after_its_last_detection() -> None:
    taken, _ = run({0: found(BOX)} | dict.fromkeys(range(1, 12), NOBODY), 12, motion=flow(right=4))
    assert frames_with_track(taken) == [0, 1, 2, 3]
    assert left_edges(taken) == [100.0, 104.0, 108.0, 112.0]


def test_only_a_track_that_was_never_seen_well_says_where_it_was() -> None:
    passes = {index: found(moved(12.0 * index), score=POOR) for index in range(0, 20, 2)}
    (poor,) = run(passes, 25, motion=flow(right=12))[1]
    assert poor.best < 0.35 and [place[0].time_s for place in poor.places] == pytest.approx([0.0, 1.0])
    assert np.allclose([seen.xyxy for seen in poor.places[0]], [moved(24.0 * n) for n in range(5)])
    (well,) = run({index: found(BOX) for index in range(0, 20, 2)}, 25)[1]
    assert not well.places


def test_without_its_places_a_track_is_followed_all_the_same() -> None:
    scores = dict(enumerate([0.1, 0.1, 0.12, 0.3, 0.2, 0.9, 0.1, 0.8, 0.7, 0.1]))
    passes = {2 * n: found(moved(20.0 * n), score=score) for n, score in scores.items()}
    passes |= {2 * n: found(moved(300.0 - n), score=POOR) for n in range(len(scores), 20)}
    taken, with_places = run(passes, 60, motion=flow(right=10))
    taken_without, without = run(passes, 60, motion=flow(right=10), keeps_places=False)
    assert any(taken) and taken_without == taken
    assert any(each.places for each in with_places) and not any(each.places for each in without)
    assert without == [replace(each, places=()) for each in with_places]


def test_a_track_goes_on_until_a_pass_does_not_find_it() -> None:
    assert frames_with_track(run({0: found(BOX), 7: NOBODY}, 9)[0]) == list(range(7))


@pytest.mark.parametrize("flows", [-40.0, 0.0, 12.0, 40.0])
def test_who_is_found_first_is_hidden_since_the_pass_before_wherever_they_can_have_been(flows: float) -> None:
    """Three widths a second, whatever the flow says: it may be of what is behind them."""
    taken, _ = run({4: NOBODY, 8: found(BOX)}, 9, motion=flow(right=flows))
    for index in (5, 6, 7):
        left, _, right, _ = taken[index][0].xyxy
        reach = 3.0 * 40 * (8 - index) * FRAME_S
        assert left <= BOX[0] - reach + 0.01 and right >= BOX[2] + reach - 0.01
        assert left <= BOX[0] - flows * (8 - index) and right >= BOX[2] - flows * (8 - index), "nor if it is right"


@pytest.mark.parametrize("was_there", [True, False])
def test_a_track_that_is_found_where_it_was_not_thought_to_be_may_be_two(was_there: bool) -> None:
    """A lamp-post was found at 0, and somebody comes to stand beside it; or somebody, and then the post."""
    post, person = found(moved(-25), score=0.2), found(BOX)
    taken, _ = run({0: person if was_there else post, 4: post if was_there else person}, 6)
    for index in range(5):
        edges = [track.xyxy for track in taken[index]]
        if (was_there and index < 4) or (not was_there and index > 0):
            assert any(left <= BOX[0] and right >= BOX[2] for left, _, right, _ in edges), index


def test_of_one_object_found_twice_the_better_box_counts() -> None:
    """Else a poor box of its lower part would be a track's, and the good one of nobody."""
    lower = (BOX[0], BOX[1] + 40, BOX[2], BOX[3])
    both = Detections.merge([found(lower, score=POOR), found(BOX)])
    taken, _ = run({0: found((BOX[0], BOX[1] + 50, BOX[2], BOX[3]), score=POOR), 2: both}, 3)
    assert [track.xyxy for track in taken[2]] == [BOX]


def test_gap_is_bridged_and_its_way_corrected() -> None:
    """The flow says 4 px a frame; found again it was 6: the error is spread over the way."""
    taken, ended = run({0: found(BOX), 5: found(moved(30))}, 6, motion=flow(right=4))
    assert left_edges(taken) == [100.0, 106.0, 112.0, 118.0, 124.0, 130.0]
    assert [point.is_detected for (point,) in taken] == [True, False, False, False, False, True]
    assert len(ended) == 1 and ended[0].hits == 2


def test_cut_ends_all_tracks_and_nothing_is_followed_back_across_it() -> None:
    taken, ended = run({0: found(BOX), 2: found(BOX), 7: found(BOX)}, 9, cut_at=5)
    assert frames_with_track(taken) == [0, 1, 2, 3, 4, 5, 6, 7, 8]
    assert {track.tracker_id for tracks in taken[:5] for track in tracks} == {1}
    assert {track.tracker_id for tracks in taken[5:] for track in tracks} == {2}
    assert [track.tracker_id for track in ended] == [1, 2]


def test_poor_detection_alone_is_no_track_and_is_summed_up_as_such() -> None:
    taken, ended = run({0: found(BOX, score=POOR)}, 15)
    assert not frames_with_track(taken)
    assert [(track.confirmed, track.frames, track.hits) for track in ended] == [(False, 0, 1)]


def test_poor_detections_that_go_on_become_a_track_from_the_first_on() -> None:
    far = (100.0, 100.0, 110.0, 124.0)
    taken, _ = run({index: found(far, score=POOR) for index in range(30)}, 30)
    assert frames_with_track(taken) == list(range(30))


def test_sure_detection_makes_a_track_of_the_poor_ones_before_it() -> None:
    far = (100.0, 100.0, 110.0, 124.0)
    taken, _ = run({0: found(far, score=POOR), 5: found(far, score=POOR), 9: found(far)}, 10)
    assert frames_with_track(taken) == list(range(10))


def test_two_who_cross_are_two_tracks() -> None:
    passes = {
        index: Detections.merge([found(moved(20 * index)), found((400 - 20 * index, 100, 440 - 20 * index, 200))])
        for index in range(16)
    }
    taken, _ = run(passes, 16)
    assert [len(tracks) for tracks in taken] == [2] * 16


def test_kinds_are_not_mixed_up() -> None:
    passes = {0: found(BOX), 2: found(BOX, kind=Kind.VEHICLE)}
    taken, _ = run(passes, 3)
    assert {track.kind for track in taken[2]} == {Kind.PERSON, Kind.VEHICLE}


def test_same_object_found_twice_is_one_track() -> None:
    passes = {index: Detections.merge([found(BOX), found(moved(3), score=0.5)]) for index in (1, 2)}
    taken, _ = run({0: found(BOX)} | passes, 3)
    assert [len(tracks) for tracks in taken] == [1, 1, 1]


def test_who_left_the_picture_is_no_longer_followed() -> None:
    taken, ended = run({0: found((600.0, 100.0, 630.0, 200.0))}, 10, motion=flow(right=30))
    assert frames_with_track(taken)[-1] < 4 and len(ended) == 1


def test_lost_track_ends_and_is_summed_up_once() -> None:
    taken, ended = run({0: found(BOX), 1: found(BOX), 25: found(BOX)}, 30)
    assert (ended[0].tracker_id, ended[0].first_s, round(ended[0].last_s, 3)) == (1, 0.0, 0.1)
    assert sorted(track.tracker_id for track in ended) == [1, 2]
    assert sum(track.frames for track in ended) == sum(len(tracks) for tracks in taken)


def test_no_pass_is_not_a_pass_that_found_nothing() -> None:
    """Both leave a track to the flow; neither must end it at once."""
    for nothing in (None, Detections.empty()):
        passes = {0: found(BOX), 4: found(BOX)} | ({} if nothing is None else dict.fromkeys((1, 2, 3), nothing))
        assert frames_with_track(run(passes, 5)[0]) == [0, 1, 2, 3, 4]


def test_without_flow_a_track_goes_on_as_it_went() -> None:
    """Reveal mode measures none."""
    tracker = Tracker(SIZE_WH, TIMES)
    for index in range(20):
        seen = found(moved(5.0 * index)) if index % 4 == 0 else None
        tracker.update(index, index * FRAME_S, seen, None)
    tracker.finish()
    edges = [tracker.take(index, index * FRAME_S)[0].xyxy[0] for index in range(17)]
    assert edges == pytest.approx([100 + 5 * index for index in range(17)], abs=0.5)


# Whoever is found twice is covered all the way between.

gaps = st.lists(st.integers(1, 9), min_size=1, max_size=8)  # shorter than TIMES.lost_s, in frames
steps = st.floats(-3, 3)


@given(gaps, steps, steps, st.integers(0, 6), st.floats(0.8, 1.0))
@settings(max_examples=150, deadline=None)
def test_confirmed_track_has_no_hole_from_its_first_to_its_last_detection(
    gaps: list[int], walks: float, flows: float, first: int, score: float
) -> None:
    """However fast somebody walks (a box that still overlaps itself), and whatever the flow says."""
    at = [first]
    for gap in gaps:
        at.append(at[-1] + gap)
    walks = walks / max(gaps)
    passes = {index: found((300 + walks * index, 100, 360 + walks * index, 250), score=score) for index in at}
    frames = at[-1] + 3
    taken, ended = run(passes, frames, motion=flow(right=flows / max(gaps)), lag=10)
    assert all(track.confirmed for track in ended)
    assert set(range(at[0], at[-1] + 1)) <= set(frames_with_track(taken))
    for index in at:
        (track,) = taken[index]
        assert track.is_detected
        assert track.xyxy == pytest.approx(passes[index].xyxy[0].tolist())


boxes = st.tuples(st.integers(0, 500), st.integers(0, 200), st.integers(8, 120), st.integers(8, 150)).map(
    lambda box: (float(box[0]), float(box[1]), float(box[0] + box[2]), float(box[1] + box[3]))
)
crowds = st.lists(
    st.one_of(
        st.none(),
        st.lists(st.tuples(boxes, st.floats(0.0625, 1.0), st.sampled_from([Kind.PERSON, Kind.FACE])), max_size=4),
    ),
    min_size=1,
    max_size=25,
)  # fmt: skip


def as_looks(crowd: list[list[tuple[tuple[float, float, float, float], float, Kind]] | None]) -> dict[int, Detections]:
    return {
        index: Detections.merge([found(box, score=score, kind=kind) for box, score, kind in seen])
        for index, seen in enumerate(crowd)
        if seen is not None
    }


@given(crowds, st.integers(1, 12))
@settings(max_examples=100, deadline=None)
def test_any_detections_at_any_lag_give_tracks_that_add_up(
    crowd: list[list[tuple[tuple[float, float, float, float], float, Kind]] | None], lag: int
) -> None:
    taken, ended = run(as_looks(crowd), len(crowd), lag=lag)
    assert len(taken) == len(crowd)
    ids = [track.tracker_id for track in ended]
    assert len(ids) == len(set(ids)), "every track is summed up once"
    for tracks in taken:
        assert [track.tracker_id for track in tracks] == sorted({track.tracker_id for track in tracks})
    count = {track.tracker_id: track.frames for track in ended}
    assert {track.tracker_id for tracks in taken for track in tracks} == {i for i, frames in count.items() if frames}
    assert sum(count.values()) == sum(len(tracks) for tracks in taken)


SMALL_THEN_LARGE = [
    [((0.0, 8.0, 8.0, 20.0), 0.375, Kind.PERSON)],
    [((0.0, 0.0, 8.0, 8.0), 1.0, Kind.PERSON), ((0.0, 0.0, 8.0, 64.0), 0.25, Kind.PERSON)],
]
"""Of a large box more is asked: what was believed in when it was small is not taken back."""


@given(crowds, st.integers(0, 12))
@example(SMALL_THEN_LARGE, 0)
@settings(max_examples=100, deadline=None)
def test_to_wait_longer_never_covers_less(
    crowd: list[list[tuple[tuple[float, float, float, float], float, Kind]] | None], lag: int
) -> None:
    passes = as_looks(crowd)
    soon, late = (run(passes, len(crowd), lag=each)[0] for each in (lag, lag + 5))
    for before, after in zip(soon, late, strict=True):
        assert {track.tracker_id for track in before} <= {track.tracker_id for track in after}


LARGE_BOX = (100.0, 40.0, 180.0, 240.0)


def grown(step: int, steps: int) -> tuple[float, float, float, float]:
    """From 20 px high to 200, the feet on one spot."""
    share = 0.1 + 0.9 * step / steps
    return (140 - 40 * share, 240 - 200 * share, 140 + 40 * share, 240.0)


def test_a_post_that_scored_a_little_from_afar_is_let_go_of_once_it_is_near() -> None:
    far = {index: found(grown(0, 20), score=POOR) for index in range(12)}
    near = {12 + index: found(grown(index, 20), score=POOR) for index in range(21)}
    last = {33 + index: found(LARGE_BOX, score=POOR) for index in range(20)}
    taken, _ = run({**far, **near, **last}, 53, lag=2)
    assert all(taken[9:15]) and not any(taken[45:])


@pytest.mark.parametrize("score", [0.35, SURE])
def test_who_comes_near_and_is_plain_to_see_stays_believed_in(score: float) -> None:
    far = {index: found(grown(0, 20), score=POOR) for index in range(12)}
    near = {12 + index: found(grown(index, 20), score=score) for index in range(21)}
    last = {33 + index: found(LARGE_BOX, score=POOR) for index in range(20)}
    taken, _ = run({**far, **near, **last}, 53)
    assert all(taken)


def test_a_guess_goes_no_farther_than_half_a_body() -> None:
    """Without flow: who was seen running and is not found again may be anywhere."""
    tracker = Tracker(SIZE_WH, TrackerTimes(lost_s=1.6, tail_s=1.5, back_s=0.3))
    lefts = []
    for index in range(20):
        now = found(moved(25.0 * index)) if index < 5 else None
        tracker.update(index, index * FRAME_S, now, None)
    tracker.finish()
    for index in range(20):
        lefts += [track.xyxy[0] for track in tracker.take(index, index * FRAME_S)]
    assert lefts[4] == 200.0 and 240 <= max(lefts) <= 200 + 0.5 * 100 + 25
