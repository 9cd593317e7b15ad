"""From the command line's arguments to the list of files to work on, and where what is made of each goes."""

from __future__ import annotations

import glob
import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from passerby.batch import Address, Job
from passerby.errors import OutputError, SettingsError, SourceError, os_reason
from passerby.media.endings import STILLS, VIDEOS, suffix_of, written_still
from passerby.names import kind_of
from passerby.objects.bucket import ObjectAddress, is_bucket, listed
from passerby.report.write import check_report_path

REDACTED = ".redacted"
STREAM = Path("-")


@dataclass
class Found:
    """What was found. left_out: files in folders that are not worked on, by the reason that is shown. unread: folders
    that could not be read. redacted: whether redacted files are wanted, or clear ones."""

    jobs: list[Job] = field(default_factory=list)
    left_out: dict[str, list[Address]] = field(default_factory=dict)
    unread: list[SourceError] = field(default_factory=list)
    redacted: bool = False

    def leave_out(self, path: Address, reason: str) -> None:
        self.left_out.setdefault(reason, []).append(path)

    def take(self, path: Address, under: Path) -> None:
        """A file with pictures, if it is of the kind that is wanted."""
        is_redacted = REDACTED in Path(path.name).suffixes
        if is_redacted == self.redacted:
            self.jobs.append(Job(path, None, under=under))
        else:
            self.leave_out(path, f"{'already' if is_redacted else 'not'} redacted, by its name")


def address_of(text: str) -> Address:
    """Raises SettingsError."""
    return ObjectAddress.parse(text) if is_bucket(text) else Path(text)


def find_jobs(named: Iterable[str], output: Address | None = None, reports: Iterable[Address] = ()) -> list[Job]:
    """Only the jobs of `find`."""
    return find(named, output, reports).jobs


def find(named: Iterable[str], output: Address | None = None, reports: Iterable[Address] = ()) -> Found:
    """Every file to redact, once, in order, with its outputs. Raises SourceError or SettingsError before any work is
    done."""
    named = list(named)
    reports = list(reports)
    _refuse_streams(named, [output, *reports])
    found = _find_all(named, Found())
    one_file = len(named) == 1 and len(found.jobs) == 1 and found.jobs[0].source == address_of(named[0])
    found.jobs = _with_reports(_with_outputs(found.jobs, output, one_file=one_file), reports)
    return found


def find_for_facts(named: Iterable[str], output: Address | None, suffix: str, *, redacted: bool = False) -> Found:
    """Every file to look into, once, in order; with a file of facts for each in the folder `output`, if there is one.
    suffix: of those files. Raises SourceError or SettingsError before any work is done."""
    named = list(named)
    _refuse_streams(named, [output])
    found = _find_all(named, Found(redacted=redacted))
    if output is not None:
        if isinstance(output, Path) and kind_of(output) not in ("folder", None):
            raise SettingsError(f"'{output}' is no folder", hint="name a folder with -o")
        placed = [replace(job, output=output / job.under / f"{job.source.name}{suffix}") for job in found.jobs]
        found.jobs = _each_elsewhere(placed)
    return found


def _find_all(named: list[str], found: Found) -> Found:
    for name in named:
        _find(name, found)
    found.jobs = _unique(found.jobs)
    return found


def _refuse_streams(named: list[str], results: list[Address | None]) -> None:
    """Other commands use "-" for standard input and output. Files are needed here: sources are read twice, and outputs
    get their name when complete."""
    if "-" in named:
        raise SourceError(
            "'-' is not read: passerby reads files, not standard input",
            hint="name a file; './-' is a file of that name",
        )
    if STREAM in results:
        raise OutputError(
            "'-' is not written: passerby writes files, not to standard output",
            hint="name a file or a folder",
        )


def _find(name: str, found: Found) -> None:
    if is_bucket(name):
        _find_in_bucket(ObjectAddress.parse(name), found)
        return
    path = Path(name)
    if kind_of(path) == "folder":
        before = len(found.jobs)
        _find_below(path, found)
        if len(found.jobs) == before and not found.unread:
            raise SourceError(f"no videos or stills in '{name}'", hint="name the files themselves")
        return
    if kind_of(path) or not glob.has_magic(name):
        found.jobs.append(Job(path, None))  # a missing file is reported in its turn, like a broken one
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


