"""Real cameras: no false alarm on any quiet clip in its whole length, and what was done to a camera is found."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from passerby.background import Background
from passerby.media.frames import plane_views
from passerby.media.health import Check, Verdict
from tests.health import Luma, Watched, clip, established, frame_of
from tests.media_samples import footage

pytestmark = pytest.mark.slow


def learned(name: str, until: int) -> Background:
    """What the first frames of a clip have in common."""
    step = max(1, until // 24)
    frames = itertools.islice(clip(footage(name)), 0, until, step)
    return established([np.asarray(plane_views(each.picture)[0], np.uint8) for each in frames])


@pytest.mark.parametrize(
    ("name", "until"), [("campus.avi", 795), ("corridor.mp4", 1394), ("cars.mp4", 377), ("square.mp4", 127)]
)
@pytest.mark.parametrize("has_reference", [True, False])
def test_no_false_alarm_on_a_quiet_clip(name: str, until: int, has_reference: bool) -> None:
    watched = Watched(clip(footage(name)), learned(name, until) if has_reference else None)
    assert watched.bad == []


def test_no_false_alarm_on_it_at_night_and_with_noise() -> None:
    dice = np.random.default_rng(1)

    def at_night(luma: Luma) -> Luma:
        dark = (luma[::2, ::2] - 60.0) * 0.25 + 30 + dice.normal(0, 5, luma[::2, ::2].shape)
        return np.clip(dark, 0, 255).astype(np.uint8)

    frames = list(itertools.islice(clip(footage("campus.avi")), 400))
    lumas = [np.asarray(plane_views(each.picture)[0], np.uint8) for each in frames]
    by_day = established([np.ascontiguousarray(each[::2, ::2]) for each in lumas[:: len(lumas) // 24]])
    night = (frame_of(at_night(luma), number, 10.0) for number, luma in enumerate(lumas))
    assert Watched(night, by_day).bad == []


def test_a_hand_on_the_lens_and_a_turned_camera_are_found() -> None:
    """Clean until frame 1935, a hand on the lens until 1988, turned away from 2001 on; 30 frames a second."""
    watched = Watched(clip(footage("tamper.mp4")), learned("tamper.mp4", 1900))
    assert watched.bad[0][0] is Check.OBSTRUCTED
    _, reported_s, since_s = watched.bad[0]
    assert 1935 / 30 - 0.5 <= since_s <= 1988 / 30 and reported_s <= 1936 / 30 + 10
    moved_s = watched.reported_s(Check.MOVED)
    assert moved_s is not None and 2001 / 30 <= moved_s <= 2001 / 30 + 60
    assert watched.last[Check.MOVED].verdict is Verdict.BAD
    assert {each for each, _, _ in watched.bad} <= {Check.OBSTRUCTED, Check.MOVED, Check.BLURRED}
