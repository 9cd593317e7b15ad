"""Routes of the alarms that are active, and how much of each a user may see."""

from __future__ import annotations

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field, computed_field

from passerby.api.gate import signed_in_of
from passerby.api.ports import Services, services_of
from passerby.api.said import Said, said_of
from passerby.media.alarms import Alarm, AlarmKind
from passerby.notify.alarms import Standing
from passerby.rules.access import Action, Subject, may
from passerby.rules.health.state import blames_detector

router = APIRouter(prefix="/api", tags=["health"])

MEANS = {
    AlarmKind.STORE: "recordings cannot be stored, and are waiting",
    AlarmKind.DELETE: "recordings or events that should be gone may still exist",
    AlarmKind.SPACE: "recordings were deleted too early, for lack of space",
    AlarmKind.LOST: "recordings are missing",
    AlarmKind.STRANGE: "the store holds files that are not whole recordings",
    AlarmKind.UPKEEP: "maintenance work fails",
    AlarmKind.CAMERAS: "the configured cameras cannot be read",
    AlarmKind.DETECTOR: "a detector fails, is late, or does not find what it must find: everything is covered",
    AlarmKind.EVENTS: "events are not noticed, or not written",
    AlarmKind.CHANNEL: "messages cannot be delivered through a channel",
}
"""Shown to everybody: names no camera and no place."""


class AlarmShown(BaseModel):
    """A promise that is broken; or, if it breaks at one moment, that was broken in the last day."""

    kind: AlarmKind
    camera: str | None = Field(description="null: not about a single camera.")
    means: str = Field(description="A sentence that names nothing.")
    says: str | None = Field(description="Details of the newest; null if you may not see the settings.")
    count: int = Field(description="How many there are.")
    since_90k: int | None = Field(description="UTC, 1/90000 s since 1970; null: unknown.")

    @computed_field(description="Its details as a code; null: they have none.")
    def said(self) -> Said | None:
        return said_of(self.says)


@router.get("/alarms", summary="Broken promises, of the cameras that I may see and in general")
def alarms(request: Request) -> list[AlarmShown]:
    services, me = services_of(request), signed_in_of(request).principal
    subjects = {each.name: Subject(each.name, each.facts.groups) for each in services.installation.cameras.list()}

    def concerns(camera: str | None) -> bool:
        """A camera that was removed is no longer in any group."""
        subject = subjects.get(camera, Subject(camera)) if camera else Subject()
        return may(me, Action.SEE_HEALTH, subject).allowed

    tells_more = may(me, Action.SEE_SETTINGS).allowed  # it may name folders, and quotes the database
    return [
        AlarmShown(
            kind=each.alarm.kind, camera=each.alarm.camera, means=MEANS[each.alarm.kind],
            says=each.alarm.says if tells_more else None, count=each.count, since_90k=each.since_90k,
        )
        for each in standing(services)
        if concerns(each.alarm.camera)
    ]  # fmt: skip


def standing(services: Services) -> list[Standing]:
    """Includes alarms from the workers themselves."""
    trouble = services.fleet.trouble if services.fleet else None
    entries = [Standing(Alarm(AlarmKind.CAMERAS, None, trouble), None)] if trouble else []
    states = services.fleet.states() if services.fleet else {}
    entries += [
        Standing(Alarm(AlarmKind.DETECTOR, camera, state.reason), state.since_90k)
        for camera, state in sorted(states.items())
        if blames_detector(state.what, state.reason)
    ]
    entries += [
        Standing(Alarm(AlarmKind.EVENTS, camera, state.events_trouble), None)
        for camera, state in sorted(states.items())
        if state.events_trouble
    ]
    return [*entries, *services.alarms.now(), *services.alarms_elsewhere()]
