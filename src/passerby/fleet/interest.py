"""Which cameras are watched on other machines. An interest lapses unless it is repeated: who watches may be lost."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection
from typing import Any, ClassVar

from passerby.fleet.wire import Message
from passerby.objects.names import is_camera

REPEAT_EVERY_S = 1.0
LAPSES_AFTER_S = 4.0  # three may be lost


class _Watched(Message):
    WHAT: ClassVar = "a list of watched cameras"

    process: str
    cameras: tuple[Any, ...]


def pack_interest(process: str, cameras: Collection[str]) -> bytes:
    """process: names one run of whoever watches."""
    return _Watched(process=process, cameras=tuple(sorted(cameras))).pack()


def unpack_interest(data: bytes) -> tuple[str, frozenset[str]]:
    """Raises Unreadable for what is none. What is no name of a camera is left out."""
    watched = _Watched.read(data)
    return watched.process, frozenset(each for each in watched.cameras if isinstance(each, str) and is_camera(each))


class Interest:
    """Of all who watch elsewhere. Thread-safe."""

    def __init__(self, now_s: Callable[[], float] = time.monotonic) -> None:
        self._now_s = now_s
        self._lock = threading.Lock()
        self._of: dict[str, tuple[float, frozenset[str]]] = {}

    def note(self, process: str, cameras: frozenset[str]) -> frozenset[str]:
        """The cameras that this one begins to watch."""
        now_s = self._now_s()
        with self._lock:
            at_s, before = self._of.get(process, (float("-inf"), frozenset[str]()))
            self._of[process] = now_s, cameras
        return cameras - before if now_s - at_s < LAPSES_AFTER_S else cameras

    def cameras(self) -> frozenset[str]:
        """What anybody watches now."""
        since_s = self._now_s() - LAPSES_AFTER_S
        with self._lock:
            self._of = {process: each for process, each in self._of.items() if each[0] > since_s}
            return frozenset[str]().union(*(cameras for _, cameras in self._of.values()))
