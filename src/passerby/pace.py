"""A limit on how many bytes a second go over a line, shared by all that go over it."""

from __future__ import annotations

import threading

from passerby.clock import Clock, SystemClock


class Pace:
    """Thread-safe. Nothing is saved up: after a pause it goes on at the same pace."""

    def __init__(self, bytes_per_s: float | None, clock: Clock | None = None) -> None:
        """bytes_per_s: None: no limit."""
        self._bytes_per_s, self._clock = bytes_per_s, clock or SystemClock()
        self._lock = threading.Lock()
        self._free_s = 0.0
        """From when on the line is free, by the clock's `monotonic`."""

    @property
    def is_limited(self) -> bool:
        return self._bytes_per_s is not None

    def wait_s(self, size: int) -> float:
        """For how long to wait before so many bytes are sent. They count as sent."""
        if self._bytes_per_s is None:
            return 0.0
        with self._lock:
            now_s = self._clock.monotonic()
            begin_s = max(now_s, self._free_s)
            self._free_s = begin_s + size / self._bytes_per_s
            return begin_s - now_s
