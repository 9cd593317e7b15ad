"""The section `about`: what filmed people are told."""

from __future__ import annotations

from typing import Literal, get_args

from pydantic import Field

from passerby.config.section import Section

Language = Literal["en", "ru"]
"""Those that the page has."""
LANGUAGES: tuple[Language, ...] = get_args(Language)


class About(Section):
    """What the page for the people filmed says."""

    title: str = Field("passerby", max_length=120, description="The name of this installation.")
    operator: str = Field("", max_length=500, description="Who runs the cameras and answers for them.")
    contact: str = Field("", max_length=500, description="How people who are filmed can reach the operator.")
    purpose: str = Field("", max_length=2000, description="What the cameras are for.")
    language: Literal["auto", Language] = Field(
        "auto",
        description="The language of the page for whoever has not chosen one, signed in or not: en, ru, or auto for "
        "that of their browser.",
    )
