"""Gives what is in view of one camera to all who want it: rules, what is kept for a day, whoever looks now."""

from __future__ import annotations

from typing import Protocol

from passerby.media import InView


class Receiver(Protocol):
    """Its methods never raise."""

    def note(self, view: InView) -> None: ...
    def end(self) -> None: ...


class FanOut:
    """In order. For the thread that records."""

    def __init__(self, *receivers: Receiver | None) -> None:
        self._receivers = [each for each in receivers if each is not None]

    def note(self, view: InView) -> None:
        """What is in view in the next frame."""
        for each in self._receivers:
            each.note(view)

    def end(self) -> None:
        """No more frames come for now."""
        for each in self._receivers:
            each.end()
