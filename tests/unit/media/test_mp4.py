"""Boxes, fragments and indexes read back as they were made, and only when they are whole."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passerby.media.mp4.boxes import box, boxes_in
from passerby.media.mp4.fragments import FragmentFacts, Sample, fragments_in, make_fragment
from passerby.media.mp4.index import MAX_GOPS, ROOM_BYTES, empty_room, make_index, read_index
from passerby.media.mp4.init import read_init
from passerby.media.segments import Gop, activity_of, pack_gops, unpack_gops

samples = st.builds(Sample, st.binary(min_size=1, max_size=30), st.integers(1, 2**31))
pieces = st.tuples(st.integers(0, 2**60), st.lists(samples, min_size=1, max_size=8), st.booleans(), st.integers(0, 255))


def make(piece: tuple[int, list[Sample], bool, int]) -> bytes:
    start, shown, is_key, activity = piece
    return make_fragment(1, start, shown, is_key=is_key, activity=activity)


def facts(piece: tuple[int, list[Sample], bool, int], offset: int) -> FragmentFacts:
    start, shown, is_key, activity = piece
    return FragmentFacts(start, sum(s.duration_90k for s in shown), is_key, activity, offset, len(make(piece)))


@given(some=st.lists(pieces, max_size=6), cut=st.integers(0, 10_000), head=st.binary(max_size=20))
def test_of_a_torn_file_exactly_the_whole_fragments_are_read(
    some: list[tuple[int, list[Sample], bool, int]], cut: int, head: bytes
) -> None:
    data, whole = head, []
    for piece in some:
        whole.append(facts(piece, len(data)))
        data += make(piece)
    left = data[: len(head) + cut]
    assert list(fragments_in(left, len(head))) == [each for each in whole if each.offset + each.size <= len(left)]


@given(piece=pieces, garbage=st.binary(max_size=60))
def test_garbage_behind_a_fragment_is_no_fragment(piece: tuple[int, list[Sample], bool, int], garbage: bytes) -> None:
    found = list(fragments_in(make(piece) + garbage))
    assert found == [facts(piece, 0)]


@given(garbage=st.binary(max_size=400))
def test_garbage_is_read_without_harm(garbage: bytes) -> None:
    assert all(each.end <= len(garbage) for each in boxes_in(garbage))
    assert read_init(garbage) is None
    assert read_index(garbage, 0) == ()
    list(fragments_in(garbage))
    list(fragments_in(box(b"moof", box(b"traf", box(b"tfdt", garbage), box(b"trun", garbage))) + box(b"mdat")))


@st.composite
def gop_lists(draw: st.DrawFn, most: int = 40) -> tuple[Gop, ...]:
    start, offset = draw(st.integers(0, 2**60)), draw(st.integers(0, 2**31))
    found = []
    entry = st.tuples(st.integers(1, 2**32 - 1), st.integers(1, 2**31 - 1), st.integers(0, 255))
    for duration, size, activity in draw(st.lists(entry, min_size=1, max_size=most)):
        found.append(Gop(start, duration, offset, size, activity))
        start, offset = start + duration, offset + size
    return tuple(found)


@given(gops=gop_lists())
def test_packed_gops_come_back(gops: tuple[Gop, ...]) -> None:
    packed = pack_gops(gops)
    assert unpack_gops(packed, gops[0].start_90k, gops[0].offset) == gops
    assert len(packed) == 9 * len(gops)


def test_no_gops_are_packed_too() -> None:
    assert unpack_gops(pack_gops([]), 5, 6) == ()


@given(gops=gop_lists().filter(lambda gops: len(gops) > 1))
def test_gops_with_a_hole_are_not_packed(gops: tuple[Gop, ...]) -> None:
    with pytest.raises(ValueError, match="does not follow"):
        pack_gops((*gops[:-2], gops[-1], gops[-2]))


@settings(max_examples=50)
@given(gops=gop_lists(), before=st.integers(0, 50))
def test_the_index_inside_comes_back(gops: tuple[Gop, ...], before: int) -> None:
    first = gops[0].offset - (before + ROOM_BYTES)
    moved = tuple(Gop(g.start_90k, g.duration_90k, g.offset - first, g.size, g.activity) for g in gops)
    data = bytes(before) + make_index(moved)
    assert len(data) == before + ROOM_BYTES
    assert read_index(data, before) == moved
    assert read_index(data[:-1], before) == ()


def test_an_empty_room_is_no_index() -> None:
    assert len(empty_room()) == ROOM_BYTES
    assert read_index(empty_room(), 0) == ()


def test_an_index_has_an_end() -> None:
    many = [Gop(i, 1, ROOM_BYTES + i, 1, i % 256) for i in range(MAX_GOPS + 1)]
    assert read_index(make_index(many[:-1]), 0) == tuple(many[:-1])
    for wrong in (many, []):
        with pytest.raises(ValueError, match="1 to 600"):
            make_index(wrong)


def test_activity_grows_with_what_moves() -> None:
    values = [activity_of(share) for share in (0.0, 1e-6, 0.0001, 0.01, 0.2, 1.0, 3.0)]
    assert values == sorted(values) and values[0] == 0 and values[1] == 1 and values[-1] == 255
