"""Decides how strained a machine is, from what its cameras suffer and how busy its processors are."""

from __future__ import annotations

import math
from collections.abc import Iterable

from passerby.media.camera import CameraState, CameraStatus
from passerby.rules.effort import LATE

STRAINED = 1.0
"""From here on cameras suffer: pictures are dropped, or more is hidden than need be."""
ROOM = 0.8
"""Below, it can take more."""
SUFFERS_FROM = 0.1
"""Of its cameras. Fewer may be strained by what they are, such as one with a huge picture."""
FOLLOWS_S = 15.0
"""It follows what is measured in about so many seconds."""


class Strain:
    """Of one machine. `now` is below 1 as long as its cameras are well, however busy it is."""

    def __init__(self) -> None:
        self._busy, self._suffering = 0.0, 0.0
        self._at_s: float | None = None

    @property
    def now(self) -> float:
        """0: nothing to do. From `STRAINED` on cameras suffer, at 2 all of them."""
        if self._suffering >= SUFFERS_FROM:
            return STRAINED + self._suffering
        return min(self._busy, STRAINED - 0.01)

    def note(self, states: Iterable[CameraState], busy: float, now_s: float) -> None:
        """busy: share of all processors' time since the last call."""
        running = [state for state in states if state.records]
        suffering = sum(suffers(state) for state in running) / len(running) if running else 0.0
        old = 0.0 if self._at_s is None else math.exp(-(now_s - self._at_s) / FOLLOWS_S)
        self._busy = self._busy * old + busy * (1 - old)
        self._suffering = self._suffering * old + suffering * (1 - old)
        self._at_s = now_s


def suffers(state: CameraState) -> bool:
    """Whether a camera is not well because its machine is too slow."""
    return state.what is CameraStatus.STRAINED or (state.what is CameraStatus.COVERED and LATE in state.reason)
