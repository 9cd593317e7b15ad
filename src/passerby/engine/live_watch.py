"""Looks at live frames while they go on: a look is asked for, and its answer is there before the frame comes out.

As in `watchful`, a failure is never taken for "nothing there"; nor is a look that came too late.
"""

from __future__ import annotations

from concurrent.futures import CancelledError, Future
from concurrent.futures import TimeoutError as NotYet
from functools import partial

from passerby.engine.looks import Looks
from passerby.engine.queue import FairQueue
from passerby.engine.watchful import DAMAGED, DETECTOR_FAILED
from passerby.engine.window import Held
from passerby.media import Detections
from passerby.rules.effort import AT_EASE, Effort, effort

LATE_S = 1.0
"""A frame waits this long for the look at it; then it goes on without. While all is well that is some 50 ms."""
MAY_WAIT_S = 0.4  # where nothing moves, behind those where something does


class LiveWatch:
    """For frames of one camera, from one thread: `look` for each as it comes, `settle` for each in the same order."""

    def __init__(self, looks: Looks, queue: FairQueue, every_s: float) -> None:
        """every_s: how often somebody who is wanted to be looked for should be."""
        self._looks, self._queue, self._every_s = looks, queue, every_s
        self._answer: tuple[Held, Future[Detections]] | None = None
        self._wanted_since_s: float | None = None
        self.is_failing = False
        """The last look failed."""
        self.looked_at_s = self.found_at_s = float("-inf")
        self.effort: Effort = AT_EASE
        """As of the frame that was settled last."""

    def all_due(self) -> None:
        """After a cut: what was known is worth nothing."""
        self._looks.all_due()

    def look(self, held: Held, *, must: bool = True) -> None:
        """Asks for a look if one is due. See `Watchful.look`."""
        if held.frame.damaged:
            held.whole = DAMAGED
            return
        if self._answer is not None or not self._looks.is_due(held.time_s) or not (must or self.is_failing):
            return
        if self._wanted_since_s is None:
            self._wanted_since_s = held.time_s
        stirs = held.moving is None or bool(held.moving.any())
        work = partial(self._looks.look, held.frame)
        self._answer = held, self._queue.ask(work, may_wait_s=0.0 if stirs else MAY_WAIT_S)

    def settle(self, held: Held, newest_s: float) -> bool:
        """Whether all is known of a frame that ever will be. newest_s: the time of the newest; infinite at the end."""
        if self._answer is not None and self._answer[0] is held:
            answer = self._answer[1]
            if not answer.done() and newest_s - held.time_s < LATE_S:
                return False
            self._answer = None
            self._take(held, answer, LATE_S if newest_s == float("inf") else 0.0)
        if self.is_failing and not held.looked:
            held.whole = held.whole or DETECTOR_FAILED
        overdue_s = 0.0 if self._wanted_since_s is None else held.time_s - self._wanted_since_s
        self.effort = effort(max(0.0, overdue_s), self._every_s)
        held.wider, held.whole = self.effort.wider, held.whole or self.effort.whole
        return True

    def _take(self, held: Held, answer: Future[Detections], patience_s: float) -> None:
        try:
            held.found = answer.result(patience_s)
        except (NotYet, CancelledError):  # too late: it may still come, and then it is of a frame that is gone
            answer.cancel()
            self._looks.all_due()
            return
        except Exception:  # whatever it is, nothing is known of the frame: it fails closed
            self.is_failing = held.failed = True
            self._looks.all_due()
            held.whole = DETECTOR_FAILED
            return
        self.is_failing, self._wanted_since_s = False, None
        self.looked_at_s = held.time_s
        if len(held.found):
            self.found_at_s = held.time_s
