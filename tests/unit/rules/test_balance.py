"""How much each node bears: a strained one sheds a little, nothing goes to and fro, and it comes to rest."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import pairwise

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from passerby.rules.balance import EVEN, RESTS_S, SETTLES_S, Balance, nobody_has_room
from passerby.rules.placement import Belonging, Holding, Live, Table

STEP_S = 10.0
SLOTS = 64


@dataclass
class World:
    """Nodes whose strain is what they have by what they can bear; what moves, moves at once."""

    bears: dict[str, float]
    sites: dict[str, str] = field(default_factory=dict)
    cameras: dict[str, float] = field(default_factory=dict)
    """By site: how many in each of its slots."""

    def __post_init__(self) -> None:
        self.balance, self.now_s = Balance(), 0.0
        self.table = Table(SLOTS, {}).with_sites(set(self.sites.values()), 16)
        self.by_others = dict.fromkeys(self.bears, 0.0)
        self.moved: list[tuple[float, int]] = []
        self.settle()

    def strain(self, node: str) -> float:
        had = sum(
            self.cameras.get(self.table.site_of(slot), 1.0)
            for slot, each in self.table.slots.items()
            if each.node == node
        )
        return (had + self.by_others[node]) / self.bears[node]

    @property
    def live(self) -> dict[str, Live]:
        return {node: Live(node, 1.0, self.sites.get(node, ""), self.strain(node)) for node in self.bears}

    def settle(self) -> None:
        belongs = Belonging(self.table, {node: Live(node, 1.0, self.sites.get(node, "")) for node in self.bears})
        slots = {slot: str(belongs.to(slot)) for slot in self.table.all_slots()}
        before = {slot: each.node for slot, each in self.table.slots.items()}
        self.moved += [(self.now_s, slot) for slot in slots if before.get(slot, slots[slot]) != slots[slot]]
        self.table = replace(self.table, slots={slot: Holding(node, node, 1) for slot, node in slots.items()})

    def run(self, for_s: float) -> None:
        until_s = self.now_s + for_s
        while self.now_s < until_s:
            self.now_s += STEP_S
            shares = self.balance.next_shares(self.table, self.live, self.now_s)
            if shares is not None:
                self.table = replace(self.table, shares=shares)
                self.settle()

    def had_by(self, node: str) -> int:
        return sum(each.node == node for each in self.table.slots.values())


def test_a_strained_node_sheds_to_those_with_room_until_it_is_not() -> None:
    world = World({"small": 9.0, "a": 60.0, "b": 60.0})
    assert world.strain("small") > 1.5, "at first all get the same"
    world.run(1200)
    assert world.strain("small") < 1.0 and max(world.strain("a"), world.strain("b")) < 1.0
    assert world.had_by("small") >= 5, "and no more than it has to"
    moved = Counter(slot for _, slot in world.moved)
    assert max(moved.values()) == 1, "nothing moves twice"
    rested = len(world.moved)
    world.run(3600)
    assert len(world.moved) == rested, "then it rests"


def test_no_slot_moves_between_nodes_without_room() -> None:
    world = World({"a": 8.0, "b": 8.0, "c": 300.0})
    before = {slot: each.node for slot, each in world.table.slots.items()}
    world.run(3600)
    after = {slot: each.node for slot, each in world.table.slots.items()}
    assert {after[slot] for slot in before if before[slot] != after[slot]} == {"c"}
    assert world.strain("a") < 1.0 and world.strain("b") < 1.0


def test_if_all_are_strained_nothing_moves_and_it_is_said() -> None:
    world = World({"a": 10.0, "b": 20.0})
    world.run(3600)
    assert world.moved == [] and world.table.shares == {}
    assert nobody_has_room(world.table, world.live) == (
        "2 of 2 machines cannot keep up and none has room: no camera is moved"
    )
    assert nobody_has_room(world.table, {"a": Live("a", 1.0, "", 1.4), "b": Live("b", 1.0, "", 0.5)}) is None
    assert nobody_has_room(world.table, {"a": Live("a", 1.0, "", 0.9), "b": Live("b", 1.0, "", 0.9)}) is None


def test_a_strain_that_does_not_last_moves_nothing() -> None:
    world = World({"a": 100.0, "b": 100.0})
    for _ in range(40):
        world.by_others["a"] = 100.0
        world.run(15)
        world.by_others["a"] = 0.0
        world.run(15)
    assert world.moved == []


def test_a_node_gets_back_what_it_shed_once_it_can_bear_it() -> None:
    world = World({"a": 50.0, "b": 60.0, "c": 60.0})
    had = world.had_by("a")
    world.by_others["a"] = 45.0
    world.run(900)
    shed = world.had_by("a")
    assert shed < had / 2
    world.by_others["a"] = 0.0
    world.run(100)
    assert world.had_by("a") == shed, "slowly"
    world.run(7200)
    others = (world.strain("b") + world.strain("c")) / 2
    assert shed < world.had_by("a") <= had and world.strain("a") + EVEN > others


def test_cameras_of_a_site_stay_there_and_go_elsewhere_only_beyond_bearing() -> None:
    at_home = World({"north-1": 60.0, "north-2": 60.0, "c": 200.0}, {"north-1": "north", "north-2": "north"})
    slots = [slot for slot in at_home.table.all_slots() if at_home.table.site_of(slot) == "north"]
    assert {at_home.table.slots[slot].node for slot in slots} == {"north-1", "north-2"}
    heavy = World({"north-1": 20.0, "c": 200.0}, {"north-1": "north"}, {"north": 2.0})
    heavy.run(120)
    assert all(heavy.table.slots[slot].node == "north-1" for slot in slots), "it sheds the others first"
    heavy.run(3600)
    away = [slot for slot in slots if heavy.table.slots[slot].node != "north-1"]
    assert heavy.strain("north-1") < 1.0 and 0 < len(away) < 16
    heavy.bears["north-1"] = 100.0
    heavy.run(3600)
    assert all(heavy.table.slots[slot].node == "north-1" for slot in slots), "and back"


def test_nobody_goes_by_shares_while_a_node_of_an_older_version_is_there() -> None:
    world = World({"small": 9.0, "a": 60.0, "b": 60.0})
    world.run(600)
    old = world.live | {"old": Live("old", 1.0, "", None)}
    plain = replace(world.table, shares={})
    assert Balance().next_shares(world.table, old, 0.0) is None
    assert all(Belonging(world.table, old).to(each) == Belonging(plain, old).to(each) for each in range(SLOTS))
    assert any(
        Belonging(world.table, world.live).to(each) != Belonging(plain, world.live).to(each) for each in range(SLOTS)
    )


@settings(max_examples=10, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(
    bears=st.lists(st.floats(5, 80), min_size=2, max_size=5),
    loads=st.lists(st.tuples(st.integers(0, 4), st.floats(0, 60), st.floats(10, 600)), max_size=6),
)
def test_whatever_loads_come_and_go_few_slots_move_and_none_to_and_fro(
    bears: list[float], loads: list[tuple[int, float, float]]
) -> None:
    world = World({f"node-{number}": each for number, each in enumerate(bears)})
    names = list(world.bears)
    for which, load, for_s in loads:
        world.by_others[names[which % len(names)]] = load
        world.run(for_s)
    world.run(1800)
    in_steps = Counter(at_s for at_s, _ in world.moved)
    times = sorted(in_steps)
    assert all(after - before >= SETTLES_S for before, after in pairwise(times))
    assert max(in_steps.values(), default=0) <= SLOTS // 8, "so at most a quarter of all in a minute"
    rests: dict[int, tuple[float, float]] = {}
    for at_s, slot in world.moved:
        moved_s, rests_s = rests.get(slot, (0.0, RESTS_S / 2))
        assert slot not in rests or at_s - moved_s >= rests_s, (
            "nothing goes to and fro: it rests twice as long each time"
        )
        rests[slot] = at_s, 2 * rests_s


@pytest.mark.parametrize("node", ["a", "b"])
def test_a_cordoned_node_may_shed_and_gets_nothing(node: str) -> None:
    world = World({"a": 8.0, "b": 300.0})
    world.table = world.table.with_cordoned(node, is_cordoned=True)
    had = world.had_by("b")
    shares = None
    for second in range(60):
        shares = shares or world.balance.next_shares(world.table, world.live, float(second))
    assert (shares is not None) is (node == "a") and world.had_by("b") == had
