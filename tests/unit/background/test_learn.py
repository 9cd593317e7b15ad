"""What becomes background, and what never does."""

from __future__ import annotations

import numpy as np
import pytest

from passerby.background import CameraMotion, Sample, learn, measure_motion, register
from passerby.background.small import SmallPicture
from passerby.media import Detections
from tests.unit.background.scenes import claim, difference, edged, empty_scene, pushed, samples_of, with_block

COUNT = 24
NOISE = 8
CLEAN = empty_scene(noise=0)


def test_empty_scene_is_learned_as_it_is() -> None:
    background = learn(samples_of(*(empty_scene(index) for index in range(COUNT))))
    assert background.established.all()
    assert difference(background.picture.y, CLEAN.y) < NOISE
    assert difference(background.picture.u, CLEAN.u) <= 1 and difference(background.picture.v, CLEAN.v) <= 1


def test_who_walks_through_is_not_learned() -> None:
    walk = [with_block(empty_scene(index), 6 * index, 30) for index in range(COUNT)]
    background = learn(samples_of(*walk))
    assert background.established.all()
    assert difference(background.picture.y, CLEAN.y) < NOISE
    assert difference(background.picture.u, CLEAN.u) <= 2, "nor the colour of their clothes"


def test_who_stands_still_all_the_time_is_not_established() -> None:
    """There is no picture of what is behind them: all that is known is that somebody was found there."""
    stands = [Sample(with_block(empty_scene(index), 70, 30), claim(70, 30)) for index in range(COUNT)]
    background = learn(stands)
    assert not background.established[30:60, 70:82].any()
    assert background.established[:, :60].all() and background.established[:, 95:].all()


def test_who_stands_for_half_of_the_time_uncovers_what_is_behind_when_gone() -> None:
    there = [Sample(with_block(empty_scene(index), 70, 30), claim(70, 30)) for index in range(0, COUNT, 2)]
    half = there + samples_of(*(empty_scene(index) for index in range(1, COUNT, 2)))
    background = learn(half)
    assert background.established[30:60, 70:82].all()
    assert difference(background.picture.y, CLEAN.y) < NOISE


def test_weak_claim_on_what_never_sways_is_let_go_and_on_what_does_stands() -> None:
    def samples(sway: int) -> list[Sample]:
        return [Sample(restless(index, sway), claim(70, 30, score=0.2)) for index in range(COUNT)]

    assert learn(samples(1)).established[35:55, 72:80].all(), "a sign"
    assert not learn(samples(30)).established[32:58, 72:80].any(), "somebody alive"


def restless(index: int, sway: int) -> SmallPicture:
    """Somebody at one place, whose clothes look up to `sway` grey levels different in each look."""
    picture = with_block(empty_scene(index), 70, 30, luma=60)
    picture.y[30:60, 70:82] += np.random.default_rng(index).integers(0, sway, (30, 12)).astype(np.uint8)
    return picture


def test_parked_thing_that_nobody_claims_is_background() -> None:
    background = learn(samples_of(*(with_block(empty_scene(index), 70, 30) for index in range(COUNT))))
    assert background.established.all()
    assert difference(background.picture.y[32:58, 72:80], np.full((26, 8), 20, np.uint8)) < NOISE


def test_place_that_never_looks_the_same_has_no_background() -> None:
    rng = np.random.default_rng(3)
    restless = []
    for index in range(COUNT):
        picture = empty_scene(index)
        picture.y[20:50, 20:60] = rng.integers(0, 255, (30, 40))
        restless.append(picture)
    background = learn(samples_of(*restless))
    assert background.established[20:50, 20:60].mean() < 0.2
    assert background.established[:, 70:].all()


@pytest.mark.parametrize("count", [1, 2])
def test_from_too_few_looks_nothing_is_established(count: int) -> None:
    assert not learn(samples_of(*(empty_scene(index) for index in range(count)))).established.any()


def test_who_stands_still_and_is_seen_now_and_then_is_not_established() -> None:
    """Detectors blink: in the samples in which they do not see somebody who stands there, he stands there still."""
    blinking = [
        Sample(with_block(empty_scene(index), 70, 30), claim(70, 30) if index % 2 else Detections.empty())
        for index in range(COUNT)
    ]
    assert not learn(blinking).established[32:58, 72:80].any()


def test_what_is_taken_for_somebody_once_is_background() -> None:
    once = [
        Sample(with_block(empty_scene(index), 70, 30), claim(70, 30) if index == 5 else Detections.empty())
        for index in range(COUNT)
    ]
    assert learn(once).established.all()


# The camera.


def motion_of(samples: list[Sample]) -> CameraMotion:
    registered = register(samples)
    return measure_motion(registered, learn(registered.samples, is_adrift=registered.is_adrift))


def test_camera_that_stands_is_fixed_and_one_that_pans_is_not() -> None:
    still = samples_of(*(edged(empty_scene(index)) for index in range(COUNT)))
    moving = samples_of(*(pushed(edged(empty_scene(index)), 5 * index) for index in range(COUNT)))
    at_rest, panning = motion_of(still), motion_of(moving)
    assert at_rest.is_fixed and at_rest.shift_px is not None and at_rest.shift_px < 0.5 and at_rest.established == 1.0
    assert not panning.is_fixed and not at_rest.is_adrift


def test_camera_is_fixed_though_people_walk_before_it() -> None:
    walk = samples_of(*(with_block(edged(empty_scene(index)), 6 * index, 20, 30, 60) for index in range(COUNT)))
    assert motion_of(walk).is_fixed
