"""Decides which recordings are deleted, and when the promise to keep them is broken. Deleting is left to archive."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

HOUR_90K = 3600 * 90_000
DEFAULT_HOURS = 72.0
MAX_HOURS = 30 * 24.0
TEN_YEARS_HOURS = 10 * 366 * 24.0
"""Longer needs an explicit setting: recordings that nobody thought about should not pile up for months."""
MIN_HOURS = 0.03
"""Under two minutes. Even if a camera hangs until its timeouts end it, its object is closed by then."""

OBJECT_90K = 15 * 60 * 90_000
_OBJECTS_IN_LIMIT = 4
_GOP_90K = 2 * 90_000
_ROUNDS_IN_LIMIT = 20


@dataclass(frozen=True, slots=True)
class Keep:
    """How long a camera's recordings are kept, in hours. Raises ValueError below MIN_HOURS, above ten years, and above
    30 days without more_than_30_days."""

    hours: float = DEFAULT_HOURS
    more_than_30_days: bool = False

    def __post_init__(self) -> None:
        if not self.hours >= MIN_HOURS:
            raise ValueError(
                f"recordings are kept for at least {MIN_HOURS:g} hours (about two minutes), not {self.hours:g} hours"
            )
        if self.hours > TEN_YEARS_HOURS:
            raise ValueError(f"{self.hours:g} hours are over ten years")
        if self.hours > MAX_HOURS and not self.more_than_30_days:
            raise ValueError(f"{self.hours:g} hours is more than 30 days: also set more_than_30_days if you mean that")


@dataclass(frozen=True, slots=True)
class KeepAll:
    """How long the recordings of each camera are kept. usual: for all others, such as those of a lost catalogue."""

    by_camera: Mapping[str, Keep] = field(default_factory=dict)
    usual: Keep = Keep()

    def of(self, camera: str) -> Keep:
        return self.by_camera.get(camera, self.usual)

    def all(self) -> Iterator[Keep]:
        yield from (self.usual, *self.by_camera.values())


@dataclass(frozen=True, slots=True)
class Recording:
    """One closed object, as retention sees it."""

    key: str
    camera: str
    start_90k: int
    size: int


@dataclass(frozen=True, slots=True)
class Shortage:
    """Lack of space broke the promise for one camera: promised_hours were to be kept, only kept_hours can be."""

    camera: str
    promised_hours: float
    kept_hours: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """go: keys, in the order of deletion. short: each camera that loses recordings too soon. still_over: bytes that are
    still to be freed after all of these are gone."""

    go: tuple[str, ...] = ()
    short: tuple[Shortage, ...] = ()
    still_over: int = 0


def decide(recordings: Iterable[Recording], keep: KeepAll, now_90k: int, bytes_over: int) -> Verdict:
    """Decides which recordings go now. bytes_over: how many bytes must be freed; 0 or less if there is room.

    First by time: an object goes when its *first* picture reaches the limit, since a limit is a promise to the people
    filmed. So up to `object_90k` before the limit may already be gone. Then by space, the oldest of all cameras first.
    """
    oldest_first = sorted(recordings, key=lambda each: (each.start_90k, each.key))
    expired: list[Recording] = []
    rest: list[Recording] = []
    for each in oldest_first:
        is_over = each.start_90k <= limit_90k(keep.of(each.camera), now_90k)
        (expired if is_over else rest).append(each)
    over = bytes_over - sum(each.size for each in expired)
    sacrificed: list[Recording] = []
    for each in rest:
        if over <= 0:
            break
        sacrificed.append(each)
        over -= each.size
    return Verdict(
        tuple(each.key for each in [*expired, *sacrificed]),
        _shortages(sacrificed, rest, keep, now_90k),
        max(over, 0),
    )


def object_90k(keep: Keep) -> int:
    """The length of an object: a quarter of an hour, or a quarter of a limit shorter than an hour. So it is closed long
    before it has to go, and can go as a whole without taking most of what may stay. A whole number of GOPs."""
    of_limit = round(keep.hours * HOUR_90K) // _OBJECTS_IN_LIMIT
    return min(OBJECT_90K, of_limit // _GOP_90K * _GOP_90K)


def round_s(keep: KeepAll, longest_s: float) -> float:
    """How often to check for recordings that must go, so that they go at most a twentieth of their limit too late."""
    shortest_hours = min(each.hours for each in keep.all())
    return min(longest_s, shortest_hours * 3600 / _ROUNDS_IN_LIMIT)


def limit_90k(keep: Keep, now_90k: int) -> int:
    """Recordings that began at this time or earlier go."""
    return now_90k - round(keep.hours * HOUR_90K)


def cameras_by_limit(keep: KeepAll, now_90k: int) -> dict[int, list[str]]:
    """The cameras that have each limit, see `limit_90k`. There are a few limits at most, each of many cameras."""
    found: dict[int, list[str]] = {}
    for camera, policy in keep.by_camera.items():
        found.setdefault(limit_90k(policy, now_90k), []).append(camera)
    return found


def over_for_all_90k(keep: KeepAll, now_90k: int) -> int:
    """What began at this time or earlier is over its limit, whatever camera it is of."""
    return min(limit_90k(each, now_90k) for each in keep.all())


def _shortages(
    sacrificed: Sequence[Recording], all_in_time: Sequence[Recording], keep: KeepAll, now_90k: int
) -> tuple[Shortage, ...]:
    cameras = sorted({each.camera for each in sacrificed})
    gone = {each.key for each in sacrificed}
    found = []
    for camera in cameras:
        left = [each for each in all_in_time if each.camera == camera and each.key not in gone]
        kept_90k = max((now_90k - each.start_90k for each in left), default=0)
        found.append(Shortage(camera, keep.of(camera).hours, kept_90k / HOUR_90K))
    return tuple(found)
