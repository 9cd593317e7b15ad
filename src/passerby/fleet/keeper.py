"""Keeps this node's session, and takes and gives away slots: which cameras it records, under which fencing tokens.

When the control plane does not answer, the node goes on with what it has: nobody can take it over while there is no
majority of servers, and if only this node is cut off, the catalogue refuses the lower token.

What it gives away it goes on recording until the next node does, and the catalogue refuses it: a planned move leaves no
gap.

Who has slot 0 leads: it proposes in the table what each node bears, and slots for sites. It only proposes, since nodes
take for themselves; and what it writes replaces the revision in which it had the slot, or nothing. So a leader that was
paused and wakes is overtaken.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace

from passerby.fleet.control import Control, ControlAway, Overtaken, Session
from passerby.rules.balance import Balance, nobody_has_room
from passerby.rules.placement import Live, Table, has_old_version, held_back, taken, to_give

BEATS_A_LEASE = 4
MOVES_AT_ONCE = 4
MOVES_IN = 8
"""Of many slots more move at once: all of them in eight turns, so that a new node soon has its share."""
MOVE_EVERY_S = 2.0
LEAVING_AT_ONCE = 16  # all of it goes, and somebody waits
HELD_BACK_S = 600.0
"""So long nobody takes a slot with which several nodes in a row were lost."""
SURVIVES_S = 120.0
"""A node that had a slot for so long was not taken down by it."""
LEADS_SLOT = 0
"""Who has it leads, and does what is done once for all."""
LENDS_S = 10.0  # the next node records by then; if not, it cannot, or its camera allows one connection only


def boot_s() -> float:
    """Seconds that no clock setting changes, and that go on while the machine sleeps."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class Keeper:
    """`beat` in one thread; everything else from any."""

    def __init__(
        self,
        control: Control,
        session: Session,
        lease_s: float,
        changed: Callable[[], None] = lambda: None,
        warn: Callable[[str], None] = lambda says: None,
        now_s: Callable[[], float] = boot_s,
        strain_of: Callable[[], float] = lambda: 0.0,
        site_of: Callable[[str], str | None] = lambda camera: "",
        site_slots: int = 16,
        held_back_s: float = HELD_BACK_S,
    ) -> None:
        """changed: called when this node has got or lost slots. warn: called with a sentence for people when it lost
        something that it did not give away. now_s: see `boot_s`. strain_of: see `rules.strain`. site_of: where a camera
        is; None: that is not known yet. site_slots: how many a site gets."""
        self._control, self._session, self._lease_s = control, session, lease_s
        self._changed, self._warn, self._now_s = changed, warn, now_s
        self._strain_of, self._site_of, self._site_slots = strain_of, site_of, site_slots
        self._held_back_s = held_back_s
        self._held_back: dict[int, float] = {}
        """Slots that nobody takes for a while: since when."""
        self._had: dict[int, tuple[int, float]] = {}
        """Those of ours with which other nodes were lost: under which token, and since when."""
        self._balance = Balance()
        self._table = Table(1, {})
        self._sites_s: dict[str, float] = {}
        """Since when sites have slots of their own."""
        self._renews_tokens_of: set[int] = set()
        self._news: dict[str, int | None] = {}
        """For the quarantine that all see."""
        self._lock = threading.Lock()
        self._held: dict[int, int] = {}
        self._lent: dict[int, tuple[int, float | None]] = {}
        """Slots that were given away: their tokens, and since when another node has them."""
        self._handed: set[int] = set()
        """Of those held: those that nobody had, or that were given in order."""
        self._is_leaving = False
        self._revision: int | None = None
        self._hand_in: int | None = None
        self._until_s = self._moved_s = float("-inf")
        self._with_all_since_s: float | None = None
        self.has_others = False
        """Whether another node would take what this one gives away, as it was last seen."""
        self._is_unbroken = False
        """Whether its session held from the last beat to this one."""
        self.robbed: str | None = None
        """That somebody took a slot against the rules, in words, until this node ends."""
        self.no_room: str | None = None
        """If this node leads: that others are strained and nothing can be moved, in words."""
        self.trouble: str | None = "it has not joined yet"
        """Why it cannot be said who has what, in words. None: all is well."""

    @property
    def is_confirmed(self) -> bool:
        """Whether no other node can have taken anything from this one, by its own clock."""
        return self._now_s() < self._until_s

    def hand_in_token(self) -> int | None:
        """See `archive.closing.HandIn`: the revision in which the present session began."""
        return self._hand_in if self.is_confirmed else None

    def token_of(self, camera: str) -> int | None:
        """The fencing token under which this node records a camera. None if it does not."""
        site = self._site_of(camera)
        if site is None:
            return None
        with self._lock:
            slot = self._table.slot_of(camera, site)
            if slot in self._held or slot in self._lent:
                return self._held[slot] if slot in self._held else self._lent[slot][0]
            if self._now_s() - self._sites_s.get(site, float("-inf")) < LENDS_S:  # until who has it now records
                return self._held.get(self._table.slot_of(camera))
            return None

    def takes_over(self, camera: str) -> bool:
        """Whether it was taken from a node that may still think that it has it."""
        with self._lock:
            slot = self._table.slot_of(camera, self._site_of(camera) or "")
            return slot in self._held and slot not in self._handed

    def renew_token_of(self, camera: str) -> None:
        """With the next beat, if this node has it: a higher one was seen of the camera, which had another slot then."""
        with self._lock:
            slot = self._table.slot_of(camera, self._site_of(camera) or "")
            if slot in self._held:
                self._renews_tokens_of.add(slot)

    @property
    def quarantine(self) -> Mapping[str, int]:
        """Cameras that end workers, as all machines know them."""
        with self._lock:
            return self._table.quarantine

    def tell_quarantine(self, news: Mapping[str, int | None]) -> None:
        """With the next beat. None: it is forgotten."""
        with self._lock:
            self._news |= news

    @property
    def leads(self) -> bool:
        """Whether this node does what is done once for all."""
        with self._lock:
            return LEADS_SLOT in self._held

    @property
    def has_any(self) -> bool:
        with self._lock:
            return bool(self._held)

    def beat(self) -> None:
        """Renew the session, see who has what, take what is free, give away what belongs to others."""
        asked_s = self._now_s()
        self._session = replace(self._session, strain=round(self._strain_of(), 2))
        try:
            self._is_unbroken = False
            if not self._renew():
                self._hold({})
                return
            self._until_s = asked_s + self._lease_s * (1 - 1 / BEATS_A_LEASE)
            revision, table = self._control.table()
            self._follow(table)
            live = self._live(table)
            takers = {node for node, each in live.items() if each.weight > 0} - table.drained
            self.has_others = bool(takers - {self._session.node})
            if self._with_all_since_s is None:
                self._with_all_since_s = asked_s
            if asked_s - self._with_all_since_s >= self._lease_s:  # by now all who are there were heard
                self._move(revision, table, live)
            self.trouble = None
        except Overtaken:
            return  # another node was faster: the next beat sees what is left
        except ControlAway as error:
            self._with_all_since_s = None
            if self.trouble is None:
                self._warn(f"{error}; recording goes on with the cameras that this node has")
            self.trouble = str(error)

    def begin_to_leave(self) -> None:
        """From now on it gives away all that it has, as far as others take it."""
        self._is_leaving = True
        self._session = replace(self._session, weight=0.0)

    def leave(self) -> None:
        """Others may take everything at once. Call when the cameras have ended."""
        self._hold({})
        try:
            revision, table = self._control.table()
            self._control.replace_table(table.without(self._session.process, table.slots), revision)
        except (ControlAway, Overtaken):
            pass  # the end of its session says the same
        try:
            self._control.end(self._session)
        except ControlAway as error:
            self._warn(f"{error}: others take over its cameras when its session has lapsed")

    def _renew(self) -> bool:
        """Whether this node has a session."""
        if self._revision is not None:
            try:
                self._revision = self._control.renew(self._session, self._revision)
                self._is_unbroken = True
                return True
            except Overtaken:
                pass  # lapsed; or it was renewed, and only the answer was lost
        try:
            begun = self._control.begin(self._session)
        except Overtaken:
            found = self._control.session(self._session.node)
            if found is not None and found[1].process != self._session.process:
                says = f"another node is named '{self._session.node}': waiting until it is gone"
                if self.trouble != says:
                    self._warn(says)
                self.trouble = says
                return False
            if found is not None:
                self._revision = found[0]
                self._hand_in = self._hand_in or found[0]
            return found is not None
        if self._revision is not None:
            lapsed_s = max(0.0, self._now_s() - self._until_s)
            self._warn(f"the session of this node lapsed {lapsed_s:.1f} s ago: seeing what others took")
        self._revision = self._hand_in = begun
        return True

    def _follow(self, table: Table) -> None:
        """What the table says is ours, except what is about to be given away."""
        ours, now_s = table.of(self._session.process), self._now_s()
        lent = {slot: each for slot, each in self._lent.items() if slot not in ours}
        for slot in sorted(self._held.keys() - ours.keys()):
            by = table.slots.get(slot)
            if by is None:  # only this node gives its own away; perhaps the answer was lost
                lent[slot] = self._held[slot], None
            else:
                self._say_taken(slot, by.node)
        for slot, (token, since_s) in list(lent.items()):
            if since_s is None and slot in table.slots:
                lent[slot] = token, now_s
            elif since_s is not None and now_s - since_s >= LENDS_S:
                del lent[slot]
        self._hold(ours, lent, table)

    def _say_taken(self, slot: int, by: str) -> None:
        """No node takes what another has while its session holds. But any key of the cluster can write the table."""
        if not self._is_unbroken:
            self._warn(f"slot {slot} was taken by {by}: its cameras are stopped here")
            return
        if self.robbed is None:
            self.robbed = (
                f"slot {slot} was taken by {by} while this node had its session: somebody may use the key of a machine "
                "(passerby cluster remove takes a stolen key away)"
            )
            self._warn(self.robbed)

    def _live(self, table: Table) -> dict[str, Live]:
        """Those heard; and those who have slots and were not heard, but whose session has not lapsed."""
        there = dict(self._control.heard())
        there[self._session.node] = self._session
        for node in {each.node for each in table.slots.values()} - there.keys():
            if (found := self._control.session(node)) is not None:
                there[node] = found[1] if found[1].is_readable else replace(found[1], process=table.last_run_of(node))
        return {node: each.live for node, each in there.items()}

    def _move(self, revision: int, table: Table, live: Mapping[str, Live]) -> None:
        """At most one change of the table a beat. A token is one more than the revision that is replaced: only one can
        replace it, and the next replaces a higher one."""
        now_s, process = self._now_s(), self._session.process
        taking = taken(table, self._session.node, process, live, revision + 1, self._not_yet(table, live, now_s))
        if taking is not None:
            self._control.replace_table(taking, revision)
            self._handed = (self._handed & self._held.keys()) | (taking.slots.keys() - table.slots.keys())
            self._follow(taking)
        elif (proposed := self._proposed(table, live, now_s, revision + 1)) is not None:
            self._control.replace_table(proposed, revision)
            self._renews_tokens_of.clear()
            self._news.clear()
            self._follow(proposed)
        elif now_s - self._moved_s >= MOVE_EVERY_S:
            self._moved_s = now_s
            at_once = max(LEAVING_AT_ONCE if self._is_leaving else MOVES_AT_ONCE, len(self._held) // MOVES_IN)
            giving = to_give(table, process, live, at_once)
            if giving:
                after = table.without(process, giving)
                self._control.replace_table(after, revision)
                self._follow(after)

    def _not_yet(self, table: Table, live: Mapping[str, Live], now_s: float) -> set[int]:
        """Slots that are held back, until each was for long enough."""
        found = held_back(table, live)
        for slot in sorted(found - self._held_back.keys()):
            self._warn(
                f"slot {slot} is held back for {self._held_back_s / 60:.0f} min: {table.losses[slot] + 1} machines in "
                "a row were lost soon after they took it, perhaps by one of its cameras"
            )
        self._held_back = {slot: self._held_back.get(slot, now_s) for slot in found}
        return {slot for slot, since_s in self._held_back.items() if now_s - since_s < self._held_back_s}

    def _survived(self, table: Table, now_s: float) -> set[int]:
        """Those of ours with which nodes were lost before, and this one is not."""
        ours = table.of(self._session.process)
        self._had = {
            slot: before if (before := self._had.get(slot)) and before[0] == ours[slot] else (ours[slot], now_s)
            for slot in ours.keys() & table.losses.keys()
        }
        return {slot for slot, (_, since_s) in self._had.items() if now_s - since_s >= SURVIVES_S}

    def _proposed(self, table: Table, live: Mapping[str, Live], now_s: float, token: int) -> Table | None:
        """New tokens for what is ours; and if this node leads, new shares and slots for sites. None: all stays."""
        process = self._session.process
        if ours := self._renews_tokens_of & table.of(process).keys():
            return table.with_new_tokens(process, ours, token).with_quarantine(self._news)
        if self._news:
            return table.with_quarantine(self._news)
        if survived := self._survived(table, now_s):
            return table.without_losses(survived)
        leader = table.slots.get(LEADS_SLOT)
        if leader is None or leader.process != process:
            self._balance, self.no_room = Balance(), None
            return None
        no_room = nobody_has_room(table, live)
        if no_room and not self.no_room:
            self._warn(no_room)
        self.no_room = no_room
        with_sites = table.with_sites((each.site for each in live.values()), self._site_slots)
        if with_sites.sites != table.sites and not has_old_version(live):
            return with_sites
        shares = self._balance.next_shares(table, live, now_s)
        return None if shares is None else replace(table, shares=shares)

    def _hold(
        self, held: dict[int, int], lent: dict[int, tuple[int, float | None]] | None = None, table: Table | None = None
    ) -> None:
        tokens = {slot: token for slot, (token, _) in (lent or {}).items()} | held
        with self._lock:
            before = {slot: token for slot, (token, _) in self._lent.items()} | self._held
            self._held, self._lent = held, lent or {}
            is_first = self._table.count == 1 and not self._table.slots
            sites_before, self._table = self._table.sites, table or self._table
            for site in self._table.sites.keys() - self._sites_s.keys():
                self._sites_s[site] = float("-inf") if is_first else self._now_s()
            is_new = self._table.sites != sites_before
        if tokens != before or is_new:
            self._changed()
