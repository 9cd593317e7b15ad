"""What a run says to other machines and hears from them: addresses, words and numbers, as JSON.

No message can hold a clear picture, and none that comes back holds a picture at all.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, PlainSerializer, PlainValidator, TypeAdapter

from passerby.batch.findings import Noticed, Stood
from passerby.batch.job import Address, Job, Outcome, Result
from passerby.batch.tasks import Task
from passerby.objects.bucket import ObjectAddress, is_bucket
from passerby.report import Report

FILE = "file:"


def _as_words(address: Address) -> str:
    """File names are bytes and need not be text: each byte is a character here."""
    if isinstance(address, ObjectAddress):
        return str(address)
    return FILE + os.fsencode(address.absolute()).decode("latin-1")


def _from_words(words: object) -> Address:
    if isinstance(words, Path | ObjectAddress):
        return words
    if not isinstance(words, str):
        raise ValueError("an address is text")
    if is_bucket(words):
        return ObjectAddress.parse(words)
    return Path(os.fsdecode(words.removeprefix(FILE).encode("latin-1")))


AddressWords = Annotated[Address, PlainValidator(_from_words), PlainSerializer(_as_words, return_type=str)]


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Order(_Message):
    """What to do to one file."""

    source: AddressWords
    output: AddressWords | None
    reports: tuple[AddressWords, ...]
    task: Task

    @classmethod
    def of(cls, job: Job, task: Task) -> Order:
        return cls(source=job.source, output=job.output, reports=job.reports, task=task)

    @property
    def job(self) -> Job:
        return Job(self.source, self.output, self.reports)


class Installed(_Message):
    """What a machine works with. models: each file's SHA-256. packages: the versions of those that decide what comes
    out, bit for bit."""

    passerby: str
    models: dict[str, str]
    packages: dict[str, str]

    def refuses(self, asked: Installed) -> str | None:
        """Why a machine with this cannot do what one with `asked` wants."""
        if self.passerby != asked.passerby:
            return f"it has passerby {self.passerby}, not {asked.passerby}"
        if self.models != asked.models:
            names = sorted(name for name, _ in self.models.items() ^ asked.models.items())
            return f"its models are not the same ({', '.join(dict.fromkeys(names))})"
        for name, version in asked.packages.items():
            if self.packages.get(name) != version:
                return f"it has {name} {self.packages.get(name)}, not {version}: the files might differ"
        return None


class Step(_Message):
    """How far a machine is with its file."""

    stage: Literal["learning", "redacting", "auditing", "observing"]
    done: int
    total: int | None
    fps: float


class Done(_Message):
    """What came of a file."""

    kind: Literal["report", "audit", "noticed", "stood"] | None = None
    result: Any = None
    error: str | None = None
    hint: str | None = None

    @classmethod
    def of(cls, outcome: Outcome) -> Done:
        if outcome.result is None:
            return cls(error=outcome.error or "nothing came of it", hint=outcome.hint)
        kind, type_ = _kind_of(outcome.result)
        result = outcome.result
        if isinstance(result, Report):  # its stills are redacted, and stay in its files all the same
            result = result.model_copy(update={"contact_sheet": ()})
        return cls(kind=kind, result=type_.dump_python(result, mode="json"))

    def outcome(self, job: Job) -> Outcome:
        """Raises ValueError for a result that is none."""
        if self.kind is None:
            return Outcome(job, error=self.error or "nothing came of it", hint=self.hint)
        return Outcome(job, _types()[self.kind].validate_python(self.result))


Kind = Literal["report", "audit", "noticed", "stood"]


def _types() -> dict[Kind, TypeAdapter[Any]]:
    from passerby.engine import AuditResult  # here, since --help need not wait for the inference library

    types: tuple[tuple[Kind, Any], ...] = (
        ("report", Report),
        ("audit", AuditResult),
        ("noticed", Noticed),
        ("stood", Stood),
    )
    return {kind: TypeAdapter(each) for kind, each in types}


def _kind_of(result: Result) -> tuple[Kind, TypeAdapter[Any]]:
    of_class: dict[str, Kind] = {"Report": "report", "AuditResult": "audit", "Noticed": "noticed", "Stood": "stood"}
    kind = of_class[type(result).__name__]
    return kind, _types()[kind]
