"""The sections `camera`, one for each camera that is configured in the file."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, SecretStr, model_validator

from passerby.config.section import Section
from passerby.rules.retention import Keep


class Camera(Section):
    """One camera that is kept in this file; it may be given many times. More can be added on the page."""

    name: str = Field(
        pattern=r"^[A-Za-z0-9_-]{1,64}$", description="Its name in addresses and folders: letters, digits, - and _."
    )
    address: SecretStr = Field(
        description="Where it is: rtsp://, rtsps://, http://, https://, file: or /dev/video0, with its log-in. "
        "Danger: this file then holds a password, so keep its mode 0600."
    )
    title: str = Field("", max_length=120, description="What people call it. Without it: its name.")
    transport: Literal["tcp", "udp"] = Field("tcp", description="Of RTSP: udp where a camera's TCP stutters.")
    trust_any_certificate: bool = Field(
        False,
        description="Take a self-signed certificate. Danger: somebody in between can show us other pictures.",
    )
    mode: Literal["reveal", "cover"] = Field(
        "reveal",
        description="reveal: for fixed cameras, hides all but background. cover: for moving ones, hides what is found.",
    )
    privacy_delay_s: float = Field(
        1.0,
        ge=0.2,
        le=10,
        description="Pictures come later by so much, so that covers begin before somebody was found. Danger: the "
        "shorter it is, the later a cover may begin in cover mode.",
    )
    keep_hours: float | None = Field(
        None, gt=0, description="How long its recordings are kept. Without it: storage.keep_hours."
    )
    more_than_30_days: bool = Field(False, description="Allow its keep_hours over 720.")
    groups: tuple[Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")], ...] = Field(
        (), description="Camera groups that it is in: users see the groups that they were given."
    )
    is_enabled: bool = Field(True, description="Record and show it.")

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.keep_hours is not None:
            Keep(self.keep_hours, self.more_than_30_days)
        return self
