"""The section `storage`: where recordings are stored, and for how long."""

from __future__ import annotations

from typing import Self

from pydantic import Field, SecretStr, model_validator

from passerby.config.section import Section
from passerby.rules.retention import DEFAULT_HOURS, Keep


class Storage(Section):
    """Where recordings and their catalogue are kept, and for how long."""

    catalogue: SecretStr | None = Field(
        None,
        description="The database of the catalogue, such as postgresql+psycopg://USER:PASSWORD@HOST/NAME. "
        "If not set, an SQLite file in the data folder.",
    )
    recordings: str | None = Field(
        None,
        description="Where recordings go: a folder, or a URL such as s3://BUCKET/PREFIX. If not set, the data folder.",
    )
    max_gigabytes: float | None = Field(
        None,
        gt=0,
        le=1e7,
        description="Space for recordings; if not set, the disk. Above it the oldest are deleted, with an alarm.",
    )
    min_free_gigabytes: float = Field(
        1.0, ge=0, le=1e7, description="Space kept free for recording, also while S3 cannot be reached."
    )
    keep_hours: float = Field(
        DEFAULT_HOURS,
        gt=0,
        description="How long recordings are kept, unless a camera has its own value. At least 0.03.",
    )
    more_than_30_days: bool = Field(
        False,
        description="Allow keep_hours over 720. Danger: recordings that nobody needs any more put the people in them "
        "at risk.",
    )
    keep_audit_days: int = Field(
        365,
        ge=30,
        le=3660,
        description="How long the audit records are kept. Danger: what happened before that can no longer be "
        "looked up.",
    )
    keep_events_days: int = Field(
        90, ge=1, le=3660, description="How long events are kept, with what users wrote about them."
    )
    keep_counts_days: int = Field(730, ge=1, le=3660, description="How long counts by minute are kept.")

    @model_validator(mode="after")
    def _check(self) -> Self:
        Keep(self.keep_hours, self.more_than_30_days)
        return self
