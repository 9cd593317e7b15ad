"""Alarms: a promise is broken or about to be."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class AlarmKind(StrEnum):
    """store: recordings cannot be stored. delete: they cannot be deleted. space: they are deleted too early. lost:
    recordings in the catalogue are missing. strange: the store holds files that are not recordings. upkeep:
    maintenance work failed. cameras: the configured cameras cannot be read. detector: a camera is covered whole
    because its detector fails, is late or finds nothing. events: what happens is not noticed, or not written.
    channel: messages cannot be delivered through a channel."""

    STORE = "store"
    DELETE = "delete"
    SPACE = "space"
    LOST = "lost"
    STRANGE = "strange"
    UPKEEP = "upkeep"
    CAMERAS = "cameras"
    DETECTOR = "detector"
    EVENTS = "events"
    CHANNEL = "channel"

    @property
    def happens_once(self) -> bool:
        """Whether it is reported when it happens and not repeated until it is fixed."""
        return self in (AlarmKind.SPACE, AlarmKind.LOST, AlarmKind.STRANGE)


@dataclass(frozen=True, slots=True)
class Alarm:
    """says: one sentence for people. camera: None if it is not about a single one."""

    kind: AlarmKind
    camera: str | None
    says: str
