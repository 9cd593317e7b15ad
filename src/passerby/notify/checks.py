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
        self._lock = threading.Lock()
        self._channels: dict[str, Checkable] = {}
        self._failing: dict[str, Failing] = {}
        self._next_s: dict[str, float] = {}
        self.use(channels)

    def use(self, channels: Mapping[str, Channel]) -> None:
        """From now on checks these. Of one that was checked already what is known stays."""
        found: dict[str, Checkable] = {name: each for name, each in channels.items() if isinstance(each, Checkable)}
        with self._lock:
            same = {name for name, each in found.items() if self._channels.get(name) is each}
            now_s = time.monotonic()
            due_s = {name: now_s + each.check_every_s for name, each in found.items()}
            self._next_s = due_s | {name: at_s for name, at_s in self._next_s.items() if name in same}
            self._failing = {name: each for name, each in self._failing.items() if name in same}
            self._channels = found

    def is_due(self, name: str) -> bool:
        with self._lock:
            return name in self._channels and time.monotonic() >= self._next_s[name]

    def check(self, name: str) -> None:
        """Blocks. Never raises: how it went is in `failing`."""
        channel = self._channels.get(name)
        if channel is None:  # it is no longer used
            return
        try:
            channel.check()
        except PasserbyError as error:
            self._failed(name, channel, str(error))
        except Exception as error:  # its text may hold anything: its type is enough
            self._failed(name, channel, f"an error in passerby itself ({type(error).__name__})")
        else:
            self.works(name)

    def works(self, name: str) -> None:
        """A check went well, or a message was delivered, which is a check."""
        with self._lock:
            if (channel := self._channels.get(name)) is not None:
                self._next_s[name] = time.monotonic() + channel.check_every_s
            self._failing.pop(name, None)

    def failing(self) -> dict[str, Failing]:
        """By name, the channels whose latest check failed."""
        with self._lock:
            return dict(self._failing)

    def _failed(self, name: str, channel: Checkable, error: str) -> None:
        with self._lock:
            if self._channels.get(name) is not channel:
                return
            self._next_s[name] = time.monotonic() + min(self._again_after_s, channel.check_every_s)
            since_90k = self._failing[name].since_90k if name in self._failing else self._clock.now_90k()
            self._failing[name] = Failing(since_90k, error)
