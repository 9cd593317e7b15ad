"""Messages between the jobs and the process that does one: words and numbers. No message can hold a picture."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from passerby.covers_file import ManualCovers
from passerby.settings import Settings

MAX_BYTES = 1 << 16
"""Limits the child's messages: it reads untrusted files, so its messages are not trusted to be short."""


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Order(_Message):
    """What to make of the file sent before this. name: what its owner calls it. folder: where to write, empty. output:
    the file name to use there."""

    name: str
    output: str
    folder: Path
    settings: Settings
    covers: ManualCovers | None


class Step(_Message):
    """Its progress."""

    kind: Literal["step"] = "step"
    stage: Literal["learning", "redacting"]
    done: int
    total: int | None


class Ended(_Message):
    """reason: why nothing was made, None if output and reports are ready."""

    kind: Literal["ended"] = "ended"
    reason: str | None = None
    hint: str | None = None


def read_said(data: bytes) -> Step | Ended:
    """Raises ValueError for anything else."""
    try:
        return Step.model_validate_json(data)
    except ValueError:
        return Ended.model_validate_json(data)
