"""Gives what is in view of one camera to all who want it: rules, what is kept for a day, whoever looks now."""

from __future__ import annotations

from typing import Protocol

from passerby.media import InView


class Listener(Protocol):
    """Its methods never raise."""

    def note(self, view: InView) -> None: ...
    def end(self) -> None: ...


class Listeners:
    """In order. For the thread that records."""

    def __init__(self, *listeners: Listener | None) -> None:
        self._listeners = [each for each in listeners if each is not None]

    def note(self, view: InView) -> None:
        """What is in view in the next frame."""
        for each in self._listeners:
            each.note(view)

    def end(self) -> None:
        """No more frames come for now."""
        for each in self._listeners:
            each.end()
