"""Reveal mode, frame by frame: only what is established and still is shown."""

from __future__ import annotations

from dataclasses import replace

import av
import numpy as np
import pytest

from passerby.background import Background, Sample, SmallPicture, learn
from passerby.detect import DetectorError
from passerby.engine.finder import DirectFinder
from passerby.engine.learner import LEARN_AGAIN_S, StretchLearner
from passerby.engine.passes import KNOWN_FOR_S, Passes
from passerby.engine.reveal_mode import RELEARN_WAIT_S, RevealMode
from passerby.engine.stillness import Stillness
from passerby.media import Cover, Detections, RawFrame
from passerby.media.frames import plane_views
from passerby.rules.coverage import Policy
from passerby.settings import Settings
from tests.unit.background.scenes import COLUMNS, ROWS, edged, empty_scene, with_block
from tests.unit.engine.fakes import MILLISECONDS, Scripted, passes_of, people

SIZE_WH = (COLUMNS, ROWS)
STEP_S = 0.25


def frame_of(picture: SmallPicture, time_s: float, index: int) -> RawFrame:
    rows, columns = picture.y.shape
    made = av.VideoFrame(columns, rows, "yuv444p")
    for plane, values in zip(plane_views(made), picture, strict=True):
        plane[:] = values
    return RawFrame(made, index, round(time_s * 1000), MILLISECONDS)


def background(*, blind: slice | None = None) -> Background:
    learned = learn([Sample(edged(empty_scene(index)), Detections.empty()) for index in range(24)])
    if blind is not None:
        learned.established[:, blind] = False
    return learned


def scene(index: int) -> SmallPicture:
    return edged(empty_scene(100 + index))


def run(
    mode: RevealMode, pictures: list[SmallPicture], start_s: float = 0.0, step_s: float = STEP_S
) -> list[tuple[int, Cover]]:
    covers = []

    def take() -> None:
        while (ready := mode.pop()) is not None:
            covers.append((ready.frame.index, ready.cover))

    for index, picture in enumerate(pictures):
        frame = frame_of(picture, start_s + index * step_s, index)
        mode.push(mode.detect(frame, is_last=index == len(pictures) - 1))
        take()
    mode.end()
    take()
    return covers


def reveal(first: Background | None, again: Background | None = None, passes: Passes | None = None) -> RevealMode:
    finder = DirectFinder(passes or passes_of(Scripted(lambda _: Detections.empty())))
    learner = StretchLearner(lambda time_s, need: again)
    return RevealMode(SIZE_WH, finder, Policy.of(Settings()), first, learner)


def shown(cover: Cover, column: int, row: int) -> bool:
    if cover.whole:
        return False
    if cover.cells is not None and cover.cells[row, column]:
        return False
    return not any(b.xyxy[0] <= column < b.xyxy[2] and b.xyxy[1] <= row < b.xyxy[3] for b in cover.boxes)


def test_empty_scene_is_shown_and_every_frame_comes_out_in_order() -> None:
    covers = run(reveal(background()), [scene(index) for index in range(12)])
    assert [index for index, _ in covers] == list(range(12))
    assert all(shown(cover, column, row) for _, cover in covers for column in (20, 80, 140) for row in (20, 70))


def test_whoever_comes_is_hidden_known_or_not() -> None:
    walk = [with_block(scene(index), 10 * index, 30) for index in range(12)]
    for index, cover in run(reveal(background()), walk):
        assert not any(shown(cover, column, 45) for column in range(10 * index + 1, 10 * index + 11))
        assert shown(cover, (10 * index + 80) % 160, 10)


def test_who_is_seen_in_one_frame_is_hidden_in_its_neighbours_too() -> None:
    """A blob that blinks must not show through."""
    pictures = [scene(index) for index in range(5)]
    pictures[2] = with_block(pictures[2], 70, 30)
    covers = run(reveal(background()), pictures)
    assert [shown(cover, 76, 45) for _, cover in covers] == [True, False, False, False, True]


