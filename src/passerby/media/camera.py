"""What a camera is doing at the moment, as a status and a sentence, for pages to show."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from passerby.media.health import Finding


class CameraStatus(StrEnum):
    """Only `recording` is well. None of them shows anybody."""

    CONNECTING = "connecting"
    LEARNING = "learning"
    """It records, covered whole, until the background is learned; `progress` says how far that is."""
    RECORDING = "recording"
    STRAINED = "strained"
    """It records, but this machine is too slow: more is hidden, or pictures are dropped."""
    COVERED = "covered"
    """It records, covered whole, for the given reason."""
    FROZEN = "frozen"
    """It records pictures that are all identical, while a real sensor always has some noise."""
    LOOPED = "looped"
    """It records pictures that repeat again and again: somebody is feeding it a recording."""
    OBSTRUCTED = "obstructed"
    """Something covers the lens."""
    MOVED = "moved"
    """It points somewhere else than it should."""
    BLURRED = "blurred"
    DARK = "dark"
    GLARE = "glare"
    COLLAPSED = "collapsed"
    """Far fewer pictures than usual arrive, or far fewer bytes per picture."""
    CLOCK = "clock"
    """The camera's own clock jumped."""
    SILENT = "silent"
    """It is connected, but no pictures arrive."""
    FAILED = "failed"
    """It is not connected, or cannot be recorded; it is retried automatically."""
    STOPPED = "stopped"
    UNKNOWN = "unknown"
    """Nothing was heard of it from the machine that has it, or no machine has it."""


@dataclass(frozen=True, slots=True)
class BoxNow:
    """objects: people or vehicles. shares: left, top, right, bottom, as shares of the upright picture."""

    objects: str
    shares: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class ViewNow:
    """What is in view, for whoever draws a rule. at_90k: of the frame, UTC. size_wh: of the upright picture, in pixels.
    is_whole: the picture is hidden whole, and nothing is known."""

    at_90k: int
    size_wh: tuple[int, int]
    is_whole: bool
    boxes: tuple[BoxNow, ...]


@dataclass(frozen=True, slots=True)
class CameraState:
    """reason: one sentence for people, without secrets. since_90k: when this state began, UTC in 1/90000 s since 1970.
    progress: 0..1 of learning, otherwise None. figures: counts since the camera was opened, by name."""

    what: CameraStatus
    reason: str
    since_90k: int
    progress: float | None = None
    figures: tuple[tuple[str, float], ...] = ()
    findings: tuple[Finding, ...] = ()
    """The findings of all checks; none while the camera is not open."""
    reference_at_90k: int | None = None
    """When the reference that it is compared with was made, UTC in 1/90000 s; None if there is none."""
    events_trouble: str | None = None
    """Why its rules notice nothing, or what they notice is not written: one sentence. None: all is well."""
    view: ViewNow | None = None
    """What is in view, while somebody asks for it: see `ShowView`."""

    @property
    def records(self) -> bool:
        """Whether pictures are recorded, covered or not."""
        return self.what not in (
            CameraStatus.CONNECTING,
            CameraStatus.SILENT,
            CameraStatus.FAILED,
            CameraStatus.STOPPED,
            CameraStatus.UNKNOWN,
        )
