"""What somebody must be told of: a promise is broken or about to be."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class AlarmKind(StrEnum):
    """store: recordings cannot be put where they belong. delete: they cannot be deleted. space: they are deleted too
    soon. lost: the catalogue told of recordings that are not there."""

    STORE = "store"
    DELETE = "delete"
    SPACE = "space"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Alarm:
    """says: one sentence for people. camera: None where it is about no single one."""

    kind: AlarmKind
    camera: str | None
    says: str
