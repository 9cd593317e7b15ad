"""What is shown of a camera's health, to whom, and that each look at it is noted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from passerby.access.cameras import CameraFacts
from passerby.media.camera import CameraState, CameraStatus
from passerby.media.health import Check, Finding, Verdict
from passerby.media.requests import CameraRequest, Rebase
from passerby.media.segments import TICKS_PER_S
from passerby.rules.access import Role
from tests.unit.api.conftest import ADDRESS, House, OpenHouse

SINCE_90K = 1_790_000_000 * TICKS_PER_S
FOUND = (
    Finding(Check.FROZEN, Verdict.BAD, "it is frozen", 1_000),
    Finding(Check.MOVED, Verdict.UNKNOWN, "there is no reference", 0),
)


@dataclass
class OneCamera:
    """A fleet with a frozen camera. asked: the requests to cameras."""

    asked: list[tuple[str, CameraRequest]] = field(default_factory=list)
    still: bytes | None = b"\xff\xd8 a still"
    trouble: None = None

    def states(self) -> dict[str, CameraState]:
        return {"gate": CameraState(CameraStatus.FROZEN, "it is frozen", SINCE_90K, None, (), FOUND, 77)}

    def ask(self, camera: str, request: CameraRequest) -> bool:
        self.asked.append((camera, request))
        return camera == "gate"

    def reference(self, camera: str) -> bytes | None:
        return self.still if camera == "gate" else None


@pytest.fixture
def fleet() -> OneCamera:
    return OneCamera()


@pytest.fixture
def house(open_house: OpenHouse, fleet: OneCamera) -> House:
    house = open_house(fleet=fleet)
    for name in ("gate", "yard"):
        house.installation.cameras.add(name, CameraFacts(address=ADDRESS))
    house.add_user("olu", Role.OPERATOR, sees_all=True)
    house.add_user("ari", Role.AUDITOR)
    return house


def noted(house: House) -> list[tuple[str, str | None]]:
    return [(each.what, each.camera) for each in reversed(house.installation.audit.list()) if each.camera]


def test_every_check_is_told(house: House) -> None:
    health: dict[str, Any] = house.signed_in("ari").get("/api/cameras/gate/health").json()
    assert health["state"]["what"] == "frozen" and health["reference_at_90k"] == 77
    assert health["checks"] == [
        {"check": "frozen", "verdict": "bad", "reason": "it is frozen", "said": None, "since_90k": 1_000},
        {"check": "moved", "verdict": "unknown", "reason": "there is no reference", "said": None, "since_90k": 0},
    ]
    assert house.signed_in("ari").get("/api/cameras/yard/health").json()["checks"] == [], "it is not open"
    assert house.signed_in("ari").get("/api/cameras/nowhere/health").status_code == 404


def test_the_history_is_told(house: House) -> None:
    history = house.archive.history
    history.note({"gate": CameraState(CameraStatus.RECORDING, "all is well", 5)}, 90)
    history.note({"gate": CameraState(CameraStatus.FROZEN, "it is frozen", 50)}, 95)
    answer = house.signed_in("ari").get("/api/cameras/gate/health/history?from_90k=0&to_90k=1000")
    well = {"code": "all-well", "params": {}}
    assert answer.json() == [
        {"from_90k": 5, "to_90k": 50, "what": "recording", "reason": "all is well", "said": well},
        {"from_90k": 50, "to_90k": None, "what": "frozen", "reason": "it is frozen", "said": None},
    ]
    assert house.signed_in("ari").get("/api/cameras/gate/health/history?from_90k=9&to_90k=9").status_code == 422


def test_a_look_at_the_reference_is_noted(house: House, fleet: OneCamera) -> None:
    answer = house.signed_in("olu").get("/api/cameras/gate/health/reference.jpg")
    assert answer.content == fleet.still and answer.headers["content-type"] == "image/jpeg"
    assert noted(house)[-1] == ("still:see", "gate")
    assert house.signed_in("ari").get("/api/cameras/gate/health/reference.jpg").status_code == 403
    missing = house.signed_in("olu").get("/api/cameras/yard/health/reference.jpg")
    assert missing.status_code == 404 and "no reference yet" in missing.json()["message"]


def test_a_new_reference_is_noted_and_ordered(house: House, fleet: OneCamera) -> None:
    assert house.signed_in("olu").post("/api/cameras/gate/health/reference").status_code == 204
    assert fleet.asked == [("gate", Rebase())] and noted(house)[-1] == ("health:rebase", "gate")
    assert house.signed_in("ari").post("/api/cameras/gate/health/reference").status_code == 403
    assert house.signed_in("olu").post("/api/cameras/yard/health/reference").status_code == 503, "it is not at work"


def test_the_newest_still_is_of_the_last_minute(house: House) -> None:
    answer = house.signed_in("olu").get("/api/cameras/gate/still.jpg")
    assert answer.status_code == 404 and "last minute" in answer.json()["message"]
    assert noted(house)[-1] == ("still:see", "gate"), "noted before anybody knew whether there is one"
