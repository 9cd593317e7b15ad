"""Routes of counts: crossings of a camera's lines by minute, hour, day or week."""

from __future__ import annotations

import csv
import io
from datetime import UTC, tzinfo
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from passerby.api.cameras import CameraName
from passerby.api.gate import sees_since_90k_of
from passerby.api.ports import services_of
from passerby.api.problems import problem
from passerby.api.timeline import DAY_90K, LONGEST_TIMELINE_90K, Time90k, check_range
from passerby.clock import utc_of
from passerby.events.tallies import Per, Tally

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


class Counts(BaseModel):
    """Crossings. What has none is left out."""

    rules: list[str] = Field(description="The camera's rules that count, whatever was asked for.")
    counts: list[CountShown]


@router.get("/counts", summary="How many crossed each line, by time")
def counts(
    camera: CameraName, request: Request, from_90k: Time90k, to_90k: Time90k,
    per: Per = Per.HOUR, rule: Rule = None, zone: Zone = "UTC",
) -> Counts:  # fmt: skip
    found = _found(request, camera, from_90k, to_90k, per, rule, _zone(zone))
    shown = [CountShown(rule=t.rule, way=t.way, start_90k=t.start_90k, count=t.count) for t in found]
    return Counts(rules=services_of(request).installation.tallies.rules(camera), counts=shown)


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
    table.writerow(["camera", "rule", "way", "start", "count"])
    for each in _found(request, camera, from_90k, to_90k, per, rule, at):
        start = utc_of(each.start_90k).astimezone(at).isoformat(timespec="minutes")
        table.writerow([camera, _cell(each.rule), each.way, start, each.count])
    headers = {"Content-Disposition": f'attachment; filename="{camera}-counts.csv"'}
    return Response(text.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


def _found(
    request: Request, camera: str, from_90k: int, to_90k: int, per: Per, rule: str | None, zone: tzinfo
) -> list[Tally]:
    check_range(from_90k, to_90k, LONGEST_90K[per])
    return services_of(request).installation.tallies.between(
        camera, from_90k, to_90k, per, zone, rule=rule, since_90k=sees_since_90k_of(request)
    )


def _zone(name: str) -> tzinfo:
    try:
        return UTC if name == "UTC" else ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise problem(422, f"'{name}' is not a time zone", "use a name such as Europe/Riga") from None


def _cell(name: str) -> str:
    """A name that a spreadsheet would take for a formula begins with an apostrophe."""
    return f"'{name}" if name.startswith(_FORMULA) else name
