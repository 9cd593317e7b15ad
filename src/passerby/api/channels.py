"""Routes of the channels that messages go to: whether they work, a test of each, and who takes care of a message."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, Field, computed_field

from passerby.api.gate import signed_in_of, subject_of
from passerby.api.ports import Services, services_of
from passerby.api.problems import no_such
from passerby.api.said import Said, said_of
from passerby.rules.access import Action, may

router = APIRouter(prefix="/api", tags=["messages"])


class ChannelShown(BaseModel):
    """A channel, and how the latest message went."""

    name: str
    kind: str = Field(description="webhook, email, mqtt, apprise or push.")
    error: str | None = Field(
        description="Why the latest message, or the latest check, failed; null: none has since the last delivery."
    )
    failing_since_90k: int | None = Field(description="UTC, 1/90000 s since 1970; null: it does not fail.")
    last_delivered_90k: int | None = Field(description="UTC, 1/90000 s since 1970; null: not in the last days.")
    waiting: int = Field(description="How many messages should have been delivered by now.")

    @computed_field(description="The error as a code; null: it has none.")
    def said(self) -> Said | None:
        return said_of(self.error)


@router.get("/channels", summary="The channels that messages go to, and whether they work; never their addresses")
def channels(request: Request) -> list[ChannelShown]:
    return _shown(services_of(request))


@router.post("/channels/{name}/test", summary="Send a test through a channel, and wait until it is delivered")
def send_a_test(name: str, request: Request) -> ChannelShown:
    services, me = services_of(request), signed_in_of(request)
    if services.notifier is None or name not in {each.name for each in services.installation.config.channel}:
        raise no_such("channel", name)
    services.installation.audit.note(me.user.name, me.through, "channel:test", about=f"channel {name}")
    services.notifier.test(name)
    return next(each for each in _shown(services) if each.name == name)


class Seen(BaseModel):
    """Somebody takes care of a message."""

    was_waiting: bool = Field(description="Others would have been notified later, and now are not.")


@router.post("/messages/{id}/seen", summary="I take care of this message: nobody else is notified of it")
def seen(id: Annotated[str, Path(max_length=64)], request: Request) -> Seen:
    services, me = services_of(request), signed_in_of(request)
    with services.installation.audit.with_change():
        notifier = services.notifier
        camera = notifier.outbox.camera_of(id) if notifier else None
        # A message about a camera that the user does not see is as one that there is not.
        is_theirs = camera is not None and may(me.principal, Action.TAKE_MESSAGE, subject_of(request, camera)).allowed
        was_waiting = notifier is not None and is_theirs and notifier.seen(id)
        if was_waiting:
            services.installation.audit.note(me.user.name, me.through, "message:take", about=f"message {id}")
    return Seen(was_waiting=was_waiting)


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
