"""Something that happened in one camera's view: what, where, when and how many, and never who."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from passerby.media.segments import ticks


class EventKind(StrEnum):
    """What happened."""

    LINE_CROSSED = "line-crossed"
    IN_ZONE = "in-zone"
    CROWD = "crowd"
    DENSITY = "density"
    QUEUE = "queue"
    LOITERING = "loitering"
    WRONG_WAY = "wrong-way"
    STOPPED = "stopped"
    LEFT_OBJECT = "left-object"
    REMOVED_OBJECT = "removed-object"
    FALL = "fall"
    LYING = "lying"
    CAMERA = "camera"
    """A camera is not well. Its status is in place of a rule."""


class EventState(StrEnum):
    """What people did about an event."""

    NEW = "new"
    SEEN = "seen"
    TAKEN = "taken"
    """Somebody is dealing with it."""
    DONE = "done"
    FALSE = "false"
    """It did not happen: the rule was wrong."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event. rule: the name of the rule that noticed it. objects: what it is about, `people`, `vehicles` or
    `things`. start_s, end_s: seconds from the start of the source; end_s is None while it goes on. count: the most at
    once. way: across a line, `right` or `left`; otherwise None."""

    rule: str
    kind: EventKind
    objects: str
    start_s: float
    end_s: float | None
    count: int = 1
    way: str | None = None


@dataclass(frozen=True, slots=True)
class CameraEvent:
    """An event of a live camera: as `Event`, with its times in UTC, 1/90000 s since 1970."""

    camera: str
    rule: str
    kind: EventKind
    objects: str
    start_90k: int
    end_90k: int | None
    count: int = 1
    way: str | None = None

    @classmethod
    def of(cls, event: Event, camera: str, first_s: float) -> CameraEvent:
        """first_s: when the source of the event started, seconds since 1970."""
        start_90k = ticks(first_s + event.start_s)
        end_90k = None if event.end_s is None else ticks(first_s + event.end_s)
        return cls(camera, event.rule, event.kind, event.objects, start_90k, end_90k, event.count, event.way)