def test_where_nothing_is_established_nothing_is_shown() -> None:
    for _, cover in run(reveal(background(blind=slice(0, 40))), [scene(index) for index in range(6)]):
        assert not any(shown(cover, column, row) for column in (0, 20, 39) for row in (0, 45, 89))
        assert shown(cover, 80, 45)


def test_without_a_background_all_is_hidden() -> None:
    covers = run(reveal(None), [scene(index) for index in range(6)])
    assert all(cover.whole for _, cover in covers)


def test_place_that_was_not_established_is_not_shown_because_a_later_stretch_is() -> None:
    """A frame waits; meanwhile the next stretch is learned. It must be judged by what it was compared with."""
    mode = reveal(background(blind=slice(0, 40)), again=background())
    times = 12
    learned_at = times // 2
    step_s = LEARN_AGAIN_S / learned_at
    pictures = [with_block(scene(index), 10, 30) if index < learned_at else scene(index) for index in range(times)]
    mode_near_the_change = RevealMode(
        SIZE_WH,
        DirectFinder(passes_of(Scripted(lambda _: Detections.empty()))),
        Policy.of(Settings()),
        background(blind=slice(0, 40)),
        StretchLearner(lambda time_s, need: background()),
    )
    for covers in (run(mode, pictures, step_s=step_s), near_the_change(mode_near_the_change)):
        hidden = [index for index, cover in covers if not shown(cover, 16, 45)]
        assert set(range(learned_at)) <= set(hidden)
        assert shown(covers[-1][1], 16, 45), "later it is established"


def near_the_change(mode: RevealMode) -> list[tuple[int, Cover]]:
    """Six frames in the second before the scene is learned anew, with somebody where nothing is established yet."""
    mode.push(mode.detect(frame_of(scene(0), 0.0, 0)))
    before = [with_block(scene(index), 10, 30) for index in range(1, 6)]
    covers = []
    for index, picture in enumerate([*before, *(scene(index) for index in range(6, 12))], start=1):
        mode.push(mode.detect(frame_of(picture, LEARN_AGAIN_S + 0.1 * (index - 6), index)))
        while (ready := mode.pop()) is not None:
            covers.append((ready.frame.index, ready.cover))
    mode.end()
    while (ready := mode.pop()) is not None:
        covers.append((ready.frame.index, ready.cover))
    return covers


