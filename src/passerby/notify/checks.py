"""Checks now and then whether channels work, so that a dead one is known before a message has to go through it."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

from passerby.clock import Clock
from passerby.errors import PasserbyError
from passerby.notify.channel import Channel, Checkable

AGAIN_AFTER_S = 60.0
"""Of a channel that failed a check: it is an alarm only if it fails for longer than a router takes to restart."""


@dataclass(frozen=True, slots=True)
class Failing:
    """since_90k: UTC of the first check that failed. error: of the latest, without secrets."""

    since_90k: int
    error: str


class Check:
    """Of one channel, for one thread at a time; `failing` is for all. In memory: each process knows what it can reach
    itself. again_after_s: see `AGAIN_AFTER_S`."""

    def __init__(self, channel: Channel, clock: Clock, again_after_s: float = AGAIN_AFTER_S) -> None:
        self._channel = channel if isinstance(channel, Checkable) else None
        self._clock, self._again_after_s = clock, again_after_s
        self._next_s = time.monotonic() + (self._channel.check_every_s if self._channel else math.inf)
        self.failing: Failing | None = None
        """None: the latest check went well, or there was none."""

    @property
    def is_due(self) -> bool:
        return time.monotonic() >= self._next_s

    def run(self) -> None:
        """Blocks. Never raises: how it went is in `failing`. Not for a channel that cannot be checked."""
        assert self._channel is not None
        try:
            self._channel.check()
        except PasserbyError as error:
            self._went_wrong(str(error))
        except Exception as error:  # its text may hold anything: its type is enough
            self._went_wrong(f"an error in passerby itself ({type(error).__name__})")
        else:
            self.went_well()

    def went_well(self) -> None:
        """Also when a message was delivered, which is a check."""
        if self._channel is not None:
            self._next_s, self.failing = time.monotonic() + self._channel.check_every_s, None

    def _went_wrong(self, error: str) -> None:
        assert self._channel is not None
        self._next_s = time.monotonic() + min(self._again_after_s, self._channel.check_every_s)
        since_90k = self.failing.since_90k if self.failing else self._clock.now_90k()
        self.failing = Failing(since_90k, error)
