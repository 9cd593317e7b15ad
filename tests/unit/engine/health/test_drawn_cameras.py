"""The faults of the demo's cameras are found, reported over when they are over, and nothing else is."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np
import pytest

from passerby.background import Background
from passerby.capture.drawn.cameras import CAMERAS, FPS
from passerby.engine.health.fingerprints import Printer
from passerby.media import RawFrame
from passerby.media.frames import plane_views
from passerby.media.health import Check, Verdict
from passerby.media.segments import TICKS_PER_S
from passerby.rules.health.looped import Loops
from tests.health import NOON_90K, Watched, established

LEARNED_S = 20


def frames(name: str, seconds: float) -> Iterator[RawFrame]:
    for number in range(round(seconds * FPS)):
        pts = NOON_90K + round(number * TICKS_PER_S / FPS)
        yield RawFrame(CAMERAS[name].frame(number), number, pts, Fraction(1, TICKS_PER_S))


def learned(name: str) -> Background:
    some = list(frames(name, LEARNED_S))[:: max(1, LEARNED_S * FPS // 20)]
    return established([np.asarray(plane_views(each.picture)[0]) for each in some])


@pytest.mark.parametrize(
    ("name", "check", "within_s"),
    [("freezes", Check.FROZEN, 10.0), ("loops", Check.LOOPED, 20.0), ("covered", Check.OBSTRUCTED, 10.0)],
)
def test_a_fault_is_found_and_over(name: str, check: Check, within_s: float) -> None:
    camera = CAMERAS[name]
    watched = Watched(frames(name, camera.to_s + 20), learned(name))
    reported_s = watched.reported_s(check)
    assert reported_s is not None and camera.from_s <= reported_s <= camera.from_s + within_s
    assert {each for each, _, _ in watched.bad} <= {check, Check.DARK, Check.OBSTRUCTED}
    assert [each for each, at_s in watched.over if each is check and at_s >= camera.to_s]


@pytest.mark.parametrize("name", sorted(name for name, camera in CAMERAS.items() if not camera.fault))
def test_nobody_comes_again_as_a_recording_would(name: str) -> None:
    printer, loops = Printer(), Loops()
    for frame in frames(name, 200):
        loops.note(printer.note(frame))
        assert loops.finding(frame.time_s).verdict is not Verdict.BAD


@pytest.mark.parametrize("name", sorted(name for name, camera in CAMERAS.items() if not camera.fault))
def test_those_without_a_fault_are_well(name: str) -> None:
    assert Watched(frames(name, 60), learned(name)).bad == []
