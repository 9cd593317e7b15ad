"""What is kept for trying rules: boxes come back within a quantum, and nothing joins those of one person."""

from __future__ import annotations

import random
import zlib
from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.events.boxes import MAX_SAMPLES, UNIT, KeptBox, Sample, Stretch, pack, unpack
from passerby.media import Kind

START_90K = 1_790_000_000 * 90_000

shares = st.floats(-2, 3, allow_nan=False)
boxes = st.builds(
    KeptBox, st.sampled_from([None, Kind.PERSON, Kind.VEHICLE]), st.floats(0, 1), st.tuples(*[shares] * 4)
)


@st.composite
def stretches(draw: st.DrawFn) -> Stretch:
    steps = draw(st.lists(st.integers(0, 60_000), max_size=20))
    samples, at_ms = [], 0
    for step in steps:
        at_ms += step
        some = tuple(draw(st.lists(boxes, max_size=6)))
        samples.append(Sample(at_ms, some, draw(st.booleans()), draw(st.booleans()), draw(st.booleans())))
    size_wh = draw(st.tuples(st.integers(1, 65535), st.integers(1, 65535)))
    return Stretch(START_90K, size_wh, tuple(samples))


def in_order(some: tuple[KeptBox, ...]) -> list[KeptBox]:
    return sorted(some, key=lambda box: (255 if box.kind is None else box.kind, *box.shares, box.confidence))


@given(stretches())
def test_boxes_come_back_within_the_quantum(stretch: Stretch) -> None:
    found = unpack(START_90K, pack(stretch))
    assert (found.start_90k, found.size_wh, len(found.samples)) == (START_90K, stretch.size_wh, len(stretch.samples))
    for before, after in zip(stretch.samples, found.samples, strict=True):
        assert (after.at_ms, after.is_whole, after.was_looked, after.closely) == (
            before.at_ms, before.is_whole, before.was_looked, before.closely,
        )  # fmt: skip
        for was, now in zip(in_order(before.boxes), after.boxes, strict=True):
            assert now.kind is was.kind
            assert now.confidence == pytest.approx(was.confidence, abs=0.5 / 255 + 1e-9)
            assert now.shares == pytest.approx(was.shares, abs=0.5 / UNIT + 1e-9)


@given(stretches(), st.integers())
def test_what_is_kept_does_not_depend_on_who_came_first(stretch: Stretch, seed: int) -> None:
    mixed = [
        Sample(each.at_ms, tuple(random.Random(seed).sample(each.boxes, len(each.boxes))), each.is_whole,
               each.was_looked, each.closely)
        for each in stretch.samples
    ]  # fmt: skip
    assert pack(Stretch(START_90K, stretch.size_wh, tuple(mixed))) == pack(stretch)


def test_a_box_has_no_field_that_could_join_those_of_one_person() -> None:
    assert [each.name for each in fields(KeptBox)] == ["kind", "confidence", "shares"]
    assert [each.name for each in fields(Sample)] == ["at_ms", "boxes", "is_whole", "was_looked", "closely"]
    assert [each.name for each in fields(Stretch)] == ["start_90k", "size_wh", "samples"]


@given(st.binary(max_size=200))
def test_anything_else_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="kept boxes"):
        unpack(START_90K, data)


@given(st.binary(max_size=60))
def test_so_is_what_is_only_compressed(data: bytes) -> None:
    with pytest.raises(ValueError):
        unpack(START_90K, zlib.compress(b"\x01" + data + b"\xff" * 8))


def test_what_inflates_without_end_is_refused() -> None:
    with pytest.raises(ValueError, match="kept boxes"):
        unpack(START_90K, zlib.compress(bytes(64 << 20)))


def test_a_stretch_is_bounded() -> None:
    many = tuple(Sample(each * 10, ()) for each in range(MAX_SAMPLES + 5))
    assert len(unpack(START_90K, pack(Stretch(START_90K, (640, 360), many))).samples) == MAX_SAMPLES
