"""Monitors one camera's health while it is open: measures, judges, and keeps the reference to compare with."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Protocol

from passerby.background import Background
from passerby.engine.health.gauge import Gauge
from passerby.media import RawFrame
from passerby.media.health import Finding, Flow
from passerby.rules.health.checks import Health

FINDINGS_EVERY_S = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Established:
    """What a camera should see: established background only. at_90k: since when, in UTC, 1/90000 s."""

    background: Background
    at_90k: int


class ReferenceKeeper(Protocol):
    """Keeps one camera's reference across restarts."""

    def load(self, size_wh: tuple[int, int]) -> Established | None:
        """The reference that was kept for pictures of this size."""
        ...

    def keep(self, reference: Established, size_wh: tuple[int, int]) -> None:
        """May fail: then the next start uses what it learns."""
        ...


class Monitor:
    """Takes every frame of one source from one thread. Its findings may be read from any thread."""

    def __init__(self, size_wh: tuple[int, int], keeper: ReferenceKeeper, *, is_coded: bool = True) -> None:
        """is_coded: whether the source comes through an encoder."""
        self._size_wh, self._keeper = size_wh, keeper
        self._gauge, self._health = Gauge(size_wh, is_coded=is_coded), Health()
        self._newest: Background | None = None
        self._rebase = threading.Event()
        self._reported_s = float("-inf")
        self._reference = keeper.load(size_wh)
        self._findings = self._health.findings()
        if self._reference is not None:
            self._compare()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings of all checks, as of the last frames."""
        return self._findings

    @property
    def reference_at_90k(self) -> int | None:
        """When the reference was made; None if there is none."""
        return None if self._reference is None else self._reference.at_90k

    def rebase(self) -> None:
        """From any thread: makes the present background the reference, or the next one if none is learned."""
        self._rebase.set()

    def note(self, frame: RawFrame, flow: Flow, learned: Background | None, stretch: int | None = None) -> None:
        """Takes the next frame. learned: the present background, if there is one. stretch: see `Held`."""
        self._follow(learned, frame.pts)
        self._health.note(self._gauge.note(frame, stretch), flow)
        if frame.time_s - self._reported_s >= FINDINGS_EVERY_S:
            self._reported_s, self._findings = frame.time_s, self._health.findings()

    def _follow(self, learned: Background | None, at_90k: int) -> None:
        if learned is None or (learned is self._newest and not self._rebase.is_set()):
            return
        self._newest = learned
        if self._reference is None or self._rebase.is_set():
            self._rebase.clear()
            reference = Established(learned, at_90k)
            self._keeper.keep(reference, self._size_wh)
            self._reference = reference  # only now: whoever is told of it may ask for its picture at once
            self._compare()
        else:
            self._gauge.compare_also_with(learned)

    def _compare(self) -> None:
        assert self._reference is not None
        found = self._gauge.compare_with(self._reference.background)
        if found is not None:
            self._health.view.expect(found.detail, found.fineness)
