"""Finding cameras over the API: real questions in the network, a record of each, and no more than a few a minute."""

from __future__ import annotations

import pytest

from passerby.api.onvif import A_MINUTE
from passerby.rules.access import Role
from passerby.testing.onvif import HOST, OnvifCamera, OnvifProfile, OnvifServer
from tests.unit.api.conftest import ON_SQLITE_ALONE, House, OpenHouse

pytestmark = ON_SQLITE_ALONE

HERE = {"sources": {"networks": ["0.0.0.0/0"]}}
LOGIN = ("admin", "hunter2-planted")
PROFILES = (
    OnvifProfile("sub", f"rtsp://{HOST}:554/2", 640, 360),
    OnvifProfile("main", f"rtsp://a:b@{HOST}:554/1?x=1", 1920, 1080, "H265"),
)


@pytest.fixture
def house(open_house: OpenHouse) -> House:
    found = open_house(HERE)
    found.add_user("root", Role.ADMIN)
    return found


def test_the_streams_of_a_camera(house: House) -> None:
    root = house.signed_in("root")
    with OnvifServer(OnvifCamera(PROFILES, LOGIN)) as server:
        body = {"host": server.host, "user": LOGIN[0], "password": LOGIN[1]}
        done = root.post("/api/cameras/streams", json=body)
        wrong = root.post("/api/cameras/streams", json={**body, "password": "hunter3-planted"})
    assert done.status_code == 200 and done.json()["works"] and done.json()["reason"] is None
    main, sub = done.json()["streams"]
    assert main == {
        "name": "main stream", "width": 1920, "height": 1080, "codec": "H.265", "fps": 25.0,
        "address": f"rtsp://{HOST}/1?x=1", "was_elsewhere": False,
    }  # fmt: skip
    assert (sub["width"], sub["height"]) == (640, 360)
    assert wrong.json()["works"] is False and "does not accept" in wrong.json()["reason"]
    assert "hunter" not in done.text + wrong.text
    records = house.installation.audit.list()
    assert [(each.who, each.what, each.about) for each in records[:2]] == [("root", "camera:streams", server.host)] * 2


def test_cameras_in_the_network(house: House) -> None:
    root = house.signed_in("root")
    with OnvifServer(OnvifCamera(), in_group=True):
        done = root.post("/api/cameras/find")
    if done.status_code == 503 or done.json() == []:
        pytest.skip("this machine has no network that takes a multicast")
    assert ("Yard camera", "C-7") in {(each["name"], each["hardware"]) for each in done.json()}
    assert house.installation.audit.list()[0].what == "camera:find"


@pytest.mark.parametrize("host", ["169.254.169.254", "127.0.0.1:9", "file:///etc/passwd", "rtsp://192.0.2.1"])
def test_who_may_not_be_asked_is_not(open_house: OpenHouse, host: str) -> None:
    strict = open_house()
    strict.add_user("root", Role.ADMIN)
    done = strict.signed_in("root").post("/api/cameras/streams", json={"host": host})
    assert done.status_code == 200 and not done.json()["works"]
    reason = done.json()["reason"]
    refused = "is not contacted because" in reason and "to sources.networks in passerby.toml" in reason
    assert refused or "couldn't use this" in reason


@pytest.mark.parametrize("host", ["", "u:p@h", "ftp://u@h", "h\r\nX: y", "h/x?y=z", "a" * 300])
def test_what_is_no_host_is_refused(house: House, host: str) -> None:
    assert house.signed_in("root").post("/api/cameras/streams", json={"host": host}).status_code == 422


def test_at_most_so_many_a_minute(house: House) -> None:
    root = house.signed_in("root")
    body = {"host": "127.0.0.1:1"}
    answers = [root.post("/api/cameras/streams", json=body) for _ in range(A_MINUTE + 1)]
    assert [each.status_code for each in answers] == [200] * A_MINUTE + [429]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 61
    house.clock.move(61)
    assert root.post("/api/cameras/streams", json=body).status_code == 200
