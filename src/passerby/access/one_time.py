"""Values that are fetched once and soon: passkey challenges, single sign-on states. In memory."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Generic, TypeVar

from passerby.access.secrets import new_secret
from passerby.clock import Clock

WORKS_FOR_S = 300.0
_MOST = 10_000  # anybody can request one: the oldest are dropped

T = TypeVar("T")


class OneTime(Generic[T]):
    """Thread-safe."""

    def __init__(self, clock: Clock) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._kept: OrderedDict[str, tuple[float, T]] = OrderedDict()

    def put(self, value: T) -> str:
        """Returns the key to fetch it with."""
        key = new_secret()
        with self._lock:
            self._kept[key] = (self._clock.monotonic() + WORKS_FOR_S, value)
            while len(self._kept) > _MOST:
                self._kept.popitem(last=False)
        return key

    def take(self, key: str) -> T | None:
        """Works once. None if it was taken, has expired or never existed."""
        with self._lock:
            until, value = self._kept.pop(key, (0.0, None))
        return value if self._clock.monotonic() < until else None
