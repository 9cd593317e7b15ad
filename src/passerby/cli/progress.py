"""Shows progress: a bar on a terminal, a plain line now and then elsewhere. Always on stderr."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, TaskID, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars

from passerby.batch import Job, Outcome
from passerby.cli.failure import say_error, say_warning
from passerby.names import readable

if TYPE_CHECKING:
    from passerby.engine import Progress

LINE_EVERY_S = 10.0
MIN_FRAMES_FOR_SPEED = 10  # the time until the first one is spent on something else
SayResult = Callable[[Outcome], None]
"""Prints what came of a file that did not fail."""


class TerminalWatcher:
    """One bar for each file in progress."""

    def __init__(self, console: Console, say: SayResult) -> None:
        self.say = say
        self.bars = Bars(
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(),
            TextColumn("{task.fields[speed]}"),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            redirect_stdout=sys.stdout.isatty(),  # a summary goes above the bar, but into a file if stdout is one
        )
        self.tasks: dict[Job, TaskID] = {}
        self.stages: dict[Job, str] = {}

    def __enter__(self) -> Self:
        self.bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.bars.stop()

    def started(self, job: Job) -> None:
        self.tasks[job] = self.bars.add_task(f"{escape(readable(job.source.name))}: opening", total=None, speed="")

    def progressed(self, job: Job, progress: Progress) -> None:
        task = self.tasks[job]
        if self.stages.get(job) != progress.stage:  # each stage has its own speed and length
            self.stages[job] = progress.stage
            self.bars.reset(task, total=progress.frames_total)
        self.bars.update(
            task,
            description=f"{escape(readable(job.source.name))}: {progress.stage}",
            completed=progress.frames_done,
            total=progress.frames_total,
            speed=f"{progress.fps:.0f} frames/s",
        )

    def ended(self, outcome: Outcome) -> None:
        self.bars.remove_task(self.tasks.pop(outcome.job))
        _say_outcome(outcome, self.say)

    def warned(self, says: str) -> None:
        say_warning(says)


class PlainWatcher:
    """For logs and pipes: a line at the start, one every ten seconds, and the result."""

    def __init__(self, console: Console, say: SayResult) -> None:
        self.console, self.say = console, say
        self.said_at_s: dict[Job, float] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def started(self, job: Job) -> None:
        self.said_at_s[job] = time.monotonic()
        self.console.print(f"{readable(job.source)}: started", markup=False)

    def progressed(self, job: Job, progress: Progress) -> None:
        now_s = time.monotonic()
        if now_s - self.said_at_s[job] >= LINE_EVERY_S:
            self.said_at_s[job] = now_s
            self.console.print(f"{readable(job.source)}: {progress_line(progress)}", markup=False)

    def ended(self, outcome: Outcome) -> None:
        _say_outcome(outcome, self.say)

    def warned(self, says: str) -> None:
        say_warning(says)


def watcher_for(console: Console, say: SayResult) -> TerminalWatcher | PlainWatcher:
    return TerminalWatcher(console, say) if console.is_terminal else PlainWatcher(console, say)


def progress_line(progress: Progress) -> str:
    """`redacting 40 % (120 of 300 frames), 85 frames/s, 2 s left`, as far as known."""
    done, total = progress.frames_done, progress.frames_total
    if not total:
        return f"{progress.stage} ({done} frames), {progress.fps:.0f} frames/s"
    line = f"{progress.stage} {min(100, 100 * done // total)} % ({done} of {total} frames)"
    if done < MIN_FRAMES_FOR_SPEED or progress.fps <= 0:
        return line
    return f"{line}, {progress.fps:.0f} frames/s, {max(0, total - done) / progress.fps:.0f} s left"


def _say_outcome(outcome: Outcome, say: SayResult) -> None:
    if outcome.error is not None:
        name = readable(outcome.job.source)
        says = outcome.error if f"'{name}'" in outcome.error else f"{name}: {outcome.error}"
        say_error(says, outcome.hint)
    else:
        say(outcome)
