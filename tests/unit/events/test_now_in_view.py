"""What is in view now is said only while somebody asks, without ids, and in no order that tells who came first."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from passerby.events.now_in_view import OLD_AFTER_S, NowInView
from passerby.media.camera import BoxNow, ViewNow
from tests.unit.events.test_live import AT_90K, STANDS, live
from tests.unit.rules.events.walkers import Walker, standing, views


class Clock:
    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def test_nothing_is_said_unless_somebody_asks_and_not_for_longer() -> None:
    clock = Clock()
    now = NowInView(clock)
    first, *_ = live(STANDS, 1)
    now.note(first)
    assert now.now() is None
    now.ask(10)
    assert now.now() is None, "what came before was not remembered"
    now.note(first)
    view = now.now()
    assert view is not None and (view.at_90k, view.size_wh, view.is_whole) == (AT_90K, (640, 360), False)
    (box,) = view.boxes
    assert box.objects == "people" and box.shares == pytest.approx((488 / 640, 190 / 360, 512 / 640, 250 / 360))
    clock.now_s += 11
    assert now.now() is None
    now.note(first)
    now.ask(10)
    assert now.now() is None


def test_an_old_picture_is_not_taken_for_now() -> None:
    clock = Clock()
    now = NowInView(clock)
    now.ask(60)
    now.note(live(STANDS, 1)[0])
    clock.now_s += OLD_AFTER_S
    assert now.now() is None
    now.note(live(STANDS, 1)[0])
    now.end()
    assert now.now() is None


def test_what_is_hidden_whole_shows_nobody() -> None:
    now = NowInView(Clock())
    now.ask(10)
    now.note(replace(live(STANDS, 1)[0], whole="a test"))
    assert now.now() == ViewNow(AT_90K, (640, 360), True, ())


def test_the_order_does_not_tell_who_came_first() -> None:
    def shown(left: int, right: int) -> ViewNow | None:
        walkers = [Walker(standing((100, 250)), left), Walker(standing((500, 250)), right)]
        view = next(views(walkers, 1))
        now = NowInView(Clock())
        now.ask(10)
        now.note(replace(view, tracks=tuple(sorted(view.tracks, key=lambda track: track.tracker_id))))
        return now.now()

    assert shown(1, 2) == shown(7, 3)
    assert [each.name for each in fields(BoxNow)] == ["objects", "shares"]
