"""Viewers: from a key frame on, nothing twice, nothing torn; who is slow goes on at the newest key frame."""

from __future__ import annotations

import asyncio
import threading

from hypothesis import given
from hypothesis import strategies as st

from passerby.fleet.live_feed import LiveFeed, Viewer
from passerby.media.segments import Fragment, InitSegment

CAMERA = "yard"
IN_GOP = 5


def init(name: str = "one") -> InitSegment:
    return InitSegment(name, f"init {name}".encode(), 320, 192, "avc1.64001e")


def fragment(number: int, init_segment: InitSegment | None = None) -> Fragment:
    return Fragment(init_segment or init(), number, 1, number % IN_GOP == 0, str(number).encode())


def taken(viewer: Viewer) -> list[str]:
    """Another init segment, and what it is of."""
    said, init_id = [], ""
    for numbered in iter(viewer.take, None):
        fragment = numbered.fragment
        said += [] if fragment.init_id == init_id else [f"init {fragment.init_id}"]
        said.append(fragment.data.decode())
        init_id = fragment.init_id
    return said


def test_a_new_viewer_gets_the_newest_gop_and_then_what_comes() -> None:
    feed = LiveFeed()
    viewer = Viewer(feed, CAMERA)
    assert taken(viewer) == []
    for number in range(3, 13):
        feed.publish(CAMERA, fragment(number))
    assert taken(viewer) == ["init one", "10", "11", "12"]
    feed.publish(CAMERA, fragment(13))
    assert taken(viewer) == ["init one", "13"] and taken(viewer) == []
    viewer.again()
    assert taken(viewer) == ["init one", "10", "11", "12", "13"], "from the newest key frame, for others"


def test_before_a_key_frame_there_is_nothing_to_see() -> None:
    feed = LiveFeed()
    feed.publish(CAMERA, fragment(3))
    assert taken(Viewer(feed, CAMERA)) == []


def test_another_coding_has_its_own_init() -> None:
    feed = LiveFeed()
    viewer = Viewer(feed, CAMERA)
    feed.publish(CAMERA, fragment(0))
    feed.publish(CAMERA, fragment(5, init("two")))
    feed.publish(CAMERA, fragment(6, init("two")))
    assert taken(viewer) == ["init two", "5", "6"]
    feed.forget(CAMERA)
    feed.publish(CAMERA, fragment(7, init("two")))
    assert taken(viewer) == [], "what was before the loss is no beginning"
    feed.publish(CAMERA, fragment(10, init("two")))
    assert taken(viewer) == ["init two", "10"]


@given(st.lists(st.one_of(st.none(), st.integers(1, 12)), max_size=60))
def test_however_slow_it_is_each_piece_follows_or_is_a_key_frame(steps: list[int | None]) -> None:
    """None: one more comes. A number: the viewer takes at most so many."""
    feed, number, got = LiveFeed(), 0, []
    viewer = Viewer(feed, CAMERA)
    for step in steps:
        if step is None:
            feed.publish(CAMERA, fragment(number))
            number += 1
            continue
        for _ in range(step):
            numbered = viewer.take()
            if numbered is not None:
                got.append(int(numbered.fragment.data))
    for before, after in zip([None, *got], got, strict=False):
        assert after % IN_GOP == 0 or after - 1 == before
        assert before is None or after > before


def test_a_viewer_in_an_event_loop_is_woken_from_another_thread() -> None:
    feed = LiveFeed()

    def publish() -> None:
        for number in range(3):
            feed.publish(CAMERA, fragment(number))

    async def watch() -> list[bytes]:
        got = []
        threading.Timer(0.2, publish).start()
        async for data in feed.subscribe(CAMERA):
            got.append(data)
            if len(got) == 4:
                break
        return got

    assert asyncio.run(asyncio.wait_for(watch(), 3.0)) == [b"init one", b"0", b"1", b"2"]


def test_it_is_known_which_cameras_are_watched() -> None:
    feed = LiveFeed()
    feed.publish(CAMERA, fragment(0))
    feed.publish("gate", fragment(0))

    async def watch() -> None:
        first, second = feed.subscribe(CAMERA), feed.subscribe(CAMERA)
        for each in (first, second):
            await anext(each)
            assert feed.watched == {CAMERA}
        await first.aclose()
        assert feed.watched == {CAMERA}
        await second.aclose()

    assert feed.watched == set()
    asyncio.run(watch())
    assert feed.watched == set()