def _find_in_bucket(named: ObjectAddress, found: Found) -> None:
    """What an object is, is known here by its name alone: looking into each would take as long as the work."""
    before, is_any = len(found.jobs), False
    for each in listed(named):
        is_any = True
        address = each.address
        inside = PurePosixPath(address.key).relative_to(named.key or ".")
        if address == named:
            found.jobs.append(Job(address, None))
        elif suffix_of(address.name) not in STILLS | VIDEOS:
            found.leave_out(address, "no video or still, by its name")
        elif address.name.startswith("."):
            found.leave_out(address, "hidden")
        else:
            found.take(address, Path(inside.parent))
    if len(found.jobs) == before:
        wanted = "redacted videos or stills" if found.redacted else "videos or stills"
        raise SourceError(f"no {wanted} in '{named}'" if is_any else f"nothing is stored as '{named}'")


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
    elif is_known or (kind_of(path) == "file" and has_pictures(path)):
        found.take(path, under)
    else:
        found.leave_out(path, "no picture in it")


def _unique(jobs: list[Job]) -> list[Job]:
    def place(job: Job) -> str:
        return os.path.realpath(job.source) if isinstance(job.source, Path) else str(job.source)

    return list({place(job): job for job in reversed(jobs)}.values())[::-1]


def redacted_name(source: Address, *, keep_suffix: bool = False) -> str:
    """`street.redacted.mp4` for `street.avi`, `gate.redacted.png` for `gate.tif`; `street.avi.redacted.mp4` if another
    source has that name."""
    from passerby.capture import is_still

    stem = source.name if keep_suffix else source.stem
    still = is_still(source) if isinstance(source, Path) else suffix_of(source.name) in STILLS
    return f"{stem}{REDACTED}{written_still(source.suffix) if still else '.mp4'}"


def _with_outputs(jobs: list[Job], output: Address | None, *, one_file: bool) -> list[Job]:
    if output is not None and (kind := _kind_of(output)) != "folder":
        if one_file and output.suffix:
            return [replace(jobs[0], output=output)]
        if kind == "file" or output.suffix.lower() in STILLS | VIDEOS:
            says = f"'{output.name}' is one file, but there are several sources"
            raise SettingsError(says, hint="name a folder with -o")

    def place(job: Job, keep_suffix: bool) -> Address:
        folder = job.source.parent if output is None else output / job.under
        return folder / redacted_name(job.source, keep_suffix=keep_suffix)

    first = [place(job, False) for job in jobs]
    wanted = Counter(first)
    placed = [
        replace(job, output=place(job, True) if wanted[usual] > 1 else usual)
        for job, usual in zip(jobs, first, strict=True)
    ]
    return _each_elsewhere(placed)


def _each_elsewhere(placed: list[Job]) -> list[Job]:
    for path, times in Counter(job.output for job in placed).items():
        if times > 1:
            raise SettingsError(f"{times} sources would all become '{path}'", hint="name them in separate runs")
    return placed


def _kind_of(address: Address) -> str | None:
    """A name in a bucket is a file's if it ends like a video's or a still's, else a folder's."""
    if isinstance(address, Path):
        return kind_of(address)
    return None if suffix_of(address.name) in STILLS | VIDEOS else "folder"


def _with_reports(jobs: list[Job], reports: list[Address]) -> list[Job]:
    """A report named .json or .html is for one source; any other name is a folder that gets both for each."""
    files = [path for path in reports if path.suffix and not (isinstance(path, Path) and kind_of(path) == "folder")]
    folders = [path for path in reports if path not in files]
    for path in files:
        check_report_path(Path(path.name))
        if len(jobs) > 1:
            raise SettingsError(
                f"'{path.name}' is one report, but there are {len(jobs)} sources", hint="name a folder with --report"
            )

    def of(job: Job) -> tuple[Address, ...]:
        assert job.output is not None, "outputs come first"
        names = [job.output.name + suffix for suffix in (".json", ".html")]
        return (*files, *(folder / job.under / name for folder in folders for name in names))

    return [replace(job, reports=of(job)) for job in jobs]
