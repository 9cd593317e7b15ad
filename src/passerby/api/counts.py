"""Routes of counts: crossings of a camera's lines, and how many were in its zones, by minute, hour, day or week."""

from __future__ import annotations

import csv
import io
from dataclasses import asdict
from datetime import tzinfo
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from passerby.api.cameras import CameraName
from passerby.api.gate import sees_since_90k_of
from passerby.api.ports import services_of
from passerby.api.problems import problem
from passerby.api.timeline import DAY_90K, LONGEST_TIMELINE_90K, Time90k, check_range
from passerby.clock import utc_of
from passerby.errors import SettingsError
from passerby.events.local_time import zone_named
from passerby.events.periods import Per
from passerby.events.presence import Present
from passerby.events.tallies import Tally

router = APIRouter(prefix="/api/cameras/{camera}", tags=["events"])

LONGEST_90K = {
    Per.MINUTE: 2 * DAY_90K, Per.HOUR: 93 * DAY_90K,
    Per.DAY: 2 * LONGEST_TIMELINE_90K, Per.WEEK: 2 * LONGEST_TIMELINE_90K,
}  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

Rule = Annotated[str | None, Query(max_length=60, description="Of one rule only.")]
Zone = Annotated[str, Query(max_length=60, description="Whose hours, days and weeks: such as Europe/Riga.")]


class CountShown(BaseModel):
    rule: str = Field(description="The name of the rule, as it was then.")
    way: str = Field(description="right or left.")
    start_90k: int = Field(description="When the minute, hour, day or week begins: UTC, 1/90000 s since 1970.")
    count: int = Field(description="How many crossed.")
    minutes: int = Field(description="Of how many minutes that is known, at least.")


class PresentShown(BaseModel):
    rule: str = Field(description="The name of the rule, as it was then.")
    start_90k: int = Field(description="When the minute, hour, day or week begins: UTC, 1/90000 s since 1970.")
    minutes: int = Field(description="Of how many minutes something is known.")
    mean: float = Field(description="How many were there, or waited, on average over these minutes.")
    most: int = Field(description="The most at once.")
    left: int = Field(description="How many left a queue.")
    waited_s: float | None = Field(description="How long each of these waited on average; null: nobody left.")


class Counts(BaseModel):
    """Crossings of lines, and how many were in zones and queues. What is not known is left out: 0 is nobody."""

    rules: list[str] = Field(description="The camera's lines that count or have counted, whatever was asked for.")
    counts: list[CountShown]
    zones: list[str] = Field(description="The camera's zones and queues that have counts, whatever was asked for.")
    present: list[PresentShown]


@router.get("/counts", summary="How many crossed each line and were in each zone, by time")
def counts(
    camera: CameraName, request: Request, from_90k: Time90k, to_90k: Time90k,
    per: Per = Per.HOUR, rule: Rule = None, zone: Zone = "UTC",
) -> Counts:  # fmt: skip
    installation = services_of(request).installation
    crossed, present = _found(request, camera, from_90k, to_90k, per, rule, _zone(zone))
    return Counts(
        rules=installation.tallies.rules(camera),
        counts=[CountShown(**asdict(each)) for each in crossed],
        zones=installation.presence.rules(camera),
        present=[PresentShown(**asdict(each)) for each in present],
    )


@router.get(
    "/counts.csv", summary="The same as a table for spreadsheets", response_class=Response,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
)  # fmt: skip
def counts_csv(
    camera: CameraName, request: Request, from_90k: Time90k, to_90k: Time90k,
    per: Per = Per.HOUR, rule: Rule = None, zone: Zone = "UTC",
) -> Response:  # fmt: skip
    at = _zone(zone)
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(["camera", "rule", "way", "start", "count", "mean", "most", "left", "waited_s", "minutes"])
    crossed, present = _found(request, camera, from_90k, to_90k, per, rule, at)
    for tally in crossed:
        start = _local(tally.start_90k, at)
        table.writerow([camera, _cell(tally.rule), tally.way, start, tally.count, "", "", "", "", tally.minutes])
    for each in present:
        start = _local(each.start_90k, at)
        its = each.mean, each.most, each.left, each.waited_s, each.minutes
        table.writerow([camera, _cell(each.rule), "", start, "", *its])
    headers = {"Content-Disposition": f'attachment; filename="{camera}-counts.csv"'}
    return Response(text.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


def _found(
    request: Request, camera: str, from_90k: int, to_90k: int, per: Per, rule: str | None, zone: tzinfo
) -> tuple[list[Tally], list[Present]]:
    check_range(from_90k, to_90k, LONGEST_90K[per])
    installation, since_90k = services_of(request).installation, sees_since_90k_of(request)
    crossed = installation.tallies.between(camera, from_90k, to_90k, per, zone, rule=rule, since_90k=since_90k)
    present = installation.presence.between(camera, from_90k, to_90k, per, zone, rule=rule, since_90k=since_90k)
    return crossed, present


def _local(at_90k: int, zone: tzinfo) -> str:
    return utc_of(at_90k).astimezone(zone).isoformat(timespec="minutes")


def _zone(name: str) -> tzinfo:
    try:
        return zone_named(name)
    except SettingsError as error:
        raise problem(422, error.message, error.hint) from None


def _cell(name: str) -> str:
    """A name that a spreadsheet would take for a formula begins with an apostrophe."""
    return f"'{name}" if name.startswith(_FORMULA) else name
