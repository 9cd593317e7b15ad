"""Routes of the map: its tiles, and where the cameras are that a user may see."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field, computed_field

from passerby.api.cameras import NAME, CameraName, configured
from passerby.api.gate import signed_in_of
from passerby.api.ports import Services, services_of
from passerby.api.problems import problem
from passerby.api.said import Said, said_of
from passerby.errors import SourceError
from passerby.rules.access import Action, Principal, Subject, may
from passerby.sites import OnGround, OnPlan, Place, Tiles

router = APIRouter(prefix="/api", tags=["map"])

Level = Annotated[int, Path(ge=0, le=26, description="The zoom level.")]
Number = Annotated[int, Path(ge=0, lt=2**26)]
SiteName = Annotated[str, Field(pattern=NAME)]
KEPT_S = 86_400  # tiles change seldom
TILES_OF_OURS = "api/map/tiles/{z}/{x}/{y}"


class TileSetShown(BaseModel):
    url: str = Field(description="Of a tile, with {z}, {x} and {y}; of ours it is relative to the page.")
    is_elsewhere: bool = Field(description="Another server has them: it learns what is looked at.")
    is_vector: bool
    min_zoom: int
    max_zoom: int
    bounds: list[float] = Field(description="West, south, east, north, in degrees.")
    attribution: str


class MapShown(BaseModel):
    tiles: TileSetShown | None = Field(description="null: there are none.")
    problem: str | None = Field(description="Why there are none, although they are configured.")

    @computed_field(description="The same as a code; null: it has none.")
    def said(self) -> Said | None:
        return said_of(self.problem)


class ViewCone(BaseModel):
    """What a camera sees from where it is."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    bearing_deg: float = Field(ge=0, le=360, description="Where it looks: clockwise from north, or the plan's top.")
    angle_deg: float = Field(ge=1, le=360, description="How wide it sees.")


class PlanPlace(ViewCone):
    """On the floor plan of a site."""

    site: SiteName
    x_share: float = Field(ge=0, le=1, description="From the left, of the plan's width.")
    y_share: float = Field(ge=0, le=1, description="From the top, of the plan's height.")
    range_share: float = Field(gt=0, le=2, description="How far it sees, of the plan's width.")


Latitude = Annotated[float, Field(ge=-85, le=85, description="Degrees north.")]
Longitude = Annotated[float, Field(ge=-180, le=180, description="Degrees east.")]


class GroundPlace(ViewCone):
    """On the map, in WGS 84."""

    latitude: Latitude
    longitude: Longitude
    range_m: float = Field(gt=0, le=100_000, description="How far it sees, in metres.")


class CameraPlace(BaseModel):
    camera: str
    place: PlanPlace | GroundPlace


@router.get("/map", summary="What the map is drawn from")
def map_shown(request: Request) -> MapShown:
    try:
        found = _tiles(request).set()
    except SourceError as error:
        return MapShown(tiles=None, problem=error.message)
    if found is None:
        return MapShown(tiles=None, problem=None)
    attribution = services_of(request).installation.config.map.attribution
    shown = TileSetShown(
        url=found.url or TILES_OF_OURS, is_elsewhere=found.url is not None, is_vector=found.is_vector,
        min_zoom=found.min_zoom, max_zoom=found.max_zoom, bounds=list(found.bounds), attribution=attribution,
    )  # fmt: skip
    return MapShown(tiles=shown, problem=None)


@router.get(
    "/map/tiles/{z}/{x}/{y}", summary="A tile of the map, from a file of this installation", response_class=Response,
    responses={200: {"content": {"image/*": {}, "application/vnd.mapbox-vector-tile": {}}},
               204: {"description": "There is nothing on this tile."}},
)  # fmt: skip
def tile(z: Level, x: Number, y: Number, request: Request) -> Response:
    found = _tiles(request).tile(z, x, y)
    headers = {"Cache-Control": f"private, max-age={KEPT_S}"}
    if found is None:
        return Response(status_code=204, headers=headers)
    if found.is_gzipped:
        headers["Content-Encoding"] = "gzip"
    return Response(found.data, media_type=found.type, headers=headers)


@router.get("/places", summary="Where the cameras are that I may see")
def places(request: Request) -> list[CameraPlace]:
    services, me = services_of(request), signed_in_of(request).principal
    return [CameraPlace(camera=each.camera, place=_shown(each)) for each in seen_places(services, me)]


@router.put("/cameras/{camera}/place", summary="Say where a camera is, and what it sees from there")
def set_place(camera: CameraName, body: PlanPlace | GroundPlace, request: Request) -> CameraPlace:
    services = services_of(request)
    place = _place(camera, body)
    with services.installation.audit.with_change():
        configured(services, camera)
        services.installation.places.set(place)
        _note(request, "place:change", camera, place.words)
    return CameraPlace(camera=camera, place=body)


@router.delete("/cameras/{camera}/place", summary="Take a camera off the map", status_code=204)
def remove_place(camera: CameraName, request: Request) -> None:
    installation = services_of(request).installation
    with installation.audit.with_change():
        if not installation.places.remove(camera):
            raise problem(404, f"camera '{camera}' is not on the map")
        _note(request, "place:remove", camera)


def seen_places(services: Services, me: Principal) -> list[Place]:
    """Of the cameras that they may see."""
    subjects = {each.name: Subject(each.name, each.facts.groups) for each in services.installation.cameras.list()}
    seen = {name for name, subject in subjects.items() if may(me, Action.SEE_MAP, subject).allowed}
    return [each for each in services.installation.places.list() if each.camera in seen]


def _tiles(request: Request) -> Tiles:
    found = request.app.state.tiles
    assert isinstance(found, Tiles)
    return found


def _note(request: Request, what: str, camera: str, about: str = "") -> None:
    me = signed_in_of(request)
    services_of(request).installation.audit.note(me.user.name, me.through, what, camera, about=about)


def _place(camera: str, body: PlanPlace | GroundPlace) -> Place:
    at: OnPlan | OnGround
    if isinstance(body, PlanPlace):
        at = OnPlan(body.site, body.x_share, body.y_share, body.range_share)
    else:
        at = OnGround(body.latitude, body.longitude, body.range_m)
    return Place(camera, at, body.bearing_deg % 360, body.angle_deg)


def _shown(place: Place) -> PlanPlace | GroundPlace:
    cone = {"bearing_deg": place.bearing_deg, "angle_deg": place.angle_deg}
    match place.at:
        case OnPlan(site, x_share, y_share, range_share):
            return PlanPlace(site=site, x_share=x_share, y_share=y_share, range_share=range_share, **cone)
        case OnGround(latitude, longitude, range_m):
            return GroundPlace(latitude=latitude, longitude=longitude, range_m=range_m, **cone)
