"""The section `about`: what filmed people are told."""

from __future__ import annotations

from pydantic import Field

from passerby.config.section import Section


class About(Section):
    """What the page for the people filmed says."""

    title: str = Field("passerby", max_length=120, description="The name of this installation.")
    operator: str = Field("", max_length=500, description="Who runs the cameras and answers for them.")
    contact: str = Field("", max_length=500, description="How people who are filmed can reach the operator.")
    purpose: str = Field("", max_length=2000, description="What the cameras are for.")