def dark(index: int) -> SmallPicture:
    picture = scene(index)
    return SmallPicture((picture.y // 3).astype(np.uint8), picture.u, picture.v)


def test_change_of_the_whole_picture_hides_all_until_it_is_over() -> None:
    pictures = [dark(index) if 4 <= index < 6 else scene(index) for index in range(10)]
    covers = run(reveal(background()), pictures)
    assert [index for index, cover in covers if cover.whole] == [4, 5]


def test_change_for_good_is_learned_anew() -> None:
    new = learn([Sample(dark(index), Detections.empty()) for index in range(24)])
    mode = reveal(background(), again=new)
    pictures = [scene(index) if index < 4 else dark(index) for index in range(20)]
    covers = run(mode, pictures)
    whole = [index for index, cover in covers if cover.whole]
    assert whole[0] == 4 and len(whole) <= 2 + RELEARN_WAIT_S / STEP_S
    assert mode.relearned_s and shown(covers[-1][1], 80, 45)


def test_change_that_cannot_be_learned_stays_hidden() -> None:
    pictures = [scene(index) if index < 4 else dark(index) for index in range(30)]
    covers = run(reveal(background()), pictures)
    assert [index for index, cover in covers if cover.whole] == list(range(4, 30))


def test_failing_detector_hides_all_though_nothing_moves_there() -> None:
    """Who stands still while others walk is only known by looking."""

    def fail(frame: RawFrame) -> Detections:
        if 3 <= frame.index <= 5:
            raise DetectorError("on request")
        return Detections.empty()

    pictures = [with_block(with_block(scene(index), 70, 30), 10 + 5 * index, 30) for index in range(9)]
    covers = run(reveal(background(), passes=passes_of(Scripted(fail))), pictures)
    whole = [index for index, cover in covers if cover.whole]
    assert set(whole) >= {3, 4, 5} and 8 not in whole


STANDS = (60.0, 20.0, 80.0, 80.0)


def test_who_was_found_in_a_picture_that_stays_the_same_is_hidden_though_nobody_passes_again() -> None:
    """Somebody who was taken for background, and is found all the same."""
    script = Scripted(lambda frame: people(STANDS))
    covers = run(reveal(background(), passes=passes_of(script)), [scene(index) for index in range(60)])
    assert not any(shown(cover, 70, 50) for _, cover in covers) and not any(cover.whole for _, cover in covers)
    passes_on_the_way = len(script.asked_s) - 1  # the last frame is examined for those before it
    assert 60 * STEP_S / KNOWN_FOR_S - 1 <= passes_on_the_way <= 60 * STEP_S / KNOWN_FOR_S + 1


@pytest.mark.parametrize("found", [people(STANDS), people()])
def test_there_is_a_pass_as_soon_as_anything_differs(found: Detections) -> None:
    script = Scripted(lambda frame: found)
    pictures = [with_block(scene(index), 20, 40) if index >= 20 else scene(index) for index in range(28)]
    run(reveal(background(), passes=passes_of(script)), pictures)
    came_s = 20 * STEP_S
    assert min(at_s - came_s for at_s in script.asked_s if at_s >= came_s) <= 2 * STEP_S


def test_cover_says_when_nothing_is_new() -> None:
    pictures = [
        with_block(scene(index), 20 + 3 * index, 40) if 10 <= index < 14 else scene(index) for index in range(24)
    ]
    covers = run(reveal(background()), pictures)
    new = [index for index, cover in covers if not cover.again]
    assert {0, *range(10, 15)} <= set(new) <= {0, *range(8, 17)}


def test_damaged_picture_is_like_no_other() -> None:
    stillness = Stillness(SIZE_WH)
    stretches = [
        stillness.note(replace(frame_of(scene(index), index * STEP_S, index), damaged=index in (3, 6)))
        for index in range(9)
    ]
    assert stretches[:4] == [1, 1, 1, 2] and stretches[4] == stretches[5] == 3 and stretches[6:] == [4, 5, 5]


TREE = np.s_[16:52, 96:132]


def swaying(index: int) -> SmallPicture:
    """The scene with a tree whose leaves, dark and bright, are blown to and fro by up to 2 px."""
    picture = scene(index)
    y = picture.y.copy()
    foliage = np.random.default_rng(7).choice(np.array([90, 110, 140], np.uint8), (9, 9)).repeat(4, 0).repeat(4, 1)
    blown = np.random.default_rng([7, index]).integers(-2, 3, 2)
    y[TREE] = np.roll(foliage, blown, axis=(0, 1))[:36, :36]
    return SmallPicture(y, picture.u, picture.v)


def test_who_walks_in_front_of_a_swaying_tree_is_hidden_and_the_tree_does_not_flicker() -> None:
    learned = learn([Sample(swaying(index), Detections.empty()) for index in range(24)])
    wind = [swaying(100 + index) for index in range(120)]
    walk = [with_block(swaying(300 + index), 70 + 2 * index, 25) for index in range(38)]
    covers = run(reveal(learned), [*wind, *walk], step_s=0.1)
    places = [(column, row) for column in range(96, 132, 3) for row in range(16, 52, 3)]
    assert not any(cover.whole for _, cover in covers[:-1]), "after the last pass nobody knows"
    seen = np.array([[shown(cover, *place) for place in places] for _, cover in covers[60:120]])
    assert (seen[1:] != seen[:-1]).mean() < 0.01
    assert all(shown(cover, column, 70) for _, cover in covers[60:120] for column in range(4, 156))
    for index, (_, cover) in enumerate(covers[120:-1]):
        left = 70 + 2 * index
        assert not any(shown(cover, column, row) for column in range(left + 1, left + 11) for row in range(26, 54))
