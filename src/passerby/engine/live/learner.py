"""Learns the background of a live camera from its frames: at first while everything is covered, then continuously.

Samples are clear pictures at the small size that background works on. A limited number is kept, in memory only.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from passerby.background import Absorber, Background, CameraMotion, Sample
from passerby.detect import Detector
from passerby.engine.learner import LEARN_AGAIN_S, Need
from passerby.engine.live.queue import FairQueue
from passerby.engine.plate import PlateExaminer
from passerby.engine.scene import SAMPLES, Sampler, examined, learn_scene
from passerby.media import RawFrame
from passerby.media.boxes import BoxShare

KEEP_EVERY_S = 600.0  # the stored background is used only at the next start
MAY_WAIT_S = 2.0  # learning goes behind all passes for people who are there now
MIN_NEW = SAMPLES // 3
UNEVEN = 0.5  # of a step: otherwise anything that repeats at the sampling rate would look the same in every sample
_GOLDEN = 0.618034  # the fractional parts of its multiples are spread evenly and never repeat


@dataclass(frozen=True, slots=True)
class LearnTimes:
    """Average intervals in seconds. first_every_s: between samples while everything is covered, so 24 take 36 s. Danger
    of less: anybody who stands for a third of that time and is missed by every pass becomes background. later_every_s:
    after that. quiet_every_s: while nothing differs from the background. again_s: between two learnings."""

    first_every_s: float = 1.5
    later_every_s: float = LEARN_AGAIN_S / SAMPLES
    quiet_every_s: float = 30.0
    again_s: float = LEARN_AGAIN_S


USUAL_TIMES = LearnTimes()


class Keeper(Protocol):
    """Keeps one camera's background across restarts. It receives established background only."""

    def load(self, size_wh: tuple[int, int]) -> Background | None:
        """The background kept for pictures of this size; None if there is none that can be used."""
        ...

    def keep(self, background: Background, size_wh: tuple[int, int]) -> None:
        """May fail: then the next start learns from scratch."""
        ...


Learned = tuple[Background, CameraMotion] | None


class LiveLearner:
    """See `learner.Learner`. Sampling and learning run in queues that cameras share."""

    def __init__(
        self,
        sampler: Sampler,
        detectors: Sequence[Detector],
        detection: FairQueue,
        learning: FairQueue,
        keep: Callable[[Background], None],
        times: LearnTimes = USUAL_TIMES,
        *,
        first: Background | None = None,
        not_people: Sequence[BoxShare] = (),
    ) -> None:
        """detectors: for the plate; used only in the queue `detection`. first: the earlier background, if any.
        not_people: see `LivePlan.not_people`; `sampler` uses them too."""
        self._not_people = not_people
        self._sampler, self._detection, self._learning, self._keep = sampler, detection, learning, keep
        self._plates = PlateExaminer(detectors, lambda work: detection.ask(work, may_wait_s=MAY_WAIT_S).result())
        self._absorber = Absorber(first)
        self._times = times
        self._samples: deque[Sample] = deque(maxlen=SAMPLES)
        self._sampling: Future[list[Sample]] | None = None
        self._learned: Future[Learned] | None = None
        self._serves = first is not None
        self._taken = self._new = 0
        self._sampled_at_s = self._kept_at_s = float("-inf")
        self._learned_at_s: float | None = None
        self.motion: CameraMotion | None = None
        """As measured when the background was last learned."""

    @property
    def progress(self) -> float | None:
        """0 to 1 while there is no background yet: samples, and one step more, which makes the background of them."""
        return None if self._serves else len(self._samples) / (SAMPLES + 1)

    def next(self, frame: RawFrame, need: Need) -> Background | None:
        """See `Learner`."""
        time_s = frame.time_s
        if need is Need.ANEW and self._serves:
            self._forget()
        if self._learned_at_s is None:
            self._learned_at_s = time_s
        self._take_sample()
        if self._sampling is None and time_s - self._sampled_at_s >= self._every_s(need) - 1e-2:
            self._sampled_at_s = time_s
            sample = partial(self._sampler.sample, frame, self._taken)
            self._taken += 1
            self._sampling = self._detection.ask(sample, may_wait_s=MAY_WAIT_S)
        if self._learned is None and self._has_enough(time_s):
            self._learned_at_s, self._new = time_s, 0
            is_to_keep = not self._serves or time_s - self._kept_at_s >= KEEP_EVERY_S
            self._kept_at_s = time_s if is_to_keep else self._kept_at_s
            self._learned = self._learning.ask(
                partial(self._learn, list(self._samples), time_s, self._absorber, is_to_keep)
            )
        return self._take_learned()

    def _every_s(self, need: Need) -> float:
        return self._usual_s(need) * (1 + UNEVEN * (self._taken * _GOLDEN % 1 - 0.5))

    def _usual_s(self, need: Need) -> float:
        if not self._serves:
            return self._times.first_every_s
        return self._times.quiet_every_s if need is Need.NOTHING else self._times.later_every_s

    def _has_enough(self, time_s: float) -> bool:
        if len(self._samples) < SAMPLES or not self._new:
            return False
        assert self._learned_at_s is not None
        return not self._serves or (self._new >= MIN_NEW and time_s - self._learned_at_s >= self._times.again_s)

    def _forget(self) -> None:
        """The camera was moved: nothing from before may be mixed with the new view."""
        for asked in (self._sampling, self._learned):
            if asked is not None:
                asked.cancel()
        self._sampling = self._learned = None
        self._absorber = Absorber()  # the old one may still be in use by work in the queue
        self._samples.clear()
        self._serves, self._new, self._sampled_at_s = False, 0, float("-inf")

    def _take_sample(self) -> None:
        if self._sampling is None or not self._sampling.done():
            return
        taken, self._sampling = self._sampling, None
        try:
            samples = taken.result()
        except (Exception, CancelledError):  # nobody knows who is in it: it is left out
            return
        self._samples += samples
        self._new += len(samples)

    def _take_learned(self) -> Background | None:
        if self._learned is None or not self._learned.done():
            return None
        answer, self._learned = self._learned, None
        try:
            learned = answer.result()
        except (Exception, CancelledError):  # the covers stay as they are until there are enough new samples
            return None
        if learned is None:
            return None
        background, self.motion = learned
        self._serves = True
        return background

    def _learn(self, samples: list[Sample], time_s: float, absorber: Absorber, is_to_keep: bool) -> Learned:
        scene = learn_scene(samples)
        if scene is None:
            return None
        background = absorber.take(examined(scene, self._plates, self._not_people), time_s)
        if is_to_keep:
            self._keep(background)
        return background, scene.motion
