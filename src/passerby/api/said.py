"""Sentences of responses with their codes: programs may act on these, and the page says them in its own language."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field, WithJsonSchema, computed_field

from passerby.said import TEMPLATES, Coded, coded
from passerby.said.audit import AUDIT, coded_parts

Code = Annotated[str, WithJsonSchema({"type": "string", "enum": sorted(TEMPLATES | AUDIT)})]


class Said(BaseModel):
    """A sentence as a code, with the values in it; a value may be a sentence too."""

    code: Code
    params: dict[str, str | Said] = Field(description="By name; all as text.")


def said_of(sentence: str | None) -> Said | None:
    """None if there is no code for it: show the sentence itself."""
    found = coded(sentence) if sentence else None
    return _shown(found) if found else None


def parts_said_of(about: str) -> list[Said | str]:
    """What a record of the audit says, part by part; those without a code as they are."""
    return [part if isinstance(part, str) else _shown(part) for part in coded_parts(about)]


def _shown(found: Coded) -> Said:
    return Said(
        code=found.code,
        params={name: value if isinstance(value, str) else _shown(value) for name, value in found.params.items()},
    )


class WithReason(BaseModel):
    """What has a reason."""

    reason: str = Field(description="A sentence.")

    @computed_field(description="The reason as a code; null: it has none.")
    def said(self) -> Said | None:
        return said_of(self.reason)
