"""Routes that look for cameras in the network and ask one for its streams. They add no cameras."""

from __future__ import annotations

import threading

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field, SecretStr, computed_field

from passerby.access.installation import reach_of
from passerby.access.throttle import Throttle
from passerby.api.gate import signed_in_of
from passerby.api.ports import services_of
from passerby.api.problems import problem
from passerby.api.said import Said, said_of
from passerby.capture.onvif import OnvifStream, find_devices, streams_of
from passerby.clock import Clock
from passerby.errors import SourceUnavailable
from passerby.media.codecs import codec_title
from passerby.net.fetch import Limits

router = APIRouter(prefix="/api/cameras", tags=["cameras"])

A_MINUTE = 12
"""For both together, per user: cameras lock out whoever tries passwords, and the network is shared."""
OPEN_WITHIN_S, READ_WITHIN_S = 5.0, 5.0
HOST = r"^(https?://)?[A-Za-z0-9._:%\[\]-]{1,253}(/[A-Za-z0-9._/-]{0,100})?$"


class Finder:
    """Limits how often users may ask. One search at a time: a second would receive the same answers."""

    def __init__(self, clock: Clock) -> None:
        self.throttle = Throttle(clock, 1, A_MINUTE)
        self.searching = threading.Lock()


class Device(BaseModel):
    """A camera that answered. Everything but host is what it says about itself."""

    host: str = Field(description="For listing its streams.")
    name: str
    hardware: str
    location: str


class DeviceToAsk(BaseModel):
    host: str = Field(max_length=400, pattern=HOST, description="A name or an IP address, perhaps with a port.")
    user: str | None = Field(None, max_length=100)
    password: SecretStr | None = Field(None, max_length=200)
    trust_any_certificate: bool = False


class Stream(BaseModel):
    """One of its streams."""

    name: str
    width: int | None
    height: int | None
    codec: str | None = Field(description="In words, such as H.264.")
    fps: float | None = Field(description="Frames per second, at most.")
    address: str = Field(description="Without login: to add it, put the user and password into it, percent-encoded.")
    was_elsewhere: bool = Field(
        description="The camera named another host; this is the same stream at its own address. Test it first."
    )


class Streams(BaseModel):
    """The streams that were found, the largest picture first."""

    works: bool
    reason: str | None = Field(description="Why it listed no streams, in words.")
    streams: list[Stream]

    @computed_field(description="The reason as a code; null: it has none.")
    def said(self) -> Said | None:
        return said_of(self.reason)


@router.post("/find", summary="Search the network for ONVIF cameras, for three seconds")
def find(request: Request) -> list[Device]:
    services, me, finder = services_of(request), signed_in_of(request), _asked(request)
    if not finder.searching.acquire(blocking=False):
        raise problem(429, "a search for cameras is already running", headers={"Retry-After": "3"})
    try:
        services.installation.audit.note(me.user.name, me.through, "camera:find")
        found = find_devices(reach_of(services.installation.config))
    finally:
        finder.searching.release()
    return [Device(host=d.host, name=d.name, hardware=d.hardware, location=d.location) for d in found]


@router.post("/streams", summary="List the streams of an ONVIF camera")
def streams(body: DeviceToAsk, request: Request) -> Streams:
    services, me = services_of(request), signed_in_of(request)
    _asked(request)
    services.installation.audit.note(me.user.name, me.through, "camera:streams", about=body.host)
    limits = Limits(reach_of(services.installation.config), OPEN_WITHIN_S, READ_WITHIN_S, body.trust_any_certificate)
    password = body.password.get_secret_value() if body.password else None
    try:
        found = streams_of(body.host, body.user or None, password, limits)
    except SourceUnavailable as error:
        return Streams(works=False, reason=str(error), streams=[])
    return Streams(works=True, reason=None, streams=[_shown(each) for each in found])


def _asked(request: Request) -> Finder:
    """Raises 429."""
    finder = request.app.state.finder
    assert isinstance(finder, Finder)
    wait_s = finder.throttle.wait_s(signed_in_of(request).user.name, None)
    if wait_s > 0:
        raise problem(429, "too many requests to cameras: wait a moment", headers={"Retry-After": str(int(wait_s) + 1)})
    return finder


def _shown(found: OnvifStream) -> Stream:
    width, height = found.size_wh or (None, None)
    return Stream(
        name=found.name, width=width, height=height, fps=found.fps,
        codec=codec_title(found.codec) if found.codec else None,
        address=found.address.without_login(), was_elsewhere=found.was_elsewhere,
    )  # fmt: skip
