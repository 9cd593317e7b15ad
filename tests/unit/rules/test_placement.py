"""Where cameras go: evenly, by weight, and moving as few as can be."""

from __future__ import annotations

from collections import Counter

from passerby.rules.placement import Holding, Live, Table, moving, preferred, slot_of, taken, to_give

SLOTS = 1024


def placed(weights: dict[str, float]) -> list[str | None]:
    return [preferred(slot, weights) for slot in range(SLOTS)]


def live(*nodes: str) -> dict[str, Live]:
    return {node: Live(f"{node}-1", 1.0) for node in nodes}


def test_cameras_are_spread_evenly_over_slots() -> None:
    many = Counter(slot_of(f"camera-{number}", 64) for number in range(20_000))
    assert len(many) == 64 and max(many.values()) < 1.3 * 20_000 / 64


def test_each_node_gets_its_share_by_weight() -> None:
    many = Counter(placed({"a": 1.0, "b": 1.0, "c": 2.0}))
    assert abs(many["a"] - SLOTS / 4) < SLOTS / 16 and abs(many["c"] - SLOTS / 2) < SLOTS / 16


def test_a_fifth_node_moves_a_fifth_and_only_to_itself() -> None:
    before = placed(dict.fromkeys("abcd", 1.0))
    after = placed(dict.fromkeys("abcde", 1.0))
    moved = [new for old, new in zip(before, after, strict=True) if old != new]
    assert set(moved) == {"e"} and len(moved) < 0.25 * SLOTS


def test_a_lost_node_moves_only_what_it_had() -> None:
    before = placed(dict.fromkeys("abcd", 1.0))
    after = placed(dict.fromkeys("abc", 1.0))
    assert all(new == old for old, new in zip(before, after, strict=True) if old != "d")


def test_nobody_takes_what_a_live_process_has() -> None:
    table = Table(4, {slot: Holding("a", "a-1", 5) for slot in range(4)})
    assert taken(table, "b", "b-1", live("a", "b"), 9) is None
    after = taken(table, "b", "b-1", live("b"), 9)
    assert after is not None and after.of("b-1") == dict.fromkeys(range(4), 9)


def test_a_new_process_of_a_node_takes_what_the_old_one_had_with_a_new_token() -> None:
    table = Table(4, {slot: Holding("a", "a-0", 5) for slot in range(4)})
    after = taken(table, "a", "a-1", live("a"), 9)
    assert after is not None and after.of("a-1") == dict.fromkeys(range(4), 9)


def test_a_drained_node_gives_a_few_at_a_time_and_takes_none() -> None:
    table = Table(64, {slot: Holding("a", "a-1", 5) for slot in range(64)}, frozenset({"a"}))
    assert len(to_give(table, "a-1", live("a", "b"), 4)) == 4
    assert taken(Table(64, {}, frozenset({"a"})), "a", "a-1", live("a", "b"), 9) is None
    assert to_give(table, "a-1", live("a"), 4) == [], "there is nobody to give to"


def test_a_cordoned_node_keeps_what_it_has_and_takes_nothing_more() -> None:
    half = {slot: Holding("a", "a-1", 5) for slot in range(32)}
    table = Table(64, half).with_cordoned("a", is_cordoned=True)
    assert taken(table, "a", "a-1", live("a", "b"), 9) is None
    after = taken(table, "b", "b-1", live("a", "b"), 9)
    assert after is not None and set(after.of("b-1")) == set(range(32, 64)), "others take all that is free"
    assert to_give(after, "b-1", live("a", "b"), 64) == [], "and give it none"
    given = to_give(table, "a-1", live("a", "b"), 64)
    assert given == to_give(Table(64, half), "a-1", live("a", "b"), 64), "it gives what is not its own, as before"
    again = after.with_cordoned("a", is_cordoned=False)
    assert again.cordoned == frozenset() and to_give(again, "b-1", live("a", "b"), 64)


def test_a_removed_node_has_nothing_and_is_forgotten() -> None:
    table = Table(4, {0: Holding("a", "a-1", 5), 1: Holding("b", "b-1", 6)}, frozenset({"a"}), frozenset({"a", "b"}))
    assert table.without_node("a") == Table(4, {1: Holding("b", "b-1", 6)}, frozenset(), frozenset({"b"}))


def test_what_moves_is_what_is_not_where_it_belongs() -> None:
    there = {"a": Live("a-1", 1.0), "b": Live("b-1", 1.0)}
    weights = {node: each.weight for node, each in there.items()}
    belongs = {slot: preferred(slot, weights) for slot in range(16)}
    slots = {slot: Holding(str(node), f"{node}-1", 1) for slot, node in belongs.items()}
    assert moving(Table(16, slots), there) == {}
    assert moving(Table(16, {**slots, 3: Holding("gone", "gone-1", 1)}), there) == {3: (None, belongs[3])}
    drained = moving(Table(16, slots, frozenset({"a"})), there)
    assert drained == {slot: ("a", "b") for slot, node in belongs.items() if node == "a"}
    assert moving(Table(16, slots, cordoned=frozenset({"a"})), there) == {}, "it keeps what it has"
    alone = moving(Table(16, slots), {})
    assert set(alone.values()) == {(None, None)} and len(alone) == 16
