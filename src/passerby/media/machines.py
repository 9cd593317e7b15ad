"""Several machines as people see them: how each is, and what moves between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Machine:
    """One node, as it said last. is_there: its session has not lapsed. is_drained: it gives its cameras away.
    is_cordoned: it keeps its cameras and takes no more. load: of
    its processors, 1.0 is all of them. slots: how many parts of the cameras it has. unwell: cameras at fault.
    since_90k: when it was started. heard_90k: when it said this; both None if it said so in words that are not known.
    trouble: a sentence, None if all is well. lags: it should be updated, since others are newer. strain: see
    `rules.strain`; None: it does not say."""

    name: str
    site: str
    is_there: bool
    is_drained: bool
    is_cordoned: bool
    version: str
    load: float
    slots: int
    cameras: int
    unwell: int
    since_90k: int | None
    heard_90k: int | None
    trouble: str | None
    lags: bool = False
    strain: float | None = None


@dataclass(frozen=True, slots=True)
class SpoolPlace:
    """The machine whose spool has recordings that are not in the store. site: where it is, may be empty. stays:
    recordings stay there, or for long, and are not only on their way. is_there: it can be reached. heard_90k: when it
    said something last."""

    node: str
    site: str
    stays: bool
    is_there: bool
    heard_90k: int

    @property
    def name(self) -> str:
        """What people call it."""
        return self.site or self.node


@dataclass(frozen=True, slots=True)
class Move:
    """Cameras that will soon be another node's. origin: None if their node is gone. to: None if there is none."""

    origin: str | None
    to: str | None
    cameras: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HeldBack:
    """A part of all cameras that no machine takes for a while: so many in a row were lost soon after they took it."""

    slot: int
    lost: int
    cameras: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Machines:
    """away: why nothing newer is known, one sentence; None if it is as shown. quarantined: cameras that end workers,
    and how many each ended."""

    nodes: Sequence[Machine]
    moves: Sequence[Move]
    away: str | None = None
    quarantined: Sequence[tuple[str, int]] = ()
    held_back: Sequence[HeldBack] = ()
