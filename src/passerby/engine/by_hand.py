"""Adds boxes drawn by hand to the covers of a video's frames. How the two combine is decided by the rules."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

from passerby.covers_file import Box, ManualCovers, to_coded
from passerby.media import Cover, RawFrame
from passerby.rules.coverage import with_manual


class ByHand:
    """Takes frames in order, with their covers, and hands them on.

    A frame stays on screen until the next one, so a box drawn at any time in between is meant for it. Each frame
    therefore waits until the time of the next one is known. Without manual covers, frames do not wait.
    """

    def __init__(
        self, covers: ManualCovers | None, start_s: float, hand_on: Callable[[tuple[RawFrame, Cover]], None]
    ) -> None:
        """start_s: the time of the source's first frame on its own clock."""
        self._covers, self._start_s, self._hand_on = covers, start_s, hand_on
        self._waiting: tuple[RawFrame, Cover] | None = None

    def push(self, frame: RawFrame, cover: Cover) -> None:
        if self._covers is None:
            self._hand_on((frame, cover))
            return
        self._pass(self._covers, until_s=frame.time_s)
        self._waiting = frame, cover

    def end(self) -> None:
        """Hands on the last frame, which stays on screen without end."""
        if self._covers is not None:
            self._pass(self._covers, until_s=math.inf)

    def _pass(self, covers: ManualCovers, until_s: float) -> None:
        if self._waiting is None:
            return
        (frame, cover), self._waiting = self._waiting, None
        adds, keeps = covers.during(frame.time_s - self._start_s, until_s - self._start_s)
        coded = partial(to_coded, turn=frame.turn, width=frame.width, height=frame.height)
        hidden, shown = [coded(_around(box)) for box in adds], [coded(_within(box)) for box in keeps]
        self._hand_on((frame, with_manual(cover, hidden, shown)))


def _around(box: Box) -> Box:
    """All pixels that it touches. Rotating whole pixels loses nothing; rotating fractions can lose a pixel."""
    left, top, right, bottom = box
    return math.floor(left), math.floor(top), math.ceil(right), math.ceil(bottom)


def _within(box: Box) -> Box:
    """The pixels that lie completely inside, none if it is smaller than one."""
    left, top, right, bottom = box
    return math.ceil(left), math.ceil(top), math.floor(right), math.floor(bottom)
