"""A frame that waits for those after it, with all that is known of it so far. Each fact has one way to be added."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from passerby.media import Detections, RawFrame
from passerby.track import Motion

Moving = npt.NDArray[np.uint8]
Unknown = npt.NDArray[np.bool_]


class Held:
    """frame, time_s, stretch and motion are known when it arrives, and stay.

    stretch: number of its stretch, if the mode has them; frames of one stretch show the same (`Stillness`). motion:
    since the frame before, if measured. failed: whether detecting in it failed.
    """

    __slots__ = (
        "_arrived_s", "_found", "_moving", "_owes", "_unknown", "_vehicles", "_whole", "_wider",
        "failed", "frame", "motion", "stretch", "time_s",
    )  # fmt: skip

    def __init__(self, frame: RawFrame, stretch: int | None = None, motion: Motion | None = None) -> None:
        self.frame, self.time_s, self.stretch, self.motion = frame, frame.time_s, stretch, motion
        self.failed = False
        self._arrived_s = self._wider = 0.0
        self._owes = frame.index
        self._whole: str | None = None
        self._found: Detections | None = None
        self._vehicles: Detections | None = None
        self._moving: Moving | None = None
        self._unknown: Unknown | None = None

    def arrive(self, at_s: float) -> None:
        """at_s: on the caller's monotonic clock."""
        self._arrived_s = at_s

    @property
    def arrived_s(self) -> float:
        """When it arrived, on the caller's monotonic clock; 0 if there is none."""
        return self._arrived_s

    def needs_pass_at(self, index: int) -> None:
        """A pass over this frame or a later one is enough. It is an earlier frame than this one if nothing can have
        changed since."""
        self._owes = index

    @property
    def owes(self) -> int:
        """Index of the frame at or after which a pass must be completed before this one is shown."""
        return self._owes

    def hide(self, why: str | None) -> None:
        """Covers it whole, unless why is None. The first reason counts."""
        self._whole = self._whole or why

    def fail(self, why: str | None) -> None:
        """Detecting in it failed: it is covered whole, for this reason."""
        self.failed, self._whole = True, why

    @property
    def whole(self) -> str | None:
        """Why it is covered whole, if it is."""
        return self._whole

    def complete(self, found: Detections, vehicles: Detections | None = None) -> None:
        """A pass over it was completed, and close-ups of what moves, if anybody asks for vehicles."""
        self._found, self._vehicles = found, vehicles

    @property
    def found(self) -> Detections | None:
        """What detectors found; None if none ran or one failed."""
        return self._found

    @property
    def vehicles(self) -> Detections | None:
        """The vehicles that close-ups found, for whoever asks what is in view; None without close-ups. Covers never
        depend on them."""
        return self._vehicles

    @property
    def is_examined(self) -> bool:
        """Whether detectors examined the frame."""
        return self._found is not None

    def widen(self, by: float) -> None:
        """Its covers need at least this much more margin."""
        self._wider = max(self._wider, by)

    @property
    def wider(self) -> float:
        """Additional margin of its covers."""
        return self._wider

    def compare(self, moving: Moving, unknown: Unknown | None) -> None:
        """Adds how it differs from the background. That is kept because the scene may be learned again before the
        frame comes out."""
        self._moving, self._unknown = moving, unknown

    @property
    def moving(self) -> Moving | None:
        """Reveal mode's mask of movement; None if it was not compared with a background."""
        return self._moving

    @property
    def unknown(self) -> Unknown | None:
        """Where that mask cannot tell; None if it can everywhere."""
        return self._unknown
