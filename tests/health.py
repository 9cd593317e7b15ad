"""What tests of health share: a place with noise and walkers, and what is found in pictures with times of their own."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
import cv2
import numpy as np
import numpy.typing as npt

from passerby.background import Background, Sample, SmallPicture, learn, shrink_luma, small_size
from passerby.engine.health.gauge import Gauge
from passerby.media import Detections, RawFrame
from passerby.media.frames import plane_views
from passerby.media.health import Check, Finding, Flow, Verdict
from passerby.media.segments import TICKS_PER_S
from passerby.rules.health.checks import Health

Luma = npt.NDArray[np.uint8]
FPS = 5
NOON_90K = 1_800_000_000 * TICKS_PER_S
SAMPLES = 16


@functools.cache
def place(size_wh: tuple[int, int] = (352, 240), seed: int = 1) -> npt.NDArray[np.float32]:
    """A still place with edges of all directions: tiles, discs and lines, grey levels."""
    width, height = size_wh
    dice = np.random.default_rng(seed)
    tiles = dice.integers(60, 150, (5, 8)).astype(np.float32)
    made = cv2.resize(tiles, size_wh, interpolation=cv2.INTER_NEAREST)
    for _ in range(40):
        at = (int(dice.integers(width)), int(dice.integers(height)))
        cv2.circle(made, at, int(dice.integers(5, 40) * width / 640), float(dice.integers(40, 200)), -1)
    for _ in range(20):
        begin, end = ((int(dice.integers(width)), int(dice.integers(height))) for _ in range(2))
        cv2.line(made, begin, end, float(dice.integers(30, 220)), 2)
    return np.asarray(cv2.GaussianBlur(made, (0, 0), 0.8), np.float32)


@functools.cache
def _grain(shape: tuple[int, int]) -> npt.NDArray[np.float32]:
    return np.random.default_rng(7).normal(0, 1, (2 * shape[0], 2 * shape[1])).astype(np.float32)


def grain(number: int, shape: tuple[int, ...]) -> npt.NDArray[np.float32]:
    """Noise of one grey level, another for each number: a cut at random from what was drawn once."""
    dice = np.random.default_rng(number)
    top, left = int(dice.integers(shape[0])), int(dice.integers(shape[1]))
    return _grain((shape[0], shape[1]))[top : top + shape[0], left : left + shape[1]]


def seen(still: npt.NDArray[np.float32], number: int, *, noise: float = 1.5, walkers: int = 2) -> Luma:
    """One picture of the place: with the noise of a sensor, and somebody who walks up and down."""
    made = still + noise * grain(number, still.shape)
    height, width = still.shape
    for walker in range(walkers):
        dice = np.random.default_rng([walker, number // 60])  # another way every 12 s
        speed, start = dice.uniform(-0.012, 0.012, 2), dice.uniform(0.1, 0.8, 2)
        x, y = ((start + speed * (number % 60)) % 0.9 * (width, height)).astype(int)
        made[y : y + height // 5, x : x + width // 16] = 30 + 60 * walker
    return np.clip(np.rint(made), 0, 255).astype(np.uint8)


def pictures(still: npt.NDArray[np.float32], seconds: float, first: int = 0, **how: float) -> Iterator[Luma]:
    for number in range(first, first + round(seconds * FPS)):
        yield seen(still, number, **how)  # type: ignore[arg-type]


def frame_of(luma: Luma, number: int, fps: float = FPS) -> RawFrame:
    picture = av.VideoFrame(luma.shape[1], luma.shape[0], "yuv420p")
    y, *chroma = plane_views(picture)
    y[:] = luma
    for plane in chroma:
        plane[:] = 128
    return RawFrame(picture, number, NOON_90K + round(number * TICKS_PER_S / fps), Fraction(1, TICKS_PER_S))


def established(some: Iterable[Luma]) -> Background:
    """What all of them show."""
    frames = [frame_of(luma, 0) for luma in some]
    size_wh = small_size(frames[0].width, frames[0].height)
    lumas = [shrink_luma(frame, size_wh) for frame in frames]
    return learn([Sample(SmallPicture(y, *2 * [np.full_like(y, 128)]), Detections.empty()) for y in lumas])


def encoded(
    lumas: Iterable[Luma], path: Path, *, crf: int = 23, gop_s: float = 2.0, fps: float = FPS
) -> list[RawFrame]:
    """What is left of the pictures after a real encoder, as a camera's own would leave them, with its key frames."""
    with av.open(str(path), "w") as made:
        options = {"crf": str(crf), "preset": "veryfast", "tune": "zerolatency", "g": str(round(gop_s * fps))}
        stream = made.add_stream("libx264", rate=Fraction(fps).limit_denominator(1000), options=options)
        for number, luma in enumerate(lumas):
            picture = frame_of(luma, number).picture
            if not number:
                stream.width, stream.height, stream.pix_fmt = picture.width, picture.height, "yuv420p"
            picture.pts, picture.time_base = number, 1 / Fraction(fps).limit_denominator(1000)
            made.mux(stream.encode(picture))
        made.mux(stream.encode(None))
    return list(clip(path, fps))


def clip(path: Path, fps: float | None = None) -> Iterator[RawFrame]:
    """The frames of a file, at its own rate."""
    with av.open(str(path)) as file:
        rate = fps or float(cast(Fraction, file.streams.video[0].average_rate))
        for number, picture in enumerate(file.decode(video=0)):
            pts = NOON_90K + round(number * TICKS_PER_S / rate)
            yield RawFrame(picture, number, pts, Fraction(1, TICKS_PER_S))


class Watched:
    """One source as it is watched. bad: each check that became bad, with when that was reported and since when, seconds
    from the first frame; over: when it was no longer."""

    def __init__(self, frames: Iterable[RawFrame], reference: Background | None = None) -> None:
        self.bad: list[tuple[Check, float, float]] = []
        self.over: list[tuple[Check, float]] = []
        health, gauge = Health(), None
        now: dict[Check, Finding] = {}
        for number, frame in enumerate(frames):
            if gauge is None:
                gauge = Gauge((frame.width, frame.height))
                found = gauge.compare_with(reference) if reference else None
                if found:
                    health.view.expect(found.detail, found.fineness)
            health.note(gauge.note(frame), Flow(number + 1))
            at_s = (frame.pts - NOON_90K) / TICKS_PER_S
            for finding in health.findings():
                was_bad = finding.check in now and now[finding.check].verdict is Verdict.BAD
                if finding.verdict is Verdict.BAD and not was_bad:
                    self.bad.append((finding.check, at_s, (finding.since_90k - NOON_90K) / TICKS_PER_S))
                if finding.verdict is not Verdict.BAD and was_bad:
                    self.over.append((finding.check, at_s))
                now[finding.check] = finding
        self.last = now

    def reported_s(self, check: Check) -> float | None:
        """When a check became bad first."""
        return next((at_s for each, at_s, _ in self.bad if each is check), None)


Change = Callable[[Luma], Luma]


def changed(lumas: Iterable[Luma], change: Change, from_s: float, until_s: float = 1e9) -> Iterator[Luma]:
    """The pictures, changed for a while."""
    for number, luma in enumerate(lumas):
        yield change(luma) if from_s <= number / FPS < until_s else luma
