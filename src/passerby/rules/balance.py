"""Decides how much each node bears: one that is strained sheds a few slots at a time, and slowly gets some back.

Shares only follow what lasts: a node must be strained, or have room, for a while. What moved for a strain does not move
for one again for some time, so that nothing goes to and fro.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping

from passerby.rules.placement import Belonging, Live, Table, has_old_version, is_free, score
from passerby.rules.strain import ROOM, STRAINED

LASTS_S = 20.0
"""So long a node is strained, or has room, before anything moves for it."""
SETTLES_S = 30.0
"""After a change: cameras start in a few seconds, and strain follows them in about 15."""
RESTS_S = 600.0
"""Of a slot that moved for a strain. Each time it moves again it rests twice as long, up to a day."""
DAY_S = 86_400.0
EASED = 0.6
EASED_FOR_S = 120.0
EVEN = 0.2
"""By so much less strained than the others on average is a node that gets some back."""
SHEDS = 8
"""It sheds one in so many of its slots at once."""
LEAST_SHARE = 1e-15
NEXT = 0.999
"""Just below the share at which a slot changes hands."""


class Balance:
    """In one node: the one that leads. It knows nothing of what another saw before it, and waits as long as any."""

    def __init__(self) -> None:
        self._since_s: dict[tuple[str, str], float] = {}
        """Since when something is so of a node, without a break."""
        self._rests: dict[int, tuple[float, float]] = {}
        """Slots that moved for a strain: when, and for how long they rest."""
        self._changed_s = float("-inf")

    def next_shares(self, table: Table, live: Mapping[str, Live], now_s: float) -> Mapping[str, float] | None:
        """Call it all the time. None if they are to stay as they are."""
        takers = taking(table, live)
        self._follow(takers, now_s)
        self._rests = {slot: (at_s, for_s) for slot, (at_s, for_s) in self._rests.items() if now_s - at_s < 2 * DAY_S}
        if has_old_version(live) or now_s - self._changed_s < SETTLES_S or len(takers) < 2:
            return None
        changed = self._shed(table, live, takers, now_s) or self._give_back(table, live, takers, now_s)
        if changed is None:
            return None
        shares, moved = changed
        self._changed_s = now_s
        for slot in moved:
            self._rests[slot] = now_s, min(DAY_S, 2 * self._rests.get(slot, (0.0, RESTS_S / 2))[1])
        highest = max(shares.get(node, 1.0) for node in takers)
        scaled = {node: max(LEAST_SHARE, share / highest) for node, share in shares.items() if node in takers}
        away = {node: share for node, share in table.shares.items() if node not in takers}
        return {node: share for node, share in (away | scaled).items() if share < 1}

    def _follow(self, takers: Mapping[str, Live], now_s: float) -> None:
        facts = {
            (node, what)
            for node, each in takers.items()
            for what, is_so in (
                ("strained", _strain(each) >= STRAINED),
                ("room", _strain(each) < ROOM),
                ("eased", _strain(each) < EASED),
            )
            if is_so
        }
        self._since_s = {fact: self._since_s.get(fact, now_s) for fact in facts}

    def _lasts(self, node: str, what: str, now_s: float, for_s: float) -> bool:
        return now_s - self._since_s.get((node, what), now_s) >= for_s

    def _shed(
        self, table: Table, live: Mapping[str, Live], takers: Mapping[str, Live], now_s: float
    ) -> tuple[dict[str, float], list[int]] | None:
        """All nodes without room get less, by one factor: slots change hands between them and those with room only."""
        strained = {node for node in takers if self._lasts(node, "strained", now_s, LASTS_S)}
        room = {node for node in takers if self._lasts(node, "room", now_s, LASTS_S) and node not in table.cordoned}
        full = {node for node, each in takers.items() if _strain(each) >= ROOM}
        if not strained or not room:
            return None
        moves: list[tuple[float, int]] = []
        for slot, weights in _weighed(table, live):
            here, there = _best(slot, weights, full), _best(slot, weights, room)
            others = _best(slot, weights, weights.keys() - full - room)
            if here > max(there, others) and there > 0:
                moves.append((max(there, others) / here, slot))
        chosen, factor = self._first(sorted(moves, reverse=True), _few(table, strained), now_s)
        if not chosen:
            return None
        return {node: table.shares.get(node, 1.0) * (factor if node in full else 1.0) for node in takers}, chosen

    def _give_back(
        self, table: Table, live: Mapping[str, Live], takers: Mapping[str, Live], now_s: float
    ) -> tuple[dict[str, float], list[int]] | None:
        """To the least strained of those that bear less than others, if it could bear as much."""
        total = sum(map(_strain, takers.values()))
        away = _away_from_home(table, live)
        for node in sorted(takers, key=lambda each: _strain(takers[each])):
            share = table.shares.get(node, 1.0)
            others = (total - _strain(takers[node])) / (len(takers) - 1)
            wants = _strain(takers[node]) + EVEN < others or takers[node].site in away
            if share >= 1 or not wants or not self._lasts(node, "eased", now_s, EASED_FOR_S):
                continue
            moves: list[tuple[float, int]] = []
            for slot, weights in _weighed(table, live):
                here, there = _best(slot, weights, {node}), _best(slot, weights, weights.keys() - {node})
                if 0 < here < there:
                    moves.append((here / there, slot))
            chosen, factor = self._first(sorted(moves, reverse=True), _few(table, {node}), now_s)
            if chosen:
                shares = {each: table.shares.get(each, 1.0) for each in takers}
                return shares | {node: share / factor}, chosen
        return None

    def _first(self, moves: list[tuple[float, int]], at_most: int, now_s: float) -> tuple[list[int], float]:
        """The slots that change hands first, and the factor that makes just these do so. It ends at one that rests."""
        chosen: list[int] = []
        factor = 1.0
        for ratio, slot in moves[:at_most]:
            moved_s, rests_s = self._rests.get(slot, (0.0, 0.0))
            if now_s - moved_s < rests_s:
                break
            chosen.append(slot)
            factor = ratio * NEXT
        following = next((ratio for ratio, _ in moves[len(chosen) :]), 0.0)
        if chosen and following > factor:  # they are closer together than NEXT allows
            factor = math.sqrt(following * (factor / NEXT))
        return chosen, factor


def taking(table: Table, live: Mapping[str, Live]) -> dict[str, Live]:
    """The nodes that have cameras or would take some."""
    return {node: each for node, each in live.items() if each.weight > 0 and node not in table.drained}


def nobody_has_room(table: Table, live: Mapping[str, Live]) -> str | None:
    """A sentence, if a node is strained and there is none that could take anything from it."""
    takers = taking(table, live)
    strained = [node for node, each in takers.items() if _strain(each) >= STRAINED]
    if not strained or any(_strain(each) < ROOM and node not in table.cordoned for node, each in takers.items()):
        return None
    return f"{len(strained)} of {len(takers)} machines cannot keep up and none has room: no camera is moved"


def _strain(each: Live) -> float:
    return each.strain or 0.0


def _few(table: Table, nodes: Collection[str]) -> int:
    had = sum(each.node in nodes for each in table.slots.values())
    return max(1, had // SHEDS)


def _weighed(table: Table, live: Mapping[str, Live]) -> Iterable[tuple[int, Mapping[str, float]]]:
    belongs = Belonging(table, live, live.keys())
    return ((slot, belongs.weights(slot)) for slot in table.all_slots())


def _best(slot: int, weights: Mapping[str, float], nodes: Collection[str]) -> float:
    return max((score(slot, node, weights[node]) for node in nodes if weights.get(node, 0) > 0), default=0.0)


def _away_from_home(table: Table, live: Mapping[str, Live]) -> set[str]:
    """Sites of which another's node has a slot."""
    return {
        site
        for slot, each in table.slots.items()
        if not is_free(each, live) and (site := table.site_of(slot)) and live[each.node].site != site
    }
