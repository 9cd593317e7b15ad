"""Users, groups, cameras, states and figures, as the page asks for them."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import update

from passerby.access.cameras import CameraFacts
from passerby.catalogue.schema.access import cameras
from passerby.config import Config, keys_of
from passerby.errors import OutputError
from passerby.jobs import Jobs, Limits
from passerby.jobs.upload import has_memory_files
from passerby.media.camera import CameraState, CameraStatus
from passerby.media.requests import CameraRequest
from passerby.media.segments import TICKS_PER_S
from passerby.rules.access import Role
from passerby.testing.clock import MovingClock
from tests.unit.api.conftest import ADDRESS, PASSWORD, House, OpenHouse

SINCE_90K = 1_790_000_000 * TICKS_PER_S
STATE = CameraState(
    CameraStatus.FROZEN,
    "the picture has not changed for 12 s",
    SINCE_90K,
    figures=(("read", 50.0), ("left_out", 3.0), ("written", 47.0)),
)


@dataclass(frozen=True)
class Trial:
    reason: str | None = None
    size_wh: tuple[int, int] | None = (640, 360)
    codec: str | None = "h264"
    fps: float | None = 5.0
    still: bytes | None = b"jpeg"
    covered: str | None = "nobody looked yet"


class StillFleet:
    """Workers that tell one state."""

    trouble: str | None = None

    def __init__(self) -> None:
        self.changes = 0
        self.now: Mapping[str, CameraState] = {"gate": STATE}

    def start(self) -> None: ...
    def stop(self) -> None: ...
    def cameras_changed(self) -> None:
        self.changes += 1

    def states(self) -> Mapping[str, CameraState]:
        return self.now

    def ask(self, camera: str, request: CameraRequest) -> bool:
        return False

    def reference(self, camera: str) -> bytes | None:
        return None

    async def subscribe(self, camera: str) -> AsyncGenerator[bytes]:
        yield b""


def test_a_user_is_added_changed_and_removed_and_each_is_noted(house: House) -> None:
    house.add_user("root", Role.ADMIN, Role.AUDITOR)
    root = house.signed_in("root")
    assert root.post("/api/groups", json={"name": "yard"}).json() == {"name": "yard", "title": "yard"}
    new = {"name": "Kim", "password": PASSWORD, "roles": ["viewer"], "groups": ["yard"]}
    shown = root.post("/api/users", json=new).json()
    assert (shown["name"], shown["roles"], shown["groups"], shown["has_password"]) == (
        "kim",
        ["viewer"],
        ["yard"],
        True,
    )
    assert root.post("/api/users", json=new).status_code == 422, "the name is taken"
    kim = house.signed_in("kim")
    assert root.put("/api/users/kim", json={"roles": ["operator"], "is_enabled": False}).status_code == 200
    assert kim.get("/api/cameras").status_code == 401
    assert root.put("/api/users/kim/password", json={"password": "short"}).status_code == 422
    assert root.delete("/api/users/kim").status_code == 204 and root.delete("/api/users/kim").status_code == 404
    assert root.delete("/api/users/root").status_code == 422, "the last admin"
    noted = [(each["who"], each["what"], each["about"]) for each in root.get("/api/audit").json()]
    assert noted[:2] == [("root", "audit:see", "all records"), ("root", "user:remove", "kim")]
    assert ("root", "user:change", "kim: switched off; roles operator (was viewer); groups -yard") in noted
    assert ("root", "user:add", "kim: roles viewer; groups yard") in noted


def test_a_password_that_an_admin_sets_ends_sessions_and_tokens(house: House) -> None:
    house.add_user("root", Role.ADMIN)
    for name in ("kim", "lee"):
        house.add_user(name, Role.VIEWER)
    programs = {}
    for name in ("kim", "lee"):
        body = {"name": "wall", "scopes": ["cameras:see"]}
        secret = house.signed_in(name).post("/api/self/tokens", json=body).json()["token"]
        programs[name] = {"Authorization": f"Bearer {secret}"}
    kim, other = house.signed_in("kim"), house.client()
    own = {"old": PASSWORD, "new": "another pass phrase"}
    assert kim.put("/api/self/password", json=own).status_code == 204
    assert other.get("/api/cameras", headers=programs["kim"]).status_code == 200, "their own change leaves tokens"
    new = {"password": "yet another pass phrase"}
    assert house.signed_in("root").put("/api/users/kim/password", json=new).status_code == 204
    assert kim.get("/api/cameras").status_code == 401
    assert other.get("/api/cameras", headers=programs["kim"]).status_code == 401
    assert other.get("/api/cameras", headers=programs["lee"]).status_code == 200, "nobody else's"


@pytest.mark.skipif(not has_memory_files(), reason="this system has no files in memory")
def test_a_new_user_inherits_nothing_of_a_removed_one(open_house: OpenHouse, tmp_path: Path) -> None:
    """Also where the database gives the new user the number that the removed one had, as SQLite does."""
    clock = MovingClock()
    jobs = Jobs(tmp_path / "redactions", clock, Limits())
    house = open_house(clock=clock, redactions=jobs)
    house.add_user("root", Role.ADMIN)
    house.add_user("kim", Role.OPERATOR)
    kim, root = house.signed_in("kim"), house.signed_in("root")
    made = kim.post("/api/redactions", params={"name": "yard.mp4"}, content=b"x" * 100).json()
    owner = house.installation.users.find("kim")
    assert owner and [each.id for each in jobs.list(owner.handle.hex())] == [made["id"]]
    assert root.delete("/api/users/kim").status_code == 204
    assert jobs.list(owner.handle.hex()) == [], "forgotten with its user"
    house.add_user("lee", Role.OPERATOR)
    lee = house.signed_in("lee")
    assert lee.get("/api/redactions").json()["redactions"] == []
    assert lee.get(f"/api/redactions/{made['id']}").status_code == 404
    jobs.stop()


def test_a_group_gets_another_title_and_keeps_its_name(house: House) -> None:
    house.add_user("root", Role.ADMIN, Role.AUDITOR)
    root = house.signed_in("root")
    root.post("/api/groups", json={"name": "yard", "title": "Yard"})
    now = {"name": "yard", "title": "School yard"}
    assert root.put("/api/groups/yard", json={"title": "School yard"}).json() == now
    assert root.get("/api/groups").json() == [now]
    assert root.put("/api/groups/hall", json={"title": "Hall"}).status_code == 404
    assert root.put("/api/groups/yard", json={"title": ""}).status_code == 422
    assert ("group:change", "yard: title 'School yard'") in [
        (each["what"], each["about"]) for each in root.get("/api/audit").json()
    ]


def test_the_audit_is_read_page_by_page(house: House) -> None:
    house.add_user("kim", Role.AUDITOR)
    for number in range(10):
        house.installation.audit.note("kim", "session", "x", "gate" if number % 2 else None)
    kim = house.signed_in("kim")
    first = kim.get("/api/audit", params={"most": 4}).json()
    second = kim.get("/api/audit", params={"most": 4, "before": first[-1]["id"]}).json()
    assert [each["id"] for each in [*first, *second]] == sorted((e["id"] for e in [*first, *second]), reverse=True)
    assert len(kim.get("/api/audit", params={"camera": "gate"}).json()) == 5
    assert kim.get("/api/audit", params={"before": 2**70}).status_code == 422


def test_the_audit_answers_for_one_user_one_action_one_time(house: House) -> None:
    house.add_user("kim", Role.AUDITOR)
    kim = house.signed_in("kim")
    house.installation.audit.note("lee", "session", "live:watch", "gate")
    house.clock.move(60)
    later = house.clock.now_90k()
    house.installation.audit.note("lee", "session", "recording:export", "gate")
    house.installation.audit.note("", "password", "sign-in:refused", about="lee")

    def what(**wanted: str | int) -> list[str]:
        found = [each["what"] for each in kim.get("/api/audit", params=wanted).json()]
        return [each for each in found if each != "audit:see"]  # these very questions

    assert what(who="lee") == ["recording:export", "live:watch"]
    assert what(who="") == ["sign-in:refused"]
    assert what(what="live:watch") == ["live:watch"]
    assert what(from_90k=later) == ["sign-in:refused", "recording:export"]
    assert what(who="lee", to_90k=later) == ["live:watch"]


def test_states_trials_and_figures(open_house: OpenHouse) -> None:
    fleet, tried = StillFleet(), list[tuple[str, str, bool]]()

    def try_camera(address: str, transport: str, trust: bool) -> Trial:
        tried.append((address, transport, trust))
        return Trial()

    house = open_house({"metrics": {"is_public": True}}, fleet=fleet, try_camera=try_camera)
    house.add_user("root", Role.ADMIN)
    root = house.signed_in("root")
    assert root.post("/api/cameras/try", json={"address": ADDRESS}).json()["still_jpeg"] == "anBlZw=="
    assert tried == [(ADDRESS, "tcp", False)]
    for name in ("gate", "yard"):
        assert root.post("/api/cameras", json={"name": name, "address": ADDRESS}).status_code == 201
    assert fleet.changes == 2, "workers are told"
    gate, yard = root.get("/api/states").json()
    assert (gate["what"], gate["since_90k"]) == ("frozen", SINCE_90K)
    assert (yard["what"], yard["since_90k"]) == ("unknown", None)
    assert root.get("/healthz").json()["status"] == "ok"
    figures = house.client().get("/metrics")
    lines = {
        'passerby_camera_state{camera="gate",state="frozen"} 1.0',
        'passerby_pictures_read_total{camera="gate"} 50.0',
        'passerby_pictures_left_out_total{camera="gate"} 3.0',
        'passerby_alarms{kind="delete"} 0.0',
        "passerby_recorded_bytes 0.0",
    }
    assert figures.status_code == 200 and lines <= set(figures.text.splitlines())
    assert any(line.startswith("passerby_data_free_bytes ") for line in figures.text.splitlines())


def test_settings_hide_secrets(open_house: OpenHouse) -> None:
    config = {
        "storage": {"recordings": "s3://key:hunter2-planted@bucket/x"},
        "camera": [{"name": "gate", "address": ADDRESS}],
    }
    house = open_house(config)
    house.add_user("root", Role.ADMIN)
    shown = house.signed_in("root").get("/api/settings").text
    assert "hunter" not in shown
    about = house.client().get("/api/about").json()
    assert about["keep_hours"] == 72 and about["title"] == "passerby"


def test_each_setting_is_told_with_what_it_does(open_house: OpenHouse) -> None:
    house = open_house({"server": {"port": 9000}, "storage": {"catalogue": None}})
    house.add_user("root", Role.ADMIN)
    sections = house.signed_in("root").get("/api/settings").json()
    by_key = {each["key"]: each for section in sections for each in section["settings"]}
    elsewhere = ("camera.", "rule.", "channel.", "route.", "cluster.")  # the last: passerby serve refuses it
    wanted = {key for key, section in keys_of(Config) if section is None and not key.startswith(elsewhere)}
    assert set(by_key) == wanted, "every key of the file, but those of lists of tables and of several machines"
    assert (by_key["server.port"]["value"], by_key["server.port"]["is_default"]) == (9000, False)
    assert by_key["storage.keep_hours"]["is_default"] and all(each["about"] for each in by_key.values())


def test_the_longest_time_that_any_camera_keeps_is_told_to_everybody(house: House) -> None:
    house.add_user("root", Role.ADMIN)
    root = house.signed_in("root")
    for name, hours in (("gate", 24), ("yard", 100)):
        new = {"name": name, "address": ADDRESS, "keep_hours": hours}
        assert root.post("/api/cameras", json=new).status_code == 201
    about = house.client().get("/api/about").json()
    assert (about["keep_hours"], about["longest_keep_hours"], about["cameras"]) == (72, 100, 2)


def test_a_limit_that_is_too_short_is_refused_and_one_that_was_kept_before_is_read(house: House) -> None:
    house.add_user("root", Role.ADMIN)
    new = {"name": "gate", "address": ADDRESS, "keep_hours": 0.01}
    refused = house.signed_in("root").post("/api/cameras", json=new)
    says = "recordings are kept for at least 0.03 hours (about two minutes), not 0.01 hours"
    assert refused.status_code == 422 and refused.json()["message"] == says
    house.installation.cameras.add("gate", CameraFacts(address=ADDRESS))
    with house.installation.cameras._rows.transaction("keep a short limit") as connection:
        connection.execute(update(cameras).values(keep_hours=0.001))
    assert house.installation.keep().of("gate").hours == 0.03


def test_who_reads_the_audit_is_in_it_once_a_minute_for_each_question(house: House) -> None:
    house.add_user("kim", Role.AUDITOR)
    kim = house.signed_in("kim")

    def reads() -> list[tuple[str, str, str]]:
        found = house.installation.audit.list()
        return [(each.who, each.through, each.about) for each in found if each.what == "audit:see"]

    shown = kim.get("/api/audit").json()
    assert shown[0]["what"] == "audit:see" and reads() == [("kim", "session", "all records")]
    kim.get("/api/audit", params={"before": shown[0]["id"]})
    assert len(reads()) == 1, "the next page is the same question"
    at_90k = 1_800_000_000 * 90_000
    kim.get("/api/audit", params={"who": "lee", "camera": "gate", "from_90k": at_90k, "to_90k": 2**62})
    assert reads()[0][2] == f"user 'lee'; camera 'gate'; from 2027-01-15 08:00 UTC; to {2**62}"
    house.clock.move(61)
    kim.get("/api/audit")
    assert len(reads()) == 3


def test_the_audit_is_not_shown_where_that_cannot_be_noted(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.add_user("kim", Role.AUDITOR)
    kim = house.signed_in("kim")

    def full_disk(*_: object, **__: object) -> None:
        raise OutputError("couldn't write an audit record in the catalogue: disk full")

    monkeypatch.setattr(house.installation.audit, "note", full_disk)
    assert kim.get("/api/audit").status_code == 503
    assert kim.delete("/api/session").status_code == 503
    monkeypatch.undo()
    assert kim.get("/api/session").json()["name"] == "kim", "nobody signs out without a record"
    assert kim.delete("/api/session").status_code == 204
    last = house.installation.audit.list(most=1)[0]
    assert (last.who, last.through, last.what) == ("kim", "session", "sign-out")
