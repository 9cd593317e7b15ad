"""Keeps this node's session, and takes and gives away slots: which cameras it records, under which fencing tokens.

When the control plane does not answer, the node goes on with what it has: nobody can take it over while there is no
majority of servers, and if only this node is cut off, the catalogue refuses the lower token.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from passerby.fleet.control import Control, ControlAway, Overtaken, Session
from passerby.rules.placement import Live, Table, slot_of, taken, to_give

BEATS_A_LEASE = 4
MOVES_AT_ONCE = 4
MOVE_EVERY_S = 2.0
GIVES_AFTER_S = 1.5  # its cameras have ended by then; if not, the catalogue refuses what they still write


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
    ) -> None:
        """changed: called when this node has got or lost slots. warn: called with a sentence for people when it lost
        something that it did not give away. now_s: see `boot_s`."""
        self._control, self._session, self._lease_s = control, session, lease_s
        self._changed, self._warn, self._now_s = changed, warn, now_s
        self._lock = threading.Lock()
        self._held: dict[int, int] = {}
        self._giving: dict[int, float] = {}
        self._count = 1
        self._revision: int | None = None
        self._hand_in: int | None = None
        self._until_s = self._moved_s = float("-inf")
        self._with_all_since_s: float | None = None
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
        with self._lock:
            return self._held.get(slot_of(camera, self._count))

    def has_slot(self, slot: int) -> bool:
        with self._lock:
            return slot in self._held

    def beat(self) -> None:
        """Renew the session, see who has what, take what is free, give away what belongs to others."""
        asked_s = self._now_s()
        try:
            if not self._renew():
                self._hold({})
                return
            self._until_s = asked_s + self._lease_s * (1 - 1 / BEATS_A_LEASE)
            revision, table = self._control.table()
            self._follow(table)
            live = self._live(table)
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

    def leave(self) -> None:
        """Others may take everything at once. Call when the cameras have ended."""
        self._hold({})
        try:
            revision, table = self._control.table()
            self._control.replace_table(table.without(self._session.process, range(table.count)), revision)
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
        ours = table.of(self._session.process)
        self._giving = {slot: since_s for slot, since_s in self._giving.items() if slot in ours}
        for slot in sorted(self._held.keys() - ours.keys()):
            by = table.slots.get(slot)
            self._warn(f"slot {slot} was taken by {by.node if by else 'nobody'}: its cameras are stopped here")
        self._count = table.count
        self._hold({slot: token for slot, token in ours.items() if slot not in self._giving})

    def _live(self, table: Table) -> dict[str, Live]:
        """Those heard; and those who have slots and were not heard, but whose session has not lapsed."""
        there = dict(self._control.heard())
        there[self._session.node] = self._session
        for node in {each.node for each in table.slots.values()} - there.keys():
            if (found := self._control.session(node)) is not None:
                there[node] = found[1]
        return {node: Live(each.process, each.weight) for node, each in there.items()}

    def _move(self, revision: int, table: Table, live: dict[str, Live]) -> None:
        """At most one change of the table a beat. A token is one more than the revision that is replaced: only one can
        replace it, and the next replaces a higher one."""
        now_s, process = self._now_s(), self._session.process
        gone = [slot for slot, since_s in self._giving.items() if now_s - since_s >= GIVES_AFTER_S]
        after = table.without(process, gone)
        taking = taken(after, self._session.node, process, live, revision + 1)
        if gone or taking:
            self._control.replace_table(taking or after, revision)
            self._follow(taking or after)
        elif now_s - self._moved_s >= MOVE_EVERY_S:
            self._moved_s = now_s
            giving = to_give(table, process, live, MOVES_AT_ONCE)
            self._giving |= {slot: self._giving.get(slot, now_s) for slot in giving}
            self._follow(table)

    def _hold(self, held: dict[int, int]) -> None:
        with self._lock:
            is_new, self._held = held != self._held, held
        if is_new:
            self._changed()
