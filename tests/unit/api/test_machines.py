"""Machines: shown to who runs the installation or answers for it, where there are several; alarms of the others."""

from __future__ import annotations

from passerby.media.alarms import Alarm, AlarmKind
from passerby.media.machines import HeldBack, Machine, Machines, Move
from passerby.notify.alarms import Standing
from passerby.rules.access import Role
from tests.unit.api.conftest import ON_SQLITE_ALONE, OpenHouse

NORTH = Machine("north-1", "North", True, False, True, "0.1.0", 0.4, 9, 12, 1, 90, 180, None, lags=True, strain=1.25)
GONE = Machine("south-1", "", False, False, False, "0.0.9", 0.1, 0, 3, 0, 90, 120, "it has not joined yet")
LATER = Machine("later-1", "", True, False, False, "", 0.0, 3, 0, 0, None, None, "a report of a node has format 2")
FOUND = Machines(
    [NORTH, GONE, LATER], [Move(None, "north-1", ("gate", "yard"))], quarantined=[("yard", 3)],
    held_back=[HeldBack(5, 3, ("yard",))],
)  # fmt: skip
SEVERAL = {"cluster": {"servers": ["nats://127.0.0.1:4222"]}}


@ON_SQLITE_ALONE
def test_who_runs_the_installation_or_answers_for_it_sees_the_machines(open_house: OpenHouse) -> None:
    house = open_house(SEVERAL, machines=lambda: FOUND)
    for role in Role:
        house.add_user(role.value, role)
        client = house.signed_in(role.value)
        sees = role in (Role.ADMIN, Role.PRIVACY_OFFICER, Role.AUDITOR)
        assert client.get("/api/machines").status_code == (200 if sees else 403)
        assert ("machines:see" in client.get("/api/session").json()["may"]) == sees
    shown = house.signed_in("admin").get("/api/machines").json()
    assert [each["is_cordoned"] for each in shown["machines"]] == [True, False, False]
    assert [(each["name"], each["is_there"], each["cameras"]) for each in shown["machines"]] == [
        ("north-1", True, 12), ("south-1", False, 3), ("later-1", True, 0),
    ]  # fmt: skip
    assert shown["machines"][1]["said"]["code"] == "not-joined"
    assert [each["strain"] for each in shown["machines"]] == [1.25, None, None]
    assert shown["held_back"] == [{"slot": 5, "lost": 3, "cameras": ["yard"]}]
    assert shown["quarantined"] == [{"camera": "yard", "ended": 3}]
    assert [each["lags"] for each in shown["machines"]] == [True, False, False]
    assert shown["machines"][2]["since_90k"] is None, "what it says is not known here"
    assert shown["moves"] == [{"origin": None, "to": "north-1", "cameras": ["gate", "yard"]}]


@ON_SQLITE_ALONE
def test_where_there_is_one_machine_there_is_nothing_to_see(open_house: OpenHouse) -> None:
    house = open_house()
    house.add_user("root", Role.ADMIN)
    client = house.signed_in("root")
    assert "machines:see" not in client.get("/api/session").json()["may"]
    assert client.get("/api/machines").status_code == 404


@ON_SQLITE_ALONE
def test_alarms_of_the_other_machines_are_shown_too(open_house: OpenHouse) -> None:
    full = Standing(Alarm(AlarmKind.STORE, None, "the disk of north-1 is full"), 7, 3)
    house = open_house(SEVERAL, alarms_elsewhere=lambda: [full])
    house.add_user("root", Role.ADMIN)
    shown = house.signed_in("root").get("/api/alarms").json()
    assert [(each["kind"], each["says"], each["since_90k"], each["count"]) for each in shown] == [
        ("store", "the disk of north-1 is full", 7, 3)
    ]
