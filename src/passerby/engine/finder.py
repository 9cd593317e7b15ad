"""Runs detectors on frames so that a failure is never taken for "nothing there". Both modes share it."""

from __future__ import annotations

from typing import Protocol

from passerby.engine.closeups import CloseUps
from passerby.engine.held import Held
from passerby.engine.passes import Passes
from passerby.engine.proofs import DETECTOR_FAILED, failure_of
from passerby.media import Detections

__all__ = ["DAMAGED", "DETECTOR_FAILED", "DirectFinder", "Finder"]

DAMAGED = "damaged in the source"


class Finder(Protocol):
    """Finds what is in frames: at once (`DirectFinder`) or while they wait (`live.finder.LiveFinder`).

    examined_at_s, found_at_s: the times of the last frame that was examined, and of the last in which anything was
    found or known to be still there.
    """

    examined_at_s: float
    found_at_s: float

    def find(self, held: Held, *, must: bool = True, is_last: bool = False) -> None: ...
    def all_due(self) -> None: ...


def examine(passes: Passes, closeups: CloseUps | None, held: Held) -> tuple[Detections, Detections | None]:
    """Runs the due passes over a frame, then close-ups of what moves. Returns what was found, and the vehicles of the
    close-ups, None without any. Raises DetectorError."""
    found = passes.run(held.frame, held.stretch)
    if closeups is None or held.moving is None:
        return found, None
    return found, closeups.find(held.frame, held.moving, found)


class DirectFinder:
    """Runs the passes when they are due. If they fail, every frame from the last good pass to the next is covered
    whole: later frames are marked here, waiting ones by the window when it learns of the failure."""

    def __init__(self, passes: Passes, closeups: CloseUps | None = None) -> None:
        self.passes, self._closeups = passes, closeups
        self._failure: str | None = None  # why the last pass failed
        self._owes = self._done = -1  # indices of the newest frame that needs a pass, and of the newest that had one
        self.examined_at_s = self.found_at_s = float("-inf")

    def all_due(self) -> None:
        """Forgets what is known, as after a cut: every pass is due."""
        self.passes.all_due()

    def find(self, held: Held, *, must: bool = True, is_last: bool = False) -> None:
        """Records in `held` what is found in the frame, or that it stays unexamined.

        must: whether anybody can have come since the last pass. From then on passes are needed until one is completed.
        is_last: no frame follows, so this one is examined on behalf of those before it too.
        """
        self._owes = held.frame.index if must else self._owes
        held.needs_pass_at(self._owes)
        if held.frame.damaged:
            held.hide(DAMAGED)
            return
        is_needed = bool(self._failure) or self._owes > self._done
        if is_last and is_needed:
            self.passes.all_due()
        if not is_needed or not self.passes.is_due(held.time_s):
            held.hide(self._failure)
            return
        known = self.passes.recall(held.time_s, held.stretch)
        if known is not None:
            self._know(held, known, self._closeups.found if self._closeups else None)
            return
        try:
            found, vehicles = examine(self.passes, self._closeups, held)
        except Exception as error:  # whatever went wrong, nothing is known about the frame: fail closed
            self._failure = failure_of(error)
            held.fail(held.whole or self._failure)
            self.passes.all_due()  # what the other passes found in this frame is lost with it
            return
        self._failure = None
        self.examined_at_s = held.time_s
        self._know(held, found, vehicles)

    def _know(self, held: Held, found: Detections, vehicles: Detections | None) -> None:
        held.complete(found, vehicles)
        self._done = held.frame.index
        if len(found) or vehicles:
            self.found_at_s = held.time_s
