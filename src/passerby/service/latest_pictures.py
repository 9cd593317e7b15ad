"""Finds each camera's latest event that has a recorded picture, and asks the catalogue only for what is new."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from passerby.clock import Clock
from passerby.events.log import EventLog, Pictured
from passerby.media.segments import TICKS_PER_S
from passerby.notify.links import WITH_STILL

LOOK_BACK = 5
"""Events of a camera: the newest may have no picture yet."""
RECORDED_WITHIN_90K = 120 * TICKS_PER_S
"""What has no picture by then gets none: it was not recorded, or the recording is gone."""
CHECK_AGAIN_AFTER_S = 300.0
"""How long a link may lead to a picture whose recording is gone: its page then says so."""


@dataclass(slots=True)
class _Camera:
    """newest: the latest events, the newest first, which have or may still get a picture."""

    since_90k: int
    newest: list[Pictured] = field(default_factory=list)
    found: Pictured | None = None
    checked_s: float = -math.inf


class LatestPictures:
    """Only one thread at a time. has_still: whether a camera, which is what it is since a time, has a recorded picture
    of a time."""

    def __init__(self, log: EventLog, clock: Clock, has_still: Callable[[str, int, int], bool]) -> None:
        self._log, self._clock, self._has_still = log, clock, has_still
        self._known: dict[str, _Camera] = {}
        self._last_id: int | None = None
        self._seen = set[int]()

    def of(self, since_90k: Mapping[str, int]) -> dict[str, Pictured]:
        """By camera. since_90k: of all cameras, from when on their events are theirs. One query for what is new of all
        cameras together. Raises OutputError."""
        self._known = {name: each for name, each in self._known.items() if since_90k.get(name) == each.since_90k}
        new = {name: since for name, since in since_90k.items() if name not in self._known}
        if self._last_id is None:
            self._last_id = self._log.newest_id()
        last_id, recent = self._log.pictured_after(self._last_id, WITH_STILL)
        added = [each for each in recent if each.id not in self._seen]
        if new:
            self._known |= {name: _Camera(since) for name, since in new.items()}
            added = [*added, *self._log.newest_pictured(list(new), WITH_STILL, LOOK_BACK)]
        self._add(added)
        self._last_id, self._seen = last_id, {each.id for each in recent}
        found = {name: self._picture_of(name, camera) for name, camera in self._known.items()}
        return {name: each for name, each in found.items() if each is not None}

    def _add(self, added: Iterable[Pictured]) -> None:
        for each in added:
            camera = self._known.get(each.camera)
            if camera is not None and each.start_90k >= camera.since_90k and each not in camera.newest:
                camera.newest = sorted([*camera.newest, each], key=lambda its: (its.start_90k, its.id), reverse=True)
                del camera.newest[LOOK_BACK:]

    def _picture_of(self, name: str, camera: _Camera) -> Pictured | None:
        now_s = self._clock.monotonic()
        is_fresh = now_s - camera.checked_s < CHECK_AGAIN_AFTER_S
        if not camera.newest or (is_fresh and camera.found == camera.newest[0]):
            return camera.found
        camera.found, camera.checked_s = None, now_s
        late_90k = self._clock.now_90k() - RECORDED_WITHIN_90K
        for each in camera.newest.copy():
            if self._has_still(name, camera.since_90k, each.start_90k):
                camera.found = each
                break
            if each.start_90k < late_90k:
                camera.newest.remove(each)
        return camera.found
