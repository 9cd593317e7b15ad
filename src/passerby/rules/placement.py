"""Decides which node records which cameras: cameras belong to slots by their names, and slots to nodes.

Slots go to nodes by weighted rendezvous hashing: every node computes the same, and when a node comes or goes, only what
it gets or had moves.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

_STEPS = 2.0**64


@dataclass(frozen=True, slots=True)
class Holding:
    """Who has a slot. process: names one run of a node. token: the fencing token of all cameras in it."""

    node: str
    process: str
    token: int


@dataclass(frozen=True, slots=True)
class Live:
    """A node whose session has not lapsed. weight: how much it takes, compared with others."""

    process: str
    weight: float


@dataclass(frozen=True)
class Table:
    """Who has what, as all nodes see it. count: of slots. drained: nodes that give away what they have. cordoned: nodes
    that keep it and take nothing more."""

    count: int
    slots: Mapping[int, Holding]
    drained: frozenset[str] = frozenset()
    cordoned: frozenset[str] = frozenset()

    def of(self, process: str) -> dict[int, int]:
        """The slots of a process, with their tokens."""
        return {slot: each.token for slot, each in self.slots.items() if each.process == process}

    def without(self, process: str, slots: Iterable[int]) -> Table:
        """After a process gave these away."""
        given = self.of(process).keys() & set(slots)
        return replace(self, slots={slot: each for slot, each in self.slots.items() if slot not in given})

    def with_drained(self, node: str, *, is_drained: bool) -> Table:
        return replace(self, drained=self.drained | {node} if is_drained else self.drained - {node})

    def with_cordoned(self, node: str, *, is_cordoned: bool) -> Table:
        return replace(self, cordoned=self.cordoned | {node} if is_cordoned else self.cordoned - {node})

    def without_node(self, node: str) -> Table:
        """After it was removed."""
        slots = {slot: each for slot, each in self.slots.items() if each.node != node}
        return Table(self.count, slots, self.drained - {node}, self.cordoned - {node})


def slot_of(camera: str, count: int) -> int:
    return _hash(camera) % count


def preferred(slot: int, weights: Mapping[str, float]) -> str | None:
    """The node that a slot belongs to. None if no node takes anything."""
    scores = {node: weight / -math.log(_share(slot, node)) for node, weight in weights.items() if weight > 0}
    return max(scores, key=lambda node: (scores[node], node)) if scores else None


def taken(table: Table, node: str, process: str, live: Mapping[str, Live], token: int) -> Table | None:
    """The table once this process has taken the free slots that are its own. None if there are none.

    A slot is free if nobody has it, or who has it is no longer live. live: must have everybody whose session has not
    lapsed. token: higher than any in the table.
    """
    weights = _weights(table, live)
    free = (slot for slot in range(table.count) if _is_free(table.slots.get(slot), live))
    mine = [slot for slot in free if preferred(slot, weights) == node]
    if not mine:
        return None
    return replace(table, slots={**table.slots, **dict.fromkeys(mine, Holding(node, process, token))})


def to_give(table: Table, process: str, live: Mapping[str, Live], at_most: int) -> list[int]:
    """Slots of this process that belong to other nodes, a few at a time: each move is a short gap."""
    ours = table.of(process)
    weights = _weights(table, live, {table.slots[slot].node for slot in ours})
    return [slot for slot in sorted(ours) if preferred(slot, weights) not in (None, table.slots[slot].node)][:at_most]


def moving(table: Table, live: Mapping[str, Live]) -> dict[int, tuple[str | None, str | None]]:
    """Slots that will soon be another node's: who has each, None if nobody who is there, and to whom it goes, None if
    there is nobody."""
    found: dict[int, tuple[str | None, str | None]] = {}
    for slot in range(table.count):
        holding = table.slots.get(slot)
        origin = None if holding is None or _is_free(holding, live) else holding.node
        to = preferred(slot, _weights(table, live, () if origin is None else {origin}))
        if origin is None or to not in (None, origin):
            found[slot] = origin, to
    return found


def _is_free(holding: Holding | None, live: Mapping[str, Live]) -> bool:
    if holding is None:
        return True
    there = live.get(holding.node)
    return there is None or there.process != holding.process


def _weights(table: Table, live: Mapping[str, Live], having: Collection[str] = ()) -> dict[str, float]:
    """Of the nodes that slots may belong to. having: who has these slots, and may keep them though it is cordoned."""
    out = table.drained | (table.cordoned - set(having))
    return {node: each.weight for node, each in live.items() if node not in out}


def _share(slot: int, node: str) -> float:
    """Between 0 and 1, neither of them."""
    return (_hash(f"{slot}/{node}") + 0.5) / _STEPS


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest())
