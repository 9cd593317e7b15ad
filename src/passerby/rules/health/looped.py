"""Decides whether pictures repeat: a stretch of them comes again after some period, exactly or nearly.

Exactly: a series of codes comes again in the same order. Nearly, as after re-encoding: at some lag the picture is more
similar than a little sooner or later, and `repeats` finds that everything that passed is the same.
"""

from __future__ import annotations

from collections import OrderedDict, deque

import numpy as np
import numpy.typing as npt

from passerby.media.health import Check, Finding, Print
from passerby.rules.health.latch import Latch
from passerby.rules.health.repeats import LONGEST_S, Stretches

CELLS_WH = (16, 9)
DENSE_S = 0.2  # between two prints with cells; the resolution of lags
KEPT_EVERY_S = 1.0

EXACT_S = 6.0  # of repetition: longer than an announcement on a screen, shorter than required
MIN_CODES = 6  # different codes: a still picture is no loop
MIN_LAG_S = 0.8
SAME_LAG_S = 0.25
AGAIN_SHARE = 0.6  # of the pictures: a slow machine may have dropped some the first time
ALIKE_SHARE = 0.95  # of those, at the same lag or a multiple

WEIGHT = 0.25  # of the newest value at a lag; each lag gets about one value per second
NEAR_FROM_S = 4.0  # shorter lags are found by codes, or are a blinking light
BESIDE = (5, 15)  # neighbouring lags in units of DENSE_S: 1 to 3 s away
LIKE_BESIDE = 0.6  # of the difference at neighbouring lags may remain for a lag to be examined in detail
MIN_STRENGTH = 0.05  # grey levels, mean over all cells, by which a repeat must be more similar than its neighbours
TRIED = 3  # lags at a time
NEAR_S = 1.0
OVER_AFTER_S = 10.0
TELLS_FOR_S = 60.0  # after pictures were last seen to differ
KNOWN_AFTER_S = 12.0

Cells = npt.NDArray[np.int16]


class Loops:
    """Takes the prints of one source, in order."""

    def __init__(self) -> None:
        self._exact, self._near = _Exact(), _Near()
        self._began_s: float | None = None
        self._judged_s = self._differed_s = float("-inf")
        self._latch = Latch(
            Check.LOOPED, after_s=0.0, over_after_s=OVER_AFTER_S, unknown="too little has moved so far to tell",
            ok="no stretch of pictures has repeated",
        )  # fmt: skip

    def note(self, seen: Print) -> None:
        self._began_s = seen.at_s if self._began_s is None else self._began_s
        self._exact.note(seen)
        if seen.fine is not None:
            self._near.stretches.note(seen.at_s, np.frombuffer(seen.fine, np.uint8))
        if seen.cells is not None:
            self._near.note(seen.at_s, np.frombuffer(seen.cells, np.uint8).astype(np.int16))
        if seen.at_s - self._judged_s < 1.0:
            return
        self._judged_s = seen.at_s
        self._judge(seen.at_s)

    def _judge(self, at_s: float) -> None:
        period_s = self._exact.period_s()
        if period_s is not None and period_s < NEAR_FROM_S and not self._near.stretches.moves:
            period_s = None  # pictures between key frames repeat too if all of them show the same
        period_s = period_s or self._near.period_s(at_s)
        if self._exact.differ:
            self._differed_s = at_s
        if period_s is not None:
            words = f"the same pictures repeat every {period_s:.1f} s: is it a recording?"
            self._latch.note(at_s, True, words)
        elif self._began_s is not None and at_s - self._began_s >= KNOWN_AFTER_S:
            self._latch.note(at_s, False if at_s - self._differed_s < TELLS_FOR_S else None)

    def finding(self, at_s: float) -> Finding:
        return self._latch.finding(at_s)


