"""Routes of configured cameras. Their addresses can be set but are never returned."""

from __future__ import annotations

import base64
from collections.abc import Collection
from contextlib import AbstractContextManager
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, Field, SecretStr, computed_field

from passerby.access.cameras import CameraFacts, ConfiguredCamera
from passerby.access.words import address_words, camera_words
from passerby.api.gate import gate, signed_in_of
from passerby.api.ports import Services, services_of
from passerby.api.problems import no_such, problem
from passerby.api.said import Said, said_of
from passerby.media.codecs import codec_title
from passerby.rules.access import Action, Subject, may

router = APIRouter(prefix="/api/cameras", tags=["cameras"])

NAME = r"^[A-Za-z0-9_-]{1,64}$"
CameraName = Annotated[str, Path(pattern=NAME, description="The camera's name.")]
GroupName = Annotated[str, Field(pattern=NAME)]
Address = Annotated[SecretStr, Field(max_length=1000)]


class Policy(BaseModel):
    """What everybody who sees a camera may know of it."""

    title: str = Field("", max_length=120)
    transport: Literal["tcp", "udp"] = "tcp"
    trust_any_certificate: bool = False
    mode: Literal["reveal", "cover"] = "reveal"
    privacy_delay_s: float = Field(1.0, ge=0.2, le=10)
    keep_hours: float | None = Field(None, gt=0, le=24 * 3660, description="null: the configured default.")
    more_than_30_days: bool = False
    groups: list[GroupName] = Field([], max_length=100)
    is_enabled: bool = True
    keeps_boxes: bool = Field(
        True, description="Keep where people and vehicles were in its picture for a day, so that rules can be tried."
    )


class CameraShown(Policy):
    name: str
    address_shown: str | None = Field(description="Without login; null if you may not change cameras.")
    is_in_file: bool = Field(description="Defined in passerby.toml: change it there.")
    has_alerts: bool = Field(description="Whether people are notified of its events.")


class CameraChange(Policy):
    address: Address | None = Field(None, description="With login. null: unchanged.")


class NewCamera(CameraChange):
    name: str = Field(pattern=NAME)
    address: Address = Field(min_length=1, description="With login.")


class Alerts(BaseModel):
    is_on: bool = Field(description="Tell people of its events. They are kept in any case.")


class AddressToTry(BaseModel):
    address: Address
    transport: Literal["tcp", "udp"] = "tcp"
    trust_any_certificate: bool = False


class Trial(BaseModel):
    """The result of a test."""

    works: bool
    reason: str | None = Field(description="Why it gave no picture, in words.")
    width: int | None
    height: int | None
    codec: str | None = Field(description="In words, such as MPEG-4 Part 2; null: it is not coded.")
    fps: float | None = Field(description="Measured over its first frames.")
    still_jpeg: str | None = Field(description="Redacted or wholly covered; base64.")
    covered: str | None = Field(description="Why the whole still is covered, if it is.")

    @computed_field(description="The reason as a code; null: it has none.")
    def said(self) -> Said | None:
        return said_of(self.reason)

    @computed_field(description="Why it is covered as a code; null: it has none.")
    def covered_said(self) -> Said | None:
        return said_of(self.covered)


@router.get("", summary="The cameras that I may see")
def cameras(request: Request) -> list[CameraShown]:
    me = signed_in_of(request).principal
    installation = services_of(request).installation
    found, off = installation.cameras.list(), installation.alerts.off()
    seen = [each for each in found if may(me, Action.SEE_CAMERAS, Subject(each.name, each.facts.groups)).allowed]
    return [_shown(each, request, off) for each in seen]


@router.post("", summary="Add a camera", status_code=201)
def add_camera(body: NewCamera, request: Request) -> CameraShown:
    services = services_of(request)
    with services.installation.audit.with_change():
        services.installation.cameras.add(body.name, _facts(body))
        _note(services, request, "camera:add", body.name, camera_words(body.name, None, _facts(body)))
    services.cameras_changed()
    return _found(services, body.name, request)


