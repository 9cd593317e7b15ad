"""The sections `route`: who is notified of what, and when."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from passerby.config.section import Section, wrong
from passerby.rules.events.schedule import Schedule


def _times(entries: tuple[str, ...]) -> tuple[str, ...]:
    Schedule.of(entries)
    return entries


Times = Annotated[tuple[str, ...], AfterValidator(_times)]


class Route(Section):
    """Who is notified of what; repeat the section for each one. Without any, every channel gets every message."""

    channels: tuple[str, ...] = Field(min_length=1, description="The names of the channels to notify.")
    severity: Literal["info", "warning", "critical"] = Field("info", description="The lowest severity to notify of.")
    cameras: tuple[str, ...] = Field((), description="Only what is about one of these cameras. If empty, any.")
    groups: tuple[str, ...] = Field(
        (), description="Only what is about a camera in one of these groups. If empty, any."
    )
    rules: tuple[str, ...] = Field((), description="Only what one of these rules has noticed. If empty, any.")
    when: Times = Field(
        (), description='Only at these times, such as "mon-fri 08:00-18:00" or "sat,sun", by this machine\'s clock.'
    )
    quiet: Times = Field(
        (),
        description='Quiet hours, such as "22:00-07:00": what happens then is sent at their end, in one message. '
        "Danger: also what is critical, unless another route tells it.",
    )
    cool_down_s: float = Field(
        0.0,
        ge=0,
        le=604800,
        description="After a message was delivered, the same (kind, rule and camera) is not sent again for this long.",
    )
    digest_after: int = Field(
        10,
        ge=1,
        le=1000,
        description="From this many messages a minute on, a channel gets them in one message a minute.",
    )
    escalate_after_s: float | None = Field(
        None, ge=1, le=604800, description="If nobody has said by then that they have seen it, tell escalate_to."
    )
    escalate_to: tuple[str, ...] | None = Field(None, description="The channels to notify then.")

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.escalate_after_s is not None and not self.escalate_to:
            raise wrong("escalate_to", "escalate_after_s needs escalate_to")
        return self


def unknown_channel(routes: Sequence[Route], channels: Sequence[str]) -> str | None:
    """The first channel that a route names and that does not exist."""
    named = (name for route in routes for name in (*route.channels, *(route.escalate_to or ())))
    return next((name for name in named if name not in channels), None)
