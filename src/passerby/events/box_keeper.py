"""Keeps a day of boxes of one live camera: takes what is in view of each frame, and hands on a stretch every minute."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

from passerby.events.boxes import MAX_BOXES, MAX_SAMPLES, KeptBox, Sample, Stretch, pack, shares_of
from passerby.media import InView
from passerby.media.segments import MINUTE_90K, TICKS_PER_S, ticks
from passerby.rules.events.paths import upright

MIN_APART_90K = ticks(0.15)  # detectors run every 0.2 s: some five samples a second
MAX_APART_90K = ticks(1.0)  # where they have nothing to look at
SAME_SHARE = 0.01  # of the picture: a hint this near to somebody who is followed is of them


class BoxSink(Protocol):
    """See `EventSink`."""

    def keep_boxes(self, camera: str, start_90k: int, end_90k: int, data: bytes) -> None: ...


class BoxKeeper:
    """`note` and `end` are for the thread that records, and never raise."""

    def __init__(self, camera: str, sink: BoxSink, looks_closely: Callable[[], bool]) -> None:
        """looks_closely: whether vehicles are looked at closely, see `Observer`."""
        self._camera, self._sink, self._looks_closely = camera, sink, looks_closely
        self._samples: list[Sample] = []
        self._start_90k = self._last_90k = 0
        self._size_wh = (0, 0)

    def note(self, view: InView) -> None:
        """What is in view in the next frame."""
        try:
            self._note(view)
        except Exception:  # recording and events go on: this minute is not known when a rule is tried
            self._samples.clear()

    def end(self) -> None:
        """No more frames come for now."""
        with suppress(Exception):
            self._hand_on()
        self._samples.clear()

    def _note(self, view: InView) -> None:
        now_90k = round(view.time_s * TICKS_PER_S)
        if self._samples and self._is_over(now_90k, view):
            self._hand_on()
        if not self._samples:
            self._start_90k, self._size_wh = now_90k, view.upright_wh
        else:
            since_90k = now_90k - self._last_90k
            if since_90k < (MIN_APART_90K if view.has_detections else MAX_APART_90K):
                return
        self._last_90k = now_90k
        at_ms = (now_90k - self._start_90k) * 1000 // TICKS_PER_S
        if view.whole is not None:
            self._samples.append(Sample(at_ms, is_whole=True, was_looked=False))
            return
        boxes = _boxes(view) if view.has_detections else ()
        self._samples.append(Sample(at_ms, boxes, False, view.has_detections, self._looks_closely()))

    def _is_over(self, now_90k: int, view: InView) -> bool:
        """A stretch ends with a minute of the clock, so that all of it can be deleted in time."""
        return (
            now_90k // MINUTE_90K != self._start_90k // MINUTE_90K
            or now_90k < self._last_90k
            or view.upright_wh != self._size_wh
            or len(self._samples) >= MAX_SAMPLES
        )

    def _hand_on(self) -> None:
        if self._samples:
            stretch = Stretch(self._start_90k, self._size_wh, tuple(self._samples))
            self._samples.clear()
            self._sink.keep_boxes(self._camera, self._start_90k, self._last_90k, pack(stretch))


def _boxes(view: InView) -> tuple[KeptBox, ...]:
    """Of whom a detector found. Hints of those who are followed are left out: they are made again from their boxes."""
    size_wh = view.upright_wh
    followed = [
        KeptBox(each.kind, each.confidence, shares_of(upright(each.xyxy, view.size_wh, view.turn), size_wh))
        for each in view.tracks
        if each.is_detected
    ]
    followed.sort(key=lambda box: -box.confidence)
    hints = [
        KeptBox(None, 0.0, shares)
        for box in view.hints
        if not _is_known(shares := shares_of(upright(box, view.size_wh, view.turn), size_wh), followed)
    ]
    return (*followed, *hints)[:MAX_BOXES]


def _is_known(shares: tuple[float, float, float, float], followed: list[KeptBox]) -> bool:
    return any(all(abs(a - b) <= SAME_SHARE for a, b in zip(shares, each.shares, strict=True)) for each in followed)
