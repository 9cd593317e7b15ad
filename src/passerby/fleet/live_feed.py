"""Passes what workers send to live viewers: from the newest key frame on, and again from there if a viewer is slow."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, field

from passerby.media.segments import Fragment

KEPT_GOPS = 2  # a viewer that falls further behind continues at the newest key frame
WAKE_S = 5.0  # makes up for a missed wake-up


@dataclass(frozen=True, slots=True)
class Numbered:
    """A fragment with its place: the how-manieth GOP of its camera in this process, and the how-manieth in the GOP."""

    gop: int
    index: int
    fragment: Fragment


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

    def __init__(self, joined_or_left: Callable[[], None] = lambda: None) -> None:
        """joined_or_left: called, from any thread or loop, when there may be another answer in `watched`."""
        self._lock = threading.Lock()
        self._cameras: dict[str, _Camera] = {}
        self._joined_or_left = joined_or_left

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
        async with aclosing(self.follow(Viewer(self, camera))) as fragments:
            init_id: str | None = None
            async for numbered in fragments:
                fragment = numbered.fragment
                if fragment.init_id != init_id:
                    init_id = fragment.init_id
                    yield fragment.init.data
                yield fragment.data

    async def follow(self, viewer: Viewer) -> AsyncGenerator[Numbered]:
        """The same as fragments. It is watched while this goes on."""
        loop, more = asyncio.get_running_loop(), asyncio.Event()
        camera = viewer.camera

        def wake() -> None:
            try:
                loop.call_soon_threadsafe(more.set)
            except RuntimeError:
                self._leave(camera, wake)  # the loop is closed: nobody is waiting

        with self._lock:
            self._cameras.setdefault(camera, _Camera()).wakes.add(wake)
        self._joined_or_left()
        try:
            while True:
                more.clear()
                while (numbered := viewer.take()) is not None:
                    yield numbered
                try:
                    await asyncio.wait_for(more.wait(), WAKE_S)
                except TimeoutError:
                    continue
        finally:
            self._leave(camera, wake)

    def wake(self, camera: str) -> None:
        """Whoever follows the camera looks again, as after `Viewer.again`."""
        with self._lock:
            kept = self._cameras.get(camera)
            wakes = list(kept.wakes) if kept else []
        for wake in wakes:
            wake()

    def _leave(self, camera: str, wake: Callable[[], None]) -> None:
        with self._lock:
            self._cameras[camera].wakes.discard(wake)
        self._joined_or_left()


class Viewer:
    """The position of one viewer of one camera."""

    def __init__(self, feed: LiveFeed, camera: str) -> None:
        self.camera = camera
        self._feed = feed
        self._gop = self._taken = 0
        self.dropped = 0
        """How often it was too slow."""

    def take(self) -> Numbered | None:
        """The next fragment, None if it has everything so far."""
        with self._feed._lock:
            fragment = self._next(self._feed._cameras.get(self.camera))
            if fragment is None:
                return None
            self._taken += 1
            return Numbered(self._gop, self._taken - 1, fragment)

    def again(self) -> None:
        """Go on at the newest key frame, also if it has that already. In the thread that takes."""
        self._gop = self._taken = 0

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
