"""Gives a job local files: objects of a bucket are read into memory, and what is made is put there whole."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from passerby.batch.job import Address, Job
from passerby.errors import OutputError, PasserbyError
from passerby.jobs.upload import Upload
from passerby.names import is_too_long, kind_of
from passerby.objects import bucket
from passerby.objects.bucket import ObjectAddress


@contextmanager
def with_local_files(job: Job, *, overwrite: bool) -> Iterator[Job]:
    """The same job with files of this machine. What it makes is put into the bucket when the block ends without an
    error, the output last. A clear file never touches a disk here: its name leads to memory."""
    if not any(isinstance(each, ObjectAddress) for each in (job.source, *job.results)):
        yield job
        return
    with tempfile.TemporaryDirectory(prefix="passerby-") as named:
        shelf = Path(named)
        with _local_source(job.source, shelf) as source:
            near = {each: _beside(each, shelf / str(place)) for place, each in enumerate(job.results)}
            try:
                yield replace(
                    job,
                    source=source,
                    output=None if job.output is None else near[job.output],
                    reports=tuple(near[each] for each in job.reports),
                )
            except PasserbyError as error:  # users know nothing of the shelf
                error.message = _without(shelf, error.message)
                raise
            for each, path in near.items():
                if isinstance(each, ObjectAddress):
                    _put(path, each, overwrite=overwrite)


@contextmanager
def _local_source(source: Address, shelf: Path) -> Iterator[Path]:
    if isinstance(source, Path):
        yield source
        return
    memory = Upload()
    try:
        bucket.read(source, memory.write)
        memory.seal()
        folder = shelf / "source"
        folder.mkdir()
        named = folder / source.name
        # The engine opens files by name: this link leads to the memory, and to nothing once this process has ended.
        named.symlink_to(f"/proc/{os.getpid()}/fd/{memory.handle}")
        yield named
    finally:
        memory.close()


def _beside(result: Address, folder: Path) -> Path:
    return result if isinstance(result, Path) else folder / result.name


def _put(path: Path, address: ObjectAddress, *, overwrite: bool) -> None:
    with path.open("rb") as file:
        path.unlink()  # so that a killed process leaves nothing
        bucket.put(file, address, overwrite=overwrite)


def _without(shelf: Path, message: str) -> str:
    return message.replace(f"{shelf}{os.sep}source{os.sep}", "").replace(f"{shelf}{os.sep}", "")


def refuse_losses(job: Job, *, overwrite: bool) -> None:
    """OutputError if writing is not possible, or would destroy the source or a file that may not be replaced."""
    for result in job.results:
        if isinstance(result, Path):
            _refuse_losses_at(result, job.source, overwrite=overwrite)
        elif result == job.source:
            raise OutputError(f"'{result}' is the source itself", hint="name another output with -o")
        elif not overwrite and bucket.look_up(result):
            raise OutputError(f"'{result}' is already there", hint="add --overwrite to replace it")


def _refuse_losses_at(path: Path, source: Address, *, overwrite: bool) -> None:
    is_read_here = isinstance(source, Path) and kind_of(source) is not None
    if is_too_long(path) and (is_read_here or isinstance(source, ObjectAddress)):
        raise OutputError(
            f"couldn't write '{path}': its name is too long",
            hint="give a shorter name with -o, or rename the source",
        )
    there = kind_of(path)
    if there == "other":
        raise OutputError(f"couldn't write '{path}': it is not a regular file", hint="name another output with -o")
    if there and is_read_here and path.samefile(source):
        raise OutputError(f"'{path}' is the source itself", hint="name another output with -o")
    if there and not overwrite:
        raise OutputError(f"'{path}' is already there", hint="add --overwrite to replace it")
