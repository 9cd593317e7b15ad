"""The sections `camera`, one for each camera that is configured in the file."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, SecretStr, model_validator

from passerby.config.section import Section
from passerby.rules.retention import Keep


class Camera(Section):
    """A camera defined in this file; repeat the section for each one. More can be added on the page."""

    name: str = Field(
        pattern=r"^[A-Za-z0-9_-]{1,64}$", description="Its name in addresses and folders: letters, digits, - and _."
    )
    address: SecretStr = Field(
        description="Its address with user and password: rtsp://, rtsps://, http://, https://, file: or /dev/video0. "
        "Danger: this file then holds a password, so keep its mode 0600."
    )
    title: str = Field("", max_length=120, description="What people call it. If empty, its name.")
    transport: Literal["tcp", "udp"] = Field(
        "tcp", description="RTSP transport. Use udp if the pictures stutter over tcp."
    )
    trust_any_certificate: bool = Field(
        False,
        description="Accept a self-signed certificate. Danger: somebody in between could then show other pictures.",
    )
    mode: Literal["reveal", "cover"] = Field(
        "reveal",
        description="reveal: for fixed cameras, shows only background. cover: for moving ones, covers what is found.",
    )
    privacy_delay_s: float = Field(
        1.0,
        ge=0.2,
        le=10,
        description="How long pictures are held back, so that covers begin before somebody is found. Danger: the "
        "shorter it is, the later a cover may begin in cover mode.",
    )
    keep_hours: float | None = Field(
        None, gt=0, description="How long its recordings are kept. If not set, storage.keep_hours."
    )
    more_than_30_days: bool = Field(False, description="Allow keep_hours over 720 for it.")
    groups: tuple[Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")], ...] = Field(
        (), description="The camera groups it belongs to. Users see the cameras in their groups."
    )
    is_enabled: bool = Field(True, description="Whether it is recorded and shown.")
    keeps_boxes: bool = Field(
        True,
        description="Keep a day of boxes: where people and vehicles were in its picture, and when, without ids and "
        "pictures. New rules can then be tried on the last day.",
    )

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.keep_hours is not None:
            Keep(self.keep_hours, self.more_than_30_days)
        return self
