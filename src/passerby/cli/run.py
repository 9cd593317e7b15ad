"""Runs the requested redactions: one after another, or several at once, each in a process of its own."""

from __future__ import annotations

import signal
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from passerby.cli.failure import sentence
from passerby.cli.sources import Job, refuse_losses
from passerby.config.about import Language
from passerby.covers_file import ManualCovers
from passerby.errors import OutputError, os_reason
from passerby.processes import NEW_PROCESS
from passerby.report import Report
from passerby.settings import Settings

if TYPE_CHECKING:
    from passerby.engine import Detectors, Progress

PROGRESS_EVERY_S = 0.1  # a screen shows no more, and a frame may take less than a millisecond
STOP_PATIENCE_S = 10.0  # for a stopped process to delete its half-written file


@dataclass(frozen=True)
class Task:
    """What all files of one run have in common."""

    settings: Settings
    covers: ManualCovers | None = None
    overwrite: bool = False
    debug: bool = False
    language: Language = "en"
    """Of reports as pages. JSON is English."""


@dataclass(frozen=True)
class Outcome:
    """The result for one file: a report, or an error and a hint."""

    job: Job
    report: Report | None = None
    error: str | None = None
    hint: str | None = None


class Watcher(Protocol):
    """Whatever shows progress. Called from one thread."""

    def started(self, job: Job) -> None: ...
    def progressed(self, job: Job, progress: Progress) -> None: ...
    def ended(self, outcome: Outcome) -> None: ...


def run(jobs: list[Job], task: Task, watcher: Watcher, at_once: int = 1) -> list[Outcome]:
    """Every outcome, in order of completion. On KeyboardInterrupt everything is stopped and cleaned up first."""
    if at_once == 1 or len(jobs) == 1:
        return _run_here(jobs, task, watcher)
    return _Processes(task, watcher).run(jobs, at_once)


def _run_here(jobs: list[Job], task: Task, watcher: Watcher) -> list[Outcome]:
    """One after another; the detectors are loaded once."""
    detectors: list[Detectors] = []
    outcomes = []
    for job in jobs:
        watcher.started(job)

        def show(progress: Progress, job: Job = job) -> None:
            watcher.progressed(job, progress)

        outcomes.append(_redact(job, task, _throttled(show), detectors))
        watcher.ended(outcomes[-1])
    return outcomes


def _redact(
    job: Job, task: Task, progress: Callable[[Progress], None], loaded: list[Detectors] | None = None
) -> Outcome:
    """loaded: detectors of earlier jobs, to reuse; set by the first."""
    from passerby.engine import Detectors, redact  # here, since --help need not wait for the inference library

    try:
        refuse_losses(job, overwrite=task.overwrite)
        _make_folder(job.output.parent)
        loaded = [] if loaded is None else loaded
        if not loaded:
            loaded.append(Detectors(threads=task.settings.threads))
        report = redact(
            job.source,
            job.output,
            task.settings,
            covers=task.covers,
            overwrite=task.overwrite,
            progress=progress,
            detectors=loaded[0],
        )
        for path in job.reports:
            _make_folder(path.parent)
            report.write(path, task.language)
    except Exception as error:
        if task.debug:
            traceback.print_exc()
        message, hint = sentence(error)
        return Outcome(job, error=message, hint=hint)
    return Outcome(job, report=report)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"couldn't make the folder '{folder}': {os_reason(error)}", hint="name another with -o"
        ) from error


def _throttled(show: Callable[[Progress], None]) -> Callable[[Progress], None]:
    shown_at_s = -PROGRESS_EVERY_S

    def sometimes(progress: Progress) -> None:
        nonlocal shown_at_s
        now_s = time.monotonic()
        if now_s - shown_at_s >= PROGRESS_EVERY_S or progress.frames_done == progress.frames_total:
            shown_at_s = now_s
            show(progress)

    return sometimes


@dataclass
class _Processes:
    """Up to `at_once` child processes. Numbers and reports come back through a pipe each, pictures never."""

    task: Task
    watcher: Watcher
    running: dict[Connection, tuple[Job, BaseProcess]] = field(default_factory=dict)

    def run(self, jobs: list[Job], at_once: int) -> list[Outcome]:
        waiting, outcomes = list(jobs), list[Outcome]()
        try:
            while waiting or self.running:
                while waiting and len(self.running) < at_once:
                    self._start(waiting.pop(0))
                for ready in wait(list(self.running)):
                    assert isinstance(ready, Connection)
                    outcomes += self._hear(ready)
        finally:
            self._stop_all()
        return outcomes

    def _start(self, job: Job) -> None:
        ours, theirs = NEW_PROCESS.Pipe(duplex=False)
        process = NEW_PROCESS.Process(target=_child, args=(job, self.task, theirs))
        process.start()
        theirs.close()
        self.running[ours] = (job, process)
        self.watcher.started(job)

    def _hear(self, connection: Connection) -> list[Outcome]:
        """The outcome, if the message is one."""
        job, process = self.running[connection]
        try:
            said = connection.recv()
        except EOFError:
            process.join()
            said = Outcome(
                job,
                error=f"the process that redacted it died (exit code {process.exitcode})",
                hint="perhaps memory ran out: lower --jobs",
            )
        if not isinstance(said, Outcome):
            self.watcher.progressed(job, said)
            return []
        process.join()
        connection.close()
        del self.running[connection]
        self.watcher.ended(said)
        return [said]

    def _stop_all(self) -> None:
        for _, process in self.running.values():
            process.terminate()
        for _, process in self.running.values():
            process.join(STOP_PATIENCE_S)
            if process.is_alive():
                process.kill()
                process.join()


def _child(job: Job, task: Task, connection: Connection) -> None:
    # Ctrl-C also reaches the parent, which then stops this process by SIGTERM: a single way out, so that clean-up runs
    # once.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    connection.send(_redact(job, task, _throttled(connection.send)))
