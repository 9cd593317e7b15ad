"""Looks at frames so that a failure is never taken for "nothing there": the spine that both modes share."""

from __future__ import annotations

from passerby.engine.looks import Looks
from passerby.engine.window import Held, Window
from passerby.media import Detections

DETECTOR_FAILED = "detector failed"
DAMAGED = "damaged in the source"


class Watchful:
    """Asks the looks when they are due. Where they fail, every frame from the last good look to the next is whole."""

    def __init__(self, looks: Looks, window: Window) -> None:
        self.looks = looks
        self._window = window
        self._failing = False
        self.looked_at_s = float("-inf")

    def look(self, held: Held, *, must: bool = True) -> Detections | None:
        """What is found in the frame, None if nobody looked. Marks frames that stay unexamined.

        must: whether a look that is due is needed at all; after a failure it always is.
        """
        if held.frame.damaged:
            held.whole = DAMAGED
            return None
        if not self.looks.is_due(held.time_s) or not (must or self._failing):
            if self._failing:
                held.whole = DETECTOR_FAILED
            return None
        try:
            found = self.looks.look(held.frame)
        except Exception:  # whatever it is, nothing is known of the frame: it fails closed
            self._fail(held)
            return None
        self._failing = False
        self.looked_at_s = held.time_s
        held.looked = True
        return found

    def _fail(self, held: Held) -> None:
        self._failing = True
        self.looks.all_due()  # what the others found in this frame is lost with it
        held.whole = DETECTOR_FAILED
        for before in self._window.newest_first():
            if before.looked:
                return
            before.whole = before.whole or DETECTOR_FAILED
