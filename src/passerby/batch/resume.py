"""Goes on with a run that ended before its time: tells which files are done, and that nothing else is asked for now."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from passerby.batch.job import Address, Job
from passerby.batch.messages import Installed
from passerby.batch.tasks import RedactTask, Task
from passerby.errors import OutputError, SettingsError, SourceError, os_reason
from passerby.names import kind_of
from passerby.objects import bucket
from passerby.objects.bucket import ObjectAddress

RUN_FILE = ".passerby-run.json"
"""In the folder that a run writes to. It stays there, so that a run can also go on with files that are new."""


class Run(BaseModel):
    """What decides what comes out of a file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    task: Task
    installed: Installed

    def differs_from(self, other: Run) -> list[str]:
        """The names of what is not the same."""
        ours, others = _options(self.task), _options(other.task)
        differs = [name for name in {**ours, **others} if ours.get(name) != others.get(name)]
        return differs + ["what is installed"] * (self.installed != other.installed)


def begin(folder: Address, run: Run) -> None:
    """Notes in the folder what is asked for. Raises SettingsError if it was begun with something else."""
    place = folder / RUN_FILE
    text = _read(place)
    if text is None:
        _write(place, run.model_dump_json(indent=2).encode())
        return
    try:
        differs = Run.model_validate_json(text).differs_from(run)
    except ValidationError as error:
        raise SettingsError(
            f"'{place}' is not of this version of passerby", hint="name another folder with -o"
        ) from error
    if differs:
        says = f"'{folder}' was begun with something else: {', '.join(differs)}"
        raise SettingsError(says, hint="give the same options, --threads too, or name another folder with -o")


def is_finished(job: Job) -> bool:
    """Whether all that it makes is there, which is whole if it is, and was made after the source was."""
    of_source = modified_at(job.source)
    made = [modified_at(each) for each in job.results]
    return bool(made) and all(each is not None and (of_source is None or each >= of_source) for each in made)


def modified_at(address: Address) -> datetime | None:
    """None if there is no such file."""
    if isinstance(address, ObjectAddress):
        found = bucket.look_up(address)
        return None if found is None else found.modified_at.astimezone(UTC).replace(microsecond=0)
    if kind_of(address) != "file":
        return None
    # By the second, since a store knows no finer times.
    return datetime.fromtimestamp(int(address.stat().st_mtime), UTC)


def read_facts(address: Address) -> bytes:
    """What was kept of a file that is finished. Raises SourceError or OutputError."""
    found = _read(address)
    if found is None:
        raise SourceError(f"couldn't open '{address}': it is gone")
    return found


def _options(task: Task) -> dict[str, object]:
    options = {name: getattr(task, name) for name in type(task).model_fields if name not in ("overwrite", "debug")}
    if isinstance(task, RedactTask):
        options |= {name: getattr(task.settings, name) for name in type(task.settings).model_fields}
        del options["settings"]
    return options


def _read(place: Address) -> bytes | None:
    try:
        if isinstance(place, Path):
            return place.read_bytes()
        if bucket.look_up(place) is None:
            return None
        parts: list[bytes] = []
        bucket.read(place, parts.append)
        return b"".join(parts)
    except FileNotFoundError:
        return None
    except SourceError:
        raise
    except OSError as error:
        raise OutputError(f"couldn't read '{place}': {os_reason(error)}") from error


def _write(place: Address, text: bytes) -> None:
    from passerby.record.partfile import PartFile  # here, since --help need not wait for the codecs

    if isinstance(place, ObjectAddress):
        bucket.put(text, place, overwrite=False)
        return
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"couldn't make the folder '{place.parent}': {os_reason(error)}") from error
    file = PartFile(place, overwrite=False, source=None)
    try:
        file.write(text)
        file.finish(0)
    finally:
        file.abort()
