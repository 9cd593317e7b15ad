"""What is being watched, downloaded or uploaded ends when the right to it ends, whichever process takes it."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import threading
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import pytest
import uvicorn
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from passerby.access import Installation
from passerby.access.cameras import CameraFacts
from passerby.access.users import UserFacts
from passerby.api import permits
from passerby.api.app import behind_middleware
from passerby.api.gate import CSRF_HEADER
from passerby.jobs import Jobs, Limits
from passerby.media.segments import TICKS_PER_S
from passerby.rules.access import Action, Role
from passerby.testing.clock import MovingClock
from tests.recordings import BEGIN_90K, recorded, steady
from tests.unit.api.conftest import ADDRESS, PASSWORD, House, OpenHouse
from tests.unit.api.test_live import RecordedFleet

WITHIN_S = 1.5
LIVE = "/api/cameras/gate/live"
LARGE_BYTES = 30_000_000
VIEWER = UserFacts(frozenset({Role.VIEWER}), frozenset({"yard"}))


class EndlessFleet(RecordedFleet):
    """Cameras that go on for as long as somebody watches."""

    async def subscribe(self, camera: str) -> AsyncGenerator[bytes]:
        yield self.fragments[0].init.data
        while True:
            for fragment in self.fragments:
                yield fragment.data
                await asyncio.sleep(0.02)


class Browser:
    """Of a user who is signed in at a server that runs."""

    def __init__(self, port: int, name: str) -> None:
        self.port = port
        self.http = httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=20)
        done = self.http.post("/api/session", json={"name": name, "password": PASSWORD})
        assert done.status_code == 200, done.text
        self.http.headers[CSRF_HEADER] = done.json()["csrf_token"]

    @property
    def cookie(self) -> str:
        return f"passerby={self.http.cookies['passerby']}"

    @contextmanager
    def watch(self, **headers: str) -> Iterator[ClientConnection]:
        """A live view that has shown something."""
        sent = headers or {"Cookie": self.cookie, "Origin": f"http://127.0.0.1:{self.port}"}
        with connect(f"ws://127.0.0.1:{self.port}{LIVE}", additional_headers=sent) as socket:
            for _ in range(5):
                socket.recv(10)
            yield socket

    def slowly(self, path: str) -> socket.socket:
        """A download that has begun, and is not read any further."""
        found = socket.socket()
        found.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)
        found.settimeout(20)
        found.connect(("127.0.0.1", self.port))
        found.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nCookie: {self.cookie}\r\n\r\n".encode())
        assert found.recv(1000).startswith(b"HTTP/1.1 200")
        return found


def free_port() -> int:
    with closing(socket.socket()) as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def serving(house: House) -> Iterator[int]:
    """The port at which it is really served."""
    port = free_port()
    app = behind_middleware(house.app, house.config.server)
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, lifespan="off", log_config=None,
                                           timeout_graceful_shutdown=1))  # fmt: skip
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        assert until(lambda: server.started)
        yield port
    finally:
        server.should_exit = True
        thread.join(20)


def until(is_so: Callable[[], bool], within_s: float = 20.0) -> bool:
    end_s = time.monotonic() + within_s
    while not is_so():
        if time.monotonic() > end_s:
            return False
        time.sleep(0.01)
    return True


@pytest.fixture
def house(open_house: OpenHouse, tmp_path: Path) -> House:
    clock = MovingClock(BEGIN_90K + 200 * TICKS_PER_S)
    jobs = Jobs(tmp_path / "redactions", clock, Limits())
    house = open_house(fleet=EndlessFleet(), redactions=jobs, clock=clock)
    house.installation.groups.add("yard", "")
    house.installation.groups.add("hall", "")
    house.installation.cameras.add("gate", CameraFacts(address=ADDRESS, groups=frozenset({"yard"})))
    house.add_user("root", Role.ADMIN)
    house.add_user("kim", Role.VIEWER, groups=("yard",))
    house.add_user("lee", Role.OPERATOR, sees_all=True)
    return house


@pytest.fixture
def port(house: House) -> Iterator[int]:
    with serving(house) as found:
        yield found


def code_of_end(socket: ClientConnection, within_s: float = WITHIN_S) -> int | None:
    """How a live view ends; None where it goes on."""
    end_s = time.monotonic() + within_s
    try:
        while time.monotonic() < end_s:
            socket.recv(within_s)
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else None
    except TimeoutError:
        pass
    return None


def _kim(house: Installation) -> Any:
    found = house.users.find("kim")
    assert found is not None
    return found


CHANGES: dict[str, Callable[[Installation], object]] = {
    "switched off": lambda i: i.users.change("kim", replace(VIEWER, is_enabled=False)),
    "removed": lambda i: i.users.remove("kim"),
    "role taken": lambda i: i.users.change("kim", replace(VIEWER, roles=frozenset({Role.AUDITOR}))),
    "other groups": lambda i: i.users.change("kim", replace(VIEWER, groups=frozenset({"hall"}))),
    "another password by an admin": lambda i: i.users.reset_password(_kim(i).id, "hashed"),
    "another password of their own": lambda i: i.users.set_password(_kim(i).id, "hashed", keep_session="another"),
    "group removed": lambda i: i.groups.remove("yard"),
    "camera in another group": lambda i: i.cameras.change("gate", CameraFacts(groups=frozenset({"hall"}))),
    "camera removed": lambda i: i.cameras.remove("gate"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_live_view_ends_when_another_process_takes_the_right(house: House, port: int, change: str) -> None:
    """The other process has no way to tell this one but the catalogue that both have."""
    elsewhere = Installation(house.folder, house.config)
    try:
        with Browser(port, "kim").watch() as kim, Browser(port, "lee").watch() as lee:
            CHANGES[change](elsewhere)
            assert code_of_end(kim) == permits.MAY_NO_MORE
            assert code_of_end(lee, 0.3) is None, "others go on watching"
    finally:
        elsewhere.close()


def test_a_live_view_ends_at_sign_out(house: House, port: int) -> None:
    kim, other = Browser(port, "kim"), Browser(port, "kim")
    with kim.watch() as watching, other.watch() as beside:
        assert kim.http.delete("/api/session").status_code == 204
        assert code_of_end(watching, 0.4) == permits.MAY_NO_MORE, "in the same process it takes no round"
        assert code_of_end(beside, 0.8) is None, "another session of theirs goes on"


def test_a_live_view_of_a_program_ends_when_its_token_is_taken_back(house: House, port: int) -> None:
    secret, token = house.installation.tokens.add(_kim(house.installation), "wall", frozenset({Action.WATCH_LIVE}), 9)
    kim = Browser(port, "kim")
    with kim.watch(Authorization=f"Bearer {secret}") as wall:
        assert kim.http.delete(f"/api/self/tokens/{token.id}").status_code == 204
        assert code_of_end(wall) == permits.MAY_NO_MORE


def test_a_live_view_ends_with_its_session(house: House, port: int) -> None:
    with Browser(port, "kim").watch() as kim:
        house.clock.move(house.config.sign_in.session_hours * 3600)
        assert code_of_end(kim) == permits.MAY_NO_MORE


def test_rights_that_are_given_end_nothing(house: House, port: int) -> None:
    with Browser(port, "kim").watch() as kim:
        more = replace(VIEWER, groups=frozenset({"yard", "hall"}), sees_all_cameras=True)
        house.installation.users.change("kim", more)
        assert code_of_end(kim) is None


def test_nobody_is_shown_anything_while_nobody_can_tell_whether_they_may(
    house: House, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(permits, "UNSURE_AFTER_S", 1.0)
    with Browser(port, "kim").watch() as kim:
        monkeypatch.setattr(house.installation.rights, "revision", lambda: 1 / 0)
        assert code_of_end(kim, 4.0) == permits.MAY_NO_MORE


def test_two_processes_that_serve_one_catalogue(house: House, port: int) -> None:
    url = house.config.storage.catalogue
    toml = f'[storage]\ncatalogue = "{url.get_secret_value()}"' if url else ""
    beside_port = free_port()
    command = [sys.executable, "-m", "tests.unit.api.beside", str(house.folder), str(beside_port), toml]
    beside = subprocess.Popen(command, cwd=Path(__file__).parents[3])
    try:
        assert until(lambda: reached(beside_port), 60)
        with Browser(port, "kim").watch() as kim:
            demoted = {"roles": ["viewer"], "groups": ["yard"], "is_enabled": False}
            done = Browser(beside_port, "root").http.put("/api/users/kim", json=demoted)
            assert done.status_code == 200, done.text
            assert code_of_end(kim) == permits.MAY_NO_MORE
    finally:
        beside.kill()
        beside.wait()


def reached(port: int) -> bool:
    try:
        return httpx2.get(f"http://127.0.0.1:{port}/healthz").is_success
    except httpx2.HTTPError:
        return False


@pytest.fixture
def large(house: House) -> str:
    """The path of a recording that takes a slow browser long to fetch."""
    writer = house.archive.writer("gate")
    for fragment in recorded(steady(6)):
        room = b"" if fragment.start_90k > BEGIN_90K else LARGE_BYTES.to_bytes(4, "big") + b"free"
        writer.append(replace(fragment, data=room.ljust(LARGE_BYTES if room else 0, b"\0") + fragment.data))
    (key,) = house.archive._places.rows.keys()
    return f"/api/cameras/gate/timeline/objects/{key.partition('/')[2]}"


def fetched(found: socket.socket) -> int:
    """How many bytes still come."""
    count = 0
    while piece := found.recv(1 << 20):
        count += len(piece)
    return count


def _added_again(house: Installation) -> None:
    house.cameras.remove("gate")
    house.cameras.add("gate", CameraFacts(address=ADDRESS, groups=frozenset({"yard"})))


@pytest.mark.parametrize("change", [CHANGES["role taken"], _added_again], ids=["role taken", "camera added again"])
def test_a_download_breaks_off_when_the_right_ends(
    house: House, port: int, large: str, change: Callable[[Installation], object]
) -> None:
    with closing(Browser(port, "kim").slowly(large)) as kim, closing(Browser(port, "lee").slowly(large)) as lee:
        time.sleep(permits.A_MOMENT_S * 2)
        change(house.installation)
        time.sleep(WITHIN_S)
        assert fetched(kim) < LARGE_BYTES / 4, "what was in the buffers of both machines, and no more"
        lee.settimeout(2)
        with pytest.raises(TimeoutError):  # the connection stays
            assert fetched(lee) >= LARGE_BYTES


def test_an_export_breaks_off_when_the_right_ends(house: House, port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def made(camera: str, from_90k: int, to_90k: int, path: Path, *, since_90k: int) -> None:
        path.write_bytes(bytes(LARGE_BYTES))

    writer = house.archive.writer("gate")
    for fragment in recorded(steady(6)):
        writer.append(fragment)
    monkeypatch.setattr(house.archive, "export", made)
    query = f"from_90k={BEGIN_90K}&to_90k={BEGIN_90K + 60 * TICKS_PER_S}"
    with closing(Browser(port, "lee").slowly(f"/api/cameras/gate/timeline/export.mp4?{query}")) as lee:
        time.sleep(permits.A_MOMENT_S * 2)
        house.installation.users.change("lee", UserFacts(frozenset({Role.VIEWER}), sees_all_cameras=True))
        time.sleep(WITHIN_S)
        assert fetched(lee) < LARGE_BYTES / 4
    exports = house.app.state.exports
    assert until(lambda: exports._of_user.total() == 0), "its place is free again"


def test_an_upload_breaks_off_when_the_right_ends_and_leaves_nothing(house: House, port: int) -> None:
    lee, jobs = Browser(port, "lee"), house.app.state.services.redactions
    with closing(socket.create_connection(("127.0.0.1", port), 20)) as bringing:
        token = f"{CSRF_HEADER}: {lee.http.headers[CSRF_HEADER]}"
        lines = ("POST /api/redactions?name=a.mp4 HTTP/1.1", "Host: localhost", f"Cookie: {lee.cookie}", token,
                 "Content-Length: 1000000", "", "abc")  # fmt: skip
        bringing.sendall("\r\n".join(lines).encode())
        assert until(lambda: jobs._receiving.total() == 1)
        house.installation.users.remove("lee")
        assert bringing.recv(1000).startswith(b"HTTP/1.1 403")
    assert until(lambda: jobs._receiving.total() == 0) and not jobs._jobs


def test_a_place_for_a_file_that_is_given_out_too_late_is_given_back(
    house: House, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    lee, jobs = Browser(port, "lee"), house.app.state.services.redactions
    at_once = jobs.receive

    def slowly(*asked: Any) -> Any:
        house.installation.users.remove("lee")
        time.sleep(WITHIN_S)
        return at_once(*asked)

    monkeypatch.setattr(jobs, "receive", slowly)
    refused = lee.http.post("/api/redactions", params={"name": "a.mp4"}, content=b"abc")
    assert refused.status_code == 403 and refused.json()["message"] == permits.NO_MORE
    assert until(lambda: jobs._receiving.total() == 0) and not jobs._jobs
