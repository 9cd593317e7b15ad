"""The section `redact`: files uploaded on the page."""

from __future__ import annotations

from pydantic import Field

from passerby.config.section import Section


class Redact(Section):
    """Files that operators bring to the page to have them redacted. The clear file is kept in memory only."""

    most_megabytes: float = Field(500.0, gt=0, le=100_000, description="The largest file that is taken.")
    most_files: int = Field(
        4,
        ge=1,
        le=1000,
        description="Files that are kept at once, of all users together. Danger: they may take most_files times "
        "most_megabytes of memory.",
    )
    most_files_per_user: int = Field(2, ge=1, le=1000, description="One user's; one place always stays for others.")
    keep_minutes: float = Field(
        60.0,
        gt=0,
        le=24 * 60,
        description="A file and what was made of it are forgotten after this time without a request for it.",
    )

    @property
    def most_bytes(self) -> int:
        return round(self.most_megabytes * 1e6)
