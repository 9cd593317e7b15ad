"""Decides whether a picture is frozen: nothing in it changes any more, not even by noise, though it did before.

A still scene at a low bit rate can look the same, since encoders drop small changes. So each camera is judged by its
own past: missing noise only means something if there always was noise. Most encoders that drop noise from other
pictures keep it in key frames, so those are judged too.
"""

from __future__ import annotations

import statistics
from collections import deque

from passerby.media.health import Check, Finding, FrameDifference
from passerby.rules.health.latch import Latch

NOISY_CALM = 0.08  # grey levels, mean, where nothing moves: an encoder that drops noise leaves nothing
NOISY_SHARE = 0.9  # of the measurements must have had noise
KNOWN_AFTER = 12  # measurements, about one per second
REMEMBERED = 120
QUIET_SHARE = 0.3  # of the usual noise
STILL_BLOCK = 8.0  # grey levels: somebody walking far away changes a block by more, an encoder's corrections by less
AFTER_S = 6.0
MIN_MEASURES = 3  # within AFTER_S
QUIET_OF_ALL = 0.4  # of the measurements since the last that was not still: encoders correct much between key frames
SURE_KEYS = 2  # key frames without one bit of change: no sensor does that, whatever the encoder drops
LEAP, LEAP_OF_USUAL = 8.0, 4.0  # grey levels, times the usual noise: half of the picture changes by this much within a
# second when light is switched or the camera is covered or turned. Its noise may be different from then on.
MOVES_BLOCK = 25.0  # grey levels: no encoder corrects by this much, so something moves
MOVED_FOR_S = 10.0

KEYS_KNOWN_AFTER = 6
KEYS_REMEMBERED = 60
NOISY_KEYS = 0.5  # grey levels by which key frames must always differ to be used
QUIET_KEY_SHARE = 0.85  # of the smallest difference between two of them
QUIET_KEYS = 2  # in a row
QUIET_KEYS_S = 3.5

FROZEN = "the picture is frozen: it does not change at all, not even by noise"


class Stillness:
    """Takes the measurements of one source, about once a second."""

    def __init__(self) -> None:
        self._usual: deque[float] = deque(maxlen=REMEMBERED)
        self._still: deque[tuple[float, bool, float]] = deque(maxlen=REMEMBERED)  # time, is quiet, calm
        self._before_s: float | None = None
        self._same_from_s: float | None = None
        self._same_keys = 0
        self._moved_s = float("-inf")
        self._keys = _KeyFrames()
        unknown = "too little noise has been seen yet to tell a live picture from a frozen one"
        self._latch = Latch(
            Check.FROZEN, after_s=0.0, over_after_s=2.0, unknown=unknown, ok="the picture changes as a live one does"
        )

    @property
    def is_frozen(self) -> bool:
        """Whether the picture is reported as frozen."""
        return self._latch.is_bad

    @property
    def is_noisy(self) -> bool:
        """Whether a live picture of this camera can be recognised by its noise."""
        noisy = sum(calm >= NOISY_CALM for calm in self._usual)
        return len(self._usual) >= KNOWN_AFTER and noisy >= NOISY_SHARE * len(self._usual)

    def note(self, at_s: float, seen: FrameDifference) -> None:
        begins_s = at_s if self._before_s is None else max(self._before_s, at_s - 2.0)
        self._before_s = at_s
        if not seen.is_same:
            self._same_from_s, self._same_keys = None, 0
        else:
            self._same_from_s = begins_s if self._same_from_s is None else self._same_from_s
            self._same_keys += seen.keys
        if seen.block > MOVES_BLOCK:
            self._moved_s = at_s
        if seen.leap > max(LEAP, LEAP_OF_USUAL * statistics.median(self._usual) if self._usual else 0.0):
            self._usual.clear()
            self._still.clear()
            self._keys.forget()
        elif seen.key_calm is not None:
            self._keys.note(at_s, seen.key_calm)
        self._note_noise(at_s, begins_s, seen)

    def _note_noise(self, at_s: float, begins_s: float, seen: FrameDifference) -> None:
        is_noisy = self.is_noisy
        usual = statistics.median(self._usual) if is_noisy else 0.0
        if seen.leap > LEAP and not self._usual:
            pass  # what happens between two views is not usual
        elif seen.block > STILL_BLOCK or (seen.calm >= QUIET_SHARE * usual and not self._still):
            self._lively(seen.calm)
        else:
            self._still.append((begins_s, is_noisy and seen.calm < QUIET_SHARE * usual, seen.calm))
        since_s = self._since_s(at_s)
        if since_s is not None:
            self._latch.note(at_s, True, FROZEN, since_s)
        elif not self._latch.is_bad or not self._still:
            is_live = is_noisy or self._keys.are_noisy or at_s - self._moved_s < MOVED_FOR_S
            self._latch.note(at_s, False if is_live else None)

    def _lively(self, calm: float) -> None:
        """The picture was still for a while and now is not, so that counts as usual. A frozen picture never does, or
        the next freeze would be taken for normal."""
        if not self._latch.is_bad:
            self._usual.extend(each for _, _, each in self._still)
        self._still.clear()
        self._usual.append(calm)

    def _since_s(self, at_s: float) -> float | None:
        """Since when it has been frozen; None if it is not."""
        if self._same_from_s is not None and self._same_keys >= SURE_KEYS and at_s - self._same_from_s >= AFTER_S:
            return self._same_from_s
        if (since_s := self._keys.quiet_since_s) is not None and at_s - since_s >= QUIET_KEYS_S:
            return since_s
        if len(self._still) < MIN_MEASURES or at_s - self._still[0][0] < AFTER_S:
            return None
        quiet = sum(is_quiet for _, is_quiet, _ in self._still)
        if quiet >= QUIET_OF_ALL * len(self._still):
            return self._still[0][0]
        self._lively(self._still.pop()[2])  # not quiet enough over this time, so it counts as usual
        return None

    def finding(self, at_s: float) -> Finding:
        return self._latch.finding(at_s)


class _KeyFrames:
    """How much each differs from the one before: in a live picture at least by noise, even with coarse coding."""

    def __init__(self) -> None:
        self._usual: deque[float] = deque(maxlen=KEYS_REMEMBERED)
        self._quiet: list[float] = []
        self._before_s: float | None = None
        self._is_new = False

    def forget(self) -> None:
        """Forgets the past: the next key frame is not compared with the one before."""
        self._usual.clear()
        self._quiet.clear()
        self._is_new = True

    @property
    def are_noisy(self) -> bool:
        return len(self._usual) >= KEYS_KNOWN_AFTER and min(self._usual) >= NOISY_KEYS

    @property
    def quiet_since_s(self) -> float | None:
        return self._quiet[0] if len(self._quiet) >= QUIET_KEYS else None

    def note(self, at_s: float, calm: float) -> None:
        begins_s, self._before_s = at_s if self._before_s is None else self._before_s, at_s
        if self._is_new:
            self._is_new = False
            return
        if self.are_noisy and calm < QUIET_KEY_SHARE * min(self._usual):
            self._quiet.append(begins_s)
            return
        if len(self._quiet) < QUIET_KEYS:
            self._usual.append(calm)
        self._quiet.clear()
