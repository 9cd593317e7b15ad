"""Several passes over one frame are joined: each object once, and nobody lost."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passerby.engine.passes import Passes, far_px, join
from passerby.media import Detections, Kind
from passerby.media.overlap import iou
from tests.unit.engine.fakes import Scripted, frame_at, passes_of, people

boxes = st.tuples(st.integers(0, 300), st.integers(0, 200), st.integers(4, 120), st.integers(4, 150)).map(
    lambda box: (float(box[0]), float(box[1]), float(box[0] + box[2]), float(box[1] + box[3]))
)
parts = st.lists(
    st.lists(st.tuples(boxes, st.floats(0.0625, 1), st.sampled_from(list(Kind)[:4])), max_size=6), max_size=4
)


def detections(found: list[tuple[tuple[float, float, float, float], float, Kind]]) -> Detections:
    if not found:
        return Detections.empty()
    xyxy, scores, kinds = zip(*found, strict=True)
    return Detections(np.array(xyxy, np.float32), np.array(scores, np.float32), np.array(kinds, np.int32))


@given(parts)
@settings(max_examples=150, deadline=None)
def test_join_loses_nobody_and_makes_nobody_up(
    some: list[list[tuple[tuple[float, float, float, float], float, Kind]]],
) -> None:
    given_parts = [detections(part) for part in some]
    whole, joined = Detections.merge(given_parts), join(given_parts)
    every = zip(whole.xyxy.tolist(), whole.confidence.tolist(), whole.class_id.tolist(), strict=True)
    known = {(*box, score, kind) for box, score, kind in every}
    for box, score, kind in zip(joined.xyxy, joined.confidence, joined.class_id, strict=True):
        assert (*box.tolist(), float(score), int(kind)) in known
    for box, score, kind in zip(whole.xyxy, whole.confidence, whole.class_id, strict=True):
        same = joined.take(joined.class_id == kind)
        near = iou(box[None], same.xyxy)[0] > 0.4
        assert (same.confidence[near] >= score - 1e-6).any(), "a better box of the same kind is there for it"


def test_one_object_that_two_passes_found_is_one() -> None:
    assert len(join([people((10, 10, 50, 110)), people((12, 11, 51, 108), score=0.5)])) == 1
    assert len(join([people((10, 10, 50, 110)), people((60, 10, 100, 110))])) == 2


def test_what_one_pass_found_is_left_as_it_is() -> None:
    two = people((10, 10, 50, 110), (11, 10, 50, 110))
    assert join([two]) is two or len(join([two])) == 2
    assert len(join([])) == len(join([Detections.empty(), Detections.empty()])) == 0


def test_after_a_cut_all_passes_are_due() -> None:
    first, second = Scripted(lambda frame: people((1, 1, 9, 9))), Scripted(lambda frame: Detections.empty())
    passes = passes_of(first, second)
    passes.run(frame_at(0.0, 0))
    assert not passes.is_due(0.1)
    passes.all_due()
    assert passes.is_due(0.1)
    passes.run(frame_at(0.1, 1))
    assert first.asked_s == second.asked_s == [0.0, 0.1]


def test_no_passes_are_never_due() -> None:
    assert not Passes([]).is_due(5.0)


@pytest.mark.parametrize("size_wh", [(320, 240), (768, 576), (1280, 720), (1920, 1080), (3840, 2160), (1080, 1920)])
def test_far_pass_still_shows_somebody_24_px_high_in_1080p(size_wh: tuple[int, int]) -> None:
    """NanoDet needs somebody to be some 10 px high in its input to find anything at all."""
    far = far_px(size_wh)
    person_px = 24 * max(size_wh) / 1920
    assert person_px * far / max(size_wh) >= 10 * min(1.0, max(size_wh) / 1920)
