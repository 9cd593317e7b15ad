"""Decides what is reported first about an open camera: one status and one sentence out of everything that applies."""

from __future__ import annotations

from dataclasses import dataclass

from passerby.media.camera import CameraState, CameraStatus
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


_Reported = tuple[CameraStatus, str, int | None]
"""Status, reason, and when the finding began that it is based on; None if it is not based on one."""


def state_of(doing: Doing, findings: tuple[Finding, ...], now_90k: int) -> CameraState:
    """The state with the most serious thing to report: since now, if no finding says since when."""
    what, reason, since_90k = _most_serious(doing, findings)
    return CameraState(what, reason, now_90k if since_90k is None else since_90k, findings=findings)


def _most_serious(doing: Doing, findings: tuple[Finding, ...]) -> _Reported:
    bad = {each.check: each for each in findings if each.verdict is Verdict.BAD}
    learning = "learning the background"
    if doing.unrecorded:
        return CameraStatus.FAILED, doing.unrecorded, None
    if found := _first(bad, NOT_LIVE):
        return _of(found)
    if doing.failing:
        return CameraStatus.COVERED, f"the whole picture is hidden: {_named(doing.failing)}", None
    if found := _first(bad, NOT_THE_PLACE):
        return _of(found, f"; {learning} again" if doing.is_learning else "")
    if doing.is_learning:
        return CameraStatus.LEARNING, learning, None
    if not doing.has_written:
        return CameraStatus.CONNECTING, "its first pictures are held back for the privacy delay", None
    if doing.whole:
        also = f"; {doing.strained}" if doing.strained else ""
        return CameraStatus.COVERED, f"the whole picture is hidden: {doing.whole}{also}", None
    if found := _first(bad, POOR):
        return _of(found)
    if doing.strained:
        return CameraStatus.STRAINED, doing.strained, None
    if found := _first(bad, (Check.CLOCK,)):
        return _of(found)
    unknown = {each.check for each in findings if each.verdict is Verdict.UNKNOWN}
    if not findings or unknown.intersection(PICTURE):
        return CameraStatus.RECORDING, "checking the picture", None
    if unknown.intersection(MAY_BE_UNKNOWN):
        return CameraStatus.RECORDING, "all is well, as far as it can be checked", None
    return CameraStatus.RECORDING, "all is well", None


def _named(failing: str) -> str:
    return failing if failing.startswith(("the ", "a ")) else f"the {failing}"


def _first(bad: dict[Check, Finding], order: tuple[Check, ...]) -> Finding | None:
    return next((bad[check] for check in order if check in bad), None)


def _of(finding: Finding, more: str = "") -> _Reported:
    return WHAT[finding.check], finding.reason + more, finding.since_90k
