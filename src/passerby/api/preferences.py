"""Routes of what users choose for themselves: the language of the page, layouts of live cameras."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from passerby.access import Installation
from passerby.access.users import User
from passerby.api.cameras import NAME
from passerby.api.gate import signed_in_of
from passerby.api.ports import services_of
from passerby.config.about import Language

router = APIRouter(prefix="/api/self/preferences", tags=["sign-in"])

MAX_LAYOUTS = 50
MAX_CAMERAS = 500


class Layout(BaseModel):
    """Some cameras, and how many of them are live at once."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=60)
    cameras: list[Annotated[str, Field(pattern=NAME)]] = Field(min_length=1, max_length=MAX_CAMERAS)
    count: Literal["auto", "1", "4", "9", "16", "25", "36", "49", "64"]


class PreferencesShown(BaseModel):
    language: Language | None = Field(None, description="Of the page; null: none was chosen.")
    layouts: list[Layout] = Field([], description="Of live cameras.")


class PreferencesChange(BaseModel):
    """What is left out, or null, stays as it is."""

    model_config = ConfigDict(extra="forbid")

    language: Language | None = None
    layouts: list[Layout] | None = Field(None, max_length=MAX_LAYOUTS, description="They replace earlier ones.")


@router.get("", summary="What I have chosen for myself")
def preferences(request: Request) -> PreferencesShown:
    return _of(services_of(request).installation, signed_in_of(request).user)


@router.patch("", summary="Choose for myself")
def change_preferences(change: PreferencesChange, request: Request) -> PreferencesShown:
    installation, me = services_of(request).installation, signed_in_of(request)
    values = change.model_dump(exclude_none=True)
    if values:
        with installation.audit.with_change():
            installation.preferences.set(me.user, values)
            about = " ".join(sorted(values))
            installation.audit.note(me.user.name, me.through, "preferences:change", about=about)
    return _of(installation, me.user)


def _of(installation: Installation, user: User) -> PreferencesShown:
    return PreferencesShown.model_validate(installation.preferences.of(user))
