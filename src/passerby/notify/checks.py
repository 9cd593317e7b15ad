"""Checks now and then whether channels work, so that a dead one is known before a message has to go through it."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
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


class Checks:
    """Thread-safe. In memory: each process knows what it can reach itself. again_after_s: see `AGAIN_AFTER_S`."""

    def __init__(self, channels: Mapping[str, Channel], clock: Clock, again_after_s: float = AGAIN_AFTER_S) -> None:
        self._clock, self._again_after_s = clock, again_after_s
        self._channels = {name: each for name, each in channels.items() if isinstance(each, Checkable)}
        self._lock = threading.Lock()
        self._failing: dict[str, Failing] = {}
        self._next_s = {name: time.monotonic() + each.check_every_s for name, each in self._channels.items()}

    def is_due(self, name: str) -> bool:
        return name in self._channels and time.monotonic() >= self._next_s[name]

    def check(self, name: str) -> None:
        """Blocks. Never raises: how it went is in `failing`."""
        try:
            self._channels[name].check()
        except PasserbyError as error:
            self._failed(name, str(error))
        except Exception as error:  # its text may hold anything: its type is enough
            self._failed(name, f"an error in passerby itself ({type(error).__name__})")
        else:
            self.works(name)

    def works(self, name: str) -> None:
        """A check went well, or a message was delivered, which is a check."""
        if name in self._channels:
            self._next_s[name] = time.monotonic() + self._channels[name].check_every_s
        with self._lock:
            self._failing.pop(name, None)

    def failing(self) -> dict[str, Failing]:
        """By name, the channels whose latest check failed."""
        with self._lock:
            return dict(self._failing)

    def _failed(self, name: str, error: str) -> None:
        self._next_s[name] = time.monotonic() + min(self._again_after_s, self._channels[name].check_every_s)
        with self._lock:
            since_90k = self._failing[name].since_90k if name in self._failing else self._clock.now_90k()
            self._failing[name] = Failing(since_90k, error)
