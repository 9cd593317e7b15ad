"""A model of the lease protocol: whatever is late, lost or paused, one process may write, and all slots find one.

The nodes are real (`fleet.keeper`), and so is the catalogue's rule: the highest token seen of a slot is admitted. Only
the wire is not real: it loses requests, and answers to what was done, lets sessions lapse early, and each node's clock
goes at its own pace.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from passerby.fleet.control import ControlAway, Overtaken, Session, pack_table, unpack_table
from passerby.fleet.keeper import BEATS_A_LEASE, SURVIVES_S, Keeper
from passerby.rules.placement import Holding, Table

NODES = ("a", "b", "c")
SLOTS = 8
HELD_BACK_S = 20.0
SITES, SITE_SLOTS = {"a": "north", "b": "south"}, 2
LEASE_S = 4.0
BEAT_S = LEASE_S / BEATS_A_LEASE


class Servers:
    """A control plane whose own clock counts."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.revision = 100
        self.sessions: dict[str, tuple[int, float, Session]] = {}
        self.given: dict[int, tuple[int, str]] = {}
        self.table = (self._next(), pack_table(Table(SLOTS, {})))

    def _next(self) -> int:
        self.revision += 1
        return self.revision

    def alive(self, node: str) -> tuple[int, float, Session] | None:
        found = self.sessions.get(node)
        return found if found is not None and self.now_s < found[1] + LEASE_S else None

    def put(self, session: Session) -> int:
        self.sessions[session.node] = (self._next(), self.now_s, session)
        return self.revision

    def replace(self, table: Table) -> None:
        for slot, each in table.slots.items():
            before = self.given.get(slot, (0, ""))
            assert each.token >= before[0], "tokens only grow"
            self.given[slot] = each.token, each.process
        self.table = (self._next(), pack_table(table))


class Wire:
    """What one node sees of the servers."""

    def __init__(self, servers: Servers) -> None:
        self._servers = servers
        self.is_cut = False
        self.loses_answers = False

    def _ask(self) -> None:
        if self.is_cut:
            raise ControlAway("cut off")

    def _answer(self) -> None:
        if self.loses_answers:
            raise ControlAway("the answer was lost")

    def begin(self, session: Session) -> int:
        self._ask()
        if self._servers.alive(session.node):
            raise Overtaken("it has one")
        revision = self._servers.put(session)
        self._answer()
        return revision

    def renew(self, session: Session, revision: int) -> int:
        self._ask()
        found = self._servers.alive(session.node)
        if found is None or found[0] != revision:
            raise Overtaken("lapsed")
        revision = self._servers.put(session)
        self._answer()
        return revision

    def end(self, session: Session) -> None:
        self._ask()
        self._servers.sessions.pop(session.node, None)
        self._answer()

    def session(self, node: str) -> tuple[int, Session] | None:
        self._ask()
        found = self._servers.alive(node)
        self._answer()
        return (found[0], found[2]) if found else None

    def heard(self) -> Mapping[str, Session]:
        return {node: each[2] for node, each in self._servers.sessions.items() if self._servers.alive(node)}

    def table(self) -> tuple[int, Table]:
        self._ask()
        self._answer()
        revision, data = self._servers.table
        return revision, unpack_table(data)

    def replace_table(self, table: Table, revision: int) -> None:
        self._ask()
        if self._servers.table[0] != revision:
            raise Overtaken("another was faster")
        self._servers.replace(table)
        self._answer()


class Node:
    """A keeper with a clock of its own. pace: seconds of its clock in a second of the servers'."""

    def __init__(self, servers: Servers, name: str, pace: float, run: int = 0) -> None:
        self.name, self.process, self.pace, self.run = name, f"{name}-{run}", pace, run
        self.wire = Wire(servers)
        self.is_paused = False
        self.strain = 0.3
        self.keeper = Keeper(
            self.wire, Session(name, self.process, 1.0, SITES.get(name, "")), LEASE_S,
            now_s=lambda: servers.now_s * pace, strain_of=lambda: self.strain, site_slots=SITE_SLOTS,
            held_back_s=HELD_BACK_S,
        )  # fmt: skip

    @property
    def held(self) -> dict[int, int]:
        return dict(self.keeper._held)

    @property
    def recorded(self) -> dict[int, int]:
        """What it records: also what it gave away, until the next does."""
        return {slot: token for slot, (token, _) in self.keeper._lent.items()} | self.held


