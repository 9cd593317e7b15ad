"""Hands what is in view in each frame to whoever asks: to events and counts. Nothing is made if nobody does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from passerby.background import Changes
from passerby.engine.passes import PassPlan
from passerby.media import InView
from passerby.track import Follower


@dataclass(frozen=True, slots=True)
class Observer:
    """Asks for what is in view in every frame.

    note: called for each frame in order, when it comes out, in the thread that records: it must be quick and must not
    raise. detect_every_s: how often at least detectors run while anybody may be in view; None: as often as covers need
    it. wants_changes: also what came to stay or went for good, for a camera that stands still.
    """

    note: Callable[[InView], None]
    detect_every_s: float | None = None
    wants_changes: bool = False


def follower_for(observer: Observer | None, size_wh: tuple[int, int]) -> Follower | None:
    """What follows people for the observer; None if nobody asks."""
    return None if observer is None else Follower(size_wh)


def changes_for(observer: Observer | None, size_wh: tuple[int, int]) -> Changes | None:
    """What notices changes for the observer; None if nobody asks."""
    return Changes(size_wh) if observer is not None and observer.wants_changes else None


def often_enough(plan: PassPlan, observer: Observer | None) -> PassPlan:
    """The plan, with detectors running as often as the observer asks."""
    if observer is None or observer.detect_every_s is None:
        return plan
    return replace(plan, every_s=min(plan.every_s, observer.detect_every_s))
