"""Sends small pictures of events to the catalogue, from a site whose recordings stay there."""

from __future__ import annotations

from collections.abc import Collection

from passerby.access import Installation
from passerby.archive import Reader
from passerby.errors import SourceError
from passerby.media.segments import TICKS_PER_S

WIDTH_PX = 480
"""About 20 kB: what a list of events shows, and a telephone."""
RECORDED_AFTER_90K = 6 * TICKS_PER_S
"""By then the GOP of a moment is whole, and on the disk."""
UP_TO_90K = 86400 * TICKS_PER_S
"""How far back: after an outage of a day the rest is seen when it is looked at."""
TRIES = 10


class EventStillSender:
    """Of one node. Call `send` every few seconds, in one thread."""

    def __init__(self, installation: Installation, recordings: Reader) -> None:
        self._installation, self._recordings = installation, recordings
        self._tries: dict[int, int] = {}
        """Of events that had no picture so far: nothing was recorded then, or not yet."""

    def send(self, cameras: Collection[str]) -> None:
        """Some of those that are missing. Blocks. Raises OutputError."""
        now_90k, stills = self._installation.clock.now_90k(), self._installation.event_stills
        given_up = [id for id, tries in self._tries.items() if tries >= TRIES]
        for each in stills.missing(cameras, now_90k - UP_TO_90K, now_90k - RECORDED_AFTER_90K, given_up):
            try:
                still = self._recordings.thumbnail(each.camera, each.start_90k, WIDTH_PX)
            except SourceError:
                still = None
            if still is None:
                self._tries[each.id] = self._tries.get(each.id, 0) + 1
            else:
                stills.add(each, still.at_90k, still.jpeg)
                self._tries.pop(each.id, None)