class Leases(RuleBasedStateMachine):
    @initialize(paces=st.lists(st.sampled_from([0.95, 1.0, 1.05]), min_size=len(NODES), max_size=len(NODES)))
    def begin(self, paces: list[float]) -> None:
        self.servers = Servers()
        self.nodes = {name: Node(self.servers, name, pace) for name, pace in zip(NODES, paces, strict=True)}
        self.fences: dict[int, int] = {}
        self.admitted: dict[tuple[int, int], str] = {}
        self.last: dict[int, int] = {}

    @rule(beats=st.integers(1, 12))
    def time_goes_on(self, beats: int) -> None:
        for _ in range(beats):
            self.servers.now_s += BEAT_S
            for node in self.nodes.values():
                if not node.is_paused:
                    node.keeper.beat()

    @rule(name=st.sampled_from(NODES), is_cut=st.booleans())
    def cut(self, name: str, is_cut: bool) -> None:
        self.nodes[name].wire.is_cut = is_cut

    @rule(name=st.sampled_from(NODES), loses=st.booleans())
    def lose_answers(self, name: str, loses: bool) -> None:
        self.nodes[name].wire.loses_answers = loses

    @rule(name=st.sampled_from(NODES), is_paused=st.booleans())
    def pause(self, name: str, is_paused: bool) -> None:
        self.nodes[name].is_paused = is_paused

    @rule(name=st.sampled_from(NODES))
    def kill(self, name: str) -> None:
        """And start it again: another process, which knows nothing."""
        before = self.nodes[name]
        self.nodes[name] = Node(self.servers, name, before.pace, before.run + 1)

    @rule(name=st.sampled_from(NODES))
    def lapse_early(self, name: str) -> None:
        """A server whose clock was set."""
        self.servers.sessions.pop(name, None)

    @rule(name=st.sampled_from(NODES), is_drained=st.booleans())
    def drain(self, name: str, is_drained: bool) -> None:
        table = unpack_table(self.servers.table[1])
        self.servers.replace(table.with_drained(name, is_drained=is_drained))

    @rule(name=st.sampled_from(NODES), strain=st.sampled_from([0.1, 0.7, 1.5]), beats=st.integers(0, 40))
    def strain(self, name: str, strain: float, beats: int) -> None:
        self.nodes[name].strain = strain
        self.time_goes_on(beats)

    @rule(order=st.permutations(NODES))
    def all_write(self, order: list[str]) -> None:
        """Every node, also who was paused, writes to all that it thinks it has: the catalogue admits or refuses."""
        for name in order:
            for slot, token in self.nodes[name].recorded.items():
                if token < self.fences.get(slot, 0):
                    continue
                self.fences[slot] = token
                by = self.admitted.setdefault((slot, token), self.nodes[name].process)
                assert by == self.nodes[name].process, "a token belongs to one process"

    @invariant()
    def no_two_have_the_same_token_of_a_slot(self) -> None:
        if hasattr(self, "nodes"):
            held = [(slot, token) for node in self.nodes.values() for slot, token in node.recorded.items()]
            assert len(held) == len(set(held))
            assert all(node.keeper.robbed is None for node in self.nodes.values()), "nobody broke the rules"

    @invariant()
    def nobody_has_more_than_was_given(self) -> None:
        """Who has the highest token of a slot was given it; whoever else thinks so is refused by the catalogue."""
        if hasattr(self, "nodes"):
            for node in self.nodes.values():
                for slot, token in node.recorded.items():
                    given, process = self.servers.given[slot]
                    assert token < given or (token, node.process) == (given, process)

    @rule(name=st.sampled_from(NODES), leaves=st.booleans())
    def move_in_order(self, name: str, leaves: bool) -> None:
        """A node is drained, or stopped in order, while all is well: not one slot is left alone for a moment."""
        for other in NODES:
            self.drain(other, False)
        self.all_heals()
        if leaves:
            self.nodes[name].keeper.begin_to_leave()
        else:
            self.drain(name, True)
        for _ in range(40):
            self.time_goes_on(1)
            recorded = {slot for node in self.nodes.values() for slot in node.recorded}
            assert recorded >= set(unpack_table(self.servers.table[1]).slots) and recorded >= set(range(SLOTS))
        assert not self.nodes[name].recorded
        if leaves:
            self.nodes[name].keeper.leave()
            self.kill(name)

    @rule()
    def all_heals(self) -> None:
        """Then every slot soon has one node, and every node that is not drained its own."""
        for node in self.nodes.values():
            node.wire.is_cut = node.wire.loses_answers = node.is_paused = False
        self.time_goes_on(60)
        assert not any(node.keeper._held_back for node in self.nodes.values()), "and nothing is held back for long"
        table = unpack_table(self.servers.table[1])
        held = sorted(slot for node in self.nodes.values() for slot in node.held)
        if len(table.drained) < len(NODES):
            assert held == list(table.all_slots()) and held[:SLOTS] == list(range(SLOTS))
            assert not table.drained & {each.node for each in table.slots.values()}
        for node in self.nodes.values():
            assert node.held == table.of(node.process)
        tokens = {slot: each.token for slot, each in table.slots.items()}
        assert all(token >= self.fences.get(slot, 0) for slot, token in tokens.items()), "who has it may write"


