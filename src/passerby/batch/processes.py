"""Works on several files at once, each in a process of its own."""

from __future__ import annotations

import signal
import sys
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

from passerby.batch.job import Job, Outcome, Watcher
from passerby.batch.one_file import Loaded, throttled, work_on
from passerby.batch.tasks import Task
from passerby.processes import NEW_PROCESS

STOP_PATIENCE_S = 10.0  # for a stopped process to delete its half-written file


@dataclass(frozen=True)
class InProcesses:
    """A `Runner`."""

    at_once: int

    def run(self, jobs: list[Job], task: Task, watcher: Watcher) -> list[Outcome]:
        return _Processes(task, watcher).run(jobs, self.at_once)


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
                error=f"the process that worked on it died (exit code {process.exitcode})",
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
    connection.send(work_on(job, task, throttled(connection.send), Loaded()))
