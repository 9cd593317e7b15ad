"""Works on files one after another in this process. The detectors are loaded once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from passerby.batch.job import Job, Outcome, Watcher
from passerby.batch.one_file import Loaded, throttled, work_on
from passerby.batch.tasks import Task

if TYPE_CHECKING:
    from passerby.engine import Progress


class OneByOne:
    """A `Runner`."""

    def run(self, jobs: list[Job], task: Task, watcher: Watcher) -> list[Outcome]:
        loaded = Loaded()
        outcomes = []
        for job in jobs:
            watcher.started(job)

            def show(progress: Progress, job: Job = job) -> None:
                watcher.progressed(job, progress)

            outcomes.append(work_on(job, task, throttled(show), loaded))
            watcher.ended(outcomes[-1])
        return outcomes
