"""One file of many, what came of it, and who works on them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeAlias, Union

from passerby.objects.bucket import ObjectAddress

if TYPE_CHECKING:
    from passerby.batch.findings import Noticed, Stood
    from passerby.batch.tasks import Task
    from passerby.engine import AuditResult, Progress
    from passerby.report import Report

Address: TypeAlias = Path | ObjectAddress
"""Where a file is: on this machine, or in a bucket."""
Result: TypeAlias = Union["Report", "AuditResult", "Noticed", "Stood"]
"""Facts about a file. They hold no picture, but for the redacted stills of a report."""


@dataclass(frozen=True)
class Job:
    """One file. output: what is made of it; None if only facts are wanted, and nobody wants them in a file. reports:
    what is written about it. under: its folder relative to the named one, so that a tree keeps its structure."""

    source: Address
    output: Address | None
    reports: tuple[Address, ...] = ()
    under: Path = Path()

    @property
    def results(self) -> tuple[Address, ...]:
        """All files that it makes."""
        return (*self.reports, *([self.output] if self.output is not None else []))


@dataclass(frozen=True)
class Outcome:
    """What came of one file: a result, or an error and a hint."""

    job: Job
    result: Result | None = None
    error: str | None = None
    hint: str | None = None


class Watcher(Protocol):
    """Whatever shows progress. Called from one thread."""

    def started(self, job: Job) -> None: ...
    def progressed(self, job: Job, progress: Progress) -> None: ...
    def ended(self, outcome: Outcome) -> None: ...
    def warned(self, says: str) -> None: ...


class Runner(Protocol):
    """Works on files. However it does, the same files come of it, bit for bit, as long as a file gets as many threads
    on the same kind of processor."""

    def run(self, jobs: list[Job], task: Task, watcher: Watcher) -> list[Outcome]:
        """Every outcome, in order of completion. On KeyboardInterrupt everything is stopped and cleaned up first."""
