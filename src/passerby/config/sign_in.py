"""The section `sign_in`: passwords, sessions, and how many attempts are allowed."""

from __future__ import annotations

from pydantic import Field

from passerby.config.section import Section


class SignIn(Section):
    """How people sign in."""

    session_hours: float = Field(
        12.0, gt=0, le=720, description="A session ends after this time, even if it is in use."
    )
    idle_minutes: float = Field(60.0, gt=0, le=43200, description="A session ends after this time without a request.")
    min_password_letters: int = Field(
        12, ge=8, le=128, description="Shorter passwords are refused. Danger: short passwords are easy to guess."
    )
    tries_before_lock_out: int = Field(
        5,
        ge=1,
        le=100,
        description="Wrong passwords in a row after which a name is locked: for a minute at first, then twice as "
        "long each time, up to an hour.",
    )
    tries_a_minute: int = Field(20, ge=1, description="Sign-in attempts allowed per minute from one address.")
    set_up_link_minutes: float = Field(60.0, gt=0, le=43200, description="How long the link of the first start works.")
