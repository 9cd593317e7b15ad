"""The section `storage`: where recordings are stored, and for how long."""

from __future__ import annotations

from typing import Self

from pydantic import Field, SecretStr, model_validator

from passerby.config.section import Section
from passerby.rules.retention import DEFAULT_HOURS, Keep


class Storage(Section):
    """Where recordings and their catalogue are."""

    catalogue: SecretStr | None = Field(
        None,
        description="The catalogue's database, such as postgresql+psycopg://USER:PASSWORD@HOST/NAME. "
        "Without it: an SQLite file in the data folder.",
    )
    recordings: str | None = Field(
        None, description="A folder or a URL such as s3://BUCKET/PREFIX for recordings. Without it: the data folder."
    )
    most_gigabytes: float | None = Field(
        None, gt=0, le=1e7, description="Room for recordings, else the disk. Over it the oldest go, with an alarm."
    )
    least_free_gigabytes: float = Field(
        1.0, ge=0, le=1e7, description="So much stays free to record, also where S3 is waited for."
    )
    keep_hours: float = Field(
        DEFAULT_HOURS, gt=0, description="How long recordings are kept; a camera may have its own. At least 0.03."
    )
    more_than_30_days: bool = Field(
        False,
        description="Allow keep_hours over 720. Danger: recordings that nobody needs any more are a risk to the "
        "people in them.",
    )
    keep_audit_days: int = Field(
        365,
        ge=30,
        le=3660,
        description="How long the records of who looked at what are kept. Danger: what was done before cannot be asked "
        "any more.",
    )

    @model_validator(mode="after")
    def _check(self) -> Self:
        Keep(self.keep_hours, self.more_than_30_days)
        return self
