"""Routes of recordings: activity, gaps, HLS playlists and their bytes, stills, exports. Each look is recorded."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Annotated, BinaryIO

from fastapi import APIRouter, Header, Path, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from passerby.access.secrets import new_secret
from passerby.api.cameras import CameraName
from passerby.api.exports import FileGoingOut, exports_of
from passerby.api.gate import recordings_of, signed_in_of
from passerby.api.hls import MEDIA_TYPE, hls_text
from passerby.api.ports import Services, services_of
from passerby.api.problems import Problem, problem
from passerby.archive import Reader
from passerby.clock import utc_of
from passerby.errors import OutputError
from passerby.media.segments import GOP_90K, TICKS_PER_S
from passerby.rules.access import Action

router = APIRouter(prefix="/api/cameras/{camera}/timeline", tags=["timeline"])

DAY_90K = 86400 * TICKS_PER_S
LONGEST_PLAYLIST_90K, LONGEST_TIMELINE_90K, LONGEST_EXPORT_90K = DAY_90K, 366 * DAY_90K, DAY_90K
LONGEST_READ_BYTES = 64 << 20  # a quarter of an hour at 570 kbit/s; a player asks for a GOP
LARGEST_FETCH_BYTES = 64 << 20  # over a thin line; at 100 kB/s eleven minutes
THUMBNAIL_PX = 320  # twice as wide as it is shown, for fine screens
_PIECE_BYTES = 1 << 18
_LATEST_90K = 4_000_000_000 * TICKS_PER_S  # the year 2096

Time90k = Annotated[int, Query(ge=0, le=_LATEST_90K, description="UTC, 1/90000 s since 1970.")]


class Gap(BaseModel):
    from_90k: int
    to_90k: int


class Elsewhere(BaseModel):
    """Recordings that are at another place, and are fetched from there when somebody looks at them."""

    from_90k: int
    to_90k: int
    place: str = Field(description="The site, or the machine if it has none; empty: it is not known.")
    is_there: bool = Field(description="false: nothing can be fetched now.")
    heard_90k: int | None = Field(description="When it was heard of last; null: never.")


class Timeline(BaseModel):
    """What is recorded in a range of time."""

    from_90k: int
    to_90k: int
    activity: list[int] = Field(
        description="The most in each equal part of the range, 0..255: people and vehicles found, and what moves on."
    )
    gaps: list[Gap] = Field(description="Where nothing is recorded.")
    elsewhere: list[Elsewhere] = Field(description="What stays at other places for now, or cannot be fetched.")


@router.get("", summary="Activity and gaps of a range of time")
def timeline(
    camera: CameraName,
    request: Request,
    from_90k: Time90k,
    to_90k: Time90k,
    parts: Annotated[int, Query(ge=1, le=4000)] = 500,
) -> Timeline:
    check_range(from_90k, to_90k, LONGEST_TIMELINE_90K)
    recordings = recordings_of(request)
    _note_overview(request, camera, from_90k, to_90k)
    gaps = recordings.playlist(camera, from_90k, to_90k).gaps_90k
    activity = recordings.activity(camera, from_90k, to_90k, parts)
    return Timeline(
        from_90k=from_90k, to_90k=to_90k, activity=list(activity),
        gaps=[Gap(from_90k=start, to_90k=end) for start, end in gaps],
        elsewhere=_elsewhere(recordings, camera, from_90k, to_90k),
    )  # fmt: skip


def _elsewhere(recordings: Reader, camera: str, from_90k: int, to_90k: int) -> list[Elsewhere]:
    """Without what is only on its way to the store from a machine that is there."""
    return [
        Elsewhere(
            from_90k=each.from_90k, to_90k=each.to_90k, place=place.name if place else "",
            is_there=place is not None and place.is_there, heard_90k=place.heard_90k if place else None,
        )
        for each in recordings.elsewhere(camera, from_90k, to_90k)
        for place in [each.place]
        if place is None or place.stays or not place.is_there
    ]  # fmt: skip


@router.get(
    "/playlist.m3u8", summary="A range of time as HLS with byte ranges", response_class=Response,
    responses={200: {"content": {MEDIA_TYPE: {"schema": {"type": "string"}}}}},
)  # fmt: skip
def playlist(camera: CameraName, request: Request, from_90k: Time90k, to_90k: Time90k) -> Response:
    check_range(from_90k, to_90k, LONGEST_PLAYLIST_90K)
    found = recordings_of(request).playlist(camera, from_90k, to_90k)
    if not found.entries:
        raise problem(404, "nothing is recorded there", "ask for another time")
    _note_overview(request, camera, from_90k, to_90k)
    return Response(hls_text(found.entries), media_type=MEDIA_TYPE)


@router.get(
    "/init/{id}.mp4", summary="What a player needs before the first bytes", response_class=Response,
    responses={200: {"content": {"video/mp4": {}}}},
)  # fmt: skip
def init(camera: CameraName, id: Annotated[str, Path(pattern=r"^[0-9a-f]{16}$")], request: Request) -> Response:
    try:
        data = services_of(request).archive.init(id).data
    except OSError:  # SourceError: there is none with that id
        raise problem(404, "there is no such recording") from None
    return Response(data, media_type="video/mp4", headers={"Cache-Control": "private, max-age=86400, immutable"})


@router.get(
    "/objects/{day}/{name}", summary="Bytes of a recording; a range of them", response_class=Response,
    responses={
        200: {"content": {"video/mp4": {}}}, 206: {"content": {"video/mp4": {}}, "description": "The range."},
        416: {"model": Problem, "description": "There is no such range, or it is too long at once."},
    },
)  # fmt: skip
def object_bytes(
    camera: CameraName,
    day: Annotated[str, Path(pattern=r"^\d{4}-\d\d-\d\d$")],
    name: Annotated[str, Path(pattern=r"^\d{6}(-\d{1,18}){1,3}\.mp4$")],
    request: Request,
    range: Annotated[str | None, Header(max_length=100)] = None,
) -> Response:
    recordings, key = recordings_of(request), f"{camera}/{day}/{name}"
    found = recordings.find(key)
    if found is None:
        raise problem(404, "there is no such recording")
    size = found.size
    first, last = _asked(range, size)
    audit, me = services_of(request).installation.audit, signed_in_of(request)
    audit.look_each_minute(me, Action.WATCH_TIMELINE, camera, *found.span_of(first, last))
    try:
        data = recordings.read(key, first, last + 1 - first)
    except FileNotFoundError:
        raise problem(404, "this recording has just been deleted") from None
    headers = {"Accept-Ranges": "bytes", "Content-Length": str(len(data))}
    if range is None:
        return StreamingResponse(_pieces(data), media_type="video/mp4", headers=headers)
    headers["Content-Range"] = f"bytes {first}-{last}/{size}"
    return StreamingResponse(_pieces(data), 206, media_type="video/mp4", headers=headers)


@router.get(
    "/still.jpg", summary="The recorded picture at a time", response_class=Response,
    responses={200: {"content": {"image/jpeg": {}}}},
)  # fmt: skip
def still(camera: CameraName, request: Request, at_90k: Time90k) -> Response:
    services, me = services_of(request), signed_in_of(request)
    services.installation.audit.look(me, Action.SEE_STILL, camera, at_90k, at_90k)
    found = recordings_of(request).still(camera, at_90k)
    if found is None:
        raise problem(404, "nothing is recorded there", "ask for another time")
    return Response(found.jpeg, media_type="image/jpeg", headers={"X-Passerby-At-90k": str(found.at_90k)})


@router.get(
    "/thumbnail.jpg", summary="A small recorded picture of about a time, for a timeline", response_class=Response,
    responses={200: {"content": {"image/jpeg": {}}}, 204: {"description": "Nothing is recorded then."}},
)  # fmt: skip
def thumbnail(camera: CameraName, request: Request, at_90k: Time90k) -> Response:
    """Noted as playing the two seconds that it is of: there are many, and they show what playing shows."""
    services, me = services_of(request), signed_in_of(request)
    found = recordings_of(request).thumbnail(camera, at_90k, THUMBNAIL_PX)
    if found is None:
        _note_overview(request, camera, at_90k, at_90k + GOP_90K)
        return Response(status_code=204)
    until_90k = found.at_90k + GOP_90K
    services.installation.audit.look_each_minute(me, Action.WATCH_TIMELINE, camera, found.at_90k, until_90k)
    return Response(found.jpeg, media_type="image/jpeg", headers={"X-Passerby-At-90k": str(found.at_90k)})


@router.get(
    "/export.mp4", summary="A range of time as one file, without re-encoding", response_class=StreamingResponse,
    responses={
        200: {"content": {"video/mp4": {}}},
        204: {"description": "It could be made now (with only_ask)."},
        507: {"model": Problem, "description": "Too little of the disk would stay free."},
    },
)  # fmt: skip
def export(
    camera: CameraName,
    request: Request,
    from_90k: Time90k,
    to_90k: Time90k,
    only_ask: Annotated[bool, Query(description="Answer 204 or the problem, and make nothing.")] = False,
) -> Response:
    """Browsers save the answer to disk without showing a problem, so a page asks with only_ask first."""
    check_range(from_90k, to_90k, LONGEST_EXPORT_90K)
    services, me = services_of(request), signed_in_of(request)
    recordings = recordings_of(request)
    entries = recordings.playlist(camera, from_90k, to_90k).entries
    if not entries:
        raise problem(404, "nothing is recorded there", "ask for another time")
    if recordings.far_bytes(entries) > LARGEST_FETCH_BYTES:
        raise problem(422, "these recordings are at another place, and too many to fetch at once", "ask for less time")
    size = sum(each.gop.size for each in entries)
    min_free = services.installation.config.storage.min_free_gigabytes * 1e9
    place = exports_of(request).begin(me.user.id, size, services.scratch, min_free)
    if only_ask:
        place.free()
        return Response(status_code=204)
    try:
        services.installation.audit.look(me, Action.EXPORT, camera, from_90k, to_90k)
        file = _exported(services, recordings, camera, from_90k, to_90k)
    except BaseException:
        place.free()
        raise
    place.made()
    begun = utc_of(from_90k)
    headers = {"Content-Disposition": f'attachment; filename="{camera}-{begun:%Y%m%d-%H%M%S}Z.mp4"'}
    return FileGoingOut(file, place, "video/mp4", headers)


def _exported(services: Services, recordings: Reader, camera: str, from_90k: int, to_90k: int) -> BinaryIO:
    """An open file without a name: nothing is left of it if the browser disconnects."""
    path = services.scratch / f"{new_secret()}.mp4"
    try:
        recordings.export(camera, from_90k, to_90k, path)
        return path.open("rb")
    except OutputError as error:
        raise problem(422, error.message.replace(str(path), f"{camera}.mp4"), error.hint) from None
    finally:
        path.unlink(missing_ok=True)


async def _pieces(data: bytes) -> AsyncIterator[bytes]:
    """Data passed to the server in one piece would be sent to the end, even to somebody who may no longer have it."""
    for first in range(0, len(data), _PIECE_BYTES):
        yield data[first : first + _PIECE_BYTES]


def check_range(from_90k: int, to_90k: int, longest_90k: int) -> None:
    """Raises a problem for a range that is empty or too long."""
    if not 0 < to_90k - from_90k <= longest_90k:
        raise problem(422, f"a range of time must be longer than 0, and at most {longest_90k // DAY_90K * 24} hours")


def _asked(byte_range: str | None, size: int) -> tuple[int, int]:
    """First and last byte. Accepts a single range with a start, as players send."""
    if byte_range is None:
        first, last = 0, size - 1
    else:
        found = re.fullmatch(r"bytes=(\d{1,15})-(\d{0,15})", byte_range.strip())
        if found is None:
            raise _no_range(size)
        first, last = int(found[1]), min(int(found[2] or size - 1), size - 1)
    if not first <= last or last - first >= LONGEST_READ_BYTES:
        raise _no_range(size)
    return first, last


def _no_range(size: int) -> Exception:
    return problem(
        416, "there is no such range of bytes, or it is too long", headers={"Content-Range": f"bytes */{size}"}
    )


def _note_overview(request: Request, camera: str, from_90k: int, to_90k: int) -> None:
    """For what is no picture: when something moved, and when there are recordings. Nobody has seen what is to come."""
    installation = services_of(request).installation
    now_90k, me = installation.clock.now_90k(), signed_in_of(request)
    from_90k, until_90k = min(from_90k, now_90k), min(to_90k, now_90k)
    installation.audit.look_each_minute(me, "timeline:overview", camera, from_90k, until_90k, same=(from_90k, to_90k))
