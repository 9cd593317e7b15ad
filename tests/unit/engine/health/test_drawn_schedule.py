"""A drawn camera's faults are reported each time, by no other name, on a machine that is too slow as well."""

from __future__ import annotations

from fractions import Fraction

import cv2
import pytest

from passerby.capture.drawn.cameras import CAMERAS, FPS, DrawnCamera, Fault
from passerby.capture.drawn.scenes import CAR_PARK, PLATFORM, STREET, YARD
from passerby.engine.health.fingerprints import Printer
from passerby.media import RawFrame
from passerby.media.health import Check, Verdict
from passerby.rules.health.looped import Loops
from tests.drawn_health import Count, coded, findings_of, frames, judge, learned, overloaded

cv2.setNumThreads(1)


def test_a_schedule_says_by_the_second_what_is_drawn() -> None:
    camera = CAMERAS["freezes"]
    assert [(each.from_s, each.to_s) for each in camera.wrongs(250)] == [(25, 60), (125, 160), (225, 260)]
    by_number = [camera.fault_at(number) for number in range(300 * FPS)]
    for number, fault in enumerate(by_number):
        is_wrong = any(each.from_s <= number / FPS < each.to_s for each in camera.wrongs(300))
        assert (fault == "freezes") == is_wrong
    assert CAMERAS["street"].wrongs(1e6) == []


@pytest.mark.parametrize("is_overloaded", [False, True])
def test_every_freeze_is_told_and_not_the_first_alone(is_overloaded: bool) -> None:
    """A frozen picture was taken for what is usual after it: the next freeze was unknown."""
    camera, until_s = CAMERAS["freezes"], 290.0
    some = frames(camera, until_s)
    findings = findings_of(overloaded(some) if is_overloaded else some, learned(PLATFORM), is_coded=False)
    count = judge(camera.wrongs(until_s), findings, until_s)
    assert count == Count(found=3, slowest_s=count.slowest_s)


def test_a_camera_that_is_frozen_when_it_is_opened_is_told() -> None:
    camera = DrawnCamera(PLATFORM, 5, "freezes", 0, 100, 100)
    findings = findings_of(frames(camera, 15), None, is_coded=False)
    assert [check for check, _, _ in findings] == [Check.FROZEN]


@pytest.mark.parametrize(("crf", "gop_s"), [(28, 2.0), (34, 1.0), (34, 2.0)])
def test_a_freeze_that_is_coded_without_noise_is_told(crf: int, gop_s: float) -> None:
    camera = DrawnCamera(PLATFORM, 5, "freezes", 35, 55, 75)
    findings = findings_of(coded(camera, 75, crf, gop_s), learned(PLATFORM), is_coded=True)
    count = judge(camera.wrongs(75), findings, 75)
    assert count == Count(found=1, slowest_s=count.slowest_s)


def test_a_loop_is_told_on_a_machine_that_is_too_slow() -> None:
    camera = CAMERAS["loops"]
    findings = findings_of(overloaded(frames(camera, 100)), learned(STREET), is_coded=False)
    count = judge(camera.wrongs(100), findings, 100)
    assert count == Count(found=1, slowest_s=count.slowest_s)


def test_a_loop_that_is_coded_again_is_told() -> None:
    camera = CAMERAS["loops"]
    count = judge(camera.wrongs(60), findings_of(coded(camera, 60, 32), learned(STREET), is_coded=True), 60)
    assert count == Count(found=1, slowest_s=count.slowest_s)


def test_a_car_that_parks_as_another_did_is_no_loop() -> None:
    """That was reported at second 1274: all that moved was as it had been 194.8 s before, to an eighth."""
    camera, printer, loops = DrawnCamera(CAR_PARK, 4), Printer(), Loops()
    for number in range(1060 * FPS, 1290 * FPS):
        frame = RawFrame(camera.frame(number), number, number, Fraction(1, FPS))
        loops.note(printer.note(frame))
        assert loops.finding(frame.time_s).verdict is not Verdict.BAD


@pytest.mark.parametrize("fault", ["turned", "dark", "dimmed"])
def test_a_bump_and_lamps_are_told_for_what_they_are(fault: Fault) -> None:
    camera = DrawnCamera(YARD, 8, fault, 30, 80, 110)
    count = judge(camera.wrongs(110), findings_of(frames(camera, 110), learned(YARD), is_coded=False), 110)
    assert count == Count(found=int(fault != "dimmed"), slowest_s=count.slowest_s)
