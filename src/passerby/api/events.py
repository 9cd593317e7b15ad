"""Routes of events: what happened, what users did about it, and what is new."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Annotated

from fastapi import APIRouter, Header, Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, StreamingResponse
from pydantic import BaseModel, Field

from passerby.access.audience import sight_of
from passerby.api.cameras import NAME, CameraName
from passerby.api.event_feed import EventFeed
from passerby.api.gate import sees_since_90k_of, signed_in_of, who_asks
from passerby.api.ports import Services, services_of
from passerby.api.problems import Problem, no_such, problem
from passerby.api.timeline import LONGEST_TIMELINE_90K, Time90k, check_range
from passerby.archive import Still
from passerby.errors import PasserbyError
from passerby.events.log import (
    AROUND_90K,
    MAX_AT_ONCE,
    MAX_COMMENTS,
    MAX_COUNTED,
    EventLog,
    Filter,
    LoggedEvent,
)
from passerby.events.no_recording import no_recording
from passerby.events.sight import ALL_CAMERAS, Sight
from passerby.media.events import EventKind, EventState
from passerby.media.segments import TICKS_PER_S
from passerby.notify.links import message_id
from passerby.rules.access import Action, Principal, may

router = APIRouter(prefix="/api", tags=["events"])

EventId = Annotated[int, Path(ge=1, le=2**53, description="The event's id.")]
_PRECISION_OVER_90K = 30 * 86400 * TICKS_PER_S
STILL_WRITTEN_90K = 30 * TICKS_PER_S
"""An event that began earlier has its picture on the disk, or never will."""
WAIT_FOR_STILL_S = 5.0  # longer than a GOP
_QUIET_S = 15.0  # proxies close what is silent for a minute or so
_LONGEST_STREAM_S = 3600.0


class EventShown(BaseModel):
    """What happened, where, when and how many; never who."""

    id: int
    camera: str
    rule: str = Field(description="The name of the rule that noticed it, as it was then.")
    kind: EventKind
    objects: str = Field(description="people or vehicles. Empty: neither.")
    way: str = Field(description="Across a line: right or left. Otherwise empty.")
    start_90k: int = Field(description="UTC, 1/90000 s since 1970.")
    end_90k: int = Field(description="UTC. While it is open: the latest time at which it went on.")
    is_open: bool = Field(description="It goes on.")
    count: int = Field(description="The most at once.")
    state: EventState
    state_who: str = Field(description="The user who set the state. Empty: nobody.")
    state_90k: int = Field(description="When the state was set. 0: never.")
    comments: int = Field(description="How many.")


class EventPage(BaseModel):
    events: list[EventShown] = Field(description="The newest first.")
    has_more: bool = Field(description="Continue with before_90k and before_id of the last.")


class Unread(BaseModel):
    count: int = Field(description=f"Events in the state new; no more than {MAX_COUNTED} are counted.")


class RulePrecision(BaseModel):
    """Of the events of one rule in the last 30 days that users looked at."""

    camera: str
    rule: str
    right: int = Field(description="Not marked as false.")
    false: int = Field(description="Marked as false.")


class EventComment(BaseModel):
    who: str = Field(description="The user who wrote it.")
    at_90k: int = Field(description="UTC, 1/90000 s since 1970.")
    text: str


class EventWithComments(BaseModel):
    event: EventShown
    comments: list[EventComment] = Field(description="The oldest first.")


class StateChange(BaseModel):
    state: EventState


class NewComment(BaseModel):
    text: str = Field(min_length=1, max_length=1000)


@router.get("/events", summary="Events of the cameras that I may see")
def events(
    request: Request,
    camera: Annotated[str | None, Query(pattern=NAME)] = None,
    rule: Annotated[str | None, Query(max_length=60)] = None,
    kind: EventKind | None = None,
    state: Annotated[list[EventState] | None, Query(description="Any of these; without it, any.")] = None,
    is_open: Annotated[bool | None, Query(description="Only those that go on, or do not.")] = None,
    from_90k: Annotated[Time90k | None, Query(description="Began at or after.")] = None,
    to_90k: Annotated[Time90k | None, Query(description="Began before.")] = None,
    before_90k: Annotated[Time90k | None, Query(description="With before_id: start of the last event I have.")] = None,
    before_id: Annotated[int | None, Query(ge=0, le=2**53)] = None,
    most: Annotated[int, Query(ge=1, le=MAX_AT_ONCE - 1)] = 50,
) -> EventPage:
    if (before_90k is None) != (before_id is None):
        raise problem(422, "before_90k and before_id go together")
    before = None if before_90k is None or before_id is None else (before_90k, before_id)
    wanted = Filter(camera, rule, kind, sorted(set(state or ())), is_open, from_90k, to_90k)
    found = _log(request).page(_sight(request), wanted, before, most + 1)
    return EventPage(events=[_shown(each) for each in found[:most]], has_more=len(found) > most)


@router.get("/events/unread", summary="How many events are new")
def unread(request: Request) -> Unread:
    return Unread(count=_log(request).unread(_sight(request)))


@router.get("/events/precision", summary="How often each rule was right in the last 30 days")
def precision(request: Request) -> list[RulePrecision]:
    since_90k = services_of(request).installation.clock.now_90k() - _PRECISION_OVER_90K
    found = _log(request).precision(_sight(request), since_90k)
    return [RulePrecision(camera=p.camera, rule=p.rule, right=p.right, false=p.false) for p in found]


@router.get(
    "/events/new", summary="New events as they are written, as server-sent events", response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
)  # fmt: skip
async def new_events(
    request: Request,
    last_event_id: Annotated[str | None, Header(pattern=r"^\d{1,16}$", description="Begin after this one.")] = None,
    within_s: Annotated[float, Query(ge=0, le=_LONGEST_STREAM_S, description="End after this time.")] = 3600.0,
) -> StreamingResponse:
    """Each has the event's id, and the event as JSON. Browsers ask again by themselves, and get what they missed."""
    after = None if last_event_id is None else int(last_event_id)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_lines(request, after, within_s), media_type="text/event-stream", headers=headers)


