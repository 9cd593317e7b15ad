"""What somebody must be told of: a promise is broken or about to be."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class AlarmKind(StrEnum):
    """store: recordings cannot be put where they belong. delete: they cannot be deleted. space: they are deleted too
    soon. lost: the catalogue told of recordings that are not there. strange: the store holds what is no recording.
    upkeep: what is done beside serving failed. cameras: those that are configured cannot be read.
    detector: a camera is covered whole, since its detector fails, is late or finds nothing."""

    STORE = "store"
    DELETE = "delete"
    SPACE = "space"
    LOST = "lost"
    STRANGE = "strange"
    UPKEEP = "upkeep"
    CAMERAS = "cameras"
    DETECTOR = "detector"

    @property
    def happens_once(self) -> bool:
        """It is told when it happens, and not again while nobody mends it."""
        return self in (AlarmKind.SPACE, AlarmKind.LOST, AlarmKind.STRANGE)


@dataclass(frozen=True, slots=True)
class Alarm:
    """says: one sentence for people. camera: None where it is about no single one."""

    kind: AlarmKind
    camera: str | None
    says: str
