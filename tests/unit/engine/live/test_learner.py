"""When a live camera's background is sampled: evenly over time, and never in step with what it sees."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from passerby.background import Sample
from passerby.engine.learner import Need
from passerby.engine.live.learner import LearnTimes, LiveLearner
from passerby.engine.live.queue import FairQueue
from passerby.engine.scene import SAMPLES
from passerby.media import RawFrame
from tests.unit.engine.fakes import frame_at

FPS = 10


class Taking:
    """Takes no sample, and notes when."""

    def __init__(self) -> None:
        self.at_s: list[float] = []

    def sample(self, frame: RawFrame, number: int) -> list[Sample]:
        self.at_s.append(frame.time_s)
        return []


@pytest.fixture
def queue() -> Iterator[FairQueue]:
    queue = FairQueue("test")
    yield queue
    queue.close()


@pytest.mark.parametrize("period_s", [1.5, 3.0, 4.5])
def test_what_comes_round_in_step_with_the_samples_is_seen_at_all_its_times(queue: FairQueue, period_s: float) -> None:
    taking = Taking()
    times = LearnTimes()
    learner = LiveLearner(taking, [], queue, queue, lambda background: None, times)  # type: ignore[arg-type]
    for number in range(round(FPS * times.first_every_s * SAMPLES)):
        learner.next(frame_at(number / FPS, number), Need.FIRST)
        while learner._sampling is not None and not learner._sampling.done():
            pass
    assert SAMPLES * 0.9 <= len(taking.at_s) <= SAMPLES * 1.1
    eighths = {int(at_s % period_s / period_s * 8) for at_s in taking.at_s}
    assert len(eighths) >= 6, "of eight parts of the round"
