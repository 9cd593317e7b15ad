"""Decides which cameras end their workers, and are quarantined: each has a worker for itself, wherever it is recorded.

A worker that ends takes all its cameras with it, and most of them did nothing. So those that were there when workers
ended are split up, until the one that does it is alone.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

WITHIN_S = 3600.0
SPLIT_FROM = 2
"""Ends of workers in an hour that a camera was in."""
QUARANTINED_FROM = 3
"""Ends of workers in an hour by one camera: it was alone, or hung."""
FORGOTTEN_AFTER_S = 86_400.0
"""Without another end."""
MAX_TOLD = 200
"""So many are known to other machines, which all read it all the time. More are quarantined where they are only."""


class WorkerEnds:
    """Of the cameras of one machine, and what others found out about them."""

    def __init__(self) -> None:
        self._there: dict[str, list[float]] = {}
        self._did: dict[str, list[float]] = {}
        self._told: dict[str, int] = {}

    def note(self, cameras: Collection[str], now_s: float) -> None:
        """A worker ended by itself that had these; or one of them made it hang."""
        for camera in cameras:
            self._there.setdefault(camera, []).append(now_s)
            if len(cameras) == 1:
                self._did.setdefault(camera, []).append(now_s)

    def is_suspect(self, camera: str, now_s: float) -> bool:
        """Whether it was there so often that its worker is split up."""
        return sum(now_s - at_s < WITHIN_S for at_s in self._there.get(camera, ())) >= SPLIT_FROM

    def quarantined(self, now_s: float) -> dict[str, int]:
        """Cameras, each with how many workers it ended, as far as that is known."""
        for ends in (self._there, self._did):
            for camera in [each for each, times in ends.items() if now_s - times[-1] >= FORGOTTEN_AFTER_S]:
                del ends[camera]
        own = {camera for camera, times in self._did.items() if _most_in_an_hour(times) >= QUARANTINED_FROM}
        return {each: self._told.get(each, 0) + len(self._did.get(each, ())) for each in own | self._told.keys()}

    def know(self, told: Mapping[str, int], now_s: float) -> None:
        """What all machines are told. What is no longer there was readmitted or forgotten."""
        own = self.quarantined(now_s)
        for camera in self._told.keys() - told.keys():
            for ends in (self._told, self._there, self._did):
                ends.pop(camera, None)
        for camera, count in told.items():
            if camera in own and camera not in self._told:  # what was found here comes back
                count = max(0, count - len(self._did[camera]))
            self._told.setdefault(camera, count)


class News:
    """What one machine has to say to all about those that it has."""

    def __init__(self) -> None:
        self._good_since: dict[str, tuple[int, float]] = {}

    def of(
        self, found: Mapping[str, int], told: Mapping[str, int], has: Callable[[str], bool], now_s: float
    ) -> dict[str, int | None]:
        """found: quarantined cameras that this machine knows. told: what all know. has: whether it records a camera.
        None: it is forgotten, as it has done nothing for a day."""
        ours = {camera: count for camera, count in found.items() if has(camera)}
        self._good_since = {
            camera: before if (before := self._good_since.get(camera)) and before[0] == count else (count, now_s)
            for camera, count in ours.items()
        }
        news: dict[str, int | None] = {}
        for camera, count in ours.items():
            if now_s - self._good_since[camera][1] >= FORGOTTEN_AFTER_S:
                news[camera] = None
            elif count > told.get(camera, 0) and (camera in told or len(told) < MAX_TOLD):
                news[camera] = count
        return news


def _most_in_an_hour(times: Sequence[float]) -> int:
    """times: in order."""
    return max(sum(0 <= at_s - first_s < WITHIN_S for at_s in times) for first_s in times)
