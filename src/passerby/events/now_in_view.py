"""What is in view of a live camera right now, while somebody asks for it: boxes only, and never an id."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from passerby.events.boxes import MAX_BOXES, shares_of
from passerby.events.watcher import KINDS
from passerby.media import InView
from passerby.media.camera import BoxNow, ViewNow
from passerby.media.segments import TICKS_PER_S
from passerby.rules.events.paths import upright

OLD_AFTER_S = 3.0
_OBJECTS = {kind: name for name, kind in KINDS.items()}


class NowInView:
    """`note` is for the thread that records and never raises, the rest for any."""

    def __init__(self, monotonic_s: Callable[[], float] = time.monotonic) -> None:
        self._monotonic_s, self._lock = monotonic_s, threading.Lock()
        self._until_s = float("-inf")
        self._view: InView | None = None
        self._noted_s = float("-inf")

    def ask(self, for_s: float) -> None:
        """Somebody wants to see it for so long."""
        with self._lock:
            self._until_s = max(self._until_s, self._monotonic_s() + for_s)

    def note(self, view: InView) -> None:
        """What is in view in the next frame. Forgotten at once if nobody asks."""
        with self._lock:
            self._noted_s = self._monotonic_s()
            self._view = view if self._noted_s < self._until_s else None

    def end(self) -> None:
        """No more frames come for now."""
        with self._lock:
            self._view = None

    def now(self) -> ViewNow | None:
        """None: nobody asks, or no picture came in the last seconds."""
        with self._lock:
            now_s = self._monotonic_s()
            view = self._view if now_s < self._until_s and now_s - self._noted_s < OLD_AFTER_S else None
        return None if view is None else _shown(view)


def _shown(view: InView) -> ViewNow:
    """In the order of their places: the order of tracks would tell who came first."""
    size_wh = view.upright_wh
    boxes = [
        BoxNow(_OBJECTS[each.kind], shares_of(upright(each.xyxy, view.size_wh, view.turn), size_wh))
        for each in view.tracks
        if view.whole is None and each.kind in _OBJECTS
    ]
    boxes.sort(key=lambda box: (box.objects, box.shares))
    return ViewNow(round(view.time_s * TICKS_PER_S), size_wh, view.whole is not None, tuple(boxes[:MAX_BOXES]))