class Few:
    """Nodes that all beat together."""

    def __init__(self, *names: str) -> None:
        self.servers = Servers()
        self.nodes = [Node(self.servers, name, 1.0) for name in names]

    def run(self, for_s: float) -> None:
        for _ in range(round(for_s / BEAT_S)):
            self.servers.now_s += BEAT_S
            for node in self.nodes:
                if not node.is_paused:
                    node.keeper.beat()

    @property
    def table(self) -> Table:
        return unpack_table(self.servers.table[1])

    @property
    def leaders(self) -> list[Node]:
        return [node for node in self.nodes if node.keeper.leads]


def test_one_node_leads_and_what_it_proposes_nodes_take() -> None:
    few = Few("a", "b", "c")
    few.run(20)
    (leader,) = few.leaders
    had = {node.name: len(node.held) for node in few.nodes}
    strained = max((node for node in few.nodes if node is not leader), key=lambda node: len(node.held))
    strained.strain = 1.4
    few.run(20)
    assert {node.name: len(node.held) for node in few.nodes} == had, "what does not last moves nothing"
    few.run(20)
    assert few.table.shares.keys() == {strained.name} and len(strained.held) == had[strained.name] - 1


def test_a_leader_that_was_paused_and_wakes_changes_nothing() -> None:
    few = Few("a", "b", "c")
    few.run(20)
    (paused,) = few.leaders
    few.run(LEASE_S)
    stale = few.servers.table[0]
    paused.is_paused = True
    for node in few.nodes:
        node.strain = 1.4 if node is paused else 0.3
    few.run(120)
    (leader,) = (node for node in few.leaders if node is not paused)
    told, before = few.table, few.servers.table
    with pytest.raises(Overtaken):  # what it was about to write when it was paused
        paused.wire.replace_table(replace(told, shares={leader.name: 0.1}), stale)
    paused.is_paused = False
    paused.keeper.beat()
    assert few.servers.table == before and not paused.keeper.leads and not paused.held
    few.run(60)
    assert few.leaders == [leader] or few.leaders == [paused], "never two"
    assert few.table.shares.get(leader.name, 1.0) == 1.0


def test_it_is_said_once_if_nobody_has_room_and_nothing_moves() -> None:
    few = Few("a", "b")
    few.run(20)
    (leader,) = few.leaders
    said: list[str] = []
    leader.keeper._warn = said.append
    before = few.table
    for node in few.nodes:
        node.strain = 1.2
    few.run(120)
    assert few.table == before
    assert said == ["2 of 2 machines cannot keep up and none has room: no camera is moved"]
    assert leader.keeper.no_room == said[0]
    few.nodes[0].strain = 0.3
    few.run(2)
    assert leader.keeper.no_room is None


