"""From what was named on the command line to the list of files to redact and where each goes."""

from __future__ import annotations

import glob
import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from passerby.errors import OutputError, SettingsError, SourceError
from passerby.names import is_too_long, kind_of
from passerby.report.write import check_report_path

STILLS = frozenset({".jpg", ".jpeg", ".png", ".webp"})
VIDEOS = frozenset(
    {
        ".3gp",
        ".asf",
        ".avi",
        ".flv",
        ".m2ts",
        ".m4v",
        ".mkv",
        ".mov",
        ".mp4",
        ".mpeg",
        ".mpg",
        ".mts",
        ".mxf",
        ".ogv",
        ".ts",
        ".vob",
        ".webm",
        ".wmv",
    }
)
REDACTED = ".redacted"
STREAM = Path("-")


@dataclass(frozen=True)
class Job:
    """One file to redact. under: its folder below the folder that was named, so that a tree keeps its shape."""

    source: Path
    output: Path
    reports: tuple[Path, ...] = ()
    under: Path = Path()


def find_jobs(named: Iterable[str], output: Path | None = None, reports: Iterable[Path] = ()) -> list[Job]:
    """Every file meant, once, in order. SourceError or SettingsError before any work is done."""
    named = list(named)
    reports = list(reports)
    _refuse_streams(named, output, reports)
    found = _unique([job for name in named for job in _find(name)])
    one_file = len(named) == 1 and len(found) == 1 and found[0].source == Path(named[0])
    jobs = _with_outputs(found, output, one_file=one_file)
    return _with_reports(jobs, reports)


def _refuse_streams(named: list[str], output: Path | None, reports: list[Path]) -> None:
    """Other commands take "-" for standard input and output. Here it is files: they are read twice, and named whole."""
    if "-" in named:
        raise SourceError(
            "'-' is not read: passerby reads files, not standard input",
            hint="name a file; './-' is a file of that name",
        )
    if STREAM in (output, *reports):
        raise OutputError(
            "'-' is not written: passerby writes files, not to standard output",
            hint="name a file or a folder",
        )


def _find(name: str) -> list[Job]:
    path = Path(name)
    if kind_of(path) == "folder":
        jobs = [Job(file, file, under=file.parent.relative_to(path)) for file in _media_below(path)]
        if not jobs:
            raise SourceError(
                f"no videos or stills in '{name}'", hint="name the files themselves if their suffix is rare"
            )
        return jobs
    if kind_of(path) or not glob.has_magic(name):
        return [Job(path, path)]  # a file that is missing is reported in its turn, like one that is broken
    matches = sorted(glob.glob(name, recursive=True))  # noqa: PTH207 (Path.glob refuses absolute patterns)
    files = [Path(match) for match in matches if _is_meant(Path(match))]
    if not files:
        raise SourceError(f"nothing matches '{name}'")
    return [Job(file, file) for file in files]


def _media_below(folder: Path) -> list[Path]:
    files = []
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        files += [Path(parent, name) for name in sorted(names) if _is_meant(Path(parent, name))]
    return files


def _is_meant(path: Path) -> bool:
    """In a folder or a pattern: a video or a still that is not itself an output."""
    hidden = path.name.startswith(".") or REDACTED in path.suffixes
    return not hidden and path.suffix.lower() in STILLS | VIDEOS and path.is_file()


def _unique(jobs: list[Job]) -> list[Job]:
    return list({os.path.realpath(job.source): job for job in reversed(jobs)}.values())[::-1]


def redacted_name(source: Path, *, keep_suffix: bool = False) -> str:
    """`street.redacted.mp4` for `street.avi`; `street.avi.redacted.mp4` where that name is taken by another source."""
    if source.suffix.lower() in STILLS:
        return f"{source.stem}{REDACTED}{source.suffix}"
    return f"{source.name if keep_suffix else source.stem}{REDACTED}.mp4"


def _with_outputs(jobs: list[Job], output: Path | None, *, one_file: bool) -> list[Job]:
    if output is not None and one_file and output.suffix and kind_of(output) != "folder":
        return [replace(jobs[0], output=output)]
    if output is not None and (kind_of(output) == "file" or output.suffix.lower() in STILLS | VIDEOS):
        raise SettingsError(f"'{output.name}' is one file, but there are several sources", hint="name a folder with -o")

    def place(job: Job, keep_suffix: bool) -> Path:
        folder = job.source.parent if output is None else output / job.under
        return folder / redacted_name(job.source, keep_suffix=keep_suffix)

    wanted = Counter(place(job, False) for job in jobs)
    placed = [replace(job, output=place(job, keep_suffix=wanted[place(job, False)] > 1)) for job in jobs]
    for path, times in Counter(job.output for job in placed).items():
        if times > 1:
            raise SettingsError(f"{times} sources would all become '{path}'", hint="redact them in separate runs")
    return placed


def _with_reports(jobs: list[Job], reports: list[Path]) -> list[Job]:
    """A report named .json or .html is for one source; any other name is a folder that gets both kinds for each."""
    files = [path for path in reports if path.suffix and kind_of(path) != "folder"]
    folders = [path for path in reports if path not in files]
    for path in files:
        check_report_path(path)
        if len(jobs) > 1:
            raise SettingsError(
                f"'{path.name}' is one report, but there are {len(jobs)} sources", hint="name a folder with --report"
            )

    def of(job: Job) -> tuple[Path, ...]:
        names = [job.output.name + suffix for suffix in (".json", ".html")]
        return (*files, *(folder / job.under / name for folder in folders for name in names))

    return [replace(job, reports=of(job)) for job in jobs]


def refuse_losses(job: Job, *, overwrite: bool) -> None:
    """OutputError where writing would destroy the source or a file that nobody said to replace, or cannot be."""
    for path in (job.output, *job.reports):
        if is_too_long(path) and kind_of(job.source):
            raise OutputError(
                f"couldn't write '{path}': its name is too long",
                hint="give a shorter name with -o, or rename the source",
            )
        there = kind_of(path)
        if there == "other":
            raise OutputError(f"couldn't write '{path}': it is not a regular file", hint="name another output with -o")
        if there and kind_of(job.source) and path.samefile(job.source):
            raise OutputError(f"'{path}' is the source itself", hint="name another output with -o")
        if there and not overwrite:
            raise OutputError(f"'{path}' is already there", hint="add --overwrite to replace it")