@router.get("/events/{id}", summary="One event with its comments")
def event(id: EventId, request: Request) -> EventWithComments:
    shown = _found(request, id, _sight(request))
    comments = [EventComment(who=c.who, at_90k=c.at_90k, text=c.text) for c in _log(request).comments(id)]
    return EventWithComments(event=_shown(shown), comments=comments)


@router.put("/events/{id}/state", summary="Say what is done about an event")
def set_state(id: EventId, body: StateChange, request: Request) -> EventShown:
    audit, me = services_of(request).installation.audit, signed_in_of(request)
    notifier = services_of(request).notifier
    with audit.with_change():
        sight = _sight(request, Action.CHANGE_EVENTS)
        before = _found(request, id, sight)
        _log(request).set_state(id, body.state, me.user.name)
        about = f"event {id}, {before.rule}: {before.state} to {body.state}"
        audit.note(me.user.name, me.through, "event:state", before.camera, about=about)
        if notifier and body.state is not EventState.NEW:
            notifier.seen(message_id(id))
    return _shown(_found(request, id, sight))


@router.post("/events/{id}/comments", summary="Write a comment on an event", status_code=201)
def add_comment(id: EventId, body: NewComment, request: Request) -> EventComment:
    audit, me = services_of(request).installation.audit, signed_in_of(request)
    with audit.with_change():
        found = _found(request, id, _sight(request, Action.CHANGE_EVENTS))
        written = _log(request).comment(id, me.user.name, body.text)
        if written is None:
            raise problem(422, f"there are {MAX_COMMENTS} comments on this event already")
        audit.note(me.user.name, me.through, "event:comment", found.camera, about=f"event {id}, {found.rule}")
    return EventComment(who=written.who, at_90k=written.at_90k, text=written.text)


@router.get(
    "/events/{id}/still.jpg", summary="The recorded picture of when it began", response_class=Response,
    responses={200: {"content": {"image/jpeg": {}}}},
)  # fmt: skip
def still(id: EventId, request: Request) -> Response:
    services, sight = services_of(request), _sight(request, Action.SEE_STILL)
    found = _found(request, id, sight)
    at_90k = found.start_90k
    services.installation.audit.look(signed_in_of(request), Action.SEE_STILL, found.camera, at_90k, at_90k)
    return _picture(services, found, sight.from_90k(found.camera))


@router.get(
    "/linked-stills/{id}.jpg", summary="The same picture, with a link from a message", response_class=Response,
    responses={200: {"content": {"image/jpeg": {}}}},
)  # fmt: skip
def linked_still(
    id: EventId,
    request: Request,
    until: Annotated[int, Query(ge=0, le=2**40, description="UTC, seconds since 1970, when the link stops working.")],
    signature: Annotated[str, Query(max_length=100)],
) -> Response:
    """Works until it expires, for whoever has it, and for this event only."""
    services = services_of(request)
    installation = services.installation
    if not installation.still_links.is_ours(id, until, signature):
        raise problem(403, "this link is not valid")
    if installation.clock.now_90k() >= until * TICKS_PER_S:
        raise problem(403, "this link has expired")
    found = installation.events.find(ALL_CAMERAS, id)
    camera = installation.cameras.find(found.camera) if found else None
    if found is None or camera is None or found.start_90k < camera.since_90k:
        raise problem(404, "the recording is gone")
    at_90k = found.start_90k
    about = f"event {id}"
    installation.audit.note("", "link", Action.SEE_LINKED_STILL, found.camera, at_90k, at_90k, about)
    if installation.clock.now_90k() - at_90k < STILL_WRITTEN_90K:
        _await_recording(services, found)
    return _picture(services, found, camera.since_90k)


