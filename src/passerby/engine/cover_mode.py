"""Cover mode: everything is shown except what is found. For cameras that move."""

from __future__ import annotations

import math

import cv2
import numpy as np
import numpy.typing as npt

from passerby.engine.examiner import Examined
from passerby.engine.finder import Finder
from passerby.engine.held import Held
from passerby.engine.observer import ChangesAsked
from passerby.engine.passes import PassPlan
from passerby.engine.window import Window
from passerby.media import Cover, RawFrame, Track, hdr
from passerby.rules.coverage import Policy, cover_found
from passerby.track import FlowMeter, Follower, Tracker, TrackerTimes, TrackSummary, hints_of

DETECT_EVERY_S = 0.16  # a runner moves by a third of their own width between two passes
PASS_PLAN = PassPlan(DETECT_EVERY_S)
LOOK_AHEAD_S = 1.5  # most people are certain by then (bench/README.md)
MIN_LOOK_AHEAD_S = 0.8
LONGEST_PASSES = 3  # how long a frame may be held back if its delay is shorter, in usual intervals between passes
LOOK_AHEAD_BYTES = 80 << 20  # of held frames: large pictures are looked ahead less far, down to the minimum


class CoverMode:
    """Takes frames in order and gives each back with its cover, `look_ahead_s` later. See `examiner.Examiner`."""

    def __init__(
        self,
        size_wh: tuple[int, int],
        finder: Finder,
        policy: Policy,
        look_ahead_s: float,
        *,
        is_live: bool = False,
        follower: Follower | None = None,
        changes: ChangesAsked | None = None,
    ) -> None:
        """is_live: passes may come late, timestamps may jump, and there is no report. follower, changes: for whoever
        asks what is in view."""
        self._policy = policy
        gap_s = TrackerTimes().back_s if is_live else math.inf  # people who appear later are traced back this far
        self._window = Window(look_ahead_s, longest_s=LONGEST_PASSES * DETECT_EVERY_S, gap_s=gap_s)
        self._finder = finder
        self._flow = FlowMeter(size_wh)
        self._tracker, self._follower = Tracker(size_wh, keeps_places=not is_live), follower
        self._changes = changes

    @property
    def ended_tracks(self) -> list[TrackSummary]:
        return self._tracker.ended

    def detect(self, frame: RawFrame, *, is_last: bool = False) -> Held:
        held = Held(frame, motion=self._flow.measure(_luma8(frame)))
        if held.motion is not None and held.motion.is_cut:
            self._finder.all_due()
        self._finder.find(held, is_last=is_last)
        return held

    def push(self, held: Held) -> None:
        for tracker in (self._tracker, self._follower):
            if tracker is not None:
                tracker.update(held.frame.index, held.time_s, held.found, held.motion, held.arrived_s)
        self._window.push(held)

    def end(self, unexamined: str | None = None) -> None:
        """unexamined: see `Window.end`."""
        self._window.end(unexamined)
        self._tracker.finish()

    def pop(self) -> Examined | None:
        held = self._window.pop()
        if held is None:
            return None
        tracks = self._tracker.take(held.frame.index, held.time_s)
        cover = Cover(cover_found(tracks, self._policy.wider(held.wider)), whole=held.whole)
        changes = self._changes.note(held.frame, held.found) if self._changes is not None else None
        hints = () if self._follower is None else hints_of(held.found)
        return Examined(held.frame, cover, self._followed(held), held.is_examined, hints, changes)

    def _followed(self, held: Held) -> tuple[Track, ...]:
        return () if self._follower is None else tuple(self._follower.take(held.frame.index, held.time_s))


def _luma8(frame: RawFrame) -> npt.NDArray[np.uint8]:
    plane = frame.planes()[0]
    luma = np.asarray(plane >> (frame.depth - 8) if frame.depth > 8 else plane, np.uint8)
    if frame.hdr is None:
        return luma
    return np.asarray(cv2.LUT(luma, hdr.luma_table(frame.hdr, full_range=frame.full_range)), np.uint8)


def look_ahead_s(frame_bytes: int, frames_per_s: float) -> float:
    """How far to look ahead, seconds, for frames of this many bytes."""
    return min(LOOK_AHEAD_S, max(MIN_LOOK_AHEAD_S, LOOK_AHEAD_BYTES / max(1.0, frame_bytes * frames_per_s)))
