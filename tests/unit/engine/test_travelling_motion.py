"""Activity is what a detector claims or what moves on: never the wind in the trees, here on drawn footage."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import cv2
import numpy as np
import pytest

from passerby.background import Sample, SmallPicture, View, learn
from passerby.capture.drawn.courses import Course, past
from passerby.capture.drawn.scenes import SIZE_WH, STREET, YARD, Scene
from passerby.engine.silhouettes import Silhouettes
from passerby.engine.travelling_motion import TravellingMotion
from passerby.media import Cover, Detections, Kind, Track
from passerby.rules.coverage import Policy, activity_share, cover_unestablished
from passerby.settings import Settings

STEP_S = 0.2
CALM_S = 0.3
"""The tree stands in its middle then."""
POLICY = Policy.of(Settings())

Tracks = Callable[[float], list[Track]]


def taken(scene: Scene, time_s: float, number: int) -> SmallPicture:
    """As a camera sees it, with the noise of its sensor."""
    y, u, v = cv2.split(cv2.cvtColor(scene.picture(time_s), cv2.COLOR_BGR2YUV))
    noise = np.random.default_rng(number % 8).normal(0.5, 2.2, y.shape)
    return SmallPicture(np.clip(y + noise, 0, 255).astype(np.uint8), np.asarray(u, np.uint8), np.asarray(v, np.uint8))


def covers(scene: Scene, seconds: float, tracks: Tracks = lambda time_s: []) -> Iterator[Cover]:
    """The covers of a windy while, of a place that was learned on a calm day without anybody."""
    empty = replace(scene, courses=())
    view = View(learn([Sample(taken(empty, CALM_S, n), Detections.empty()) for n in range(24)]))
    silhouettes = Silhouettes(SIZE_WH, SIZE_WH)
    for n in range(round(seconds / STEP_S)):
        moving = view.observe(taken(scene, n * STEP_S, n)).moving
        tracked = cover_unestablished(tracks(n * STEP_S), moving, SIZE_WH, POLICY)
        yield Cover(silhouettes.cover(moving, tracked, n * STEP_S, POLICY))


def activity(found: Iterator[Cover]) -> list[float]:
    return [activity_share(cover, SIZE_WH) for cover in found]


def with_walker(y: float, speed: float) -> Scene:
    return replace(STREET, courses=(Course(31, 0, past(0, speed, y), 0),))


@pytest.mark.parametrize("scene", [STREET, YARD], ids=["street", "yard"])
def test_trees_in_the_wind_are_covered_but_no_activity(scene: Scene) -> None:
    found = list(covers(replace(scene, courses=()), 40))
    swaying = [cover for cover in found if cover.boxes]
    assert len(swaying) > 0.8 * len(found), "the wind moves the tree nearly all the time"
    assert {box.kind for cover in swaying for box in cover.boxes} == {Kind.MOTION}
    assert not any(activity(iter(found)))


@pytest.mark.parametrize(("y", "speed"), [(0.81, 0.27), (0.56, 0.2)], ids=["near", "far"])
def test_who_walks_past_a_swaying_tree_is_activity_though_no_detector_finds_them(y: float, speed: float) -> None:
    seen = activity(covers(with_walker(y, speed), 9))
    assert sum(share > 0 for share in seen) * STEP_S > 1.5
    assert max(seen) < 0.2, "the walker, without the tree"


def test_who_is_found_is_activity_from_the_start_and_while_they_stand() -> None:
    box = (400.0, 150.0, 440.0, 250.0)

    def stands(time_s: float) -> list[Track]:
        return [Track(1, Kind.PERSON, 0.9, box, is_detected=True)]

    seen = activity(covers(replace(STREET, courses=()), 4, stands))
    assert all(0.015 < share < 0.04 for share in seen)


@pytest.mark.parametrize("step_s", [0.1, 0.5, 1.0, 2.0])
def test_who_walks_on_is_activity_at_any_frame_rate(step_s: float) -> None:
    wandering, seen = TravellingMotion(), 0
    frames = round(16 / step_s)
    for n in range(frames):
        moves = np.zeros((120, 320), np.uint8)
        left = round(20 + 15 * n * step_s)
        moves[60:84, left : left + 10] = 1
        seen += bool(wandering.update(moves, n * step_s).any())
    assert seen >= 0.6 * frames
