"""Who is in view is handed to whoever asks, in both modes, and made for nobody else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import pytest

from passerby.detect import Detector
from passerby.engine.closeups import CloseUps
from passerby.engine.cover_mode import PASS_PLAN, CoverMode
from passerby.engine.examiner import Examined, Examiner
from passerby.engine.finder import DirectFinder
from passerby.engine.learner import StretchLearner
from passerby.engine.observer import (
    ChangesAsked,
    Observer,
    changes_for,
    follower_for,
    often_enough,
)
from passerby.engine.reveal_mode import NOT_LEARNED, RevealMode
from passerby.engine.reveal_mode import PASS_PLAN as REVEAL_PLAN
from passerby.media import Detections, InView, Kind, RawFrame
from passerby.media.boxes import BoxShare
from passerby.rules.coverage import Policy
from passerby.settings import Settings
from passerby.track import Follower
from tests.unit.background.scenes import edged, empty_scene, with_block
from tests.unit.engine.fakes import Scripted, passes_of, people
from tests.unit.engine.test_closeups import Looking, vehicles
from tests.unit.engine.test_reveal_mode import SIZE_WH, background, frame_of

STEP_S, STEP_PX, WIDE, HIGH, TOP = 0.1, 3, 12, 30, 30
UNSURE = 0.2  # too little to be followed
POLICY = Policy.of(Settings())


def box_in(index: int) -> tuple[float, float, float, float]:
    left = STEP_PX * index
    return left, TOP, left + WIDE, TOP + HIGH


def walker(index: int) -> RawFrame:
    return frame_of(
        with_block(edged(empty_scene(100 + index)), STEP_PX * index, TOP, WIDE, HIGH), index * STEP_S, index
    )


def still(index: int) -> RawFrame:
    return frame_of(edged(empty_scene(100 + index)), index * STEP_S, index)


def detector(*, every_s: float = 0.2) -> DirectFinder:
    return DirectFinder(passes_of(Scripted(lambda frame: people(box_in(frame.index))), every_s=(every_s,)))


def reveal(
    follower: Follower | None,
    finder: DirectFinder | None = None,
    *,
    learned: bool = True,
    marks: Sequence[BoxShare] = (),
    changes: ChangesAsked | None = None,
) -> RevealMode:
    learner = StretchLearner(lambda time_s, need: None)
    first = background() if learned else None
    finder = finder or detector()
    return RevealMode(SIZE_WH, finder, POLICY, first, learner, follower=follower, not_people=marks, changes=changes)


def cover(
    follower: Follower | None, finder: DirectFinder | None = None, changes: ChangesAsked | None = None
) -> CoverMode:
    return CoverMode(SIZE_WH, finder or detector(), POLICY, 0.8, follower=follower, changes=changes)


def seen_by(mode: Examiner, frames: list[RawFrame]) -> list[InView]:
    return [each.in_view for each in examined_by(mode, frames)]


def examined_by(mode: Examiner, frames: list[RawFrame]) -> list[Examined]:
    seen = []

    def take() -> None:
        while (ready := mode.pop()) is not None:
            seen.append(ready)

    for frame in frames:
        mode.push(mode.detect(frame, is_last=frame is frames[-1]))
        take()
    mode.end()
    take()
    return seen


@pytest.mark.parametrize("mode", [cover, reveal])
def test_walker_is_one_track_from_frame_to_frame(mode: object) -> None:
    assert callable(mode)
    seen = seen_by(mode(Follower(SIZE_WH)), [walker(index) for index in range(40)])
    assert [(view.index, round(view.time_s, 3)) for view in seen] == [(n, round(n * STEP_S, 3)) for n in range(40)]
    assert all(view.size_wh == SIZE_WH and view.turn == 0 and view.whole is None for view in seen)
    assert {tuple((track.tracker_id, track.kind) for track in view.tracks) for view in seen} == {((1, Kind.PERSON),)}
    for view in seen:
        (track,) = view.tracks
        assert track.is_detected == view.has_detections
        assert track.foot_xy() == pytest.approx(((box_in(view.index)[0] + WIDE / 2), TOP + HIGH), abs=3.0)
    assert sum(view.has_detections for view in seen) >= 19


@pytest.mark.parametrize("mode", [cover, reveal])
def test_nothing_is_followed_for_nobody(mode: object) -> None:
    assert callable(mode) and follower_for(None, SIZE_WH) is None
    assert not any(view.tracks for view in seen_by(mode(None), [walker(index) for index in range(10)]))


def test_what_differs_from_the_background_says_so() -> None:
    (walked,) = {track.differs for view in seen_by(reveal(Follower(SIZE_WH)), frames(walker)) for track in view.tracks}
    (stood,) = {track.differs for view in seen_by(standing(()), frames(still)) for track in view.tracks}
    assert (walked, stood) == (True, False)


def test_what_a_user_marked_as_not_a_person_is_not_in_view() -> None:
    here = BoxShare(0, 0.2, 0.2, 0.8)
    assert any(view.tracks for view in seen_by(standing(()), frames(still)))
    assert not any(view.tracks for view in seen_by(standing((here,)), frames(still)))
    walked = seen_by(reveal(Follower(SIZE_WH), marks=(here,)), frames(walker))
    assert all(view.tracks for view in walked), "whoever passes it is"


@pytest.mark.parametrize("mode", [cover, reveal])
def test_who_is_found_unsurely_is_a_hint_and_nobody_who_is_followed(mode: object) -> None:
    assert callable(mode)
    finder = DirectFinder(passes_of(Scripted(lambda frame: people(box_in(2), score=UNSURE)), every_s=(0.2,)))
    seen = seen_by(mode(Follower(SIZE_WH), finder), frames(still))
    assert not any(view.tracks for view in seen)
    assert {view.hints for view in seen if view.has_detections} == {(box_in(2),)}
    assert not any(view.hints for view in seen if not view.has_detections)
    assert not any(view.hints for view in seen_by(mode(None, finder), frames(still))), "nobody asks"


def test_what_a_user_marked_as_not_a_person_is_no_hint() -> None:
    assert any(view.hints for view in seen_by(standing(()), frames(still)))
    assert not any(view.hints for view in seen_by(standing((BoxShare(0, 0.2, 0.2, 0.8),)), frames(still)))


def frames(of: object) -> list[RawFrame]:
    assert callable(of)
    return [of(index) for index in range(12)]


def standing(marks: Sequence[BoxShare]) -> RevealMode:
    """The detector takes part of the background for a person."""
    finder = DirectFinder(passes_of(Scripted(lambda _: people(box_in(2))), every_s=(0.2,)))
    return reveal(Follower(SIZE_WH), finder, marks=marks)


def test_while_the_picture_is_hidden_whole_it_says_why() -> None:
    seen = seen_by(reveal(Follower(SIZE_WH), learned=False), [walker(index) for index in range(12)])
    assert {view.whole for view in seen} == {NOT_LEARNED}
    assert {track.differs for view in seen for track in view.tracks} <= {None}


@pytest.mark.promise
def test_close_ups_find_vehicles_and_change_no_cover() -> None:
    def mode(closeups: CloseUps | None) -> RevealMode:
        passes = passes_of(Scripted(lambda _: Detections.empty()), every_s=(0.2,))
        return reveal(Follower(SIZE_WH, has_closeups=True), DirectFinder(passes, closeups))

    looking = Looking(Detections.empty())
    looking.answer = lambda frame: vehicles(box_in(frame.index))
    pictures = [walker(index) for index in range(40)]
    closeups = CloseUps([cast(Detector, looking)], lambda: True)
    plain, closely = (examined_by(mode(each), pictures) for each in (None, closeups))
    assert not any(each.tracks for each in plain)
    kinds = {tuple((track.tracker_id, track.kind) for track in each.tracks) for each in closely[:-2]}
    assert kinds == {((1, Kind.VEHICLE),)} and looking.regions
    assert [each.cover.boxes for each in plain] == [each.cover.boxes for each in closely]


def test_observer_gets_detections_as_often_as_asked_but_never_less_often_than_covers_need() -> None:
    def noted(view: InView) -> None: ...

    assert often_enough(REVEAL_PLAN, None) is REVEAL_PLAN and often_enough(REVEAL_PLAN, Observer(noted)) is REVEAL_PLAN
    assert often_enough(REVEAL_PLAN, Observer(noted, 0.2)).every_s == 0.2
    assert often_enough(PASS_PLAN, Observer(noted, 0.2)).every_s == PASS_PLAN.every_s


def test_where_nothing_stirs_and_nobody_is_no_detections_are_made_for_the_observer() -> None:
    script = Scripted(lambda _: Detections.empty())
    seen = seen_by(
        reveal(Follower(SIZE_WH), DirectFinder(passes_of(script, every_s=(0.2,)))), [still(n) for n in range(50)]
    )
    assert sum(view.has_detections for view in seen) <= 4


@pytest.mark.parametrize("mode", [cover, reveal])
def test_what_came_to_stay_is_in_view_for_whoever_asks(mode: object) -> None:
    """What detectors find is somebody walking, and the thing is beside their way."""
    assert callable(mode)

    def with_bag(index: int) -> RawFrame:
        scene = edged(empty_scene(100 + index))
        picture = with_block(scene, 120, 70, 8, 8) if index >= 80 else scene
        return frame_of(picture, index * STEP_S, index)

    asks = Observer(lambda view: None, wants_changes=lambda: True)
    changes = changes_for(asks, SIZE_WH)
    seen = seen_by(mode(None, changes=changes), [with_bag(index) for index in range(180)])
    assert len({change.number for view in seen for change in view.changes or ()}) == 1
    (change,) = seen[-1].changes or ()
    assert change.xyxy == pytest.approx((120, 70, 128, 78), abs=2) and change.is_new
    assert changes_for(None, SIZE_WH) is None
    for nobody in (None, changes_for(Observer(lambda view: None), SIZE_WH)):
        seen = seen_by(mode(None, changes=nobody), [with_bag(index) for index in range(20)])
        assert {view.changes for view in seen} == {None}
