"""A broken promise is reported: that it is broken to anybody, whose camera and why to those who may know."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from passerby.access.cameras import CameraFacts
from passerby.api import Services
from passerby.media.camera import CameraState, CameraStatus
from passerby.rules.access import Role
from passerby.service import upkeep
from passerby.testing.clock import MovingClock
from tests.recordings import BEGIN_90K, recorded, steady
from tests.unit.api.conftest import ADDRESS, House, OpenHouse
from tests.unit.api.test_people import StillFleet
from tests.unit.archive.test_trouble import nothing_can_be_deleted_in

DATABASE = "couldn't read the cameras in the catalogue: connection to 10.1.2.3 for user 'planted' failed"


@pytest.fixture
def house(open_house: OpenHouse) -> House:
    house = open_house(clock=MovingClock(BEGIN_90K), fleet=StillFleet())
    for group, camera in (("front", "gate"), ("back", "yard")):
        house.installation.groups.add(group, "")
        house.installation.cameras.add(camera, CameraFacts(address=ADDRESS, groups=frozenset({group}), keep_hours=1))
    house.add_user("root", Role.ADMIN)
    house.add_user("vi", Role.VIEWER, groups=("front",))
    house.add_user("vo", Role.VIEWER, groups=("back",))
    return house


def alarms_of(house: House, name: str) -> list[tuple[str, str | None, bool]]:
    """Kind, camera, and whether it says more."""
    alarms = house.signed_in(name).get("/api/alarms").json()
    return [(each["kind"], each["camera"], each["says"] is not None) for each in alarms]


def until(is_so: Callable[[], bool]) -> None:
    for _ in range(500):
        if is_so():
            return
        threading.Event().wait(0.02)
    raise AssertionError("it never came to that")


def services(house: House) -> Services:
    found = house.app.state.services
    assert isinstance(found, Services)
    return found


def test_a_recording_that_cannot_be_deleted_is_told_until_it_is_gone(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "MAINTAIN_EVERY_S", 0.02)
    writer = house.archive.writer("gate")
    for fragment in recorded(steady(10)):
        writer.append(fragment)
    writer.close()
    house.clock.move(10)
    asked, root = house.client(), house.signed_in("root")
    with upkeep.maintained(house.installation, house.archive, services(house).alarms):
        until(lambda: bool(list((house.folder / "objects").rglob("*.mp4"))))
        assert asked.get("/healthz").json()["status"] == "ok"
        ages = [line for line in root.get("/metrics").text.splitlines() if "age_seconds{" in line]
        assert ages == ['passerby_newest_recording_age_seconds{camera="gate"} 0.0'], "yard never recorded"
        with nothing_can_be_deleted_in(house.folder / "objects"):
            house.clock.move(2 * 3600)
            until(lambda: asked.get("/healthz").json()["status"] == "degraded")
            said = asked.get("/healthz").json()
            assert said["alarms"] == ["delete"] and "gate" not in str(said) and str(house.folder) not in str(said)
            root = house.signed_in("root")
            assert 'passerby_alarms{kind="delete"} 1.0' in root.get("/metrics").text.splitlines()
            assert alarms_of(house, "root") == [("delete", "gate", True)]
            assert alarms_of(house, "vi") == [("delete", "gate", False)]
            assert alarms_of(house, "vo") == [], "a camera that they may not see"
        until(lambda: asked.get("/healthz").json()["status"] == "ok")
        assert alarms_of(house, "root") == []


def test_words_of_the_database_are_for_who_answers_for_it(house: House) -> None:
    fleet = services(house).fleet
    assert isinstance(fleet, StillFleet)
    fleet.trouble = DATABASE
    said = house.client().get("/healthz").json()
    assert (said["status"], said["alarms"]) == ("degraded", ["cameras"]) and "planted" not in str(said)
    assert alarms_of(house, "vi") == [("cameras", None, False)]
    (alarm,) = house.signed_in("root").get("/api/alarms").json()
    assert alarm["says"] == DATABASE


def test_a_catalogue_that_fails_is_told_without_its_words(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = house.installation._engine
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE users RENAME TO planted_elsewhere")
    answer = house.client().get("/healthz")
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE planted_elsewhere RENAME TO users")
    assert answer.status_code == 503
    assert answer.json() == {
        "status": "failing", "recording": "running", "reasons": ["the catalogue cannot be read"], "alarms": [],
    }  # fmt: skip
    assert house.client().get("/healthz").json()["status"] == "ok"


def test_upkeep_that_fails_is_an_alarm_until_it_works_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "MAINTAIN_EVERY_S", 0.02)
    client, forgot, forget = house.client(), threading.Event(), house.installation.forget_old

    def forget_and_tell() -> None:
        forget()
        forgot.set()

    monkeypatch.setattr(house.installation, "forget_old", forget_and_tell)
    with upkeep.maintained(house.installation, house.archive, services(house).alarms):
        assert forgot.wait(10), "it is done in the first round, and then not for a day"
        with house.installation._engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE objects RENAME TO planted_elsewhere")
        until(lambda: client.get("/healthz").json()["alarms"] == ["upkeep"])
        with house.installation._engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE planted_elsewhere RENAME TO objects")
        until(lambda: client.get("/healthz").json()["status"] == "ok")


def test_an_error_that_nobody_foresaw_is_an_alarm_until_a_round_goes_well(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "MAINTAIN_EVERY_S", 0.02)
    client, keep, rounds = house.client(), house.installation.keep, list[int]()

    def broken() -> None:
        raise ZeroDivisionError("planted")

    def whole() -> object:
        rounds.append(1)
        return keep()

    monkeypatch.setattr(house.installation, "keep", broken)
    monkeypatch.setattr(house.installation, "forget_old", broken)
    with upkeep.maintained(house.installation, house.archive, services(house).alarms):
        until(lambda: client.get("/healthz").json()["alarms"] == ["upkeep"])
        root = house.signed_in("root")
        until(lambda: len(root.get("/api/alarms").json()) == 4)  # recordings, kept boxes, pictures of events, the audit
        for alarm in root.get("/api/alarms").json():
            assert "ZeroDivisionError" in alarm["says"] and "planted" not in alarm["says"]
        monkeypatch.setattr(house.installation, "keep", whole)
        until(lambda: len(rounds) > 5)
        (alarm,) = root.get("/api/alarms").json()
        assert "audit" in alarm["says"], "it is not tried again today, so that it stands"
        monkeypatch.setattr(house.installation, "forget_old", lambda: None)
        house.clock.move(upkeep.FORGET_EVERY_S)
        until(lambda: client.get("/healthz").json()["status"] == "ok")


def test_rules_that_notice_nothing_are_an_alarm(house: House) -> None:
    fleet = services(house).fleet
    assert isinstance(fleet, StillFleet)
    trouble = "events could not be written: the disk is full"
    fleet.now = {"gate": CameraState(CameraStatus.RECORDING, "it records", BEGIN_90K, events_trouble=trouble)}
    assert alarms_of(house, "vi") == [("events", "gate", False)]
    assert alarms_of(house, "root") == [("events", "gate", True)]
