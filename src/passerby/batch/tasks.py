"""What is to be done to every file of a run, in words and numbers, so that another machine can be told."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from passerby.config.about import Language
from passerby.config.rule import Rule
from passerby.covers_file import ManualCovers
from passerby.settings import Settings


class _Task(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    overwrite: bool = Field(False, description="Replace what is there already.")
    debug: bool = Field(False, description="Print where in the code an error came from.")


class RedactTask(_Task):
    """Make a redacted copy of each."""

    kind: Literal["redact"] = "redact"
    settings: Settings
    covers: ManualCovers | None = None
    language: Language = Field("en", description="Of reports as pages. JSON is English.")

    @property
    def threads(self) -> int | None:
        """For one file; None: as many as there are processors."""
        return self.settings.threads


class AuditTask(_Task):
    """Look for people and faces that each still shows."""

    kind: Literal["audit"] = "audit"
    threads: int | None = None


class EventsTask(_Task):
    """Apply rules to each. starts_at_utc: of the first frame. time_zone: of local times; None for the system's."""

    kind: Literal["events"] = "events"
    threads: int | None = None
    rules: tuple[Rule, ...]
    starts_at_utc: datetime | None = None
    time_zone: str | None = None


Task = Annotated[RedactTask | AuditTask | EventsTask, Field(discriminator="kind")]
