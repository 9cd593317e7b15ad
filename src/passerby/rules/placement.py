"""Decides which node records which cameras: cameras belong to slots by their names, and slots to nodes.

Slots go to nodes by weighted rendezvous hashing: every node computes the same, and when a node comes or goes, only what
it gets or had moves. A site that a node names has slots of its own, which belong to its nodes as long as there are any.
What a node can bear is measured: see `rules.balance`, which changes its share.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

_STEPS = 2.0**64
SITE_WEIGHT = 1e9
"""How much more a node takes of its own site than others do: all of it, until its share has fallen as far."""
HELD_BACK_FROM = 3
"""Nodes that were lost in a row soon after they took a slot: something in it may take machines down."""
HELD_BACK_SHARE = 8
"""At most one in so many slots is held back. Where more were lost that often, it was no camera: it was the power."""
MAX_SITES = 250  # the table is one message, of 1 MB at most


@dataclass(frozen=True, slots=True)
class Holding:
    """Who has a slot. process: names one run of a node. token: the fencing token of all cameras in it. more: what a
    later version wrote of it, kept as it is."""

    node: str
    process: str
    token: int
    more: tuple[object, ...] = ()


@dataclass(frozen=True, slots=True)
class Live:
    """A node whose session has not lapsed. weight: how much it takes, compared with others. site: where it is. strain:
    see `rules.strain`; None: it is of a version that knows neither sites nor shares, and while there is one, nobody
    goes by them."""

    process: str
    weight: float
    site: str = ""
    strain: float | None = 0.0


@dataclass(frozen=True, slots=True)
class SiteSlots:
    """The slots of a site: so many, from the first."""

    first: int
    count: int


@dataclass(frozen=True)
class Table:
    """Who has what, as all nodes see it. count: of the slots for cameras of no site, or of one that no node names.
    drained: nodes that give away what they have. cordoned: nodes that keep it and take nothing more. shares: of its
    weight, what a node bears, as far as that is known; see `rules.balance`. more: what a later version wrote, kept as
    it is."""

    count: int
    slots: Mapping[int, Holding]
    drained: frozenset[str] = frozenset()
    cordoned: frozenset[str] = frozenset()
    shares: Mapping[str, float] = field(default_factory=dict)
    sites: Mapping[str, SiteSlots] = field(default_factory=dict)
    quarantine: Mapping[str, int] = field(default_factory=dict)
    """Cameras that end workers: how many each has ended. See `rules.quarantine`."""
    losses: Mapping[int, int] = field(default_factory=dict)
    """Of slots: how many nodes in a row were lost with them, none of which had them for long."""
    more: Mapping[str, object] = field(default_factory=dict)

    def all_slots(self) -> Iterator[int]:
        yield from range(self.count)
        for each in self.sites.values():
            yield from range(each.first, each.first + each.count)

    def slot_of(self, camera: str, site: str = "") -> int:
        """site: where the camera is. The empty one is none."""
        own = self.sites.get(site)
        return slot_of(camera, self.count) if own is None else own.first + slot_of(camera, own.count)

    def site_of(self, slot: int) -> str:
        """Whose slot it is."""
        if slot < self.count:
            return ""
        return next((site for site, own in self.sites.items() if own.first <= slot < own.first + own.count), "")

    def with_sites(self, sites: Iterable[str], count: int) -> Table:
        """With so many slots for each of these that has none yet."""
        found = dict(self.sites)
        for site in sorted(set(sites) - found.keys() - {""})[: MAX_SITES - len(found)]:
            found[site] = SiteSlots(max((own.first + own.count for own in found.values()), default=self.count), count)
        return replace(self, sites=found)

    def of(self, process: str) -> dict[int, int]:
        """The slots of a process, with their tokens."""
        return {slot: each.token for slot, each in self.slots.items() if each.process == process}

    def last_run_of(self, node: str) -> str:
        """The process of a node that has taken something last."""
        return max((each.token, each.process) for each in self.slots.values() if each.node == node)[1]

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
        shares = {each: share for each, share in self.shares.items() if each != node}
        drained, cordoned = self.drained - {node}, self.cordoned - {node}
        return replace(self, slots=slots, shares=shares, drained=drained, cordoned=cordoned)

    def with_quarantine(self, news: Mapping[str, int | None]) -> Table:
        """None: it is readmitted."""
        after = {**self.quarantine, **news}
        return replace(self, quarantine={camera: ends for camera, ends in after.items() if ends is not None})

    def without_losses(self, slots: Collection[int]) -> Table:
        """After a node had these for long enough, and lives."""
        return replace(self, losses={slot: count for slot, count in self.losses.items() if slot not in slots})

    def with_new_tokens(self, process: str, slots: Collection[int], token: int) -> Table:
        """After a process took what it has once more."""
        again = {slot: replace(each, token=token) for slot, each in self.slots.items()
                 if slot in slots and each.process == process}  # fmt: skip
        return replace(self, slots={**self.slots, **again})


def slot_of(camera: str, count: int) -> int:
    return _hash(camera) % count


def preferred(slot: int, weights: Mapping[str, float]) -> str | None:
    """The node that a slot belongs to. None if no node takes anything."""
    scores = {node: score(slot, node, weight) for node, weight in weights.items() if weight > 0}
    return max(scores, key=lambda node: (scores[node], node)) if scores else None


def held_back(table: Table, live: Mapping[str, Live]) -> set[int]:
    """Lost slots that nobody takes for a while."""
    found = {
        slot
        for slot, losses in table.losses.items()
        if losses + 1 >= HELD_BACK_FROM and slot in table.slots and is_free(table.slots[slot], live)
    }
    return found if len(found) <= max(1, len(list(table.all_slots())) // HELD_BACK_SHARE) else set()


def taken(
    table: Table, node: str, process: str, live: Mapping[str, Live], token: int, but: Collection[int] = ()
) -> Table | None:
    """The table once this process has taken the free slots that are its own. None if there are none.

    A slot is free if nobody has it, or who has it is no longer live. live: must have everybody whose session has not
    lapsed. token: higher than any in the table. but: slots that it does not take, see `held_back`.
    """
    belongs = Belonging(table, live)
    free = (slot for slot in table.all_slots() if is_free(table.slots.get(slot), live))
    mine = [slot for slot in free if slot not in but and belongs.to(slot) == node]
    if not mine:
        return None
    lost = {slot: table.losses.get(slot, 0) + 1 for slot in mine if slot in table.slots}
    slots = {**table.slots, **dict.fromkeys(mine, Holding(node, process, token))}
    return replace(table, slots=slots, losses={**table.losses, **lost})


def to_give(table: Table, process: str, live: Mapping[str, Live], at_most: int) -> list[int]:
    """Slots of this process that belong to other nodes, a few at a time: each move is a short gap."""
    ours = table.of(process)
    belongs = Belonging(table, live, {table.slots[slot].node for slot in ours})
    return [slot for slot in sorted(ours) if belongs.to(slot) not in (None, table.slots[slot].node)][:at_most]


def moving(table: Table, live: Mapping[str, Live]) -> dict[int, tuple[str | None, str | None]]:
    """Slots that will soon be another node's: who has each, None if nobody who is there, and to whom it goes, None if
    there is nobody."""
    found: dict[int, tuple[str | None, str | None]] = {}
    of_nobody = Belonging(table, live)
    of = {node: Belonging(table, live, {node}) if node in table.cordoned else of_nobody for node in live}
    for slot in table.all_slots():
        holding = table.slots.get(slot)
        origin = None if holding is None or is_free(holding, live) else holding.node
        to = (of_nobody if origin is None else of[origin]).to(slot)
        if origin is None or to not in (None, origin):
            found[slot] = origin, to
    return found


class Belonging:
    """To whom slots belong."""

    def __init__(self, table: Table, live: Mapping[str, Live], having: Collection[str] = ()) -> None:
        """having: who has the slots that are asked for, and may keep them though it is cordoned."""
        self._table, self._live = table, live
        out = table.drained | (table.cordoned - set(having))
        shares = {} if has_old_version(live) else table.shares
        weights = {node: each.weight * shares.get(node, 1.0) for node, each in live.items() if node not in out}
        self._weights = {"": weights}

    def to(self, slot: int) -> str | None:
        """None if no node takes anything."""
        return preferred(slot, self.weights(slot))

    def weights(self, slot: int) -> Mapping[str, float]:
        """Of the nodes that it may belong to."""
        site = self._table.site_of(slot)
        found = self._weights.get(site)
        if found is None:
            at_home = {node for node, each in self._live.items() if each.site == site}
            found = self._weights[site] = {
                node: weight * (SITE_WEIGHT if node in at_home else 1.0) for node, weight in self._weights[""].items()
            }
        return found


def has_old_version(live: Mapping[str, Live]) -> bool:
    """Whether a node is there that does not know what it should go by: then all go by what it knows."""
    return any(each.strain is None for each in live.values())


def is_free(holding: Holding | None, live: Mapping[str, Live]) -> bool:
    """Whether a slot may be taken."""
    if holding is None:
        return True
    there = live.get(holding.node)
    return there is None or there.process != holding.process


def score(slot: int, node: str, weight: float) -> float:
    """The highest has the slot. It grows as the weight does."""
    return weight / -math.log(_share(slot, node))


@lru_cache(maxsize=2**16)
def _share(slot: int, node: str) -> float:
    """Between 0 and 1, neither of them."""
    return (_hash(f"{slot}/{node}") + 0.5) / _STEPS


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest())
