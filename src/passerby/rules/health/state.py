"""Decides what is reported first about an open camera: one status and one sentence out of everything that applies."""

from __future__ import annotations

from dataclasses import dataclass

from passerby.media.camera import CameraStatus
from passerby.media.health import Check, Finding, Verdict

WHAT = {
    Check.SIGNAL: CameraStatus.SILENT,
    Check.FROZEN: CameraStatus.FROZEN,
    Check.LOOPED: CameraStatus.LOOPED,
    Check.OBSTRUCTED: CameraStatus.OBSTRUCTED,
    Check.MOVED: CameraStatus.MOVED,
    Check.BLURRED: CameraStatus.BLURRED,
    Check.DARK: CameraStatus.DARK,
    Check.GLARE: CameraStatus.GLARE,
    Check.BITRATE: CameraStatus.COLLAPSED,
    Check.FRAME_RATE: CameraStatus.COLLAPSED,
    Check.CLOCK: CameraStatus.CLOCK,
}
"""The status of a camera for each check that is bad."""

NOT_LIVE = (Check.SIGNAL, Check.FROZEN, Check.LOOPED)
"""Worse than everything being covered: what is covered is not even live."""
NOT_THE_PLACE = (Check.OBSTRUCTED, Check.MOVED, Check.BLURRED, Check.DARK, Check.GLARE)
POOR = (Check.BITRATE, Check.FRAME_RATE)
PICTURE = (Check.SIGNAL, Check.FROZEN, Check.OBSTRUCTED, Check.BLURRED, Check.DARK, Check.GLARE)
"""While one of these is unknown, the camera is not reported as well."""
MAY_BE_UNKNOWN = (Check.LOOPED, Check.MOVED)
"""These stay unknown for a file that is played in a loop, or if no background is learned."""


_DETECTOR = "the detector "
"""How a reason begins if the detector is to blame."""


def blames_detector(what: str, reason: str) -> bool:
    """Whether a camera's pictures are covered because of the detector, which needs attention."""
    return what == CameraStatus.COVERED and _DETECTOR in reason


@dataclass(frozen=True, slots=True)
class Doing:
    """What is happening to a camera's pictures. failing: why all are covered, if a detector failed. is_learning: there
    is no background yet. has_written: pictures came out. whole: why the newest of those is covered whole. strained: in
    what way this machine is too slow. unrecorded: why nothing can be written."""

    failing: str | None = None
    is_learning: bool = False
    has_written: bool = True
    whole: str | None = None
    strained: str | None = None
    unrecorded: str | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """since_90k: from the finding that it is based on; None if it is not based on one."""

    what: CameraStatus
    reason: str
    since_90k: int | None = None


def tell(doing: Doing, findings: tuple[Finding, ...]) -> Told:
    """The most serious thing to report."""
    bad = {each.check: each for each in findings if each.verdict is Verdict.BAD}
    learning = "learning the background"
    if doing.unrecorded:
        return Told(CameraStatus.FAILED, doing.unrecorded)
    if found := _first(bad, NOT_LIVE):
        return _told(found)
    if doing.failing:
        return Told(CameraStatus.COVERED, f"the whole picture is hidden: {_named(doing.failing)}")
    if found := _first(bad, NOT_THE_PLACE):
        return _told(found, f"; {learning} again" if doing.is_learning else "")
    if doing.is_learning:
        return Told(CameraStatus.LEARNING, learning)
    if not doing.has_written:
        return Told(CameraStatus.CONNECTING, "its first pictures are held back for the privacy delay")
    if doing.whole:
        also = f"; {doing.strained}" if doing.strained else ""
        return Told(CameraStatus.COVERED, f"the whole picture is hidden: {doing.whole}{also}")
    if found := _first(bad, POOR):
        return _told(found)
    if doing.strained:
        return Told(CameraStatus.STRAINED, doing.strained)
    if found := _first(bad, (Check.CLOCK,)):
        return _told(found)
    unknown = {each.check for each in findings if each.verdict is Verdict.UNKNOWN}
    if not findings or unknown.intersection(PICTURE):
        return Told(CameraStatus.RECORDING, "checking the picture")
    if unknown.intersection(MAY_BE_UNKNOWN):
        return Told(CameraStatus.RECORDING, "all is well, as far as it can be checked")
    return Told(CameraStatus.RECORDING, "all is well")


def _named(failing: str) -> str:
    return failing if failing.startswith(("the ", "a ")) else f"the {failing}"


def _first(bad: dict[Check, Finding], order: tuple[Check, ...]) -> Finding | None:
    return next((bad[check] for check in order if check in bad), None)


def _told(finding: Finding, more: str = "") -> Told:
    return Told(WHAT[finding.check], finding.reason + more, finding.since_90k)
