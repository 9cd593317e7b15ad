"""Faults of the engine, many a minute: real networks, modes and painter, on a clock of its own; counts who is clear.

Somebody drawn, whom the networks find while all is well, walks about, at most three body widths in a second; now and
then another walks in, or steps out of a door. At random times the detector hangs, is late, silent, stale, or broken,
its queue dies, the clock or the picture leaps. Of every picture that comes out it is measured how much of that person
shows: of whoever is in it almost whole, or is found there by one pass of a detector that works. In reveal mode the
place is learned from the same pictures first, and anew where they leap. Encoder and disk come after that:
`test_hangs`.
"""

from __future__ import annotations

import random
from collections import Counter, deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Literal, cast

import av
import cv2
import numpy as np
import numpy.typing as npt

from passerby.detect import Detector, DetectorError, Model
from passerby.detect.canary import draw, figure
from passerby.detect.runtime import Bgr, Outputs, Runtime
from passerby.engine import cover_mode, reveal_mode
from passerby.engine.cover_mode import CoverMode
from passerby.engine.held import Held
from passerby.engine.live.finder import LiveFinder
from passerby.engine.live.learner import LearnTimes, LiveLearner
from passerby.engine.live.queue import FairQueue
from passerby.engine.passes import Detectors, passes_for
from passerby.engine.reveal_mode import RevealMode
from passerby.engine.scene import Sampler
from passerby.media import Kind, RawFrame
from passerby.media.overlap import iou
from passerby.paint import Redactor
from passerby.rules.coverage import Policy
from passerby.settings import Settings
from passerby.testing.queue import ScriptedQueue

Mode = Literal["cover", "reveal"]
MODES: tuple[Mode, ...] = ("cover", "reveal")
SIZE_WH = (416, 256)
FRAME_S = 0.1
TICKS = Fraction(1, 1000)
BEYOND_PX = 100
ALMOST_WHOLE = 0.95  # of the person in the picture: then nobody asks whether a detector finds them
FOUND_SCORE, FOUND_OVERLAP = 0.45, 0.5  # one such detection is enough for a cover
FASTEST = 3.0  # body widths in a second
STAYS_S = 1.0  # at least: nobody comes and vanishes between two passes, which are at most 0.8 s apart or all is whole
LEARN_S = 8.0  # at first
SHOWN_AT = 0.25
"""Of the person's pixels, from where they count as clear; sleeves at the edge of a cover may show."""

Mask = npt.NDArray[np.bool_]
FIGURE: Mask = figure("person")[..., 3] > 0.5

OF_ANSWERS = ("zero", "stale", "nan", "raises", "unforeseen", "shape", "corrupt")
OF_TIME = ("blocks", "late", "dead queue", "clock leaps", "clock stands", "frames dropped")
OF_PICTURE = ("lens bump", "lights")
KINDS = (*OF_ANSWERS, *OF_TIME, *OF_PICTURE)


@dataclass
class Figures:
    """Of a run. clear: pictures that came out with the person in it clear, by the fault of that moment. unfound: the
    same, but partly out of the picture and not found by a detector that works. learned: backgrounds, in reveal mode."""

    faults: Counter[str] = field(default_factory=Counter)
    pictures: int = 0
    whole: int = 0
    clear: Counter[str] = field(default_factory=Counter)
    unfound: int = 0
    learned: int = 0

    def add(self, other: Figures) -> None:
        self.faults += other.faults
        self.clear += other.clear
        self.pictures, self.whole = self.pictures + other.pictures, self.whole + other.whole
        self.unfound, self.learned = self.unfound + other.unfound, self.learned + other.learned


@dataclass
class Moment:
    """What is wrong at the moment."""

    fault: str = "none"
    until_s: float = 0.0
    late_s: float = 0.0


