"""Reveal mode: everything is hidden except what is established background. For cameras that stand still."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
import numpy.typing as npt

from passerby.background import Background, Seen, View, shrink, small_size
from passerby.engine.examiner import Examined
from passerby.engine.finder import DAMAGED, Finder
from passerby.engine.held import Held
from passerby.engine.learner import Learner, Need
from passerby.engine.observer import ChangesAsked
from passerby.engine.passes import KNOWN_FOR_S, PassPlan
from passerby.engine.silhouettes import Silhouettes
from passerby.engine.stillness import Lasting, Stillness
from passerby.engine.window import Window
from passerby.media import Cover, CoverBox, RawFrame, Track
from passerby.media.boxes import BoxShare
from passerby.rules.coverage import STIRRING_SHARE, Policy, box_of, cover_unestablished, stirring_shares
from passerby.rules.not_people import says_not_a_person
from passerby.track import Follower, Tracker, TrackerTimes, TrackSummary, hints_of

DETECT_EVERY_S = 0.5  # what moves is hidden anyway: passes find people who stand, and the class that sets the colour
IDLE_DETECT_S = KNOWN_FOR_S  # if nothing differs from a background in which nobody was found, nobody can have come
DELAY_S = 0.75  # one and a half passes, so that a track is known before and after each frame
FAR_SHARE = 0.5  # input size, of the picture's: far people who stand were claimed when the scene was learned
PEOPLE_SCORE = 0.15  # moving people need no detection; those who stand are examined again and again
PASS_PLAN = PassPlan(DETECT_EVERY_S, PEOPLE_SCORE, FAR_SHARE, near=False)
TIMES = TrackerTimes(lost_s=1.6, tail_s=0.9, back_s=0.3)  # tail and delay together outlast `lost`, so there is no hole
LONGEST_PASSES = 3  # see `cover_mode`
STIR_SHARE = 1 / 8000  # of the picture: the smallest person that can be found covers six times as much
UNION_FRAMES = 1  # before and after: a blob that disappears for one frame stays hidden
ADAPT_EVERY_S = 0.5
SAME_FOR_S = 1.0  # how long a comparison holds in a picture that stays the same; adapting needs to see the noise
RELEARN_WAIT_S = 1.0  # of global change before the scene is learned again

Box = tuple[float, float, float, float]

CHANGED = "the whole picture changed: the light, or the camera was moved"
NOT_LEARNED = "nothing is established yet"


def times_for(delay_s: float) -> TrackerTimes:
    """With less delay, a track that may be over has to be continued for longer."""
    return TrackerTimes(TIMES.lost_s, max(TIMES.tail_s, TIMES.lost_s - delay_s + 0.05), TIMES.back_s)


class RevealMode:
    """Takes frames in order and gives each back with its cover, `delay_s` later. See `examiner.Examiner`."""

    def __init__(
        self,
        size_wh: tuple[int, int],
        finder: Finder,
        policy: Policy,
        first: Background | None,
        learner: Learner,
        *,
        outline: bool = False,
        delay_s: float = DELAY_S,
        hides_found: bool = False,
        not_people: Sequence[BoxShare] = (),
        gap_s: float = math.inf,
        is_live: bool = False,
        follower: Follower | None = None,
        changes: ChangesAsked | None = None,
    ) -> None:
        """hides_found: also hide whatever is detected, as in cover mode, since little is known about the place.
        not_people: a detection in one of these that does not differ from the background is shown. gap_s: see
        `Window`. is_live: there is no report. follower, changes: for whoever asks what is in view."""
        self._not_people = not_people
        self._size_wh = size_wh
        self._small_wh = small_size(*size_wh)
        self._policy = policy
        self._outline, self._hides_found = outline, hides_found
        self._window = Window(delay_s, longest_s=LONGEST_PASSES * DETECT_EVERY_S, gap_s=gap_s)
        self._finder = finder
        self._may_follow = False
        self._tracker = Tracker(size_wh, times_for(delay_s), keeps_places=not is_live)
        self._follower, self._changes = follower, changes
        self._learner = learner
        self._view = View(first) if first else None
        self.background = first
        """The background; None if there is none."""
        self._stillness = Stillness(size_wh)
        self._seen = Lasting[Seen](SAME_FOR_S)
        self._stirs = True
        """Whether something moves and did in the frame before. Specks of noise do not count, though they are hidden
        too."""
        self._last_moving: npt.NDArray[np.uint8] | None = None
        self._changed_since_s: float | None = None
        self._adapted_at_s = float("-inf")
        self._before: npt.NDArray[np.uint8] | None = None
        self._silhouettes = Silhouettes(size_wh, self._small_wh)
        self._popped: tuple[int | None, Cover] | None = None  # stretch and cover of the last frame that came out
        self.relearned_s: list[float] = []
        """When the whole picture changed for good and was learned again."""

    @property
    def is_learning(self) -> bool:
        """Whether there is no background yet, or no longer."""
        return self._view is None

    @property
    def ended_tracks(self) -> list[TrackSummary]:
        return self._tracker.ended

    def detect(self, frame: RawFrame, *, is_last: bool = False) -> Held:
        stretch = self._stillness.note(frame)
        held = Held(frame, stretch)
        held.hide(DAMAGED if frame.damaged else None)
        self._observe(held)
        self._finder.find(held, must=self._is_astir(held), is_last=is_last)
        # The tracker lags by some frames, and a track of somebody who was found may continue for this long.
        self._may_follow = held.time_s - self._finder.found_at_s < TIMES.lost_s
        return held

    def push(self, held: Held) -> None:
        self._tracker.update(held.frame.index, held.time_s, held.found, None)
        if self._follower is not None:
            self._follower.update(held.frame.index, held.time_s, held.found, None, vehicles=held.vehicles)
        self._window.push(held)

    def _is_astir(self, held: Held) -> bool:
        """Whether anything can have changed since the last pass, or that pass is too old to rely on."""
        is_covered = self._view is None  # so everybody is hidden: passes are for later frames
        if self._hides_found or (not is_covered and (held.moving is None or self._may_follow or self._stirs)):
            return True
        return held.time_s - self._finder.examined_at_s >= IDLE_DETECT_S

    def end(self) -> None:
        self._window.end()
        self._tracker.finish()

    def pop(self) -> Examined | None:
        following = self._window.first(1 + UNION_FRAMES)
        held = self._window.pop()
        if held is None:
            return None
        tracks = self._tracker.take(held.frame.index, held.time_s)
        cover = self._noting_again(held, self._cover(held, following, tracks))
        changes = self._changes.note(held.frame, held.found) if self._changes is not None else None
        return Examined(held.frame, cover, self._followed(held), held.is_examined, self._hints(held), changes)

    def _followed(self, held: Held) -> tuple[Track, ...]:
        """What is in view, if anybody asks: without what a user marked as not a person."""
        if self._follower is None:
            return ()
        tracks = self._follower.take(held.frame.index, held.time_s)
        if held.moving is None:
            return tuple(tracks)
        shares = stirring_shares([track.xyxy for track in tracks], held.moving, self._size_wh)
        tracks = [replace(track, differs=share >= STIRRING_SHARE) for track, share in zip(tracks, shares, strict=True)]
        return tuple(
            track
            for track, is_marked in zip(tracks, self._are_marked([t.xyxy for t in tracks]), strict=True)
            if track.differs or not is_marked
        )

    def _hints(self, held: Held) -> tuple[Box, ...]:
        """Where somebody may be, if anybody asks: without what a user marked as not a person."""
        hints = hints_of(held.found) if self._follower is not None else ()
        return tuple(box for box, is_marked in zip(hints, self._are_marked(hints), strict=True) if not is_marked)

    def _noting_again(self, held: Held, cover: Cover) -> Cover:
        before, self._popped = self._popped, (held.stretch, cover)
        if before is None or cover.whole or before[1].whole or before[0] != held.stretch:
            return cover
        is_same = cover.boxes == before[1].boxes and cover.cells is before[1].cells
        return replace(cover, again=True) if is_same else cover

    def _observe(self, held: Held) -> None:
        """Compares the frame with the background, and learns the background again when it no longer holds."""
        if held.whole:
            return
        self._learn(held)
        if self._view is None:
            held.hide(NOT_LEARNED)
            return
        seen = self._see(held, self._view)
        if seen.changed:
            held.hide(CHANGED)
            self._changed_since_s = held.time_s if self._changed_since_s is None else self._changed_since_s
            return
        self._changed_since_s = None
        held.compare(seen.moving, seen.unknown)
        self._stirs = self._last_moving is None or _meet(self._last_moving, seen.moving)
        self._last_moving = seen.moving

    def _see(self, held: Held, view: View) -> Seen:
        """Compares the frame with the background. What is the same as a moment ago is not compared again."""
        known = self._seen.get(held.stretch, held.time_s)
        if known is not None:
            return known
        seen = self._seen.set(held.stretch, held.time_s, view.observe(shrink(held.frame, self._small_wh)))
        if not seen.changed and held.time_s - self._adapted_at_s >= ADAPT_EVERY_S:
            self._adapted_at_s = held.time_s
            view.adapt()
        return seen

    def _learn(self, held: Held) -> None:
        need = self._need(held.time_s)
        background = self._learner.next(held.frame, need)
        if need is Need.ANEW:
            self.relearned_s.append(held.time_s)
            self._changed_since_s = held.time_s  # if this does not help, the next try waits as long again
            self._view = self.background = None
        if background is not None:
            self._view, self.background = View(background), background
            self._last_moving = None
            self._seen.forget()

    def _need(self, time_s: float) -> Need:
        if self._changed_since_s is not None and time_s - self._changed_since_s >= RELEARN_WAIT_S:
            return Need.ANEW
        if self._view is None:
            return Need.FIRST
        return Need.FRESH if self._stirs else Need.NOTHING

    def _cover(self, held: Held, following: list[Held], tracks: list[Track]) -> Cover:
        before, unknown = self._before, held.unknown
        self._before = held.moving
        if held.whole or held.moving is None:
            return Cover(whole=held.whole or NOT_LEARNED)
        moving = held.moving
        for other in (before, *(later.moving for later in following)):
            if other is not None and other is not moving:  # the same object in a picture that stays the same
                moving = np.asarray(cv2.bitwise_or(moving, other), np.uint8)
        policy = self._policy.wider(held.wider)
        if self._outline:
            shape = cv2.dilate(moving, _AROUND).astype(np.bool_)
            unknown = shape if unknown is None else shape | unknown
        tracked = self._tracked(tracks, moving, policy)
        if self._outline:
            return Cover(tuple(box for _, box in tracked), unknown)
        return Cover(self._silhouettes.cover(moving, tracked, held.time_s, policy), unknown)

    def _tracked(
        self, tracks: list[Track], moving: npt.NDArray[np.uint8], policy: Policy
    ) -> list[tuple[Track, CoverBox]]:
        """The tracks to hide. A track over something that is never shown anyway is left out."""
        if not self._hides_found:
            tracked = cover_unestablished(tracks, moving, self._size_wh, policy)
            return self._without_not_people(tracked, moving) if self._not_people else tracked
        boxes = [(track, box_of(track.kind, track.xyxy, policy)) for track in tracks]
        return [(track, box) for track, box in boxes if box is not None]

    def _without_not_people(
        self, tracked: list[tuple[Track, CoverBox]], moving: npt.NDArray[np.uint8]
    ) -> list[tuple[Track, CoverBox]]:
        is_none = self._are_marked([track.xyxy for track, _ in tracked])
        shares = stirring_shares([track.xyxy for track, _ in tracked], moving, self._size_wh)
        still = [share < STIRRING_SHARE for share in shares]
        return [one for one, said, stays in zip(tracked, is_none, still, strict=True) if not (said and stays)]

    def _are_marked(self, xyxy: Sequence[Box]) -> npt.NDArray[np.bool_]:
        """Which of the boxes a user marked as not a person."""
        boxes = np.array(xyxy, np.float32).reshape(-1, 4)
        shares = np.asarray(boxes / np.array(self._size_wh * 2, np.float32), np.float32)
        return says_not_a_person(shares, self._not_people)


def _meet(before: npt.NDArray[np.uint8], now: npt.NDArray[np.uint8]) -> bool:
    """Whether more than a speck of what moves now is near something that moved before."""
    least = STIR_SHARE * now.size
    if min(cv2.countNonZero(before), cv2.countNonZero(now)) < least:
        return False
    return cv2.countNonZero(cv2.bitwise_and(cv2.dilate(before, _AROUND), now)) >= least


_AROUND = np.ones((7, 7), np.uint8)
