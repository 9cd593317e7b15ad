"""Plays a file in a loop as if it were live: in real time, with the present time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from passerby.capture.file import open_source
from passerby.capture.live.arrival import ArrivalTimes, WallTime
from passerby.capture.live.options import LiveOptions, Shot
from passerby.capture.live.pace import Pace
from passerby.capture.live.words import clock_was_set
from passerby.capture.source import VideoSource
from passerby.net.address import Address


def looped_shots(
    address: Address, options: LiveOptions, stopped: Callable[[], bool], opened: Callable[[VideoSource], None]
) -> Iterator[Shot]:
    """opened: called with the file each time it begins. Never ends. Raises SourceError if the file is not a video."""
    path = Path(address.path)
    clock, wall, times = options.clock, WallTime(options.clock), ArrivalTimes(None)
    while True:
        pace = Pace(clock, stopped)
        with open_source(path) as source:
            opened(source)
            for frame in source:
                pace.wait(frame.time_s)
                if stopped():
                    return
                if wall.was_set():
                    raise clock_was_set(address)
                time_90k = times.next(None, wall.now_90k())
                yield Shot(frame.picture, time_90k, frame.damaged, source.sample_aspect_ratio)
            step_s = float(1 / source.average_rate) if source.average_rate else 0.04
        clock.sleep(step_s)  # the last picture lasts as long as the others
