"""Cameras that end workers: found out, told to other machines, and forgotten."""

from __future__ import annotations

from passerby.rules.quarantine import FORGOTTEN_AFTER_S, MAX_TOLD, WITHIN_S, News, WorkerEnds


def ended(*times_s: float, camera: str = "gate") -> WorkerEnds:
    ends = WorkerEnds()
    for each in times_s:
        ends.note([camera], each)
    return ends


def test_a_camera_that_ended_three_workers_of_its_own_in_an_hour_is_quarantined_for_a_day() -> None:
    assert ended(0, 10).quarantined(20) == {}
    assert ended(0, 10, 20).quarantined(20) == {"gate": 3}
    assert ended(0, WITHIN_S, 2 * WITHIN_S).quarantined(2 * WITHIN_S) == {}, "that is what may happen to any"
    assert ended(0, 10, 20).quarantined(20 + FORGOTTEN_AFTER_S) == {}


def test_cameras_that_were_only_there_are_suspects_and_not_quarantined() -> None:
    ends = WorkerEnds()
    for at_s in range(9):
        ends.note(["gate", "yard"], at_s)
        assert ends.is_suspect("gate", at_s) is (at_s >= 1)
    assert ends.quarantined(10) == {} and not ends.is_suspect("gate", WITHIN_S + 10)


def test_what_one_machine_finds_others_know_and_add_to() -> None:
    first, second = ended(0, 10, 20), WorkerEnds()
    told = News().of(first.quarantined(20), {}, lambda camera: True, 20)
    assert told == {"gate": 3}
    first.know({"gate": 3}, 21)
    second.know({"gate": 3}, 21)
    assert first.quarantined(21) == second.quarantined(21) == {"gate": 3}
    second.note(["gate"], 30)
    assert News().of(second.quarantined(30), {"gate": 3}, lambda camera: True, 30) == {"gate": 4}
    second.know({"gate": 4}, 31)
    assert second.quarantined(31) == {"gate": 4}, "and counts nothing twice"
    assert News().of(second.quarantined(31), {"gate": 4}, lambda camera: True, 31) == {}


def test_who_does_not_have_a_camera_says_nothing_about_it() -> None:
    assert News().of({"gate": 3}, {}, lambda camera: False, 0) == {}


def test_it_is_forgotten_after_a_day_of_good_behaviour_or_by_hand() -> None:
    news, ends = News(), WorkerEnds()
    ends.know({"gate": 3}, 0)
    assert news.of(ends.quarantined(0), {"gate": 3}, lambda camera: True, 0) == {}
    assert news.of(ends.quarantined(0), {"gate": 3}, lambda camera: True, FORGOTTEN_AFTER_S) == {"gate": None}
    own = ended(0, 10, 20)
    own.know({"gate": 3}, 21)
    own.know({}, 22)
    assert own.quarantined(22) == {}, "also what was found here"


def test_so_many_are_told_and_no_more() -> None:
    told = {f"camera-{number}": 3 for number in range(MAX_TOLD)}
    assert News().of({"gate": 3, "camera-1": 4}, told, lambda camera: True, 0) == {"camera-1": 4}
