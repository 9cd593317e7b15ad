"""Decides when reveal mode needs a new background, and where it comes from."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto
from typing import Protocol

from passerby.background import Background
from passerby.media import RawFrame

LEARN_AGAIN_S = 90.0  # length of a stretch; anything parked for a third of it becomes background


class Need(Enum):
    """Why a background is asked for."""

    NOTHING = auto()
    """There is a background, and nothing differs from it."""
    FRESH = auto()
    """There is a background, and something differs from it that may be there to stay."""
    FIRST = auto()
    """There is no background yet: everything is covered until there is."""
    ANEW = auto()
    """The whole picture has been different for long: the old background is invalid, and everything is covered."""


class Learner(Protocol):
    """Learns the background of one source."""

    def next(self, frame: RawFrame, need: Need) -> Background | None:
        """The background to use from this frame on; None to keep the present one. Call it for every frame, in order."""
        ...


LearnFrom = Callable[[float, Need], Background | None]
"""Learns the background of the stretch that begins at this time, in seconds. None if that is not possible."""


class StretchLearner:
    """For files: learns each stretch from itself, by looking ahead. The first may be learned beforehand."""

    def __init__(self, learn_from: LearnFrom) -> None:
        self._learn_from = learn_from
        self._learned_at_s: float | None = None

    def next(self, frame: RawFrame, need: Need) -> Background | None:
        """See `Learner`."""
        time_s = frame.time_s
        if self._learned_at_s is None:
            self._learned_at_s = time_s
            is_stale = need is Need.FIRST
        else:
            is_stale = need is Need.ANEW or time_s - self._learned_at_s >= LEARN_AGAIN_S
        if not is_stale:
            return None
        self._learned_at_s = time_s
        return self._learn_from(time_s, need)
