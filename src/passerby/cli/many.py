"""What commands that work on many files have in common: options, who works on them, what is said in the end."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, TypeVar

import typer

from passerby.batch import Address, AuditTask, EventsTask, Job, Outcome, RedactTask, Runner, Task
from passerby.batch.one_by_one import OneByOne
from passerby.batch.processes import InProcesses
from passerby.cli.failure import EXIT_FAILED, say_error, stderr
from passerby.cli.progress import SayResult, watcher_for
from passerby.cli.sources import Found
from passerby.errors import SettingsError, sentence
from passerby.names import readable

LEFT_OUT_SHOWN = 20
MACHINE = "The machine"

T = TypeVar("T", RedactTask, AuditTask, EventsTask)

Jobs = Annotated[
    int | None,
    typer.Option(metavar="N", min=1, show_default="1", rich_help_panel=MACHINE, help="Files to work on at once."),
]
Threads = Annotated[
    int | None,
    typer.Option(
        metavar="N", min=1, show_default="all processors", rich_help_panel=MACHINE, help="Threads to use for one file."
    ),
]
Ray = Annotated[
    str | None,
    typer.Option(
        "--ray",
        metavar="ADDRESS",
        show_default=False,
        rich_help_panel=MACHINE,
        help="Work on the machines of a Ray cluster, HOST:PORT or auto; local starts one here: docs/guides/batch.md.",
    ),
]
Resume = Annotated[
    bool,
    typer.Option(
        "--resume", help="Go on with an earlier run: leave out what is done. Takes -o, and the options of that run."
    ),
]
FactsFolder = Annotated[
    str | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FOLDER",
        show_default=False,
        help="Also write what was found as JSON, a file for each source; or s3://BUCKET/PREFIX.",
    ),
]
FactsOverwrite = Annotated[bool, typer.Option("--overwrite", help="Replace files that are there.")]


@dataclass(frozen=True, slots=True)
class Crew:
    """Who works on the files. jobs: how many at once; None for the default. threads: for one file, None for the
    engine's default, which is as many as there are processors."""

    runner: Runner
    threads: int | None

    @classmethod
    def of(cls, found: Found, jobs: int | None, threads: int | None, ray: str | None) -> Crew:
        """With the same options, a file gets as many threads with Ray as without: what comes out depends on that."""
        at_once = max(1, min(jobs or 1, len(found.jobs)))
        threads = threads or (None if at_once == 1 else max(1, (os.cpu_count() or 1) // at_once))
        if ray is not None:
            from passerby.batch.on_ray import OnRay

            threads = threads or os.cpu_count() or 1
            return cls(OnRay(ray, threads, jobs), threads)
        if at_once == 1:
            return cls(OneByOne(), threads)
        return cls(InProcesses(at_once), threads)


def run_all(found: Found, task: Task, say: SayResult, runner: Runner | None = None) -> list[Outcome]:
    """Works on all files that were found, one after another by default, tells of each, and says what is left out."""
    for note in left_out(found):
        stderr().print(note, markup=False)
    for unread in found.unread:
        say_error(*sentence(unread))
    with watcher_for(stderr(), say) as watcher:
        return (runner or OneByOne()).run(found.jobs, task, watcher)


def resumed(found: Found, output: Address | None, task: T) -> tuple[Found, list[Job], T]:
    """Leaves out what an earlier run with the same options has done, and returns that too. Whatever else is there is of
    a run that ended before its time, and may be replaced. Raises SettingsError."""
    from passerby.batch.installed import installed
    from passerby.batch.resume import Run, begin, is_finished

    if output is None:
        raise SettingsError("--resume goes on in the folder of an earlier run", hint="name it with -o")
    is_a_file = [job.output for job in found.jobs] == [output]
    begin(output.parent if is_a_file else output, Run(task=task, installed=installed()))
    done = [job for job in found.jobs if is_finished(job)]
    if done:
        stderr().print(f"{len(done)} of {len(found.jobs)} files are done already")
    rest = replace(found, jobs=[job for job in found.jobs if job not in done])
    return rest, done, task.model_copy(update={"overwrite": True})


def finish(found: Found, outcomes: Sequence[Outcome], done: str, *, failed: bool = False) -> None:
    """Ends the command with 1 if something failed. done: what could not be done, as in "redacted"."""
    count = sum(outcome.error is not None for outcome in outcomes)
    if count and len(outcomes) > 1:
        stderr().print(f"{count} of {len(outcomes)} files could not be {done}")
    if count or found.unread or failed:
        raise typer.Exit(EXIT_FAILED)


def left_out(found: Found) -> list[str]:
    """A line for each reason: nothing in a folder is skipped silently."""
    lines = []
    for reason, paths in found.left_out.items():
        names = ", ".join(readable(path) for path in paths[:LEFT_OUT_SHOWN])
        more = len(paths) - LEFT_OUT_SHOWN
        lines.append(f"left out ({reason}): {names}" + (f" and {more} more" if more > 0 else ""))
    return lines
