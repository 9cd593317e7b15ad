"""Sites, plans and places over the API: who changes them, who sees which, what is noted, what goes with a camera."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from fastapi.testclient import TestClient

from passerby.access.cameras import CameraFacts
from passerby.api.app import behind_middleware
from passerby.config import parse_config
from passerby.rules.access import Role
from passerby.sites.plan_picture import MAX_UPLOAD_BYTES
from tests.unit.api.conftest import ADDRESS, House, OpenHouse
from tests.unit.sites.test_tiles import PNG, pmtiles

CONE = {"bearing_deg": 90.0, "angle_deg": 60.0}
ON_PLAN = {"site": "school", "x_share": 0.25, "y_share": 0.5, "range_share": 0.2, **CONE}
ON_GROUND = {"latitude": 56.95, "longitude": 24.1, "range_m": 30.0, **CONE}
PICTURE = cv2.imencode(".png", np.full((30, 40, 3), 200, np.uint8))[1].tobytes()


@pytest.fixture
def house(open_house: OpenHouse) -> House:
    house = open_house()
    for group in ("yard", "hall"):
        house.installation.groups.add(group, "")
    house.installation.cameras.add("gate", CameraFacts(address=ADDRESS, groups=frozenset({"yard"})))
    house.installation.cameras.add("desk", CameraFacts(address=ADDRESS, groups=frozenset({"hall"})))
    house.add_user("root", Role.ADMIN)
    house.add_user("vera", Role.VIEWER, groups=("yard",))
    house.add_user("vito", Role.VIEWER, groups=("hall",))
    return house


@pytest.fixture
def root(house: House) -> TestClient:
    return house.signed_in("root")


def with_school(root: TestClient) -> dict[str, Any]:
    assert root.post("/api/sites", json={"name": "school", "title": "The school"}).status_code == 201
    done = root.post("/api/plans?site=school", content=PICTURE)
    assert done.status_code == 201, done.text
    found: dict[str, Any] = done.json()
    return found


def noted(house: House) -> list[tuple[str, str | None, str]]:
    """What, camera, about: the oldest first."""
    found = reversed(house.installation.audit.list())
    return [(r.what, r.camera, r.about) for r in found if r.what.startswith(("site", "place"))]


def test_a_site_gets_a_plan_and_each_step_is_noted(house: House, root: TestClient) -> None:
    site = with_school(root)
    assert site["title"] == "The school" and (site["plan"]["width_px"], site["plan"]["height_px"]) == (40, 30)
    shown = root.get("/api/plans/school")
    assert shown.status_code == 200 and shown.headers["content-type"] == "image/png"
    assert root.put("/api/sites/school", json={"title": "School"}).json()["title"] == "School"
    assert root.get("/api/sites").json() == [{**site, "title": "School"}]
    other = cv2.imencode(".jpg", np.zeros((30, 40, 3), np.uint8))[1].tobytes()
    changed = root.post("/api/plans?site=school", content=other).json()
    assert changed["plan"]["version"] != site["plan"]["version"]
    assert root.get("/api/plans/school").headers["content-type"] == "image/jpeg"
    assert root.delete("/api/sites/school").status_code == 204
    assert root.get("/api/sites").json() == [] and root.get("/api/plans/school").status_code == 404
    assert [what for what, _, _ in noted(house)] == [
        "site:add", "site:plan", "site:change", "site:plan", "site:remove",
    ]  # fmt: skip
    assert noted(house)[1][2] == "school: 40 × 30 pixels"


def test_a_site_may_be_on_the_map(house: House, root: TestClient) -> None:
    site = with_school(root)
    at = {"latitude": 56.95, "longitude": 24.1}
    assert site["at"] is None
    assert root.put("/api/sites/school", json={"title": "School", "at": at}).json()["at"] == at
    assert root.get("/api/sites").json() == [{**site, "title": "School", "at": at}]
    for wrong in ({"latitude": 86, "longitude": 0}, {"latitude": 1}, {**at, "more": 1}):
        assert root.put("/api/sites/school", json={"title": "School", "at": wrong}).status_code == 422
    assert root.put("/api/sites/school", json={"title": "School"}).json()["at"] is None
    assert root.put("/api/sites/nowhere", json={"title": "School", "at": at}).status_code == 404
    abouts = [about for what, _, about in noted(house) if what == "site:change"]
    assert abouts == ["school: title 'School', at 56.95, 24.1", "school: title 'School', not on the map"]


def test_what_is_no_plan_is_refused_in_a_sentence_and_not_noted(house: House, root: TestClient) -> None:
    root.post("/api/sites", json={"name": "school"})
    refused = root.post("/api/plans?site=school", content=b"<svg onload='alert(1)'/>")
    assert refused.status_code == 422 and refused.json()["message"] == "a floor plan is a PNG or a JPEG"
    assert refused.json()["said"]["code"] == "plan-of-other-kind"
    assert root.post("/api/plans?site=school", content=b"\0" * (MAX_UPLOAD_BYTES + 1)).status_code == 413
    assert root.post("/api/plans?site=other", content=PICTURE).status_code == 404
    assert root.get("/api/plans/school").json()["message"] == "site 'school' has no floor plan"
    assert [what for what, _, _ in noted(house)] == ["site:add"]


def test_a_site_is_added_once(root: TestClient) -> None:
    with_school(root)
    again = root.post("/api/sites", json={"name": "school"})
    assert again.status_code == 422 and again.json()["message"] == "there is already a site 'school'"
    for done in (root.put("/api/sites/none", json={"title": "x"}), root.delete("/api/sites/none")):
        assert done.status_code == 404 and done.json()["said"]["code"] == "no-such-site"


def test_a_camera_is_placed_moved_and_taken_off(house: House, root: TestClient) -> None:
    with_school(root)
    path = "/api/cameras/gate/place"
    assert root.put(path, json=ON_PLAN).json() == {"camera": "gate", "place": ON_PLAN}
    assert root.put(path, json=ON_GROUND).json() == {"camera": "gate", "place": ON_GROUND}
    assert root.get("/api/places").json() == [{"camera": "gate", "place": ON_GROUND}]
    assert root.delete(path).status_code == 204 and root.get("/api/places").json() == []
    gone = root.delete(path)
    assert gone.status_code == 404 and gone.json()["message"] == "camera 'gate' is not on the map"
    assert noted(house)[2:] == [
        ("place:change", "gate", "site school, 25.0% from the left, 50.0% from the top; bearing 90°, angle 60°"),
        ("place:change", "gate", "56.95000, 24.10000; bearing 90°, angle 60°"),
        ("place:remove", "gate", ""),
    ]


@pytest.mark.parametrize(
    "change",
    [{"x_share": 1.1}, {"site": "a b"}, {"bearing_deg": 361}, {"angle_deg": 0}, {"range_share": 0}, {"x_share": None},
     {"latitude": 1.0}, {"y_share": "NaN"}],
)  # fmt: skip
def test_a_place_that_cannot_be_is_refused(root: TestClient, change: dict[str, Any]) -> None:
    with_school(root)
    assert root.put("/api/cameras/gate/place", json={**ON_PLAN, **change}).status_code == 422
    assert root.get("/api/places").json() == []


def test_a_place_needs_its_camera_and_its_site(root: TestClient) -> None:
    assert root.put("/api/cameras/none/place", json=ON_GROUND).status_code == 404
    refused = root.put("/api/cameras/gate/place", json=ON_PLAN)
    assert refused.status_code == 422
    assert refused.json()["message"] == "couldn't place camera 'gate': there is no such site"


def test_who_watches_sees_only_their_cameras_and_the_plans_under_them(house: House, root: TestClient) -> None:
    with_school(root)
    root.post("/api/sites", json={"name": "office"})
    root.post("/api/plans?site=office", content=PICTURE)
    root.put("/api/cameras/gate/place", json=ON_PLAN)
    root.put("/api/cameras/desk/place", json={**ON_PLAN, "site": "office"})
    vera = house.signed_in("vera")
    assert [each["camera"] for each in vera.get("/api/places").json()] == ["gate"]
    assert [each["name"] for each in vera.get("/api/sites").json()] == ["school"]
    assert vera.get("/api/plans/school").status_code == 200
    assert vera.get("/api/plans/office").status_code == 404
    assert [each["camera"] for each in house.signed_in("vito").get("/api/places").json()] == ["desk"]
    assert [each["name"] for each in root.get("/api/sites").json()] == ["office", "school"]
    for done in (
        vera.post("/api/sites", json={"name": "mine"}), vera.post("/api/plans?site=school", content=PICTURE),
        vera.put("/api/cameras/gate/place", json=ON_GROUND), vera.delete("/api/cameras/gate/place"),
    ):  # fmt: skip
        assert done.status_code == 403


def test_a_place_goes_with_its_camera_and_with_its_site(house: House, root: TestClient) -> None:
    with_school(root)
    root.put("/api/cameras/gate/place", json=ON_PLAN)
    root.put("/api/cameras/desk/place", json=ON_GROUND)
    assert root.delete("/api/cameras/desk").status_code == 204
    assert [each.camera for each in house.installation.places.list()] == ["gate"]
    root.delete("/api/sites/school")
    assert house.installation.places.list() == []


def test_a_place_of_a_camera_in_the_file_outlives_a_restart(open_house: OpenHouse) -> None:
    house = open_house({"camera": [{"name": "gate", "address": ADDRESS}]})
    house.installation.follow_file()
    house.add_user("root", Role.ADMIN)
    assert house.signed_in("root").put("/api/cameras/gate/place", json=ON_GROUND).status_code == 200
    house.installation.follow_file()
    assert len(house.installation.places.list()) == 1
    house.installation.config = parse_config({})
    house.installation.follow_file()
    assert house.installation.places.list() == []


def test_without_tiles_nothing_leaves_the_machine(house: House, root: TestClient) -> None:
    done = root.get("/api/map")
    assert done.json() == {"tiles": None, "problem": None, "said": None}
    assert "connect-src 'self';" in done.headers["content-security-policy"]
    assert root.get("/api/map/tiles/0/0/0").status_code == 204


def test_tiles_of_a_file_are_served_here(open_house: OpenHouse, tmp_path: Path) -> None:
    path = tmp_path / "map.pmtiles"
    path.write_bytes(pmtiles({(1, 0, 1): PNG}))
    house = open_house({"map": {"tiles": str(path), "attribution": "© OpenStreetMap contributors"}})
    house.add_user("vera", Role.VIEWER)
    vera = house.signed_in("vera")
    tiles = vera.get("/api/map").json()["tiles"]
    assert tiles["url"] == "api/map/tiles/{z}/{x}/{y}" and not tiles["is_elsewhere"]
    assert tiles["attribution"] == "© OpenStreetMap contributors"
    tile = vera.get("/api/map/tiles/1/0/1")
    assert tile.content == PNG and tile.headers["content-type"] == "image/png"
    assert tile.headers["cache-control"].startswith("private")
    assert house.client().get("/api/map/tiles/1/0/1").status_code == 401
    path.unlink()
    assert vera.get("/api/map/tiles/1/0/1").status_code == 503


def test_tiles_that_are_not_there_are_said_and_stop_nothing(open_house: OpenHouse, tmp_path: Path) -> None:
    house = open_house({"map": {"tiles": str(tmp_path / "gone.pmtiles")}})
    house.add_user("vera", Role.VIEWER)
    shown = house.signed_in("vera").get("/api/map").json()
    assert shown["tiles"] is None and shown["said"]["code"] == "tiles-not-read"


def test_a_tile_server_is_the_one_other_site_that_the_page_may_ask(open_house: OpenHouse) -> None:
    house = open_house({"map": {"tiles": "https://tiles.example:8443/{z}/{x}/{y}.png"}})
    house.add_user("vera", Role.VIEWER)
    served = behind_middleware(house.app, house.config.server, map_=house.config.map)
    policy = TestClient(served, base_url="http://localhost:8080").get("/api/about").headers["content-security-policy"]
    assert "connect-src 'self' https://tiles.example:8443;" in policy
    assert policy.count("tiles.example") == 1 and "unsafe" not in policy
    tiles = house.signed_in("vera").get("/api/map").json()["tiles"]
    assert tiles["is_elsewhere"] and tiles["url"].startswith("https://tiles.example:8443/")
