"""The channels that messages go to and the routes to them: set up, tested, removed; and who takes care of a message."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, Field, computed_field

from passerby.access.channel_words import channel_words, route_words
from passerby.access.channels import ConfiguredChannel
from passerby.api.as_keys import AsKeysOf
from passerby.api.gate import signed_in_of, subject_of
from passerby.api.ports import Services, services_of
from passerby.api.problems import no_such, problem
from passerby.api.said import Said, said_of
from passerby.config import Channel, Route
from passerby.notify.outbox import ChannelState, Outbox
from passerby.rules.access import Action, may

router = APIRouter(prefix="/api", tags=["messages"])


class ChannelSettings(BaseModel):
    """Its keys, as in the file, without secrets."""

    language: str
    stills: bool
    still_hours: float
    sender: str | None
    to: list[str] | None
    topic: str
    discovery: str
    switches: bool
    trust_any_certificate: bool


class ChannelShown(BaseModel):
    """A channel, and how the latest message went."""

    name: str
    kind: str = Field(description="webhook, email, mqtt, apprise or push.")
    error: str | None = Field(
        description="Why the latest message, or the latest check, failed; null: none has since the last delivery."
    )
    is_in_file: bool = Field(description="Set up in passerby.toml: change it there.")
    is_overruled: bool = Field(description="passerby.toml has a channel of this name, which is used instead.")
    address_shown: str = Field(description="Its server; empty: it has none, or passerby.toml does not say it.")
    has_secret: bool = Field(description="It has something that requests are signed with.")
    settings: ChannelSettings
    failing_since_90k: int | None = Field(description="UTC, 1/90000 s since 1970; null: it does not fail.")
    last_delivered_90k: int | None = Field(description="UTC, 1/90000 s since 1970; null: not in the last days.")
    waiting: int = Field(description="How many messages should have been delivered by now.")

    @computed_field(description="The error as a code; null: it has none.")
    def said(self) -> Said | None:
        return said_of(self.error)


class ChannelChange(BaseModel):
    channel: Annotated[dict[str, Any], AsKeysOf(Channel)] = Field(
        description="Its keys, as in the file. An address or a secret that is left out or null stays as it is. Neither "
        "may be env:NAME or file:PATH, and networks are set in the file only."
    )


class RouteShown(BaseModel):
    id: int | None = Field(description="null: set up in passerby.toml: change it there.")
    route: Route
    unknown: str | None = Field(description="A channel that it names and that there is not any more.")
    who: str = Field(description="The user who changed it last; empty: the file.")


class RouteChange(BaseModel):
    route: Annotated[dict[str, Any], AsKeysOf(Route)] = Field(description="Its keys, as in the file.")


@router.get("/channels", summary="The channels that messages go to, and whether they work; never their secrets")
def channels(request: Request) -> list[ChannelShown]:
    return _shown(services_of(request))


@router.post("/channels", summary="Add a channel", status_code=201)
def add_channel(body: ChannelChange, request: Request) -> ChannelShown:
    services, me = services_of(request), signed_in_of(request)
    known = services.installation.channels
    new = known.new(body.channel)
    _check(services, new)
    with services.installation.audit.with_change():
        known.add(new, me.user.name)
        about = channel_words(None, new)
        services.installation.audit.note(me.user.name, me.through, "channel:add", about=about)
    services.channels_changed()
    return _of_page(services, new.name)


@router.put("/channels/{name}", summary="Change a channel; its kind and its name stay")
def change_channel(name: str, body: ChannelChange, request: Request) -> ChannelShown:
    services, me = services_of(request), signed_in_of(request)
    known = services.installation.channels
    before = known.on_page(name)
    after = known.changed(name, {**body.channel, "kind": before.kind})
    _check(services, after)
    with services.installation.audit.with_change():
        known.change(after, me.user.name)
        about = channel_words(before, after)
        services.installation.audit.note(me.user.name, me.through, "channel:change", about=about)
    services.channels_changed()
    return _of_page(services, name)


@router.delete("/channels/{name}", summary="Remove a channel, also from routes, and what waits for it", status_code=204)
def remove_channel(name: str, request: Request) -> None:
    services, me = services_of(request), signed_in_of(request)
    with services.installation.audit.with_change():
        count = services.installation.channels.remove(name)
        about = f"channel {name}" + (f"; routes changed: {count}" if count else "")
        services.installation.audit.note(me.user.name, me.through, "channel:remove", about=about)
    services.channels_changed()


@router.post("/channels/{name}/test", summary="Send a test through a channel, and wait until it is delivered")
def send_a_test(name: str, request: Request) -> ChannelShown:
    services, me = services_of(request), signed_in_of(request)
    found = services.installation.channels.find(name)
    if services.notifier is None or found is None:
        raise no_such("channel", name)
    services.channels_changed()
    if name in services.notifier.unusable:
        raise problem(409, services.notifier.unusable[name])
    services.installation.audit.note(me.user.name, me.through, "channel:test", about=f"channel {name}")
    services.notifier.test(name)
    return next(each for each in _shown(services) if each.name == name and not each.is_overruled)


@router.get("/routes", summary="Who is notified of what, and when; without any, every channel gets every message")
def routes(request: Request) -> list[RouteShown]:
    found = services_of(request).installation.channels.routes()
    return [RouteShown(id=each.id, route=each.route, unknown=each.unknown, who=each.who) for each in found]


@router.post("/routes", summary="Add a route", status_code=201)
def add_route(body: RouteChange, request: Request) -> RouteShown:
    services, me = services_of(request), signed_in_of(request)
    known = services.installation.channels
    with services.installation.audit.with_change():
        new = known.new_route(body.route)
        id = known.add_route(new, me.user.name)
        about = f"route {id}: {route_words(None, new)}"
        services.installation.audit.note(me.user.name, me.through, "route:add", about=about)
    services.channels_changed()
    return RouteShown(id=id, route=new, unknown=None, who=me.user.name)


@router.put("/routes/{id}", summary="Change a route")
def change_route(id: int, body: RouteChange, request: Request) -> RouteShown:
    services, me = services_of(request), signed_in_of(request)
    known = services.installation.channels
    with services.installation.audit.with_change():
        new, before = known.new_route(body.route), known.find_route(id)
        if before is None or not known.change_route(id, new, me.user.name):
            raise no_such("route", str(id))
        about = f"route {id}: {route_words(before, new)}"
        services.installation.audit.note(me.user.name, me.through, "route:change", about=about)
    services.channels_changed()
    return RouteShown(id=id, route=new, unknown=None, who=me.user.name)


@router.delete("/routes/{id}", summary="Remove a route", status_code=204)
def remove_route(id: int, request: Request) -> None:
    services, me = services_of(request), signed_in_of(request)
    with services.installation.audit.with_change():
        if not services.installation.channels.remove_route(id):
            raise no_such("route", str(id))
        services.installation.audit.note(me.user.name, me.through, "route:remove", about=f"route {id}")
    services.channels_changed()


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


def _check(services: Services, channel: Channel) -> None:
    if services.notifier is not None:
        services.notifier.check(channel)


def _of_page(services: Services, name: str) -> ChannelShown:
    return next(each for each in _shown(services) if each.name == name and not each.is_in_file)


def _shown(services: Services) -> list[ChannelShown]:
    """In the order of the file, then those of the page by name."""
    found = services.installation.channels.list()
    states = Outbox(services.installation.rows).states([each.name for each in found])
    unusable = services.notifier.unusable if services.notifier else {}
    return [_channel(each, states[each.name], unusable.get(each.name)) for each in found]


def _channel(each: ConfiguredChannel, state: ChannelState, why_not: str | None) -> ChannelShown:
    error = each.problem if each.is_overruled else each.problem or why_not or state.error
    return ChannelShown(
        name=each.name, kind=each.kind, is_in_file=each.is_in_file, is_overruled=each.is_overruled,
        address_shown=each.address_shown, has_secret=each.has_secret,
        settings=ChannelSettings.model_validate(each.settings),
        error=error,
        failing_since_90k=state.failing_since_90k,
        last_delivered_90k=None if each.is_overruled else state.last_delivered_90k,
        waiting=0 if each.is_overruled else state.waiting,
    )  # fmt: skip
