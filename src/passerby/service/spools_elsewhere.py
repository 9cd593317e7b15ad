"""Reads recordings from the spools of other machines, within bounds: how many at once, and for how long."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from passerby.clock import utc_of
from passerby.errors import SourceError
from passerby.fleet.control import ControlAway
from passerby.media.machines import SpoolPlace

BATCH_BYTES = 1_000_000
BATCH_WITHIN_S = 60.0
"""On a line of 30 kB/s that is a large GOP."""
READS_AT_ONCE = 16
"""On this machine. A request that waits for a slow line holds one of the server's 40 threads."""
READS_AT_ONCE_OF_ONE = 6
"""Of one machine: others are not held up by a site whose line is slow."""
KEPT_BYTES = 64_000_000
KEPT_S = 900.0
"""What was fetched, for whoever looks again: a step back, or a second viewer."""


class Pieces(Protocol):
    """See `fleet.nats.fetching.PieceLink`."""

    def fetch(
        self, node: str, key: str, starts: Sequence[int], lengths: Sequence[int], within_s: float
    ) -> list[bytes]: ...


class SpoolsElsewhere:
    """See `archive.other_spools.OtherSpools`. Thread-safe."""

    def __init__(self, pieces: Pieces, place_of: Callable[[str], SpoolPlace | None]) -> None:
        """place_of: where a spool is, by its name."""
        self._pieces, self._place_of = pieces, place_of
        self._kept = _Kept()
        self._reading = threading.Lock()
        self._reads: dict[str, int] = {}

    def place(self, spool: str) -> SpoolPlace | None:
        return self._place_of(spool)

    def read(self, spool: str, key: str, starts: Sequence[int], lengths: Sequence[int]) -> list[bytes]:
        place = self._place_of(spool)
        if place is None:
            raise SourceError("nothing is known of the machine that has this recording", hint="was it removed?")
        kept = {each: self._kept.find((key, *each)) for each in zip(starts, lengths, strict=True)}
        missing = [each for each, data in kept.items() if data is None]
        if missing and not place.is_there:
            raise _away(place)
        if missing:
            with self._one_more(place):
                for some in _batches(missing):
                    for each, data in zip(some, self._fetch(place, key, some), strict=True):
                        kept[each] = data
                        self._kept.add((key, *each), data)
        return [kept[each] or b"" for each in zip(starts, lengths, strict=True)]

    def _fetch(self, place: SpoolPlace, key: str, ranges: Sequence[tuple[int, int]]) -> list[bytes]:
        starts, lengths = [start for start, _ in ranges], [length for _, length in ranges]
        try:
            return self._pieces.fetch(place.node, key, starts, lengths, BATCH_WITHIN_S)
        except ControlAway as error:
            raise SourceError(
                f"'{place.name}' does not send the recording that it has", hint="its line is down, or slow: try again"
            ) from error

    @contextmanager
    def _one_more(self, place: SpoolPlace) -> Iterator[None]:
        with self._reading:
            of_one = self._reads.get(place.node, 0)
            if of_one >= READS_AT_ONCE_OF_ONE or sum(self._reads.values()) >= READS_AT_ONCE:
                raise SourceError(
                    f"too many recordings are being fetched from '{place.name}'", hint="try again in a moment"
                )
            self._reads[place.node] = of_one + 1
        try:
            yield
        finally:
            with self._reading:
                self._reads[place.node] -= 1


class _Kept:
    """The ranges that were fetched last: redacted, in memory, for a while. Whoever is given them has just found the
    recording in the catalogue, so nothing outlives its row."""

    def __init__(self, now_s: Callable[[], float] = time.monotonic) -> None:
        self._now_s = now_s
        self._lock = threading.Lock()
        self._of: OrderedDict[tuple[str, int, int], tuple[float, bytes]] = OrderedDict()
        self._bytes = 0

    def find(self, what: tuple[str, int, int]) -> bytes | None:
        with self._lock:
            self._forget_old()
            found = self._of.get(what)
            return found[1] if found else None

    def add(self, what: tuple[str, int, int], data: bytes) -> None:
        if what[1] == 0:  # the index at the beginning is written when the object ends
            return
        with self._lock:
            before = self._of.pop(what, None)
            self._of[what] = self._now_s(), data
            self._bytes += len(data) - (len(before[1]) if before else 0)
            self._forget_old()

    def _forget_old(self) -> None:
        since_s = self._now_s() - KEPT_S
        while self._of and (self._bytes > KEPT_BYTES or next(iter(self._of.values()))[0] < since_s):
            self._bytes -= len(self._of.popitem(last=False)[1][1])


def _batches(ranges: Sequence[tuple[int, int]]) -> Iterator[list[tuple[int, int]]]:
    """Each of about a megabyte: what has come is kept, also where the line breaks then."""
    batch: list[tuple[int, int]] = []
    for each in ranges:
        if batch and sum(length for _, length in [*batch, each]) > BATCH_BYTES:
            yield batch
            batch = []
        batch.append(each)
    yield batch


def _away(place: SpoolPlace) -> SourceError:
    since = f"{utc_of(place.heard_90k):%Y-%m-%d %H:%M}"
    return SourceError(
        f"'{place.name}' has not been reachable since {since} UTC: its recordings stay there",
        hint="they can be watched when it is back",
    )
