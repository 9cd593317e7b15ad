"""Routes of one camera's health: its checks, its reference, its earlier states."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from passerby.api.about import State, states_of
from passerby.api.cameras import CameraName, configured
from passerby.api.gate import recordings_of, signed_in_of
from passerby.api.ports import services_of
from passerby.api.problems import problem
from passerby.api.said import WithReason
from passerby.api.timeline import LONGEST_TIMELINE_90K, Time90k, check_range
from passerby.media.health import Check, Verdict
from passerby.media.requests import Rebase
from passerby.rules.access import Action

router = APIRouter(prefix="/api/cameras/{camera}", tags=["health"])


class CheckShown(WithReason):
    """One check."""

    check: Check
    verdict: Verdict = Field(description="unknown: there is too little to judge by. This is not an alarm.")
    since_90k: int = Field(description="UTC, 1/90000 s since 1970; 0: unknown.")


class CameraHealth(BaseModel):
    state: State
    checks: list[CheckShown] = Field(description="Empty while the camera is not open.")
    reference_at_90k: int | None = Field(description="When its reference was made; null: there is none.")
    newest_still_at_90k: int | None = Field(
        description="The time of its newest recorded picture; null: nothing was recorded in the last minute."
    )


class Stretch(WithReason):
    """How long a camera was in one state."""

    from_90k: int
    to_90k: int | None = Field(description="null: it still does.")
    what: str = Field(description="One word, as in a state.")


@router.get("/health", summary="The health of a camera, check by check")
def health(camera: CameraName, request: Request) -> CameraHealth:
    services = services_of(request)
    configured(services, camera)
    camera_state = services.fleet.states().get(camera) if services.fleet else None
    return CameraHealth(
        state=states_of(services, [camera])[0],
        checks=[
            CheckShown(check=each.check, verdict=each.verdict, reason=each.reason, since_90k=each.since_90k)
            for each in (camera_state.findings if camera_state else ())
        ],
        reference_at_90k=camera_state.reference_at_90k if camera_state else None,
        newest_still_at_90k=recordings_of(request).newest_still_at_90k(camera, services.installation.clock.now_90k()),
    )


@router.get("/health/history", summary="The states of a camera in a range of time")
def history(camera: CameraName, request: Request, from_90k: Time90k, to_90k: Time90k) -> list[Stretch]:
    check_range(from_90k, to_90k, LONGEST_TIMELINE_90K)
    found = services_of(request).archive.history.between(camera, from_90k, to_90k)
    return [Stretch(from_90k=s.from_90k, to_90k=s.to_90k, what=s.what, reason=s.reason) for s in found]


@router.get(
    "/health/reference.jpg", summary="What a camera should see: background only, the rest covered",
    response_class=Response, responses={200: {"content": {"image/jpeg": {}}}},
)  # fmt: skip
def reference(camera: CameraName, request: Request) -> Response:
    services = services_of(request)
    services.installation.audit.look(signed_in_of(request), Action.SEE_STILL, camera)
    still = services.fleet.reference(camera) if services.fleet else None
    if still is None:
        raise problem(404, "there is no reference yet", "it is made when the camera has learned its background")
    return Response(still, media_type="image/jpeg", headers={"Cache-Control": "no-store"})


@router.post("/health/reference", summary="Make what a camera shows now its reference", status_code=204)
def rebase(camera: CameraName, request: Request) -> None:
    services, me = services_of(request), signed_in_of(request)
    configured(services, camera)
    services.installation.audit.note(me.user.name, me.through, Action.REBASE, camera)
    if services.fleet is None or not services.fleet.ask(camera, Rebase()):
        raise problem(503, f"camera '{camera}' is not running", "try again when it is")


@router.get(
    "/still.jpg", summary="The newest recorded picture of the last minute", response_class=Response,
    responses={200: {"content": {"image/jpeg": {}}}},
)  # fmt: skip
def newest_still(camera: CameraName, request: Request) -> Response:
    services, now_90k = services_of(request), services_of(request).installation.clock.now_90k()
    services.installation.audit.look(signed_in_of(request), Action.SEE_STILL, camera)
    found = recordings_of(request).newest_still(camera, now_90k)
    if found is None:
        raise problem(404, "nothing was recorded in the last minute")
    headers = {"X-Passerby-At-90k": str(found.at_90k), "Cache-Control": "no-store"}
    return Response(found.jpeg, media_type="image/jpeg", headers=headers)
