"""What is shown of machines that are elsewhere."""

from __future__ import annotations

from passerby.media.machines import HeldBack, Move
from passerby.rules.placement import Holding, Live, Table
from passerby.service.elsewhere import held_back_of, moves_of

SITES = {"gate": "", "yard": "", "hall": ""}


def test_cameras_of_a_slot_that_is_held_back_are_listed_and_do_not_move() -> None:
    slots = {camera: Table(16, {}).slot_of(camera) for camera in SITES}
    assert len(set(slots.values())) == len(slots), "each camera is to be in a slot of its own"
    gone = {slot: Holding("west", "gone", 1) for slot in (slots["gate"], slots["hall"])}
    table = Table(16, {**gone, slots["yard"]: Holding("east", "runs", 2)}, losses={slots["hall"]: 2})
    live = {"east": Live("runs", 1.0)}
    held = {slots["hall"]}
    assert held_back_of(table, held, SITES) == [HeldBack(slots["hall"], 3, ("hall",))]
    assert moves_of(table, live, SITES, held) == [Move(None, "east", ("gate",))]
    assert held_back_of(table, {slots["hall"]}, {"gate": ""}) == []
