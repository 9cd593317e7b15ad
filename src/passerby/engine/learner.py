"""Where reveal mode gets its backgrounds from, and when it needs one."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto
from typing import Protocol

from passerby.background import Background
from passerby.media import RawFrame

LEARN_AGAIN_S = 90.0  # a stretch; what is parked for a third of one is background in it


class Need(Enum):
    """Why a background is asked for."""

    NOTHING = auto()
    """There is one, and nothing differs from it."""
    FRESH = auto()
    """There is one, and something differs from it: it may be there to stay."""
    FIRST = auto()
    """There is none: all is covered until there is."""
    ANEW = auto()
    """The whole picture has been another for long: what was known is worth nothing, and all is covered."""


class Learner(Protocol):
    """Learns what is established in one source."""

    def next(self, frame: RawFrame, need: Need) -> Background | None:
        """The background to go by from this frame on; None to go on with what there is. For every frame in order."""
        ...


LearnFrom = Callable[[float, Need], Background | None]
"""Learns the background of the stretch that begins at a time, seconds, and why; None where that cannot be done."""


class StretchLearner:
    """For files: learns each stretch from itself, by looking ahead. The first is to be learned before."""

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
