"""Recordings in the spools of other machines, not stored yet: what an archive needs from whoever reaches these."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from passerby.media.machines import SpoolPlace


class OtherSpools(Protocol):
    """Thread-safe."""

    def place(self, spool: str) -> SpoolPlace | None:
        """Where a spool is, by its name in the rows. None: nothing is known of it."""
        ...

    def read(self, spool: str, key: str, starts: Sequence[int], lengths: Sequence[int]) -> list[bytes]:
        """Several ranges of one object. Blocks for as long as its line needs. Raises FileNotFoundError if it is no
        longer there, SourceError if it cannot be had now."""
        ...


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A stretch of time whose recordings are in the spool of another machine. place: None if nothing is known of it."""

    from_90k: int
    to_90k: int
    place: SpoolPlace | None


def stretches_of(found: Sequence[tuple[int, int, str]], spools: OtherSpools) -> list[Elsewhere]:
    """found: start, end and spool of each object, in order of time. Those at one place that follow each other are one
    stretch, with what is between them."""
    stretches: list[Elsewhere] = []
    places = {spool: spools.place(spool) for _, _, spool in found}
    for from_90k, to_90k, spool in found:
        place = places[spool]
        if stretches and stretches[-1].place == place:
            last = stretches.pop()
            stretches.append(Elsewhere(last.from_90k, max(last.to_90k, to_90k), place))
        else:
            stretches.append(Elsewhere(from_90k, to_90k, place))
    return stretches