@router.post("/try", summary="Test an address without adding it")
def try_camera(body: AddressToTry, request: Request) -> Trial:
    services = services_of(request)
    if services.try_camera is None:
        raise problem(503, "cameras cannot be tested here: this installation has no workers")
    address = body.address.get_secret_value()
    _note(services, request, "camera:try", None, address_words(address))  # before its still is sent
    done = services.try_camera(address, body.transport, body.trust_any_certificate)
    gate(request)  # that took seconds: the user may no longer be an admin
    width, height = done.size_wh or (None, None)
    return Trial(
        works=done.reason is None, reason=done.reason, width=width, height=height, fps=done.fps,
        codec=codec_title(done.codec) if done.codec else None,
        still_jpeg=base64.b64encode(done.still).decode() if done.still else None, covered=done.covered,
    )  # fmt: skip


@router.get("/{camera}", summary="One camera")
def camera(camera: CameraName, request: Request) -> CameraShown:
    return _found(services_of(request), camera, request)


@router.put("/{camera}", summary="Change a camera")
def change_camera(camera: CameraName, body: CameraChange, request: Request) -> CameraShown:
    services = services_of(request)
    with services.installation.audit.with_change(), _noting_boxes(services, request):
        before = configured(services, camera)
        services.installation.cameras.change(camera, _facts(body))
        _note(services, request, "camera:change", camera, camera_words(camera, before, _facts(body)))
    services.cameras_changed()
    return _found(services, camera, request)


@router.delete(
    "/{camera}", summary="Remove a camera; its recordings stay until their retention time is over", status_code=204
)
def remove_camera(camera: CameraName, request: Request) -> None:
    services = services_of(request)
    with services.installation.audit.with_change(), _noting_boxes(services, request):
        configured(services, camera)
        services.installation.cameras.remove(camera)
        _note(services, request, "camera:remove", camera)
    services.cameras_changed()


@router.put("/{camera}/alerts", summary="Switch the alerts of a camera on or off")
def switch_alerts(camera: CameraName, body: Alerts, request: Request) -> CameraShown:
    services, me = services_of(request), signed_in_of(request)
    configured(services, camera)
    services.installation.switch_alerts(camera, me.user.name, me.through, is_on=body.is_on)
    return _found(services, camera, request)


def _found(services: Services, name: str, request: Request) -> CameraShown:
    return _shown(configured(services, name), request, services.installation.alerts.off())


def configured(services: Services, name: str) -> ConfiguredCamera:
    """Raises the answer that there is no such camera."""
    found = services.installation.cameras.find(name)
    if found is None:
        raise no_such("camera", name)
    return found


def _note(services: Services, request: Request, what: str, camera: str | None, about: str = "") -> None:
    me = signed_in_of(request)
    services.installation.audit.note(me.user.name, me.through, what, camera, about=about)


def _noting_boxes(services: Services, request: Request) -> AbstractContextManager[None]:
    me = signed_in_of(request)
    return services.installation.noting_boxes_that_go(me.user.name, me.through)


def _shown(camera: ConfiguredCamera, request: Request, alerts_off: Collection[str]) -> CameraShown:
    facts = camera.facts
    may_change = may(signed_in_of(request).principal, Action.CHANGE_CAMERAS, Subject(camera.name, facts.groups)).allowed
    return CameraShown(
        name=camera.name, address_shown=camera.address_shown if may_change else None,
        is_in_file=camera.is_in_file, title=facts.title,
        transport="udp" if facts.transport == "udp" else "tcp", trust_any_certificate=facts.trust_any_certificate,
        mode="cover" if facts.mode == "cover" else "reveal", privacy_delay_s=facts.privacy_delay_s,
        keep_hours=facts.keep_hours, more_than_30_days=facts.more_than_30_days, groups=sorted(facts.groups),
        is_enabled=facts.is_enabled, keeps_boxes=facts.keeps_boxes, has_alerts=camera.name not in alerts_off,
    )  # fmt: skip


def _facts(change: CameraChange) -> CameraFacts:
    return CameraFacts(
        title=change.title, address=change.address.get_secret_value() if change.address else None,
        transport=change.transport,
        trust_any_certificate=change.trust_any_certificate, mode=change.mode, privacy_delay_s=change.privacy_delay_s,
        keep_hours=change.keep_hours, more_than_30_days=change.more_than_30_days, groups=frozenset(change.groups),
        is_enabled=change.is_enabled, keeps_boxes=change.keeps_boxes,
    )  # fmt: skip
