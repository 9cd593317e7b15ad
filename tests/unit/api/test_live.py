"""Live pictures over a WebSocket: the recorded bytes, noted before they go out, ended when the right to watch ends."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncGenerator, Mapping
from typing import Any

import pytest
from starlette.testclient import WebSocketTestSession
from starlette.websockets import WebSocketDisconnect

from passerby.access.cameras import CameraFacts
from passerby.access.users import UserFacts
from passerby.errors import SourceUnavailable, Trouble
from passerby.media.camera import CameraState
from passerby.rules.access import Role
from tests.recordings import recorded, steady
from tests.unit.api.conftest import ADDRESS, House, OpenHouse

ORIGIN = {"Origin": "http://localhost:8080"}
LIVE = "ws://localhost:8080/api/cameras/gate/live"


class RecordedFleet:
    """Workers that play one recording as live: the other side of the port, with real fragments."""

    trouble: str | None = None

    def __init__(self) -> None:
        self.fragments = recorded(steady(6))
        self.house: House | None = None
        self.left = threading.Event()

    def start(self) -> None: ...
    def stop(self) -> None: ...
    def cameras_changed(self) -> None: ...
    def states(self) -> Mapping[str, CameraState]:
        return {}

    async def subscribe(self, camera: str) -> AsyncGenerator[bytes]:
        if camera == "broken":
            raise SourceUnavailable(Trouble.UNREACHABLE, "couldn't reach camera 'broken'")
        try:
            yield self.fragments[0].init.data
            for fragment in self.fragments:
                yield fragment.data
            if self.house:
                self.house.clock.move(61)
                yield b"after a minute"
                self.house.installation.users.change("kim", UserFacts(frozenset({Role.AUDITOR})))
                self.house.clock.move(61)
                yield b"not to be seen"
            await asyncio.sleep(60)
        finally:
            self.left.set()


@pytest.fixture
def house(open_house: OpenHouse) -> House:
    house = open_house(fleet=RecordedFleet())
    for name in ("gate", "broken"):
        house.installation.cameras.add(name, CameraFacts(address=ADDRESS))
    house.add_user("root", Role.ADMIN)
    house.add_user("kim", Role.VIEWER, sees_all=True)
    return house


def fleet_of(house: House) -> RecordedFleet:
    fleet = house.app.state.services.fleet
    assert isinstance(fleet, RecordedFleet)
    return fleet


def leave(socket: WebSocketTestSession, fleet: RecordedFleet) -> None:
    socket.close()
    assert fleet.left.wait(5), "the feed ends when the viewer leaves"
    time.sleep(0.1)  # the test client breaks off what has not ended yet, as no server does


def test_live_pictures_come_as_they_are_recorded(house: House) -> None:
    fleet = fleet_of(house)
    with house.signed_in("kim").websocket_connect(LIVE, headers=ORIGIN) as socket:
        assert socket.receive_json() == {"mime": f'video/mp4; codecs="{fleet.fragments[0].init.codec}"'}
        assert socket.receive_bytes() == fleet.fragments[0].init.data
        noted = house.installation.audit.list()[0]
        assert (noted.who, noted.what, noted.camera) == ("kim", "live:watch", "gate")
        assert [socket.receive_bytes() for _ in fleet.fragments] == [each.data for each in fleet.fragments]
        leave(socket, fleet)


def test_who_may_no_more_is_cut_off_and_each_minute_is_noted(house: House) -> None:
    fleet = fleet_of(house)
    fleet.house = house
    got: list[Any] = []
    with house.signed_in("kim").websocket_connect(LIVE, headers=ORIGIN) as socket:
        with pytest.raises(WebSocketDisconnect) as ended:
            while True:
                message = socket.receive()
                socket._raise_on_close(message)
                got.append(message)
        assert ended.value.code == 4403
    assert got[-1]["bytes"] == b"after a minute"
    assert len([e for e in house.installation.audit.list() if e.what == "live:watch"]) == 2


@pytest.mark.parametrize("headers", [{}, {"Origin": "https://evil.example"}])
def test_other_sites_cannot_watch_with_our_cookie(house: House, headers: dict[str, str]) -> None:
    with pytest.raises(WebSocketDisconnect), house.signed_in("kim").websocket_connect(LIVE, headers=headers) as socket:
        socket.receive()
    assert [e for e in house.installation.audit.list() if e.what == "live:watch"] == []


def test_a_program_watches_by_token(house: House) -> None:
    made = house.signed_in("kim").post("/api/self/tokens", json={"name": "wall", "scopes": ["live:watch"]}).json()
    bearer = {"Authorization": f"Bearer {made['token']}"}
    with house.client().websocket_connect(LIVE, headers=bearer) as socket:
        assert "mime" in socket.receive_json()
        leave(socket, fleet_of(house))
    assert house.installation.audit.list()[0].through == "token wall"


def test_without_a_picture_the_reason_is_said(house: House, open_house: OpenHouse) -> None:
    with house.signed_in("kim").websocket_connect(LIVE.replace("gate", "broken"), headers=ORIGIN) as socket:
        with pytest.raises(WebSocketDisconnect) as ended:
            socket.receive_text()
        assert ended.value.code == 1013 and "couldn't reach camera 'broken'" in (ended.value.reason or "")
    without = open_house()
    without.installation.cameras.add("gate", CameraFacts(address=ADDRESS))
    without.add_user("kim", Role.VIEWER, sees_all=True)
    with without.signed_in("kim").websocket_connect(LIVE, headers=ORIGIN) as socket:
        with pytest.raises(WebSocketDisconnect) as ended:
            socket.receive_text()
        assert ended.value.code == 1013 and "without workers" in (ended.value.reason or "")
