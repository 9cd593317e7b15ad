"""Routes about the installation: about, health, camera states, metrics."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from passerby.api.alarms import MEANS, standing
from passerby.api.gate import signed_in_of
from passerby.api.metrics import metrics_text
from passerby.api.ports import Services, services_of
from passerby.api.said import WithReason
from passerby.errors import PasserbyError
from passerby.media.alarms import AlarmKind
from passerby.rules.access import Action, Subject, may
from passerby.version import __version__

router = APIRouter()

NO_FLEET = "this installation runs without workers: no camera is recorded"
NO_CATALOGUE = "the catalogue cannot be read"


class Health(BaseModel):
    """For monitoring the service. It names no camera and nothing of this machine: anybody may ask."""

    status: Literal["ok", "degraded", "failing"]
    recording: Literal["running", "absent"]
    reasons: list[str]
    alarms: list[AlarmKind] = Field(description="The kinds of promises that are broken; /api/alarms has the details.")


class AboutShown(BaseModel):
    """What the people filmed may know."""

    title: str
    operator: str
    contact: str
    purpose: str
    version: str
    cameras: int = Field(description="How many are configured and switched on.")
    keep_hours: float = Field(description="How long recordings are kept, unless a camera has its own setting.")
    longest_keep_hours: float = Field(
        description="The longest that recordings of any camera are kept, including removed cameras."
    )
    notices: list[str] = Field(
        description="The kinds of rules that are on, of all cameras together: what is noticed, and not where."
    )
    keep_events_days: int = Field(description="How long events are kept.")


class State(WithReason):
    """How one camera is."""

    camera: str
    what: str = Field(description='One word; "absent" where nothing records it.')
    since_90k: int | None = Field(description="UTC, 1/90000 s since 1970; null: unknown.")
    progress: float | None = Field(description="0..1 while it learns.")


@router.get("/healthz", tags=["about"], summary="Whether it works", responses={503: {"model": Health}})
def healthz(request: Request, response: Response) -> Health:
    services = services_of(request)
    recording: Literal["running", "absent"] = "running" if services.fleet else "absent"
    try:
        services.installation.users.count()
    except PasserbyError:
        response.status_code = 503
        return Health(status="failing", recording=recording, reasons=[NO_CATALOGUE], alarms=[])
    kinds = sorted({each.alarm.kind for each in standing(services)})
    reasons = [*([] if services.fleet else [NO_FLEET]), *(MEANS[kind] for kind in kinds)]
    return Health(status="degraded" if reasons else "ok", recording=recording, reasons=reasons, alarms=kinds)


@router.get("/api/about", tags=["about"], summary="What this installation is")
def about(request: Request) -> AboutShown:
    installation = services_of(request).installation
    config = installation.settings.current()
    public, usual = config.about, config.storage.keep_hours
    longest = max(keep.hours for keep in installation.keep().all())
    working = [each for each in installation.cameras.list() if each.facts.is_enabled]
    rules = installation.rules.enabled()
    return AboutShown(
        title=public.title, operator=public.operator, contact=public.contact, purpose=public.purpose,
        cameras=len(working), keep_hours=usual, longest_keep_hours=longest, version=__version__,
        notices=sorted({rule.kind for each in working for rule in rules.get(each.name, ())}),
        keep_events_days=config.storage.keep_events_days,
    )  # fmt: skip


@router.get("/api/states", tags=["health"], summary="The state of each camera that I may see")
def states(request: Request) -> list[State]:
    me, services = signed_in_of(request).principal, services_of(request)
    found = services.installation.cameras.list()
    seen = [each.name for each in found if may(me, Action.SEE_HEALTH, Subject(each.name, each.facts.groups)).allowed]
    return states_of(services, seen)


@router.get(
    "/metrics", tags=["about"], summary="Metrics for Prometheus", response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)  # fmt: skip
def metrics(request: Request) -> Response:
    services = services_of(request)
    names = [each.name for each in services.installation.cameras.list()]
    text, kind = metrics_text(services, {each.camera: each.what for each in states_of(services, names)})
    return Response(text, media_type=kind)


def states_of(services: Services, cameras: list[str]) -> list[State]:
    if services.fleet is None:
        return [State(camera=name, what="absent", reason=NO_FLEET, since_90k=None, progress=None) for name in cameras]
    by_name = services.fleet.states()
    return [
        State(camera=name, what=s.what, reason=s.reason, since_90k=s.since_90k, progress=s.progress)
        if (s := by_name.get(name))
        else State(
            camera=name, what="unknown", reason="no worker has reported on it yet", since_90k=None, progress=None
        )
        for name in cameras
    ]
