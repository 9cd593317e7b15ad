"""Slows down password guessing: limits attempts per minute from an address, locks a name after repeated failures."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from typing import Any

from passerby.clock import Clock

MAX_REMEMBERED = 10_000
"""Names and addresses each. Inventing more pushes out the oldest, but takes that many attempts."""
FIRST_LOCK_S, LONGEST_LOCK_S = 60.0, 3600.0


class Throttle:
    """In memory: a restart clears it, which no attacker can cause. Thread-safe.

    A name is locked whether or not the user exists, so that a lock reveals nothing.
    """

    def __init__(self, clock: Clock, tries_before_lock_out: int, tries_a_minute: int) -> None:
        self._clock, self._tries, self._a_minute = clock, tries_before_lock_out, tries_a_minute
        self._lock = threading.Lock()
        self._failures: OrderedDict[str, tuple[int, float]] = OrderedDict()
        """By name: consecutive failures, and until when it is locked, by the monotonic clock."""
        self._attempts: OrderedDict[str, deque[float]] = OrderedDict()
        """By address: times of recent attempts."""

    def wait_s(self, address: str, name: str | None) -> float:
        """Count an attempt. 0: go on, and call `succeeded` if it was right; else the seconds to wait before another
        attempt.

        name: None counts for the address only. An attempt counts as failed from the start, so that a hundred at once
        gain nothing over one after another.
        """
        now = self._clock.monotonic()
        with self._lock:
            wait_s = self._address_wait_s(address, now)
            if name is None:
                return wait_s
            failures, locked_until = self._failures.get(name.lower(), (0, now))
            if wait_s or locked_until > now:
                return max(wait_s, locked_until - now)
            over = failures + 1 - self._tries
            lock_s = min(LONGEST_LOCK_S, FIRST_LOCK_S * 2.0 ** min(over, 16)) if over >= 0 else 0.0
            self._failures[name.lower()] = (failures + 1, now + lock_s)
            self._failures.move_to_end(name.lower())
            _forget_oldest(self._failures)
            return 0.0

    def _address_wait_s(self, address: str, now: float) -> float:
        recent = self._attempts.setdefault(address, deque())
        self._attempts.move_to_end(address)
        _forget_oldest(self._attempts)
        while recent and recent[0] <= now - 60:
            recent.popleft()
        if len(recent) >= self._a_minute:
            return recent[0] + 60 - now
        recent.append(now)
        return 0.0

    def succeeded(self, name: str) -> None:
        with self._lock:
            self._failures.pop(name.lower(), None)


def _forget_oldest(remembered: OrderedDict[str, Any]) -> None:
    while len(remembered) > MAX_REMEMBERED:
        remembered.popitem(last=False)
