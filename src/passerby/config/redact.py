"""The section `redact`: files uploaded on the page."""

from __future__ import annotations

from pydantic import Field

from passerby.config.section import Section


class Redact(Section):
    """Files that operators upload on the page to redact them. The clear file is kept in memory only."""

    max_megabytes: float = Field(500.0, gt=0, le=100_000, description="The largest file that is accepted.")
    max_files: int = Field(
        4,
        ge=1,
        le=1000,
        description="Files kept at the same time, for all users together. Danger: they can take max_files times "
        "max_megabytes of memory.",
    )
    max_files_per_user: int = Field(
        2,
        ge=1,
        le=1000,
        description="Files kept at the same time for one user. One place always stays free for others.",
    )
    keep_minutes: float = Field(
        60.0,
        gt=0,
        le=24 * 60,
        description="A file and its redacted copy are deleted after this time without a request for them.",
    )

    @property
    def max_bytes(self) -> int:
        return round(self.max_megabytes * 1e6)
