"""Passes what workers send to live viewers: from the newest key frame on, and again from there if a viewer is slow."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field

from passerby.media.segments import Fragment

KEPT_GOPS = 2  # a viewer that falls further behind continues at the newest key frame
WAKE_S = 5.0  # makes up for a missed wake-up


@dataclass(slots=True)
class _Gop:
    number: int
    fragments: list[Fragment] = field(default_factory=list)


class _Camera:
    """The newest GOPs of one camera, and whom to wake when more arrives."""

    def __init__(self) -> None:
        self.gops: deque[_Gop] = deque(maxlen=KEPT_GOPS)
        self.begun = 0
        self.wakes: set[Callable[[], None]] = set()


class LiveFeed:
    """Filled from the threads that listen to workers, read from any thread or event loop. About 150 kB a camera."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._cameras: dict[str, _Camera] = {}

    def publish(self, camera: str, fragment: Fragment) -> None:
        """Add a camera's next fragment. Fragments before its first key frame are dropped."""
        with self._lock:
            kept = self._cameras.setdefault(camera, _Camera())
            if fragment.is_key:
                kept.begun += 1
                kept.gops.append(_Gop(kept.begun))
            if not kept.gops:
                return
            kept.gops[-1].fragments.append(fragment)
            wakes = list(kept.wakes)
        for wake in wakes:
            wake()

    def forget(self, camera: str) -> None:
        """Drop a camera's newest pictures, so that old ones are not taken for live. Viewers wait."""
        with self._lock:
            kept = self._cameras.get(camera)
            if kept is not None:
                kept.gops.clear()

    @property
    def watched(self) -> frozenset[str]:
        """The cameras that are being watched now."""
        with self._lock:
            return frozenset(camera for camera, kept in self._cameras.items() if kept.wakes)

    async def subscribe(self, camera: str) -> AsyncGenerator[bytes]:
        """An init segment, then fragments as they arrive, from a key frame on; another init segment when it changes.

        Never ends: the reader stops. A reader that is too slow misses what is between two key frames.
        """
        loop, more = asyncio.get_running_loop(), asyncio.Event()

        def wake() -> None:
            try:
                loop.call_soon_threadsafe(more.set)
            except RuntimeError:
                self._leave(camera, wake)  # the loop is closed: nobody is waiting

        viewer = Viewer(self, camera)
        with self._lock:
            self._cameras.setdefault(camera, _Camera()).wakes.add(wake)
        try:
            while True:
                more.clear()
                while (data := viewer.take()) is not None:
                    yield data
                try:
                    await asyncio.wait_for(more.wait(), WAKE_S)
                except TimeoutError:
                    continue
        finally:
            self._leave(camera, wake)

    def _leave(self, camera: str, wake: Callable[[], None]) -> None:
        with self._lock:
            self._cameras[camera].wakes.discard(wake)


class Viewer:
    """The position of one viewer of one camera."""

    def __init__(self, feed: LiveFeed, camera: str) -> None:
        self._feed, self._camera = feed, camera
        self._gop = self._taken = 0
        self._init_id: str | None = None
        self.dropped = 0
        """How often it was too slow."""

    def take(self) -> bytes | None:
        """The next bytes, None if it has everything so far."""
        with self._feed._lock:
            fragment = self._next(self._feed._cameras.get(self._camera))
            if fragment is None:
                return None
            if fragment.init_id != self._init_id:
                self._init_id = fragment.init_id
                return fragment.init.data
            self._taken += 1
            return fragment.data

    def _next(self, kept: _Camera | None) -> Fragment | None:
        if kept is None or not kept.gops:
            return None
        at = next((gop for gop in kept.gops if gop.number == self._gop), None)
        if at is not None and self._taken < len(at.fragments):
            return at.fragments[self._taken]
        if at is not None and at is not kept.gops[-1]:  # it has all of this GOP: continue with the next
            at = next(gop for gop in kept.gops if gop.number > self._gop)
        elif at is None:
            self.dropped += self._gop > 0
            at = kept.gops[-1]
        else:
            return None
        self._gop, self._taken = at.number, 0
        return at.fragments[0]
