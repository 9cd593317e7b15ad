"""The interface of a mode: frames go in, and come out with their covers."""

from __future__ import annotations

from typing import Protocol

from passerby.engine.window import Held
from passerby.media import Cover, RawFrame
from passerby.track import TrackSummary


class Examiner(Protocol):
    """A mode at work: frames go in, and come out with their covers some time later, in order.

    `look` may run in a thread of its own, some frames ahead of the rest. It shares nothing with the rest but its
    result, so the covers do not depend on how far ahead it runs.
    """

    @property
    def ended_tracks(self) -> list[TrackSummary]: ...
    def look(self, frame: RawFrame, *, is_last: bool = False) -> Held: ...
    def push(self, held: Held) -> None: ...
    def pop(self) -> tuple[RawFrame, Cover] | None: ...
    def end(self) -> None: ...
