"""Decides from counts whether a source sends as usual: pictures, bytes per picture, and a steady clock."""

from __future__ import annotations

import statistics
from collections import deque

from passerby.media.health import Check, Finding, Flow
from passerby.rules.health.latch import HOLDS_FOR_S, Latch

STRETCH_S = 5.0
USUAL_STRETCHES = 60  # five minutes: at night some cameras send fewer pictures, which then becomes usual
MIN_STRETCHES = 6
FEW_PICTURES = 0.4  # of the usual rate: in the dark, cameras drop to half
USUAL_KEYS = 60
MIN_KEYS = 5
FEW_BYTES = 0.25  # of a usual key frame: the picture cannot be the same
DARKER = 0.6  # of the usual light: there is less to encode
COLLAPSED_AFTER_S = 8.0
CLOCK_BAD_S = 60.0  # after each jump


class Rates:
    """Takes the counts of one source, about once a second."""

    def __init__(self) -> None:
        self._from: tuple[float, int] | None = None
        self._rates: deque[float] = deque(maxlen=USUAL_STRETCHES)
        self._keys = 0
        self._key_bytes: deque[int] = deque(maxlen=USUAL_KEYS)
        self._light: float | None = None
        self._jumps, self._jumped_s = 0, float("-inf")
        soon = "still learning what is usual"
        self._rate = _latch(Check.FRAME_RATE, STRETCH_S, soon, "as many pictures arrive as usual")
        self._bitrate = _latch(
            Check.BITRATE, COLLAPSED_AFTER_S, soon, "its pictures are as large as usual, in bytes", holds_for_s=120.0
        )  # some cameras send one key frame per minute
        self._clock = _latch(Check.CLOCK, 0.0, soon, "its clock runs evenly")

    def note(self, at_s: float, flow: Flow, light: float | None) -> None:
        """light: mean grey level, if measured."""
        self._note_rate(at_s, flow.frames)
        self._note_bytes(at_s, flow, light)
        if flow.clock_jumps > self._jumps:
            self._jumped_s = at_s
        self._jumps = flow.clock_jumps
        self._clock.note(at_s, at_s - self._jumped_s < CLOCK_BAD_S, "the camera's own clock jumped")

    def _note_rate(self, at_s: float, frames: int) -> None:
        if self._from is None:
            self._from = at_s, frames
        since_s, then = self._from
        if at_s - since_s < STRETCH_S:
            return
        rate, self._from = (frames - then) / (at_s - since_s), (at_s, frames)
        if len(self._rates) < MIN_STRETCHES:
            self._rates.append(rate)
            return
        usual = statistics.median(self._rates)
        says = f"{rate:.1f} pictures per second arrive, instead of the usual {usual:.1f}"
        self._rate.note(at_s, rate < FEW_PICTURES * usual, says)
        self._rates.append(rate)

    def _note_bytes(self, at_s: float, flow: Flow, light: float | None) -> None:
        if light is not None:
            self._light = light if self._light is None else self._light + 0.02 * (light - self._light)
        if flow.key_bytes is None or flow.keys == self._keys:
            return
        self._keys = flow.keys
        if len(self._key_bytes) >= MIN_KEYS:
            usual = statistics.median(self._key_bytes)
            is_darker = light is None or self._light is None or light < DARKER * self._light
            says = f"a whole picture has {flow.key_bytes} bytes, instead of the usual {usual:.0f}: it must look poor"
            self._bitrate.note(at_s, flow.key_bytes < FEW_BYTES * usual and not is_darker, says)
        self._key_bytes.append(flow.key_bytes)

    def findings(self, at_s: float) -> list[Finding]:
        return [each.finding(at_s) for each in (self._bitrate, self._rate, self._clock)]


def _latch(check: Check, after_s: float, unknown: str, ok: str, holds_for_s: float = HOLDS_FOR_S) -> Latch:
    return Latch(check, after_s=after_s, over_after_s=3.0, unknown=unknown, ok=ok, holds_for_s=holds_for_s)
