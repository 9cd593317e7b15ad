"""Routes to draw a rule by: what it would have raised in the last day, and what is in view now. Boxes only."""

from __future__ import annotations

import threading
import time
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from passerby.access.camera_rules import CameraRule, checked_rule
from passerby.access.rule_words import rule_words
from passerby.api.as_keys import AsKeysOf
from passerby.api.cameras import CameraName, configured
from passerby.api.gate import gate, sees_since_90k_of, signed_in_of
from passerby.api.ports import services_of
from passerby.api.problems import problem
from passerby.config.rule import Rule
from passerby.events.box_records import KEPT_HOURS
from passerby.events.dry_run import MAX_LISTED, Tried, check_can_be_tried, try_rule
from passerby.media.camera import ViewNow
from passerby.media.events import EventKind
from passerby.media.requests import ShowView
from passerby.rules.access import Action
from passerby.rules.events.sight import Doubt
from passerby.rules.retention import HOUR_90K

router = APIRouter(prefix="/api/cameras/{camera}", tags=["cameras"])

LONGEST_TRIAL_S = 25.0  # of a day of a busy camera; proxies often give up after 30 s
_WAITS_S = 5.0  # for a trial of somebody else
SHOWN_FOR_S = 10.0  # after somebody last asked
_one_at_a_time = threading.Lock()  # each takes a processor for seconds


class RuleToTry(BaseModel):
    rule: Annotated[dict[str, Any], AsKeysOf(Rule)] = Field(description="Its keys, as in the file. It is not saved.")
    hours: float = Field(KEPT_HOURS, gt=0, le=KEPT_HOURS, description="How far back.")


class TriedEventShown(BaseModel):
    """What would have happened. Never who."""

    kind: EventKind
    objects: str
    way: str = Field(description="Across a line: right or left. Otherwise empty.")
    start_90k: int = Field(description="UTC, 1/90000 s since 1970.")
    end_90k: int
    count: int = Field(description="The most at once.")
    is_raised: bool = Field(description="It would be an event. If not, it is only counted.")


class TriedHourShown(BaseModel):
    """An hour in which anything would have happened."""

    start_90k: int
    raised: int = Field(description="Events.")
    right: int = Field(description="Crossings of a line.")
    left: int


class RuleTrial(BaseModel):
    from_90k: int
    to_90k: int = Field(description="The end of what was tried.")
    is_cut: bool = Field(description="There was no time for all of it: it ends early.")
    known_s: float = Field(description="How many seconds of it something is known of.")
    keeps_boxes: bool = Field(description="Whether the camera keeps boxes now.")
    raised: int = Field(description="Events, all of them.")
    right: int = Field(description="Crossings of a line, all of them.")
    left: int
    listed: list[TriedEventShown] = Field(description=f"The newest, at most {MAX_LISTED}, in order of time.")
    hours: list[TriedHourShown] = Field(description="In order of time.")
    doubt: Doubt | None = Field(description="Why the rule may miss much where it is.")
    height_px: int | None = Field(description="How tall those are whom it looks for, the median.")
    is_seldom: bool = Field(description="Detectors ran less often than for a rule: none watched, or all was busy.")
    closely: float = Field(description="In which share of the known time vehicles were looked at closely.")


class BoxNowShown(BaseModel):
    """As shares of the picture; it may reach beyond it."""

    objects: Literal["people", "vehicles"]
    left: float
    top: float
    right: float
    bottom: float


class ViewNowShown(BaseModel):
    at_90k: int = Field(description="Of the frame: UTC, 1/90000 s since 1970.")
    width: int = Field(description="Of the picture, in pixels.")
    height: int
    is_whole: bool = Field(description="The picture is hidden whole: nothing is known.")
    boxes: list[BoxNowShown]


class InViewShown(BaseModel):
    view: ViewNowShown | None = Field(description="null: not known yet, or nothing is followed here. Ask again.")


@router.post("/rules/try", summary="What a rule would have raised in the last day; it is not saved")
def try_on_last_day(camera: CameraName, body: RuleToTry, request: Request) -> RuleTrial:
    services, me = services_of(request), signed_in_of(request)
    installation = services.installation
    rule = checked_rule(body.rule)
    check_can_be_tried(rule)
    keeps_boxes = configured(services, camera).facts.keeps_boxes
    to_90k = installation.clock.now_90k()
    from_90k = max(to_90k - round(body.hours * HOUR_90K), sees_since_90k_of(request))
    about = rule_words(None, CameraRule(camera, rule, True, False, me.user.name, to_90k))
    installation.audit.note(me.user.name, me.through, Action.TRY_RULES, camera, from_90k, to_90k, about)
    if not _one_at_a_time.acquire(timeout=_WAITS_S):
        raise problem(503, "others are trying rules", "try again in a minute")
    try:
        until_s = time.monotonic() + LONGEST_TRIAL_S
        stretches = installation.kept_boxes.stretches(camera, from_90k, to_90k)
        done = try_rule(rule, camera, stretches, (from_90k, to_90k), may_go_on=lambda: time.monotonic() < until_s)
    finally:
        _one_at_a_time.release()
    gate(request)  # that took seconds: the user may no longer see the camera
    return _trial(done, keeps_boxes)


@router.get("/in-view", summary="What is in view now: boxes, for whoever draws a rule")
def in_view(camera: CameraName, request: Request) -> InViewShown:
    services = services_of(request)
    configured(services, camera)
    services.installation.audit.look_each_minute(signed_in_of(request), Action.TRY_RULES, camera)
    if services.fleet is None or not services.fleet.ask(camera, ShowView(SHOWN_FOR_S)):
        return InViewShown(view=None)
    state = services.fleet.states().get(camera)
    return InViewShown(view=_view(state.view) if state and state.view else None)


def _trial(done: Tried, keeps_boxes: bool) -> RuleTrial:
    events = ((each.event, each.is_raised) for each in done.listed)
    return RuleTrial(
        from_90k=done.from_90k, to_90k=done.to_90k, is_cut=done.is_cut, known_s=round(done.known_s, 1),
        keeps_boxes=keeps_boxes, raised=done.raised, right=done.right, left=done.left,
        listed=[
            TriedEventShown(
                kind=event.kind, objects=event.objects, way=event.way or "", start_90k=event.start_90k,
                end_90k=event.start_90k if event.end_90k is None else event.end_90k, count=event.count,
                is_raised=is_raised,
            )
            for event, is_raised in events
        ],
        hours=[
            TriedHourShown(start_90k=hour.start_90k, raised=hour.raised, right=hour.right, left=hour.left)
            for _, hour in sorted(done.hours.items())
        ],
        doubt=done.doubt, height_px=done.height_px, is_seldom=done.is_seldom, closely=round(done.closely, 3),
    )  # fmt: skip


def _view(view: ViewNow) -> ViewNowShown:
    boxes = [
        BoxNowShown(
            objects="vehicles" if each.objects == "vehicles" else "people",
            left=each.shares[0], top=each.shares[1], right=each.shares[2], bottom=each.shares[3],
        )
        for each in view.boxes
    ]  # fmt: skip
    width, height = view.size_wh
    return ViewNowShown(at_90k=view.at_90k, width=width, height=height, is_whole=view.is_whole, boxes=boxes)
