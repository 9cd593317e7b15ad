"""Routes of sites and their floor plans. A plan is shown to everybody who sees a camera on it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, ConfigDict, Field

from passerby.api.cameras import NAME
from passerby.api.gate import signed_in_of
from passerby.api.map import Latitude, Longitude, seen_places
from passerby.api.openapi import BODY_OF_BYTES
from passerby.api.ports import services_of
from passerby.api.problems import no_such, problem
from passerby.rules.access import Action, is_for_all
from passerby.sites import OnPlan, PlanPicture, Site, plan_picture

router = APIRouter(prefix="/api", tags=["map"])

UPLOAD = ("POST", "/api/plans")
InPath = Annotated[str, Path(pattern=NAME, description="The site's name.")]


class GroundPoint(BaseModel):
    """On the map, in WGS 84."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    latitude: Latitude
    longitude: Longitude


class NewSite(BaseModel):
    name: str = Field(pattern=NAME)
    title: str = Field("", max_length=120)


class SiteChange(BaseModel):
    title: str = Field(min_length=1, max_length=120)
    at: GroundPoint | None = Field(None, description="Where it is on the map; null: not on it.")


class PlanShown(BaseModel):
    width_px: int
    height_px: int
    version: str = Field(description="Another one for another picture.")


class SiteShown(BaseModel):
    name: str
    title: str
    plan: PlanShown | None = Field(description="null: there is none yet.")
    at: GroundPoint | None = Field(description="Where it is on the map; null: not on it.")


@router.get("/sites", summary="The sites with cameras that I may see")
def sites(request: Request) -> list[SiteShown]:
    return [_shown(each) for each in _seen_sites(request)]


@router.post("/sites", summary="Add a site", status_code=201)
def add_site(body: NewSite, request: Request) -> SiteShown:
    installation = services_of(request).installation
    with installation.audit.with_change():
        site = installation.sites.add(body.name, body.title)
        _note(request, "site:add", f"{site.name}: title {site.title!r}")
    return _shown(site)


@router.put("/sites/{name}", summary="Change the title of a site and its place on the map; its name stays")
def change_site(name: InPath, body: SiteChange, request: Request) -> SiteShown:
    installation = services_of(request).installation
    at = (body.at.latitude, body.at.longitude) if body.at else None
    with installation.audit.with_change():
        if not installation.sites.change(name, body.title, at):
            raise no_such("site", name)
        where = f"at {at[0]:g}, {at[1]:g}" if at else "not on the map"
        _note(request, "site:change", f"{name}: title {body.title!r}, {where}")
    return _found(request, name)


@router.delete(
    "/sites/{name}", summary="Remove a site and its plan; its cameras stay, without a place", status_code=204
)
def remove_site(name: InPath, request: Request) -> None:
    installation = services_of(request).installation
    with installation.audit.with_change():
        if not installation.sites.remove(name):
            raise no_such("site", name)
        _note(request, "site:remove", name)


@router.post(
    "/plans", summary="Upload the floor plan of a site, a PNG or JPEG, as the body of the request", status_code=201,
    openapi_extra=BODY_OF_BYTES,
)  # fmt: skip
async def add_plan(
    request: Request, site: Annotated[str, Query(pattern=NAME, description="The site's name.")]
) -> SiteShown:
    uploaded = await request.body()  # after the gate; the middleware limits its length
    return await run_in_threadpool(lambda: _set_plan(request, site, plan_picture(uploaded)))


@router.get(
    "/plans/{name}", summary="The floor plan of a site", response_class=Response,
    responses={200: {"content": {"image/png": {}, "image/jpeg": {}}}},
)  # fmt: skip
def plan(name: InPath, request: Request) -> Response:
    is_seen = any(each.name == name for each in _seen_sites(request))
    found = services_of(request).installation.sites.picture(name) if is_seen else None
    if found is None:
        raise problem(404, f"site '{name}' has no floor plan")
    picture, kind = found
    return Response(picture, media_type=f"image/{kind}")


def _set_plan(request: Request, name: str, picture: PlanPicture) -> SiteShown:
    installation = services_of(request).installation
    with installation.audit.with_change():
        if not installation.sites.set_plan(name, picture):
            raise no_such("site", name)
        _note(request, "site:plan", f"{name}: {picture.width_px} × {picture.height_px} pixels")
    return _found(request, name)


def _seen_sites(request: Request) -> list[Site]:
    """All, for who answers for all cameras; else those with a camera that they see."""
    services, me = services_of(request), signed_in_of(request).principal
    found = services.installation.sites.list()
    if is_for_all(me, Action.SEE_MAP):
        return found
    seen = {each.at.site for each in seen_places(services, me) if isinstance(each.at, OnPlan)}
    return [each for each in found if each.name in seen]


def _found(request: Request, name: str) -> SiteShown:
    site = services_of(request).installation.sites.find(name)
    if site is None:
        raise no_such("site", name)
    return _shown(site)


def _note(request: Request, what: str, about: str) -> None:
    me = signed_in_of(request)
    services_of(request).installation.audit.note(me.user.name, me.through, what, about=about)


def _shown(site: Site) -> SiteShown:
    plan = site.plan and PlanShown(
        width_px=site.plan.width_px, height_px=site.plan.height_px, version=site.plan.version
    )
    at = site.at and GroundPoint(latitude=site.at[0], longitude=site.at[1])
    return SiteShown(name=site.name, title=site.title, plan=plan, at=at)
