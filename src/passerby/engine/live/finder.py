"""Runs detectors on live frames while they wait: a pass is requested, and its answer comes before the frame leaves.

As in `finder`, a failure is never taken for "nothing there"; nor is a pass that came too late.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from concurrent.futures import TimeoutError as NotYet
from dataclasses import dataclass
from functools import partial

from passerby.engine.closeups import CloseUps
from passerby.engine.finder import DAMAGED, examine
from passerby.engine.held import Held
from passerby.engine.live.queue import FairQueue
from passerby.engine.passes import Passes
from passerby.engine.proofs import failure_of
from passerby.media import Detections
from passerby.rules.effort import AT_EASE, LATE, Effort, effort

LATE_S = 1.0
"""A frame waits at most this long for its pass, then goes on without it. Normally a pass takes some 50 ms."""
STANDS_STILL = 1.5
"""After this many usual intervals on the monotonic clock a pass is due whatever the frames' times say. Those stand
still if the camera's clock does."""
NEVER_EXAMINED = "nobody has been looked for yet"
MAY_WAIT_S = 0.4  # if nothing moves: passes over pictures with movement go first


Answer = tuple[Detections, Detections | None]
"""See `examine`."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A pass in progress. at_s: when it was requested, on the monotonic clock."""

    held: Held
    answer: Future[Answer]
    at_s: float


@dataclass(frozen=True, slots=True)
class _Moment:
    """A frame's own time, and when it arrived."""

    time_s: float
    arrived_s: float


class LiveFinder:
    """For the frames of one camera, from one thread: call `find` as each arrives, and `settle` in the same order."""

    def __init__(
        self,
        passes: Passes,
        queue: FairQueue,
        every_s: float,
        now_s: Callable[[], float] = time.monotonic,
        closeups: CloseUps | None = None,
    ) -> None:
        """every_s: the intended interval between passes while passes are needed. now_s: a monotonic clock. Delayed
        frames arrive faster than their timestamps say, so waiting is measured by this clock."""
        self._passes, self._queue, self._every_s, self._now_s = passes, queue, every_s, now_s
        self._closeups = closeups
        self._asked: _Asked | None = None
        self._hangs: Future[Answer] | None = None  # a pass that was given up but still runs
        self._owes = self._done = -1  # indices of the newest frame that needs a pass, and of the newest that had one
        self._needless: _Moment | None = None  # up to this frame no pass was needed
        self._examined = _Moment(float("-inf"), float("-inf"))
        self._asked_s = float("-inf")
        self._failure: str | None = None  # why the last pass failed
        self.is_late = False
        """Whether the last pass did not come in time."""
        self.examined_at_s = self.found_at_s = float("-inf")
        self.effort: Effort = AT_EASE
        """As of the last frame that was settled."""

    @property
    def trouble(self) -> str | None:
        """Why everything is covered at the moment; None if passes work as they should."""
        return self._failure or (LATE if self.is_late else None)

    @property
    def is_failing(self) -> bool:
        """Whether the last pass failed."""
        return self._failure is not None

    def all_due(self) -> None:
        """Forgets what is known, as after a cut."""
        self._passes.all_due()

    def find(self, held: Held, *, must: bool = True, is_last: bool = False) -> None:
        """Requests a pass if one is due. See `DirectFinder.find`. Which frame is the last is only known at the end."""
        held.arrive(self._now_s())
        self._owes = held.frame.index if must else self._owes
        held.needs_pass_at(self._owes)
        if not (self.is_failing or self.is_late or self._owes > self._done):
            return
        if held.frame.damaged:
            held.hide(DAMAGED)
        elif self._may_ask and self._is_due(held) and not self._recalls(held):
            stirs = held.moving is None or bool(held.moving.any())
            work = partial(examine, self._passes, self._closeups, held)
            answer = self._queue.ask(work, may_wait_s=0.0 if stirs else MAY_WAIT_S)
            self._asked = _Asked(held, answer, held.arrived_s)
            self._asked_s = held.arrived_s

    @property
    def _may_ask(self) -> bool:
        """Whether a pass may be requested: one at a time, since another would hang behind one that hangs."""
        if self._hangs is not None and self._hangs.done():
            self._hangs = None
        return self._asked is None and self._hangs is None

    def _is_due(self, held: Held) -> bool:
        if self._passes.is_due(held.time_s):
            return True
        stands_still = held.arrived_s - self._asked_s >= STANDS_STILL * self._every_s
        if stands_still:
            self._passes.all_due()
        return stands_still

    def _recalls(self, held: Held) -> bool:
        """Whether the content of the frame is known without a pass over it."""
        known = self._passes.recall(held.time_s, held.stretch)
        if known is None:
            return False
        self._asked_s = held.arrived_s
        self._know(held, known, self._closeups.found if self._closeups else None)
        return True

    def settle(self, held: Held, *, is_last: bool = False) -> bool:
        """Whether all that can be known about a frame is known. is_last: no more frames come, so this waits for it.

        The window decides whether the frame is shown, from the passes that were completed.
        """
        asked = self._asked
        if asked is not None and asked.held is held:
            left_s = asked.at_s + LATE_S - self._now_s()
            if not asked.answer.done() and left_s > 0 and not is_last:
                return False
            self._asked = None
            self._take(held, asked.answer, max(0.0, left_s) if is_last else 0.0)
        if self.is_failing and not held.is_examined:
            held.hide(self._failure)
        is_wanted = held.owes > self._done
        self.effort = effort(self._overdue_s(held, is_wanted), self._every_s)
        held.widen(self.effort.wider)
        held.hide(self.effort.whole)
        if is_wanted and not held.is_examined and self._examined.time_s == float("-inf"):
            held.hide(NEVER_EXAMINED)
        return True

    def _overdue_s(self, held: Held, is_wanted: bool) -> float:
        """How overdue a pass is at this frame, by its timestamp or its arrival, whichever is more."""
        at = _Moment(held.time_s, held.arrived_s)
        if self._needless is None or not is_wanted:
            self._needless = at
        known = (self._examined, self._needless)
        by_time_s = at.time_s - max(each.time_s for each in known)
        by_arrival_s = at.arrived_s - max(each.arrived_s for each in known)
        return max(0.0, max(by_time_s, by_arrival_s) - self._every_s)

    def _take(self, held: Held, answer: Future[Answer], patience_s: float) -> None:
        try:
            found, vehicles = answer.result(patience_s)
        except (NotYet, CancelledError):  # too late: an answer may still come, but for a frame that is gone
            self._hangs = None if answer.cancel() else answer
            self.is_late = True
            self._passes.all_due()
            return
        except Exception as error:  # whatever went wrong, nothing is known about the frame: fail closed
            self._failure = failure_of(error)
            held.fail(self._failure)
            self._passes.all_due()
            return
        self._failure = None
        self.examined_at_s = held.time_s
        self._examined = _Moment(held.time_s, held.arrived_s)
        self._know(held, found, vehicles)

    def _know(self, held: Held, found: Detections, vehicles: Detections | None) -> None:
        held.complete(found, vehicles)
        self._done, self.is_late = held.frame.index, False
        if len(found) or vehicles:
            self.found_at_s = held.time_s
