"""What a camera does at the moment, in a word and in a sentence: what a page shows of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from passerby.media.health import Finding


class CameraStatus(StrEnum):
    """Only `recording` is well. In all of them nobody is shown."""

    CONNECTING = "connecting"
    LEARNING = "learning"
    """It records, covered whole, until enough is known of the place; `progress` says how far that is."""
    RECORDING = "recording"
    STRAINED = "strained"
    """It records, but this machine is too slow for it: more is hidden, or pictures are left out."""
    COVERED = "covered"
    """It records, covered whole, for the reason that is told."""
    FROZEN = "frozen"
    """It records pictures that are all the same: a real sensor always has some noise."""
    LOOPED = "looped"
    """It records pictures that came before, again and again: a recording is played to it."""
    OBSTRUCTED = "obstructed"
    """Something covers the lens."""
    MOVED = "moved"
    """It looks elsewhere than it should."""
    BLURRED = "blurred"
    DARK = "dark"
    GLARE = "glare"
    COLLAPSED = "collapsed"
    """Far fewer pictures come than usual, or far fewer bytes for each."""
    CLOCK = "clock"
    """The camera's own clock leapt."""
    SILENT = "silent"
    """It is connected, and no picture comes."""
    FAILED = "failed"
    """It is not connected, or cannot be recorded; it is tried again by itself."""
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class CameraState:
    """reason: one sentence for people, without any secret. since: UTC, from when on it has been so. progress: 0..1 of
    learning, None else. figures: what is counted since the camera was opened, by name."""

    what: CameraStatus
    reason: str
    since: datetime
    progress: float | None = None
    figures: tuple[tuple[str, float], ...] = ()
    findings: tuple[Finding, ...] = ()
    """Of every check; none while it is not open."""
    reference_at_90k: int | None = None
    """UTC in 1/90000 s, when the reference was made that it is compared with; None while there is none."""

    @property
    def records(self) -> bool:
        """Whether pictures are kept, covered or not."""
        return self.what not in (
            CameraStatus.CONNECTING,
            CameraStatus.SILENT,
            CameraStatus.FAILED,
            CameraStatus.STOPPED,
        )
