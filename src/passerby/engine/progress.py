"""The progress that a caller sees while a source is being processed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Progress:
    """frames_total: as the source says; None if it does not say. fps: frames per second so far."""

    stage: Literal["learning", "redacting", "auditing", "observing"]
    frames_done: int
    frames_total: int | None
    fps: float


OnProgress = Callable[[Progress], None]
