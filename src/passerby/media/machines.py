"""Several machines as people see them: how each is, and what moves between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Machine:
    """One node, as it said last. is_there: its session has not lapsed. is_drained: it gives its cameras away. load: of
    its processors, 1.0 is all of them. slots: how many parts of the cameras it has. unwell: cameras at fault.
    since_90k: when it was started. heard_90k: when it said this. trouble: a sentence, None if all is well."""

    name: str
    site: str
    is_there: bool
    is_drained: bool
    version: str
    load: float
    slots: int
    cameras: int
    unwell: int
    since_90k: int
    heard_90k: int
    trouble: str | None


@dataclass(frozen=True, slots=True)
class Move:
    """Cameras that will soon be another node's. origin: None if their node is gone. to: None if there is none."""

    origin: str | None
    to: str | None
    cameras: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Machines:
    """away: why nothing newer is known, one sentence; None if it is as shown."""

    nodes: Sequence[Machine]
    moves: Sequence[Move]
    away: str | None = None
