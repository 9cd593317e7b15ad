"""Does to one file what a task says, in this process, and turns every error into a sentence."""

from __future__ import annotations

import os
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from passerby.batch.bucket_files import refuse_losses, with_local_files
from passerby.batch.job import Job, Outcome, Result
from passerby.batch.tasks import AuditTask, EventsTask, RedactTask, Task
from passerby.errors import OutputError, os_reason, sentence

if TYPE_CHECKING:
    from passerby.engine import Detectors, Progress
    from passerby.engine.progress import OnProgress

PROGRESS_EVERY_S = 0.1  # a screen shows no more, and a frame may take less than a millisecond


class Loaded:
    """The detectors of one process, loaded by its first file and used by all. All have the same number of threads."""

    def __init__(self) -> None:
        self._detectors: Detectors | None = None

    def detectors(self, threads: int | None) -> Detectors:
        from passerby.engine import Detectors

        self._detectors = self._detectors or Detectors(threads=threads)
        return self._detectors


def work_on(job: Job, task: Task, progress: OnProgress, loaded: Loaded) -> Outcome:
    """Raises nothing but what ends the process: an odd file fails alone."""
    try:
        refuse_losses(job, overwrite=task.overwrite)
        with with_local_files(job, overwrite=task.overwrite) as near:
            _make_folders(near)
            result = _Work(near, progress, loaded).do(task)
    except Exception as error:
        if task.debug:
            traceback.print_exc()
        message, hint = sentence(error)
        return Outcome(job, error=message, hint=hint)
    return Outcome(job, result)


def throttled(show: OnProgress) -> OnProgress:
    """Calls it now and then, and at the end of each stage."""
    shown_at_s = -PROGRESS_EVERY_S

    def sometimes(progress: Progress) -> None:
        nonlocal shown_at_s
        now_s = time.monotonic()
        if now_s - shown_at_s >= PROGRESS_EVERY_S or progress.frames_done == progress.frames_total:
            shown_at_s = now_s
            show(progress)

    return sometimes


@dataclass(frozen=True, slots=True)
class _Work:
    """job: of files on this machine."""

    job: Job
    progress: OnProgress
    loaded: Loaded

    def do(self, task: Task) -> Result:
        match task:
            case RedactTask():
                return self._redact(task)
            case AuditTask():
                return self._audit(task)
            case EventsTask():
                return self._events(task)

    def _redact(self, task: RedactTask) -> Result:
        from passerby.engine import redact  # here, since --help need not wait for the inference library

        report = redact(
            _path(self.job.source),
            _path(self.job.output),
            task.settings,
            covers=task.covers,
            overwrite=task.overwrite,
            progress=self.progress,
            detectors=self.loaded.detectors(task.threads),
        )
        for path in self.job.reports:
            report.write(_path(path), task.language)
        return report

    def _audit(self, task: AuditTask) -> Result:
        from passerby.batch.findings import audit_facts, json_of
        from passerby.engine import audit

        detectors = self.loaded.detectors(task.threads or os.cpu_count())
        result = audit(_path(self.job.source), progress=self.progress, detectors=detectors)
        self._keep(lambda: json_of(audit_facts(result)), overwrite=task.overwrite)
        return result

    def _events(self, task: EventsTask) -> Result:
        from passerby.batch.apply_rules import noticed_in
        from passerby.batch.findings import json_of, noticed_facts

        source = _path(self.job.source)
        found = noticed_in(source, task, self.progress, self.loaded.detectors(task.threads or os.cpu_count()))
        self._keep(lambda: json_of(noticed_facts(source, found)), overwrite=task.overwrite)
        return found

    def _keep(self, text: Callable[[], str], *, overwrite: bool) -> None:
        from passerby.record.partfile import PartFile

        if self.job.output is None:
            return
        path = _path(self.job.output)
        file = PartFile(path, overwrite=overwrite, source=_path(self.job.source))
        try:
            file.write(f"{text()}\n".encode())
            file.finish(0)
        finally:
            file.abort()


def _path(address: object) -> Path:
    assert isinstance(address, Path), f"{address} is not on this machine"
    return address


def _make_folders(job: Job) -> None:
    for path in job.results:
        folder = _path(path).parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(
                f"couldn't make the folder '{folder}': {os_reason(error)}", hint="name another with -o"
            ) from error