class _BrokenRuntime:
    """Real answers, spoilt on their way as the moment says."""

    def __init__(self, real: Runtime, now: Moment) -> None:
        self._real, self._now = real, now
        self._kept: list[Outputs] | None = None
        self._rng = np.random.default_rng(1)

    @property
    def precision(self) -> str:
        return self._real.precision

    def release(self, size_wh: tuple[int, int]) -> None:
        """Kept: the campaign learns more often than any camera."""

    def infer(self, pictures: Sequence[Bgr]) -> list[Outputs]:
        fault = self._now.fault
        if fault == "raises":
            raise DetectorError("on request")
        if fault == "unforeseen":
            raise MemoryError("on request")
        if fault == "stale" and self._kept is not None:
            return self._kept
        answers = self._real.infer(pictures)
        if fault not in OF_ANSWERS:
            self._kept = answers
            return answers
        return [{name: self._spoilt(values) for name, values in answer.items()} for answer in answers]

    def _spoilt(self, values: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        match self._now.fault:
            case "zero":
                return np.zeros_like(values)
            case "nan":
                return np.full_like(values, np.nan)
            case "shape":
                return values[..., :-1]
            case "corrupt":
                return self._rng.permutation(values.reshape(-1)).reshape(values.shape)
        return values


class BrokenDetectors(Detectors):
    """Real detectors that break as the moment says."""

    def __init__(self, now: Moment) -> None:
        super().__init__(threads=1)
        self._now = now

    def _make(self, model: Model, threads: int | None) -> Detector:
        real = super()._make(model, threads)
        return Detector(real.model, _BrokenRuntime(real._runtime, self._now))


class _AtOnce:
    """Samples and learns on the spot, with whatever is wrong at the moment."""

    def ask(self, work: Callable[[], Any], *, may_wait_s: float = 0.0) -> Future[Any]:
        answer: Future[Any] = Future()
        try:
            answer.set_result(work())
        except Exception as error:
            answer.set_exception(error)
        return answer


class EngineCampaign:
    """One camera in one mode."""

    def __init__(self, mode: Mode, seed: int = 1) -> None:
        self._rng = random.Random(seed)
        self._now = Moment()
        self._clock_s = self._time_s = 1000.0
        self._queue = ScriptedQueue(self._takes_s, lambda: self._now.fault == "dead queue")
        self._yards = _yards(seed)
        self._healthy = Detectors(threads=1).of({Kind.PERSON})
        self.figures, self.clear_at = Figures(), list[int]()
        self._learned: object = None
        self._mode = self._made(mode)
        self._redactor = Redactor(Settings().style, quiet=mode == "reveal")
        self._waiting: deque[Held] = deque()
        self._sent: dict[int, tuple[npt.NDArray[np.uint8], Mask, str]] = {}
        self._index = 0
        self._at = [100.0, 60.0]
        self._speed = [60.0, 10.0]
        self._came_s = self._clock_s

    def _made(self, mode: Mode) -> CoverMode | RevealMode:
        detectors, queue = BrokenDetectors(self._now), cast(FairQueue, self._queue)
        policy, every_s = Policy.of(Settings()), reveal_mode.DETECT_EVERY_S
        if mode == "cover":
            passes = passes_for(detectors, policy.kinds & {Kind.PERSON, Kind.FACE}, SIZE_WH, cover_mode.PASS_PLAN)
            self._finder = LiveFinder(passes, queue, cover_mode.DETECT_EVERY_S, lambda: self._clock_s)
            return CoverMode(SIZE_WH, self._finder, policy, 0.79, is_live=True)
        passes = passes_for(detectors, {Kind.PERSON, Kind.VEHICLE}, SIZE_WH, reveal_mode.PASS_PLAN)
        self._finder = LiveFinder(passes, queue, every_s, lambda: self._clock_s)
        at_once = cast(FairQueue, _AtOnce())
        learner = LiveLearner(
            Sampler(SIZE_WH, detectors.of({Kind.PERSON})),
            detectors.of({Kind.PERSON, Kind.FACE}),
            at_once,
            at_once,
            lambda background: None,
            LearnTimes(first_every_s=0.15),
        )
        return RevealMode(SIZE_WH, self._finder, policy, None, learner, delay_s=0.79, gap_s=8 * every_s)

    def _takes_s(self, now_s: float) -> float:
        """How long a pass takes that begins now."""
        if self._now.fault == "blocks":
            return max(0.0, self._now.until_s - now_s)
        return self._now.late_s if self._now.fault == "late" else self._rng.uniform(0.02, 0.08)

    def run(self, faults: int, kinds: Sequence[str] = KINDS) -> Figures:
        """So many faults, with a moment of peace after most."""
        self._play(LEARN_S if isinstance(self._mode, RevealMode) else 2.0)
        for number in range(faults):
            kind = kinds[number % len(kinds)]
            self.figures.faults[kind] += 1
            lasts_s = self._rng.uniform(0.3, 2.0)
            self._now.late_s = self._rng.choice([0.2, 0.5, 0.9, 1.2, 2.0, 5.0])
            self._now.until_s, self._now.fault = self._clock_s + lasts_s, kind
            self._time_s += self._rng.choice([0.7, 5.0, 3600.0]) if kind == "clock leaps" else 0.0
            self._play(lasts_s)
            self._now.fault = "none"
            self._play(self._rng.choice([0.2, 0.6, 1.5]))
        self._finish()
        return self.figures

    def _play(self, lasts_s: float) -> None:
        if self._rng.random() < 0.5 and self._clock_s - self._came_s >= STAYS_S:
            self._somebody_else()
        until_s = self._clock_s + lasts_s
        while self._clock_s < until_s:
            self._clock_s += FRAME_S
            self._time_s += 1e-4 if self._now.fault == "clock stands" else FRAME_S
            self._walk()
            if self._now.fault == "frames dropped" and self._rng.random() < 0.7:
                continue
            self._step()

    def _somebody_else(self) -> None:
        """Whom nobody has seen yet: they walk in, or step out of a door."""
        self._came_s = self._clock_s
        fastest = FASTEST * figure("person").shape[1]
        across = self._rng.choice([-1, 1]) * self._rng.uniform(0.2, 0.98) * fastest
        self._speed = [across, self._rng.uniform(-0.15, 0.15) * fastest]
        top = self._rng.uniform(20, SIZE_WH[1] - 110)
        if self._rng.random() < 0.5:
            self._at = [-30.0 if across > 0 else SIZE_WH[0] - 1.0, top]
        else:  # too far away to be taken for whoever was there
            apart = self._at[0] + self._rng.uniform(130, 220)
            self._at = [apart % (SIZE_WH[0] - 60), top]

    def _walk(self) -> None:
        for axis, most in ((0, SIZE_WH[0] - 60), (1, SIZE_WH[1] - 110)):
            self._at[axis] += self._speed[axis] * FRAME_S
            if not 0 <= self._at[axis] <= most:
                self._speed[axis] = abs(self._speed[axis]) * (1 if self._at[axis] < 0 else -1)

    def _step(self) -> None:
        left, top = round(self._at[0]), round(self._at[1])
        picture = self._yards[self._rng.randrange(len(self._yards))]
        borders = (BEYOND_PX, BEYOND_PX, BEYOND_PX, BEYOND_PX)
        wide = np.asarray(cv2.copyMakeBorder(picture, *borders, cv2.BORDER_REPLICATE), np.uint8)
        draw(wide, "person", left + BEYOND_PX, top + BEYOND_PX)
        picture = np.ascontiguousarray(wide[BEYOND_PX:-BEYOND_PX, BEYOND_PX:-BEYOND_PX])
        person = _where(left, top)
        if self._now.fault == "lights":
            picture = np.asarray(cv2.convertScaleAbs(picture, alpha=0.55), np.uint8)
        if self._now.fault == "lens bump":
            picture, person = np.roll(picture, (16, 24), (0, 1)), np.roll(person, (16, 24), (0, 1))
        frame = _frame(picture, self._index, self._time_s)
        self._sent[self._index] = np.array(frame.planes()[0], np.uint8), person, self._now.fault
        self._index += 1
        self._settle()
        self._waiting.append(self._mode.detect(frame))
        self._settle()
        if isinstance(self._mode, RevealMode) and self._mode.background is not self._learned:
            self._learned = self._mode.background
            self.figures.learned += self._learned is not None

    def _settle(self, *, is_last: bool = False) -> None:
        self._queue.advance(self._clock_s)
        while self._waiting and self._finder.settle(self._waiting[0], is_last=is_last):
            self._mode.push(self._waiting.popleft())
        while (ready := self._mode.pop()) is not None:
            self._judge(ready.frame, ready.cover)
        self._mode.ended_tracks.clear()

    def _finish(self) -> None:
        self._clock_s += 2.0
        self._settle(is_last=True)
        self._mode.end()
        self._settle(is_last=True)

    def _judge(self, frame: RawFrame, cover: Any) -> None:
        shown = self._redactor.redact(frame, cover).picture.to_ndarray(format="yuv420p")[: SIZE_WH[1]]
        sent, person, fault = self._sent.pop(frame.index)
        self.figures.pictures += 1
        self.figures.whole += cover.whole is not None
        if not person.any() or float((np.abs(sent.astype(np.int16) - shown) < 4)[person].mean()) < SHOWN_AT:
            return
        if person.sum() >= ALMOST_WHOLE * FIGURE.sum() or self._is_found(frame, person):
            self.figures.clear[fault] += 1
            self.clear_at.append(frame.index)
        else:
            self.figures.unfound += 1

    def _is_found(self, frame: RawFrame, person: Mask) -> bool:
        """By one pass of a detector that works."""
        rows, columns = np.nonzero(person)
        there = np.array([[columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]], np.float32)
        for detector in self._healthy:
            found = detector.detect(frame, score=FOUND_SCORE)
            people = found.take(found.class_id == Kind.PERSON)
            if len(people) and float(iou(there, people.xyxy).max()) >= FOUND_OVERLAP:
                return True
        return False


def _where(left: int, top: int) -> Mask:
    """Of the picture's pixels, those that show the person."""
    wide = np.zeros((SIZE_WH[1] + 2 * BEYOND_PX, SIZE_WH[0] + 2 * BEYOND_PX), np.bool_)
    rows, columns = FIGURE.shape
    wide[top + BEYOND_PX : top + BEYOND_PX + rows, left + BEYOND_PX : left + BEYOND_PX + columns] = FIGURE
    return wide[BEYOND_PX:-BEYOND_PX, BEYOND_PX:-BEYOND_PX]


def _yards(seed: int) -> list[Bgr]:
    """One yard, with the noise of a sensor."""
    rng = np.random.default_rng(seed)
    tiles = rng.integers(100, 170, (8, 13, 3)).astype(np.uint8)
    yard = cv2.resize(tiles, SIZE_WH, interpolation=cv2.INTER_CUBIC).astype(np.int16)
    noises = [rng.integers(-2, 3, (*yard.shape[:2], 1)) for _ in range(16)]
    return [np.clip(yard + noise, 0, 255).astype(np.uint8) for noise in noises]


def _frame(picture: Bgr, index: int, time_s: float) -> RawFrame:
    planes = np.asarray(cv2.cvtColor(np.ascontiguousarray(picture), cv2.COLOR_BGR2YUV_I420), np.uint8)
    return RawFrame(av.VideoFrame.from_ndarray(planes, "yuv420p"), index, round(time_s * 1000), TICKS)
