"""Routes of the browsers in which a user wants to be told."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, Field, SecretStr, computed_field

from passerby.access.devices import Device, key_of
from passerby.api.gate import signed_in_of
from passerby.api.ports import services_of
from passerby.api.problems import Problem, no_such, problem
from passerby.api.said import Said, said_of
from passerby.net.push import Subscription
from passerby.notify.channel import TellsDevices

router = APIRouter(prefix="/api/self/devices", tags=["messages"])

NO_CHANNEL: dict[int | str, dict[str, Any]] = {
    409: {"model": Problem, "description": "No channel tells the user by web push."}
}
DeviceId = Annotated[int, Path(ge=1, le=2**53)]


class DeviceShown(BaseModel):
    """A browser that is told, and how the latest message went. Its address at the push service is never shown."""

    id: int
    name: str
    key: str = Field(description="SHA-256 of its address at the push service, by which a browser knows itself.")
    created_90k: int = Field(description="UTC, 1/90000 s since 1970.")
    told_90k: int | None = Field(description="UTC when the push service last took a message; null: never.")
    error: str | None = Field(description="Why the latest message failed; null: it did not.")

    @computed_field(description="The error as a code; null: it has none.")
    def said(self) -> Said | None:
        return said_of(self.error)


class DevicesShown(BaseModel):
    public_key: str | None = Field(
        description="With which a browser subscribes (applicationServerKey); null: no channel tells me by web push."
    )
    devices: list[DeviceShown]


class NewDevice(BaseModel):
    """As `PushSubscription.toJSON()` has it."""

    name: str = Field(min_length=1, max_length=60)
    endpoint: SecretStr = Field(max_length=1000)
    p256dh: str = Field(max_length=100)
    auth: SecretStr = Field(max_length=50)


@router.get("", summary="The browsers that get my messages")
def devices(request: Request) -> DevicesShown:
    me, found = signed_in_of(request).user, services_of(request).installation.devices
    channel = _channel(request)
    key = channel.public_key if channel else None
    return DevicesShown(public_key=key, devices=[_shown(each) for each in found.of(me)])


@router.post("", summary="Tell me in this browser; again: it still is mine", status_code=201, responses=NO_CHANNEL)
def add_device(body: NewDevice, request: Request) -> DeviceShown:
    installation, me, channel = services_of(request).installation, signed_in_of(request), _channel(request)
    if channel is None:
        raise problem(409, "no channel tells you by web push", "an admin sets one up under Settings")
    subscription = Subscription.parse(body.endpoint.get_secret_value(), body.p256dh, body.auth.get_secret_value())
    channel.check(subscription)
    with installation.audit.with_change():
        is_new = key_of(subscription) not in {each.key for each in installation.devices.of(me.user)}
        kept = installation.devices.keep(me.user, me.session, body.name, subscription)
        if is_new:
            installation.audit.note(me.user.name, me.through, "device:add", about=body.name)
    return _shown(kept)


@router.delete("/{id}", summary="No longer tell me in this browser", status_code=204)
def remove_device(id: DeviceId, request: Request) -> None:
    installation, me, found = services_of(request).installation, signed_in_of(request), _found(request, id)
    with installation.audit.with_change():
        installation.devices.remove(me.user, id)
        installation.audit.note(me.user.name, me.through, "device:remove", about=found.name)


@router.post(
    "/{id}/test",
    summary="Send a test to this browser, and wait until its push service has it",
    status_code=204,
    responses=NO_CHANNEL,
)
def test_device(id: DeviceId, request: Request) -> None:
    services, found, channel = services_of(request), _found(request, id), _channel(request)
    if channel is None or services.notifier is None:
        raise problem(409, "no channel tells you by web push", "an admin sets one up under Settings")
    services.notifier.test_device(channel, found)


def _channel(request: Request) -> TellsDevices | None:
    notifier = services_of(request).notifier
    return notifier.for_devices(signed_in_of(request).user.name) if notifier else None


def _found(request: Request, id: int) -> Device:
    mine = services_of(request).installation.devices.of(signed_in_of(request).user)
    found = next((each for each in mine if each.id == id), None)
    if found is None:
        raise no_such("device of yours", str(id))
    return found


def _shown(each: Device) -> DeviceShown:
    return DeviceShown(
        id=each.id, name=each.name, key=each.key, created_90k=each.created_90k, told_90k=each.told_90k,
        error=each.error or None,
    )  # fmt: skip
