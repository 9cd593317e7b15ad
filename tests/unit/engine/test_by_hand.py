"""What a person draws is hidden, to its last pixel, in every frame that can be seen while it is there."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from passerby.covers_file import ManualCovers
from passerby.engine.by_hand import ByHand
from passerby.media import Cover, CoverBox, Kind, RawFrame
from passerby.paint import Redactor
from passerby.paint.region import Region
from tests.unit.engine.fakes import SIZE_WH, frame_at

WIDTH, HEIGHT = SIZE_WH
steps_s = st.lists(st.floats(0.002, 2), min_size=1, max_size=6)
sides = st.tuples(st.floats(-20, WIDTH - 2), st.floats(-20, HEIGHT - 2), st.floats(1, 60), st.floats(1, 60))
found = st.lists(st.tuples(st.floats(0, 100), st.floats(0, 60), st.sampled_from(list(Kind))), max_size=2)


def frames_at(steps_s: list[float], turn: int) -> list[RawFrame]:
    times_s = np.round(5.0 + np.cumsum([0.0, *steps_s]), 3)
    return [replace(frame_at(float(t), n), turn=turn) for n, t in enumerate(times_s)]


def handed_on(covers: ManualCovers | None, frames: list[RawFrame], cover: Cover) -> list[tuple[RawFrame, Cover]]:
    got: list[tuple[RawFrame, Cover]] = []
    by_hand = ByHand(covers, frames[0].time_s, got.append)
    for frame in frames:
        by_hand.push(frame, cover)
    by_hand.end()
    return got


def upright_marks(frame: RawFrame, cover: Cover) -> np.ndarray:
    """Hidden pixels of the picture as a player shows it."""
    region = Region(frame.width, frame.height, 1, 1)
    region.draw(cover)
    return np.asarray(np.rot90(region.luma, -frame.turn // 90) != 0)


@given(steps_s, sides, st.floats(0, 6), st.floats(0, 6), st.sampled_from([0, 90, 180, 270]), found)
@example([1.0], (0.0, 0.0, 1.0, math.nextafter(1, 2)), 0.0, 0.0, 180, [])
@settings(max_examples=200, deadline=None)
def test_what_is_drawn_is_hidden_in_every_frame_of_its_time(
    steps_s: list[float],
    drawn: tuple[float, float, float, float],
    from_s: float,
    lasts_s: float,
    turn: int,
    found: list[tuple[float, float, Kind]],
) -> None:
    frames = frames_at(steps_s, turn)
    left, top, wide, high = drawn
    xyxy = (left, top, left + wide, top + high)
    covers = ManualCovers.model_validate(
        {"version": 1, "add": [{"start_s": from_s, "end_s": from_s + lasts_s, "xyxy": xyxy}]}
    )
    cover = Cover(tuple(CoverBox((x, y, x + 30, y + 30), kind) for x, y, kind in found))
    got = handed_on(covers, frames, cover)
    assert [frame.index for frame, _ in got] == list(range(len(frames))), "none is lost, in order"
    begins_s = [frame.time_s - frames[0].time_s for frame in frames]
    for (frame, after), (begin_s, end_s) in zip(got, pairwise([*begins_s, math.inf]), strict=True):
        marks = upright_marks(frame, after)
        rows = slice(max(0, math.floor(top)), max(0, math.ceil(top + high)))
        columns = slice(max(0, math.floor(left)), max(0, math.ceil(left + wide)))
        if begin_s <= from_s + lasts_s and end_s > from_s:
            assert marks[rows, columns].all()
        assert (marks | ~upright_marks(frame, cover)).all(), "what was hidden stays so"


@given(st.integers(0, 99), sides, st.sampled_from(["silhouette", "solid"]))
@settings(max_examples=50, deadline=None)
def test_what_is_beneath_a_drawn_box_reaches_no_sample(scene: int, drawn: tuple[float, ...], style: str) -> None:
    """Frames of two scenes, of which only what is in the box differs."""
    left, top, wide, high = (round(edge) for edge in drawn)
    covers = ManualCovers.model_validate({"version": 1, "add": [{"xyxy": (left, top, left + wide, top + high)}]})
    clear = frame_at(0, 0)
    other = frame_at(0, 0, scene=2)
    marks = Region(clear.width, clear.height, 1, 1)
    [(_, cover)] = handed_on(covers, [clear], Cover())
    marks.draw(cover)
    mixed = _with_planes_of(clear, other, [marks.luma != 0, marks.chroma != 0, marks.chroma != 0])
    one, two = (Redactor(style).redact(each, cover).picture for each in (clear, mixed))  # type: ignore[arg-type]
    assert one.to_ndarray().tobytes() == two.to_ndarray().tobytes()


def _with_planes_of(frame: RawFrame, other: RawFrame, where: list[np.ndarray]) -> RawFrame:
    import av

    from passerby.media.frames import plane_views

    made = av.VideoFrame(frame.width, frame.height, frame.picture.format.name)
    for out, a, b, hidden in zip(plane_views(made), frame.planes(), other.planes(), where, strict=True):
        out[:] = np.where(hidden, b, a)
    return replace(frame, picture=made)


def test_moving_box_is_where_it_is_when_the_frame_begins() -> None:
    moving = {"points": [{"t_s": 1, "xyxy": [0, 0, 10, 10]}, {"t_s": 2, "xyxy": [40, 0, 50, 10]}]}
    covers = ManualCovers.model_validate({"version": 1, "add": [moving]})
    got = handed_on(covers, frames_at([0.9, 0.6, 0.4, 0.2], 0), Cover())  # at 0, 0.9, 1.5, 1.9, 2.1
    assert [[round(box.xyxy[0]) for box in cover.boxes] for _, cover in got] == [[], [0], [20], [36], []]


def test_what_is_shown_by_hand_is_not_lengthened() -> None:
    covers = ManualCovers.model_validate({"version": 1, "remove": [{"start_s": 0.5, "xyxy": [0, 0, 10, 10]}]})
    got = handed_on(covers, frames_at([0.4, 0.4], 0), Cover())  # at 0, 0.4, 0.8
    assert [len(cover.keep) for _, cover in got] == [0, 0, 1]


def test_frames_without_covers_by_hand_do_not_wait() -> None:
    got: list[tuple[RawFrame, Cover]] = []
    by_hand = ByHand(None, 0.0, got.append)
    by_hand.push(frame_at(0, 0), Cover())
    assert len(got) == 1
    by_hand.end()
    assert len(got) == 1
