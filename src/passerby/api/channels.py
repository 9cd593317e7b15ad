"""Routes of the channels that messages go to: whether they work, and a test of each."""

from __future__ import annotations

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field, computed_field

from passerby.api.gate import signed_in_of
from passerby.api.ports import Services, services_of
from passerby.api.problems import no_such
from passerby.api.said import Said, said_of

router = APIRouter(prefix="/api/channels", tags=["about"])


class ChannelShown(BaseModel):
    """A channel, and how the latest message went."""

    name: str
    kind: str = Field(description="webhook, email or mqtt.")
    error: str | None = Field(description="Why the latest message failed; null: none has since the last delivery.")
    failing_since_90k: int | None = Field(description="UTC, 1/90000 s since 1970; null: it does not fail.")
    last_delivered_90k: int | None = Field(description="UTC, 1/90000 s since 1970; null: not in the last days.")
    waiting: int = Field(description="How many messages should have been delivered by now.")

    @computed_field(description="The error as a code; null: it has none.")
    def said(self) -> Said | None:
        return said_of(self.error)


@router.get("", summary="The channels that messages go to, and whether they work; never their addresses")
def channels(request: Request) -> list[ChannelShown]:
    return _shown(services_of(request))


@router.post("/{name}/test", summary="Send a test through a channel, and wait until it is delivered")
def send_a_test(name: str, request: Request) -> ChannelShown:
    services, me = services_of(request), signed_in_of(request)
    if services.notifier is None or name not in {each.name for each in services.installation.config.channel}:
        raise no_such("channel", name)
    services.installation.audit.note(me.user.name, me.through, "channel:test", about=f"channel {name}")
    services.notifier.test(name)
    return next(each for each in _shown(services) if each.name == name)


def _shown(services: Services) -> list[ChannelShown]:
    """In the order of the file."""
    states = services.notifier.states() if services.notifier else {}
    return [
        ChannelShown(
            name=each.name,
            kind=each.kind,
            error=states[each.name].error,
            failing_since_90k=states[each.name].failing_since_90k,
            last_delivered_90k=states[each.name].last_delivered_90k,
            waiting=states[each.name].waiting,
        )
        for each in services.installation.config.channel
        if each.name in states
    ]
