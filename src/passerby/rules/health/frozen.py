"""Decides whether a picture is frozen: nothing stirs in it any more, not even noise, though it did before.

A still scene at a low rate can look the same: encoders leave out what is small. So a camera is judged by itself: only
where noise was there whenever it was looked for, its end says something. Most encoders that leave it out of the other
pictures still have it in key frames, so those are judged too.
"""

from __future__ import annotations

import statistics
from collections import deque

from passerby.media.health import Check, Finding, FrameDifference
from passerby.rules.health.latch import Latch

NOISY_CALM = 0.08  # grey levels, mean, where nothing moves: an encoder that leaves noise out leaves nothing
NOISY_SHARE = 0.9  # of what was measured must have had it
KNOWN_AFTER = 12  # measures, about one a second
REMEMBERED = 120
QUIET_SHARE = 0.3  # of the usual noise
STILL_BLOCK = 8.0  # grey levels: somebody who walks far away changes a block by more; an encoder that mends by less
AFTER_S = 6.0
MIN_MEASURES = 3  # in so long a time
QUIET_OF_ALL = 0.4  # of the measures since the last that was not still: between two key frames much may be mended
SURE_KEYS = 2  # key frames without one bit of change: no sensor does that, whatever the encoder leaves out
LEAP, LEAP_OF_USUAL = 8.0, 4.0  # grey levels, times the usual noise: by so much half of the picture changes within a
# second where light is switched, or the camera is covered or turned. Its noise may be another from then on.
MOVES_BLOCK = 25.0  # grey levels: no encoder mends by so much, so something moves
MOVED_FOR_S = 10.0

KEYS_KNOWN_AFTER = 6
KEYS_REMEMBERED = 60
NOISY_KEYS = 0.5  # grey levels by which key frames always differ, or nothing is told by them
QUIET_KEY_SHARE = 0.85  # of the least that two of them differed by
QUIET_KEYS = 2  # in a row
QUIET_KEYS_S = 3.5

FROZEN = "the picture is frozen: it does not change at all, not even by noise"


class Stillness:
    """Fed what was measured of one source, about once a second."""

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
        """Whether that is told."""
        return self._latch.is_bad

    @property
    def is_noisy(self) -> bool:
        """Whether a live picture of this camera is known by its noise."""
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
            pass  # of what goes on between two views nothing is usual
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
        """What was still for a while and is not: that is how it is. But no frozen picture is usual, or the next freeze
        would be taken for it."""
        if not self._latch.is_bad:
            self._usual.extend(each for _, _, each in self._still)
        self._still.clear()
        self._usual.append(calm)

    def _since_s(self, at_s: float) -> float | None:
        """Since when it has been frozen, None where it is not."""
        if self._same_from_s is not None and self._same_keys >= SURE_KEYS and at_s - self._same_from_s >= AFTER_S:
            return self._same_from_s
        if (since_s := self._keys.quiet_since_s) is not None and at_s - since_s >= QUIET_KEYS_S:
            return since_s
        if len(self._still) < MIN_MEASURES or at_s - self._still[0][0] < AFTER_S:
            return None
        quiet = sum(is_quiet for _, is_quiet, _ in self._still)
        if quiet >= QUIET_OF_ALL * len(self._still):
            return self._still[0][0]
        self._lively(self._still.pop()[2])  # it was not quiet enough for so long: that is how it is
        return None

    def finding(self, at_s: float) -> Finding:
        return self._latch.finding(at_s)


class _KeyFrames:
    """How much each differs from the one before: in a live picture always by its noise, though it be coded coarsely."""

    def __init__(self) -> None:
        self._usual: deque[float] = deque(maxlen=KEYS_REMEMBERED)
        self._quiet: list[float] = []
        self._before_s: float | None = None
        self._is_new = False

    def forget(self) -> None:
        """The next one does not go with the one before."""
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