@router.get(
    "/events/{id}/export.mp4", summary="Leads to the export of its recording, with some seconds around it",
    response_class=RedirectResponse, status_code=307,
    responses={
        204: {"description": "There is a recording (with only_ask)."},
        307: {"description": "To the timeline's export."},
        404: {"model": Problem, "description": "There is no such event, or no recording of it any more."},
    },
)  # fmt: skip
def export(
    id: EventId,
    request: Request,
    only_ask: Annotated[bool, Query(description="Answer 204 or the problem, and lead nowhere.")] = False,
) -> Response:
    services, sight = services_of(request), _sight(request, Action.EXPORT)
    found = _found(request, id, sight)
    from_90k = max(0, found.start_90k - AROUND_90K)
    to_90k = found.end_90k + AROUND_90K
    recordings = services.archive.since(sight.from_90k(found.camera))
    if not recordings.playlist(found.camera, from_90k, to_90k).entries:
        raise _no_recording(services, found)
    if only_ask:
        return Response(status_code=204)
    # Relative: passerby may be at a path of its host.
    return RedirectResponse(
        f"../../cameras/{found.camera}/timeline/export.mp4?from_90k={from_90k}&to_90k={to_90k}", status_code=307
    )


@router.get("/cameras/{camera}/events", summary="Events of a camera that go on in a range of time, at most 1000")
def events_of_camera(camera: CameraName, request: Request, from_90k: Time90k, to_90k: Time90k) -> list[EventShown]:
    check_range(from_90k, to_90k, LONGEST_TIMELINE_90K)
    found = _log(request).between(camera, from_90k, to_90k, since_90k=sees_since_90k_of(request))
    return [_shown(each) for each in found]


def _await_recording(services: Services, found: LoggedEvent) -> None:
    """A telephone asks for the picture as soon as it has the message, and never again."""
    clock = services.installation.clock
    give_up_s = clock.monotonic() + WAIT_FOR_STILL_S
    while not services.archive.has_still(found.camera, found.start_90k) and clock.monotonic() < give_up_s:
        clock.sleep(0.2)


def _picture(services: Services, found: LoggedEvent, since_90k: int) -> Response:
    """since_90k: from when on recordings are of the same camera."""
    recordings = services.archive.since(since_90k)
    is_far = recordings.is_far(found.camera, found.start_90k)
    sent = services.installation.event_stills.find(found.id) if is_far else None
    recorded = Still(*sent) if sent else recordings.still(found.camera, found.start_90k)
    if recorded is None:
        raise _no_recording(services, found)
    return Response(recorded.jpeg, media_type="image/jpeg", headers={"X-Passerby-At-90k": str(recorded.at_90k)})


def _no_recording(services: Services, found: LoggedEvent) -> Exception:
    installation = services.installation
    why = no_recording(found, installation.keep().of(found.camera), installation.clock.now_90k())
    return problem(404, why.message, why.hint)


def _log(request: Request) -> EventLog:
    return services_of(request).installation.events


def _sight(request: Request, action: Action = Action.SEE_EVENTS, who: Principal | None = None) -> Sight:
    """who: None: as the gate found them."""
    return sight_of(who or signed_in_of(request).principal, services_of(request).installation.cameras, action)


def _found(request: Request, id: int, sight: Sight) -> LoggedEvent:
    """What one may not see does not exist."""
    found = _log(request).find(sight, id)
    if found is None:
        raise no_such("event", str(id))
    return found


async def _lines(request: Request, after: int | None, within_s: float) -> AsyncIterator[str]:
    feed, clock = request.app.state.event_feed, services_of(request).installation.clock
    assert isinstance(feed, EventFeed)
    yield ": events\n\n"
    end_s = clock.monotonic() + within_s
    quiet_s = min(_QUIET_S, within_s)
    async for batch in feed.listen(after, quiet_s):
        yield ": \n\n"
        seen = await run_in_threadpool(_seen_now, request, batch) if batch else []
        if seen is None:
            return
        for each in seen:
            yield f"id: {each.id}\ndata: {_shown(each).model_dump_json()}\n\n"
        if clock.monotonic() >= end_s:
            return


def _seen_now(request: Request, batch: Sequence[LoggedEvent]) -> list[LoggedEvent] | None:
    """Those that the user may see now: groups change while somebody listens. None: they may no longer listen."""
    try:
        now = who_asks(request)
        if now is None or not may(now.principal, Action.SEE_EVENTS).allowed:
            return None
        sight = _sight(request, who=now.principal)
    except PasserbyError:
        return None
    return [each for each in batch if sight.includes(each.camera, each.start_90k)]


def _shown(each: LoggedEvent) -> EventShown:
    return EventShown(
        id=each.id, camera=each.camera, rule=each.rule, kind=each.kind, objects=each.objects, way=each.way,
        start_90k=each.start_90k, end_90k=each.end_90k, is_open=each.is_open, count=each.count, state=each.state,
        state_who=each.state_who, state_90k=each.state_90k, comments=each.comments,
    )  # fmt: skip
