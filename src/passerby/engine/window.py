"""Holds frames back until enough is known of what follows them. Bounded in time and so in memory."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from itertools import takewhile

import numpy as np
import numpy.typing as npt

from passerby.media import Detections, RawFrame
from passerby.track import Motion


@dataclass(slots=True, eq=False)
class Held:
    """A frame that was looked at if need be, and waits.

    arrived_s: when it came, by the count of seconds of who asks. stretch: by its number, where a mode tells: frames
    of one show the same (`Stillness`). whole: why it must be covered whole, if so. found: what detectors found,
    None if nobody looked or a detector failed. failed: the latter. motion: since the frame before, where it is
    measured. moving: reveal mode's mask of it, and unknown: where that mask cannot tell. The scene may be learned
    anew before the frame comes out.
    """

    frame: RawFrame
    time_s: float
    stretch: int | None = None
    arrived_s: float = 0.0
    whole: str | None = None
    found: Detections | None = field(default=None, repr=False)
    failed: bool = False
    wider: float = 0.0
    motion: Motion | None = field(default=None, repr=False)
    moving: npt.NDArray[np.uint8] | None = field(default=None, repr=False)
    unknown: npt.NDArray[np.bool_] | None = field(default=None, repr=False)

    @property
    def looked(self) -> bool:
        """Whether detectors examined it."""
        return self.found is not None


class Window:
    """Frames in order; the oldest comes out once the newest is `delay_s` later, or when no more will come."""

    def __init__(self, delay_s: float) -> None:
        self._delay_s = delay_s
        self._held: deque[Held] = deque()
        self._ended = False

    def push(self, held: Held) -> None:
        """Adds the newest. Where its look failed, those before it are whole too, back to the last good look."""
        if held.failed:
            self._hide_unlooked(held.whole)
        self._held.append(held)

    def end(self, unlooked: str | None = None) -> None:
        """No more come. unlooked: why those after the last look must be covered whole, if so."""
        self._ended = True
        if unlooked is not None:
            self._hide_unlooked(unlooked)

    def _hide_unlooked(self, why: str | None) -> None:
        for held in takewhile(lambda held: not held.looked, reversed(self._held)):
            held.whole = held.whole or why

    def first(self, count: int) -> list[Held]:
        """The oldest frames, at most `count`."""
        return [self._held[i] for i in range(min(count, len(self._held)))]

    def pop(self) -> Held | None:
        if not self._held:
            return None
        if self._ended or self._held[-1].time_s - self._held[0].time_s >= self._delay_s:
            return self._held.popleft()
        return None
