"""What is left behind or removed in drawn and real footage, with real codecs and networks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from passerby.capture.drawn import scenery
from passerby.capture.drawn.courses import Course, Stop
from passerby.capture.drawn.scenes import Scene
from passerby.config.rule import ObjectRule
from passerby.engine import Detectors, observe
from passerby.events import Watcher
from passerby.media.events import Event, EventKind
from tests.media_samples import footage
from tests.streets import FPS, SIZE_WH, Bgr, write_clip

pytestmark = pytest.mark.slow

RULES = (ObjectRule(name="left", kind="left-object"), ObjectRule(name="removed", kind="removed-object"))
SECONDS = 45
COMES_S, GOES_S, OUT_S = 8.0, 14.0, 19.0
COMES_AND_GOES = (Stop(0, -0.4, 0.86), Stop(COMES_S, 0.75, 0.86), Stop(GOES_S, 0.75, 0.86), Stop(OUT_S, -0.4, 0.86))
STOPS_FOR_LONG = (Stop(0, 2.2, 0.83), Stop(8, 1.35, 0.83), Stop(38, 1.35, 0.83), Stop(42, 2.2, 0.83))
PERIOD_S = 1000.0
LATER_S = 6
BAG_XY, BAG_WH = (285, 300), (30, 24)
Changed = Callable[[Bgr, float], Bgr]


def drawn(
    *courses: tuple[Stop, ...], bag: Callable[[float], bool], also: Changed = lambda shown, _: shown
) -> Iterator[Bgr]:
    looks = tuple(Course(PERIOD_S, 0, course, look) for look, course in enumerate(courses, 2))
    without, with_bag = (
        Scene(draw, scenery.HORIZON, 1.0, looks, tree_xy=(0.16, 0.575)) for draw in (scenery.street, _street_with_bag)
    )
    grain = [np.random.default_rng(number).normal(0, 2, (*SIZE_WH[::-1], 3)).astype(np.float32) for number in range(7)]
    for number in range(SECONDS * FPS):
        time_s = number / FPS
        shown = also((with_bag if bag(time_s) else without).picture(time_s), time_s)
        yield np.clip(shown + grain[number % len(grain)], 0, 255).astype(np.uint8)


def _street_with_bag(width: int, height: int, rng: np.random.Generator) -> Bgr:
    return _with_bag(scenery.street(width, height, rng))


def _with_bag(picture: Bgr) -> Bgr:
    (left, top), (wide, high) = BAG_XY, BAG_WH
    shown = picture.copy()
    cv2.ellipse(shown, (left + wide // 2, top), (8, 7), 0, 180, 360, (30, 30, 34), 2)
    cv2.rectangle(shown, (left, top), (left + wide, top + high), (44, 36, 30), cv2.FILLED)
    cv2.rectangle(shown, (left + 5, top + 9), (left + wide - 5, top + high - 4), (96, 84, 70), 2)
    return shown


def events_in(clip: Path, detectors: Detectors) -> list[Event]:
    watcher, events = Watcher(RULES), list[Event]()
    observe(clip, lambda view: events.extend(watcher.note(view)), wants_changes=True, detectors=detectors)
    events += watcher.end()
    assert len([event for event in events if event.end_s is None]) * 2 == len(events), "each begins and ends"
    return [event for event in events if event.end_s is not None]


def test_a_bag_is_left_once_and_who_stops_for_long_is_not(tmp_path: Path, detectors: Detectors) -> None:
    clip = tmp_path / "left.mp4"
    write_clip(clip, drawn(COMES_AND_GOES, STOPS_FOR_LONG, bag=lambda time_s: time_s >= 10))
    (event,) = events_in(clip, detectors)
    assert (event.rule, event.kind, event.objects) == ("left", EventKind.LEFT_OBJECT, "things")
    assert OUT_S - 3 <= event.start_s <= SECONDS
    assert event.end_s == pytest.approx(SECONDS, abs=1)


@pytest.mark.long
def test_a_bag_is_gone_once_though_the_light_is_switched_before(tmp_path: Path, detectors: Detectors) -> None:
    def switched(shown: Bgr, time_s: float) -> Bgr:
        return shown if time_s > 3 else (shown * 0.5).astype(np.uint8)

    clip = tmp_path / "removed.mp4"
    later = tuple(Stop(stop.at_s + LATER_S, stop.x, stop.feet_y) for stop in COMES_AND_GOES)
    write_clip(clip, drawn(later, bag=lambda time_s: time_s < 12 + LATER_S, also=switched))
    (event,) = events_in(clip, detectors)
    assert event.kind is EventKind.REMOVED_OBJECT
    assert event.start_s >= OUT_S + LATER_S - 3


@pytest.mark.long
def test_light_switched_and_a_bumped_camera_are_nothing(tmp_path: Path, detectors: Detectors) -> None:
    """While somebody comes and goes."""

    def shaken(shown: Bgr, time_s: float) -> Bgr:
        if 20 < time_s < 30:
            return (shown * 0.45).astype(np.uint8)
        return np.roll(shown, 6, axis=1) if time_s >= 36 else shown

    clip = tmp_path / "nothing.mp4"
    write_clip(clip, drawn(COMES_AND_GOES, STOPS_FOR_LONG, bag=lambda _: False, also=shaken))
    assert events_in(clip, detectors) == []


def test_a_real_bag_is_left_once_after_its_owner_has_gone(detectors: Detectors) -> None:
    (event,) = events_in(footage("events/left-bag.avi"), detectors)
    assert event.kind is EventKind.LEFT_OBJECT
    assert 22 <= event.start_s <= 39


@pytest.mark.long
@pytest.mark.parametrize("name", ["campus.avi", "corridor.mp4", "cars.mp4"])
def test_where_nothing_is_left_nothing_is_raised(detectors: Detectors, name: str) -> None:
    """People who stand for half a minute, a table, poles, a tape in the wind, a camera that drifts."""
    assert events_in(footage(name), detectors) == []
