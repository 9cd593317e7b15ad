"""Hands what is in view in each frame to whoever asks: to events and counts. Nothing is made if nobody does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from passerby.background import Changes
from passerby.engine.closeups import CloseUps
from passerby.engine.passes import Detectors, PassPlan
from passerby.media import Change, Detections, InView, Kind, RawFrame
from passerby.track import Follower


@dataclass(frozen=True, slots=True)
class Observer:
    """Asks for what is in view in every frame.

    note: called for each frame in order, when it comes out, in the thread that records: it must be quick and must not
    raise. detect_every_s: how often at least detectors run while anybody may be in view; None: as often as covers need
    it. wants_changes: asked at each frame, whether it also wants what came to stay or went for good. wants_vehicles:
    the same for vehicles; then what moves is looked at closely, for 7 ms of CPU each.
    """

    note: Callable[[InView], None]
    detect_every_s: float | None = None
    wants_changes: Callable[[], bool] = lambda: False
    wants_vehicles: Callable[[], bool] = lambda: False


def follower_for(
    observer: Observer | None, size_wh: tuple[int, int], closeups: CloseUps | None = None
) -> Follower | None:
    """What follows people and vehicles for the observer; None if nobody asks."""
    return None if observer is None else Follower(size_wh, has_closeups=closeups is not None)


def closeups_for(observer: Observer | None, detectors: Detectors) -> CloseUps | None:
    """What looks closely for vehicles while the observer asks for them; None if there is none."""
    if observer is None:
        return None
    return CloseUps(detectors.of({Kind.VEHICLE}, detectors.video_threads), observer.wants_vehicles)


class ChangesAsked:
    """What came or went, as long as the observer asks; when it does not, the scene is forgotten."""

    def __init__(self, wants_changes: Callable[[], bool], size_wh: tuple[int, int]) -> None:
        self._wants_changes, self._size_wh = wants_changes, size_wh
        self._changes: Changes | None = None

    def note(self, frame: RawFrame, found: Detections | None) -> tuple[Change, ...] | None:
        """See `Changes.note`. None if nobody asks."""
        if not self._wants_changes():
            self._changes = None
            return None
        if self._changes is None:
            self._changes = Changes(self._size_wh)
        return self._changes.note(frame, found)


def changes_for(observer: Observer | None, size_wh: tuple[int, int]) -> ChangesAsked | None:
    """What notices changes for the observer; None if there is none."""
    return None if observer is None else ChangesAsked(observer.wants_changes, size_wh)


def often_enough(plan: PassPlan, observer: Observer | None) -> PassPlan:
    """The plan, with detectors running as often as the observer asks."""
    if observer is None or observer.detect_every_s is None:
        return plan
    return replace(plan, every_s=min(plan.every_s, observer.detect_every_s))
