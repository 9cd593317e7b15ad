"""From the command line's arguments to the list of files to redact, and where each goes."""

from __future__ import annotations

import glob
import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from passerby.errors import OutputError, SettingsError, SourceError, os_reason
from passerby.media.endings import STILLS, VIDEOS, suffix_of, written_still
from passerby.names import is_too_long, kind_of
from passerby.report.write import check_report_path

REDACTED = ".redacted"
STREAM = Path("-")


@dataclass(frozen=True)
class Job:
    """One file to redact. under: its folder relative to the named folder, so that a tree keeps its structure."""

    source: Path
    output: Path
    reports: tuple[Path, ...] = ()
    under: Path = Path()


@dataclass
class Found:
    """What was found. left_out: files in folders that are not redacted, by the reason that is shown. unread: folders
    that could not be read."""

    jobs: list[Job] = field(default_factory=list)
    left_out: dict[str, list[Path]] = field(default_factory=dict)
    unread: list[SourceError] = field(default_factory=list)

    def leave_out(self, path: Path, reason: str) -> None:
        self.left_out.setdefault(reason, []).append(path)


def find_jobs(named: Iterable[str], output: Path | None = None, reports: Iterable[Path] = ()) -> list[Job]:
    """Only the jobs of `find`."""
    return find(named, output, reports).jobs


def find(named: Iterable[str], output: Path | None = None, reports: Iterable[Path] = ()) -> Found:
    """Every matching file, once, in order. Raises SourceError or SettingsError before any work is done."""
    named = list(named)
    reports = list(reports)
    _refuse_streams(named, output, reports)
    found = Found()
    for name in named:
        _find(name, found)
    jobs = _unique(found.jobs)
    one_file = len(named) == 1 and len(jobs) == 1 and jobs[0].source == Path(named[0])
    found.jobs = _with_reports(_with_outputs(jobs, output, one_file=one_file), reports)
    return found


def _refuse_streams(named: list[str], output: Path | None, reports: list[Path]) -> None:
    """Other commands use "-" for standard input and output. Files are needed here: sources are read twice, and outputs
    get their name when complete."""
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


def _find(name: str, found: Found) -> None:
    path = Path(name)
    if kind_of(path) == "folder":
        before = len(found.jobs)
        _find_below(path, found)
        if len(found.jobs) == before and not found.unread:
            raise SourceError(f"no videos or stills in '{name}'", hint="name the files themselves")
        return
    if kind_of(path) or not glob.has_magic(name):
        found.jobs.append(Job(path, path))  # a missing file is reported in its turn, like a broken one
        return
    matches = sorted(glob.glob(name, recursive=True))  # noqa: PTH207  (Path.glob refuses absolute patterns)
    before = len(found.jobs)
    for match in map(Path, matches):
        if kind_of(match) != "folder":
            _take(match, Path(), found)
        elif "**" not in name and not match.name.startswith("."):
            found.leave_out(match, "a folder: name it, or use ** in the pattern")
    if len(found.jobs) == before:
        raise SourceError(f"nothing matches '{name}'")


def _find_below(folder: Path, found: Found) -> None:
    def tell(error: OSError) -> None:
        found.unread.append(
            SourceError(f"couldn't look into '{error.filename}': {os_reason(error)}", hint="check its permissions")
        )

    for parent, folders, names in os.walk(folder, onerror=tell):
        for name in [name for name in folders if Path(parent, name).is_symlink()]:
            found.leave_out(Path(parent, name), "a link to a folder")
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            _take(Path(parent, name), Path(parent).relative_to(folder), found)


def _take(path: Path, under: Path, found: Found) -> None:
    """In a folder or a pattern: files with pictures that are not themselves outputs. All others are listed
    as left out."""
    from passerby.capture import has_pictures  # here, since --help need not wait for the codecs

    is_known = suffix_of(path.name) in STILLS | VIDEOS
    if path.name.startswith("."):
        if is_known:
            found.leave_out(path, "hidden")
    elif REDACTED in path.suffixes and is_known:
        found.leave_out(path, "already redacted, by its name")
    elif is_known or (kind_of(path) == "file" and has_pictures(path)):
        found.jobs.append(Job(path, path, under=under))
    else:
        found.leave_out(path, "no picture in it")


def _unique(jobs: list[Job]) -> list[Job]:
    return list({os.path.realpath(job.source): job for job in reversed(jobs)}.values())[::-1]


def redacted_name(source: Path, *, keep_suffix: bool = False) -> str:
    """`street.redacted.mp4` for `street.avi`, `gate.redacted.png` for `gate.tif`; `street.avi.redacted.mp4` if another
    source has that name."""
    from passerby.capture import is_still

    stem = source.name if keep_suffix else source.stem
    return f"{stem}{REDACTED}{written_still(source.suffix) if is_still(source) else '.mp4'}"


def _with_outputs(jobs: list[Job], output: Path | None, *, one_file: bool) -> list[Job]:
    if output is not None and (kind := kind_of(output)) != "folder":
        if one_file and output.suffix:
            return [replace(jobs[0], output=output)]
        if kind == "file" or output.suffix.lower() in STILLS | VIDEOS:
            says = f"'{output.name}' is one file, but there are several sources"
            raise SettingsError(says, hint="name a folder with -o")

    def place(job: Job, keep_suffix: bool) -> Path:
        folder = job.source.parent if output is None else output / job.under
        return folder / redacted_name(job.source, keep_suffix=keep_suffix)

    first = [place(job, False) for job in jobs]
    wanted = Counter(first)
    placed = [
        replace(job, output=place(job, True) if wanted[usual] > 1 else usual)
        for job, usual in zip(jobs, first, strict=True)
    ]
    for path, times in Counter(job.output for job in placed).items():
        if times > 1:
            raise SettingsError(f"{times} sources would all become '{path}'", hint="redact them in separate runs")
    return placed


def _with_reports(jobs: list[Job], reports: list[Path]) -> list[Job]:
    """A report named .json or .html is for one source; any other name is a folder that gets both for each."""
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
    """OutputError if writing is not possible, or would destroy the source or a file that may not be replaced."""
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
