"""Routes of the machines that record the cameras between them, where there are several."""

from __future__ import annotations

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field, computed_field

from passerby.api.ports import services_of
from passerby.api.problems import problem
from passerby.api.said import Said, said_of
from passerby.version import __version__

router = APIRouter(prefix="/api", tags=["machines"])


class MachineShown(BaseModel):
    """One machine that records, as it said last."""

    name: str
    site: str = Field(description="Where it is; may be empty.")
    is_there: bool = Field(description="false: it is gone, and the others have its cameras, or take them.")
    is_drained: bool = Field(description="It gives its cameras to the others.")
    is_cordoned: bool = Field(description="It keeps its cameras and takes no more.")
    version: str
    lags: bool = Field(description="It should be updated: others run a newer version.")
    load: float = Field(description="Of its processors: 1 is all of them, more is too much.")
    slots: int = Field(description="How many parts of all cameras it has.")
    cameras: int = Field(description="How many it recorded, or tried to.")
    unwell: int = Field(description="How many of them were at fault.")
    since_90k: int | None = Field(
        description="When it was started. UTC, 1/90000 s since 1970. null: what it says is of a version not known here."
    )
    heard_90k: int | None = Field(description="When it said all this; null: see since_90k.")
    strain: float | None = Field(
        description="How far it is from bearing its cameras: from 1 on some suffer, at 2 all of them. null: not known."
    )
    trouble: str | None = Field(description="What is wrong with it, a sentence; null: nothing.")

    @computed_field(description="Its trouble as a code; null: it has none.")
    def said(self) -> Said | None:
        return said_of(self.trouble)


class MoveShown(BaseModel):
    """Cameras that will soon be recorded elsewhere."""

    origin: str | None = Field(description="null: their machine is gone.")
    to: str | None = Field(description="null: there is no machine for them.")
    cameras: list[str]


class QuarantinedShown(BaseModel):
    """A camera that ends workers, and so has one for itself on every machine that it comes to."""

    camera: str
    ended: int = Field(description="How many workers it ended.")


class HeldBackShown(BaseModel):
    """A part of all cameras that no machine takes for a while."""

    slot: int
    lost: int = Field(description="How many machines in a row were lost soon after they took it.")
    cameras: list[str]


class MachinesShown(BaseModel):
    version: str = Field(description="Of the machine that answers.")
    machines: list[MachineShown]
    moves: list[MoveShown]
    quarantined: list[QuarantinedShown]
    held_back: list[HeldBackShown]
    away: str | None = Field(description="Why nothing newer is known, a sentence; null: it is as it says.")

    @computed_field(description="The same as a code; null: there is none.")
    def away_said(self) -> Said | None:
        return said_of(self.away)


@router.get("/machines", summary="The machines that record, their load and versions, and what moves between them")
def machines(request: Request) -> MachinesShown:
    services = services_of(request)
    if services.machines is None:
        raise problem(404, "this machine is all there is", "passerby api serves the page of several")
    found = services.machines()
    return MachinesShown(
        version=__version__,
        machines=[
            MachineShown(
                name=each.name, site=each.site, is_there=each.is_there, is_drained=each.is_drained,
                is_cordoned=each.is_cordoned,
                version=each.version, lags=each.lags, load=each.load, slots=each.slots, cameras=each.cameras,
                unwell=each.unwell, strain=each.strain, since_90k=each.since_90k, heard_90k=each.heard_90k,
                trouble=each.trouble,
            )
            for each in found.nodes
        ],
        quarantined=[QuarantinedShown(camera=camera, ended=ended) for camera, ended in found.quarantined],
        held_back=[
            HeldBackShown(slot=each.slot, lost=each.lost, cameras=list(each.cameras)) for each in found.held_back
        ],
        moves=[MoveShown(origin=each.origin, to=each.to, cameras=list(each.cameras)) for each in found.moves],
        away=found.away,
    )  # fmt: skip
