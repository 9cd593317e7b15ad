"""Routes of "this is not a person": boxes around posters, statues and screens, each recorded with its user."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, Field

from passerby.access.not_people import NotPerson
from passerby.api.cameras import CameraName, configured
from passerby.api.gate import signed_in_of
from passerby.api.ports import services_of
from passerby.api.problems import no_such
from passerby.media.boxes import BoxShare

router = APIRouter(prefix="/api/cameras/{camera}/not-people", tags=["cameras"])

Share = Annotated[float, Field(json_schema_extra={"minimum": 0, "maximum": 1})]
BoxId = Annotated[int, Path(ge=1, le=2**53, description="The box's id.")]


class NotPersonBox(BaseModel):
    """Around a poster, a statue or a screen: at most a quarter of the picture."""

    left: Share = Field(description="Share of the picture's width.")
    top: Share = Field(description="Share of the picture's height.")
    right: Share = Field(description="Share of the picture's width.")
    bottom: Share = Field(description="Share of the picture's height.")


class NotPersonShown(NotPersonBox):
    id: int
    who: str = Field(description="The user who added it.")
    at_90k: int = Field(description="When it was added: UTC, 1/90000 s since 1970.")


@router.get("", summary="Boxes around posters and the like, which are not people")
def not_people(camera: CameraName, request: Request) -> list[NotPersonShown]:
    services = services_of(request)
    configured(services, camera)
    return [_shown(each) for each in services.installation.not_people.list(camera)]


@router.post("", summary="Mark something as not a person; it applies to what stands still", status_code=201)
def add_not_person(camera: CameraName, body: NotPersonBox, request: Request) -> NotPersonShown:
    services, me = services_of(request), signed_in_of(request)
    box = BoxShare(body.left, body.top, body.right, body.bottom)
    with services.installation.audit.with_change():
        configured(services, camera)
        added = services.installation.not_people.add(camera, box, me.user.name)
        services.installation.audit.note(me.user.name, me.through, "not-people:add", camera, about=added.words)
    services.cameras_changed()
    return _shown(added)


@router.delete("/{id}", summary="Remove the mark: what is there is hidden again if it may be a person", status_code=204)
def remove_not_person(camera: CameraName, id: BoxId, request: Request) -> None:
    services, me = services_of(request), signed_in_of(request)
    with services.installation.audit.with_change():
        removed = services.installation.not_people.remove(camera, id)
        if removed is None:
            raise no_such("box", str(id))
        services.installation.audit.note(me.user.name, me.through, "not-people:remove", camera, about=removed.words)
    services.cameras_changed()


def _shown(each: NotPerson) -> NotPersonShown:
    box = each.box
    return NotPersonShown(
        id=each.id, left=box.left, top=box.top, right=box.right, bottom=box.bottom, who=each.who, at_90k=each.at_90k
    )
