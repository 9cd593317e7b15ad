"""What a run gathers for its report."""

from __future__ import annotations

import itertools
import time
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.engine.facts import MAX_SPANS, STILLS, Clock, Facts, Spans
from passerby.media import Cover, CoverBox, Kind
from passerby.media.stream import StreamFormat
from passerby.paint import Redactor
from passerby.testing.pictures import FRAME_S, scene_frame
from passerby.track import TrackSummary

STREAM = StreamFormat(96, 80, "yuv420p", FRAME_S, Fraction(25))


def test_spans_that_follow_each_other_are_joined_by_reason() -> None:
    spans = Spans()
    for index in (0, 1, 2, 50, 51):
        spans.add(index * 0.04, index * 0.04 + 0.04, "dark")
    spans.add(0.04, 0.08, "other")
    assert [(span.start_s, round(span.end_s, 2), span.reason, span.frames) for span in spans.all()] == [
        (0.0, 0.12, "dark", 3),
        (0.04, 0.08, "other", 1),
        (2.0, 2.08, "dark", 2),
    ]


@given(st.lists(st.tuples(st.integers(0, 400), st.sampled_from("abc")), max_size=60))
def test_spans_count_every_frame_once_and_hold_it(frames: list[tuple[int, str]]) -> None:
    spans = Spans()
    frames.sort()
    for index, reason in frames:
        spans.add(index / 10, index / 10 + 0.1, reason)
    all_of_them = spans.all()
    assert sum(span.frames or 0 for span in all_of_them) == len(frames)
    for index, reason in frames:
        held = [s for s in all_of_them if s.reason == reason and s.start_s <= index / 10 and index / 10 < s.end_s]
        assert len(held) == 1
    for reason in "abc":
        mine = [span for span in all_of_them if span.reason == reason]
        assert all(before.end_s < after.start_s for before, after in itertools.pairwise(mine))


def test_spans_of_a_source_of_any_length_are_bounded() -> None:
    spans = Spans()
    for index in range(MAX_SPANS + 200):
        spans.add(index * 10.0, index * 10.0 + 0.1, "dark")
    assert len(spans.all()) == MAX_SPANS


def test_clock_adds_up_each_stage() -> None:
    clock = Clock()
    for _ in range(3):
        with clock.stage("sleep"):
            time.sleep(0.01)
    with pytest.raises(KeyError), clock.stage("fail"):
        raise KeyError
    speed = clock.speed(100)
    assert speed.stage_s["sleep"] >= 0.03 and "fail" in speed.stage_s
    assert speed.wall_s >= 0.03 and speed.frames_per_s == pytest.approx(100 / speed.wall_s, rel=0.05)


def write(facts: Facts, covers: list[Cover]) -> None:
    redactor = Redactor()
    for index, cover in enumerate(covers):
        facts.wrote(redactor.redact(scene_frame(96, 80, "yuv420p", index), cover), cover)


def test_frames_covered_whole_are_counted_by_reason_with_their_times() -> None:
    facts = Facts(STREAM, 0.0, 10)
    half = Cover((CoverBox((-99, -99, 48, 200), Kind.PERSON),))
    write(facts, [half, *[Cover(whole="dark")] * 3, half, Cover(whole="torn")])
    counts = facts.frame_counts()
    assert (counts.total, counts.redacted, counts.covered_whole) == (6, 6, 4)
    assert counts.whole_by_reason == {"dark": 3, "torn": 1}
    assert [(s.reason, s.frames) for s in facts.whole_spans.all()] == [("dark", 3), ("torn", 1)]
    assert facts.hidden().max == 1.0 and facts.hidden().mean == pytest.approx((2 * 0.5 + 4) / 6, abs=0.03)


@pytest.mark.parametrize("expected", [None, 1, 40, 4000])
def test_contact_sheet_is_short_whatever_the_source_says_of_its_length(expected: int | None) -> None:
    facts = Facts(STREAM, 0.0, expected)
    write(facts, [Cover()] * 60)
    assert len(facts.stills) <= STILLS
    assert facts.stills or (expected or 0) > 120


def summary(**changes: object) -> TrackSummary:
    usual = {"tracker_id": 1, "kind": Kind.PERSON, "first_s": 5.0, "last_s": 7.0, "frames": 50, "hits": 9, "best": 0.9}
    return TrackSummary(**({"confirmed": True} | usual | changes))  # type: ignore[arg-type]


def test_tracks_are_told_from_the_start_of_the_source() -> None:
    facts, over = Facts(STREAM, 4.0, 10), [summary()]
    facts.ended(over)
    assert [(t.first_s, t.last_s, t.frames, t.kind) for t in facts.tracks] == [(1.0, 3.0, 50, "person")]
    assert not over, "they are taken"
    assert not facts.doubts.all()


def test_frames_of_a_source_that_begins_late_count_from_its_start() -> None:
    facts = Facts(STREAM, float(10 * FRAME_S), 10)
    redacted = Redactor().redact(scene_frame(96, 80, "yuv420p", 10), Cover(whole="dark"))
    facts.wrote(redacted, Cover(whole="dark"))
    assert facts.whole_spans.all()[0].start_s == pytest.approx(0.0)