class _Exact:
    def __init__(self) -> None:
        self._seen_s: OrderedDict[int, float] = OrderedDict()  # for each code, when it was last seen; oldest first
        self._recent: deque[tuple[float, int, float | None]] = deque()  # time, code, lag (None for a new code)
        self._before: int | None = None

    def note(self, seen: Print) -> None:
        last_s = self._seen_s.get(seen.code)
        if seen.code != self._before and (last_s is None or seen.at_s - last_s >= MIN_LAG_S):
            lag_s = None if last_s is None else seen.at_s - last_s
            self._recent.append((seen.at_s, seen.code, lag_s))
        self._before = seen.code
        self._seen_s[seen.code] = seen.at_s
        self._seen_s.move_to_end(seen.code)
        while self._seen_s and next(iter(self._seen_s.values())) < seen.at_s - LONGEST_S:
            self._seen_s.popitem(last=False)
        while self._recent and self._recent[0][0] < seen.at_s - EXACT_S:
            self._recent.popleft()

    @property
    def differ(self) -> bool:
        """Whether there were recently enough different pictures to recognise a loop."""
        return len({code for _, code, _ in self._recent}) >= MIN_CODES

    def period_s(self) -> float | None:
        lags = sorted(lag for _, _, lag in self._recent if lag is not None)
        if len(lags) < MIN_CODES or self._recent[-1][0] - self._recent[0][0] < EXACT_S - 2.0:
            return None
        period_s = lags[len(lags) // 2]
        again = [
            code for _, code, lag in self._recent
            if lag is not None and abs(lag - max(1, round(lag / period_s)) * period_s) < SAME_LAG_S
        ]  # fmt: skip
        is_enough = len(set(again)) >= MIN_CODES and len(again) >= AGAIN_SHARE * len(self._recent)
        return period_s if is_enough and len(again) >= ALIKE_SHARE * len(lags) else None


class _Near:
    def __init__(self) -> None:
        count, cells = int(LONGEST_S / KEPT_EVERY_S), CELLS_WH[0] * CELLS_WH[1]
        self._kept = np.zeros((count, cells), np.int16)  # a ring buffer: one print per second
        self._kept_s = np.full(count, -np.inf)
        self._next = 0
        lags = int(LONGEST_S / DENSE_S) + 1
        self._apart = np.full(lags, np.nan)  # for each lag, the difference between now and then
        self._counts = np.zeros(lags, np.int32)
        self._candidate: tuple[float, float] | None = None  # lag, since when; seconds
        self.stretches = Stretches()

    def note(self, at_s: float, cells: Cells) -> None:
        self._compare(at_s, cells)
        if at_s - self._kept_s[self._next - 1] >= KEPT_EVERY_S - 1e-3:
            self._kept[self._next], self._kept_s[self._next] = cells, at_s
            self._next = (self._next + 1) % len(self._kept_s)

    def _compare(self, at_s: float, cells: Cells) -> None:
        then = np.flatnonzero(self._kept_s > at_s - LONGEST_S)
        lags = np.rint((at_s - self._kept_s[then]) / DENSE_S).astype(np.intp)
        apart = np.abs(self._kept[then] - cells).mean(axis=1)
        before = self._apart[lags]
        self._apart[lags] = np.where(np.isnan(before), apart, before + WEIGHT * (apart - before))
        self._counts[lags] += 1

    def period_s(self, at_s: float) -> float | None:
        lag_s = next((each for each in self._likely_lags_s() if self.stretches.comes_again(each)), None)
        if lag_s is None:
            self._candidate = None
            return None
        if self._candidate is None or abs(self._candidate[0] - lag_s) > 2 * DENSE_S:
            self._candidate = lag_s, at_s
        return lag_s if at_s - self._candidate[1] >= NEAR_S - 0.01 else None

    def _likely_lags_s(self) -> list[float]:
        """The lags at which the picture is most similar compared with neighbouring lags, most likely first."""
        known = np.where(self._counts >= EXACT_S, self._apart, np.nan)
        first, end = int(NEAR_FROM_S / DENSE_S), int(np.max(np.flatnonzero(~np.isnan(known)), initial=0)) - BESIDE[1]
        if end <= first:
            return []
        beside = _beside(known)[first:end]
        here = known[first:end]
        with np.errstate(invalid="ignore", divide="ignore"):
            ratio = np.where(beside - here >= MIN_STRENGTH, here / beside, np.nan)
        found: list[float] = []
        for _ in range(TRIED):
            if np.isnan(ratio).all() or np.nanmin(ratio) > LIKE_BESIDE:
                break
            at = int(np.nanargmin(ratio))
            found.append(float((first + at) * DENSE_S))
            ratio[max(0, at - BESIDE[0]) : at + BESIDE[0]] = np.nan
        return found


def _beside(apart: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """For each lag, the mean of slightly shorter and slightly longer ones."""
    known = np.nan_to_num(apart)
    sums, counts = (np.concatenate([[0.0], np.cumsum(each)]) for each in (known, ~np.isnan(apart)))
    index = np.arange(len(apart))
    total, count = np.zeros(len(apart)), np.zeros(len(apart))
    for low, high in ((-BESIDE[1], -BESIDE[0]), (BESIDE[0], BESIDE[1])):
        start, stop = (np.clip(index + each, 0, len(apart)) for each in (low, high + 1))
        total += sums[stop] - sums[start]
        count += counts[stop] - counts[start]
    return np.asarray(np.where(count > 0, total / np.maximum(1, count), np.nan))
