"""Plays cameras on a fast clock through all checks, and counts what is found, missed, late and false.

Times are those of the pictures. What is wrong when is known from the drawn camera itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction

import av
import numpy as np

from passerby.background import Background
from passerby.capture.drawn.cameras import FPS, LOOP_S, DrawnCamera, Fault, Wrong
from passerby.capture.drawn.scenes import CAR_PARK, PLATFORM, STREET, YARD, Scene
from passerby.engine.health.monitor import Established, Monitor
from passerby.engine.stillness import Stillness
from passerby.media import RawFrame
from passerby.media.frames import plane_views
from passerby.media.health import Check, Flow, Verdict
from passerby.media.segments import TICKS_PER_S
from tests.health import NOON_90K, established

SCENES = {"street": STREET, "yard": YARD, "platform": PLATFORM, "car-park": CAR_PARK}
REPORTED_AS: dict[Fault, set[Check]] = {
    "freezes": {Check.FROZEN}, "loops": {Check.LOOPED}, "covered": {Check.OBSTRUCTED}, "turned": {Check.MOVED},
    "dark": {Check.DARK, Check.OBSTRUCTED}, "dimmed": set(),
}  # fmt: skip
"""The checks that each fault must fail. In the dark a cap on the lens cannot be seen, and the check says so."""
ALSO: dict[Fault, set[Check]] = {
    "freezes": set(), "loops": set(), "covered": {Check.DARK, Check.MOVED, Check.BLURRED}, "turned": set(),
    "dark": {Check.MOVED, Check.BLURRED}, "dimmed": set(),
}  # fmt: skip
"""Checks that may fail as well: they are right too."""
WITHIN_S: dict[Fault, float] = {
    "freezes": 10, "loops": LOOP_S + 10, "covered": 10, "turned": 60, "dark": 20, "dimmed": 0,
}  # fmt: skip
OVER_WITHIN_S = 25.0
LEARNED_S = 20

Report = tuple[Check, float, float]  # the check that failed, from when, to when, in seconds from the first picture


@dataclass
class Count:
    """found, missed, late: faults; false: reports without a fault. slowest_s: the longest time until one was found."""

    found: int = 0
    missed: int = 0
    late: int = 0
    slowest_s: float = 0.0
    false: list[str] = field(default_factory=list)

    def __iadd__(self, other: Count) -> Count:
        self.found, self.missed, self.late = (
            self.found + other.found, self.missed + other.missed, self.late + other.late
        )  # fmt: skip
        self.slowest_s, self.false = max(self.slowest_s, other.slowest_s), self.false + other.false
        return self


class _Given:
    """What a camera should see, known before it is opened."""

    def __init__(self, background: Background | None) -> None:
        self._background = background

    def load(self, size_wh: tuple[int, int]) -> Established | None:
        return None if self._background is None else Established(self._background, NOON_90K)

    def keep(self, reference: Established, size_wh: tuple[int, int]) -> None:
        pass


def frames(camera: DrawnCamera, seconds: float) -> Iterator[RawFrame]:
    """As they are drawn, without an encoder."""
    for number in range(round(seconds * FPS)):
        yield _frame(camera.frame(number), number)


def coded(camera: DrawnCamera, seconds: float, crf: int, gop_s: float = 2.0) -> Iterator[RawFrame]:
    """As they come out of a camera's encoder. From a crf of about 30 on it leaves all noise out between key frames."""
    encoder, decoder = av.CodecContext.create("libx264", "w"), av.CodecContext.create("h264", "r")
    encoder.width, encoder.height, encoder.pix_fmt = 640, 360, "yuv420p"
    encoder.time_base, encoder.framerate = Fraction(1, FPS), Fraction(FPS)
    encoder.options = {"crf": str(crf), "preset": "veryfast", "tune": "zerolatency", "g": str(round(gop_s * FPS))}
    number = 0
    for drawn in range(round(seconds * FPS) + 1):
        picture = camera.frame(drawn) if drawn < round(seconds * FPS) else None
        if picture is not None:
            picture.pts, picture.time_base = drawn, Fraction(1, FPS)
        for packet in encoder.encode(picture):
            for shown in decoder.decode(packet):
                yield _frame(shown, number)
                number += 1


def overloaded(some: Iterable[RawFrame], seed: int = 1) -> Iterator[RawFrame]:
    """What is left of them on a machine that is too slow: one in three is left out, some seconds wholly."""
    dice, left_out_until_s = np.random.default_rng(seed), 0.0
    for frame in some:
        if dice.random() < 0.004:
            left_out_until_s = frame.time_s + float(dice.uniform(0.5, 2.0))
        if frame.time_s >= left_out_until_s and dice.random() > 0.33:
            yield frame


def _frame(picture: av.VideoFrame, number: int) -> RawFrame:
    return RawFrame(picture, number, NOON_90K + round(number * TICKS_PER_S / FPS), Fraction(1, TICKS_PER_S))


def learned(scene: Scene) -> Background:
    """What a scene has in common with itself over some seconds."""
    some = list(frames(DrawnCamera(scene, 99), LEARNED_S))[::5]
    return established([np.asarray(plane_views(each.picture)[0]) for each in some])


def findings_of(some: Iterable[RawFrame], background: Background | None, *, is_coded: bool) -> list[Report]:
    """What a monitor, fed as by a live path, reports about a camera's pictures."""
    monitor: Monitor | None = None
    stillness: Stillness | None = None
    findings: list[Report] = []
    since: dict[Check, float] = {}
    at_s = 0.0
    for frame in some:
        at_s = (frame.pts - NOON_90K) / TICKS_PER_S
        if monitor is None or stillness is None:
            size_wh = (frame.width, frame.height)
            monitor, stillness = Monitor(size_wh, _Given(background), is_coded=is_coded), Stillness(size_wh)
        monitor.note(frame, Flow(frame.index + 1), None, stillness.note(frame))
        bad = {each.check for each in monitor.findings if each.verdict is Verdict.BAD}
        for check in bad - since.keys():
            since[check] = at_s
        for check in since.keys() - bad:
            findings.append((check, since.pop(check), at_s))
    return findings + [(check, from_s, at_s) for check, from_s in since.items()]


def judge(wrongs: list[Wrong], findings: list[Report], until_s: float) -> Count:
    """Compares the reports with the faults."""
    count = Count()
    for wrong in wrongs:
        within_s = WITHIN_S[wrong.fault]
        if not REPORTED_AS[wrong.fault] or wrong.from_s + within_s > until_s:
            continue
        times = (
            max(from_s, wrong.from_s) for check, from_s, to_s in findings
            if check in REPORTED_AS[wrong.fault] and from_s < wrong.to_s + 2 and to_s > wrong.from_s
        )  # fmt: skip
        reported_s = min(times, default=None)
        if reported_s is None:
            count.missed += 1
            continue
        count.slowest_s = max(count.slowest_s, reported_s - wrong.from_s)
        count.found += reported_s - wrong.from_s <= within_s
        count.late += reported_s - wrong.from_s > within_s
    for check, from_s, to_s in findings:
        is_true = any(
            check in REPORTED_AS[wrong.fault] | ALSO[wrong.fault]
            and wrong.from_s <= from_s <= wrong.to_s + 2
            and to_s <= wrong.to_s + OVER_WITHIN_S
            for wrong in wrongs
        )
        if not is_true:
            count.false.append(f"{check} from {from_s:.0f} to {to_s:.0f} s")
    return count