def test_cameras_of_a_site_are_recorded_there_while_a_node_is_and_elsewhere_meanwhile() -> None:
    few = Few("a", "c")
    cameras = [f"camera-{number}" for number in range(12)]
    for node in few.nodes:
        node.keeper._site_of = lambda camera: "north"
    few.run(20)
    a, c = few.nodes
    assert all(a.keeper.token_of(each) and not c.keeper.token_of(each) for each in cameras)
    tokens = {each: a.keeper.token_of(each) for each in cameras}
    a.is_paused = True
    few.run(3 * LEASE_S)
    assert all((c.keeper.token_of(each) or 0) > (tokens[each] or 0) for each in cameras)
    a.is_paused = False
    few.run(30)
    assert all(a.keeper.token_of(each) and not c.keeper.token_of(each) for each in cameras), "and back"


def test_a_camera_that_came_from_a_slot_with_a_higher_token_gets_a_higher_one() -> None:
    few = Few("a", "c")
    few.run(20)
    node = next(node for node in few.nodes if node.keeper.token_of("gate"))
    before = node.keeper.token_of("gate") or 0
    node.keeper.renew_token_of("gate")
    few.run(2)
    assert (node.keeper.token_of("gate") or 0) > before
    again = few.servers.table
    few.run(5)
    assert few.servers.table == again, "once"


def test_a_slot_that_was_taken_while_the_session_held_is_an_alarm() -> None:
    few = Few("a", "b")
    few.run(20)
    a, b = few.nodes
    said: list[str] = []
    a.keeper._warn = said.append
    slot = min(a.held)
    thief = Holding("b", b.process, few.servers.revision + 1)
    few.servers.replace(replace(few.table, slots={**few.table.slots, slot: thief}))
    few.run(2)
    assert len(said) == 1 and said[0].startswith(f"slot {slot} was taken by b while this node had its session")
    assert "passerby cluster remove" in said[0] and a.keeper.robbed == said[0]
    a.wire.is_cut = True
    few.run(3 * LEASE_S)
    a.wire.is_cut = False
    few.run(2)
    assert not any("while this node" in each for each in said[1:]), "after it lapsed others take what they should"


def test_a_slot_that_takes_machines_down_takes_three_of_them_and_is_held_back() -> None:
    few = Few(*"abcdefgh")
    few.run(20)
    lost_s: list[float] = []
    for _ in range(100):
        for node in [each for each in few.nodes if 3 in each.held]:
            few.nodes.remove(node)
            lost_s.append(few.servers.now_s)
        few.run(1)
    assert lost_s[2] - lost_s[0] < HELD_BACK_S
    assert all(after - before >= HELD_BACK_S for before, after in pairwise(lost_s[2:])), (
        "then one each time it is tried"
    )
    held = {slot for node in few.nodes for slot in node.held}
    assert len(held) >= SLOTS - 1, "all others are recorded"


def test_losses_are_forgotten_once_a_node_had_the_slot_for_a_while() -> None:
    few = Few("a", "b", "c")
    few.run(20)
    few.nodes.remove(max(few.nodes, key=lambda node: len(node.held)))
    few.run(20)
    lost = few.table.losses
    assert lost and set(lost.values()) == {1}
    few.run(SURVIVES_S + 10)
    assert few.table.losses == {}


def test_where_much_is_lost_at_once_nothing_is_held_back() -> None:
    """That is no camera, but a power cut."""
    few = Few("a", "b")
    few.run(20)
    for run in range(1, 6):
        few.nodes = [Node(few.servers, name, 1.0, run) for name in ("a", "b")]
        few.run(3 * LEASE_S)
        held = sorted(slot for node in few.nodes for slot in node.held)
        assert held == list(few.table.all_slots()), run


TestLeases = Leases.TestCase
TestLeases.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
