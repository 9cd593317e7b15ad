"""Shows a drawn scene of people who do not exist as if it were live, with the present time."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

from passerby.capture.drawn.cameras import CAMERAS, FPS
from passerby.capture.live.arrival import ArrivalTimes, WallTime
from passerby.capture.live.options import LiveOptions, Shot
from passerby.capture.live.pace import Pace
from passerby.capture.live.words import clock_was_set
from passerby.errors import SourceUnavailable, Trouble
from passerby.net.address import Address


def drawn_shots(address: Address, options: LiveOptions, stopped: Callable[[], bool]) -> Iterator[Shot]:
    """Never ends. Raises SourceUnavailable if there is no drawn camera of this name."""
    camera = CAMERAS.get(address.path)
    if camera is None:
        said = f"couldn't open '{address.shown}': there is no drawn camera of this name"
        raise SourceUnavailable(Trouble.NO_STREAM, said, f"there are {', '.join(CAMERAS)}")
    pace, wall, times = Pace(options.clock, stopped), WallTime(options.clock), ArrivalTimes(None)
    for number in itertools.count():
        picture = camera.frame(number)
        pace.wait(number / FPS)
        if stopped():
            return
        if wall.was_set():
            raise clock_was_set(address)
        time_90k = times.next(None, wall.now_90k())
        yield Shot(picture, time_90k, damaged=False)
