"""Exports that nobody reads: they keep nobody else from theirs, and no room from the recordings."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from fastapi import HTTPException
from fastapi.testclient import TestClient

from passerby.access.cameras import CameraFacts
from passerby.api import exports
from passerby.api.app import behind_middleware
from passerby.media.segments import TICKS_PER_S
from passerby.rules.access import Role
from passerby.testing.clock import MovingClock
from tests.recordings import BEGIN_90K, recorded, steady
from tests.unit.api.conftest import ADDRESS, House, OpenHouse

RANGE = {"from_90k": BEGIN_90K, "to_90k": BEGIN_90K + 60 * TICKS_PER_S}
PATH = "/api/cameras/gate/timeline/export.mp4"


def filled(house: House) -> House:
    house.installation.cameras.add("gate", CameraFacts(address=ADDRESS))
    writer = house.archive.writer("gate")
    for fragment in recorded(steady(30)):
        writer.append(fragment)
    writer.close()
    house.archive.maintain(house.installation.keep(), house.clock.now_90k())
    for name in ("kim", "lee"):
        house.add_user(name, Role.OPERATOR, sees_all=True)
    return house


@pytest.fixture
def full(open_house: OpenHouse) -> House:
    return filled(open_house(clock=MovingClock(BEGIN_90K + 200 * TICKS_PER_S)))


def held_open(folder: Path) -> int:
    """Exports that have no name any more and still take room."""
    found = 0
    for handle in Path("/proc/self/fd").iterdir():
        try:
            said = str(handle.readlink())
        except OSError:
            continue  # closed meanwhile
        found += said.startswith(str(folder)) and said.endswith(".mp4 (deleted)")
    return found


class Browser:
    """Of a user: asks for exports and takes only as much as it is allowed. Speaks to the app as the server does."""

    def __init__(self, house: House, name: str) -> None:
        self._app = behind_middleware(house.app, house.config.server)
        self._cookie = house.signed_in(name).cookies["passerby"]
        self.statuses: list[int] = []
        self.gone = asyncio.Event()

    @asynccontextmanager
    async def asks(self, times: int = 1) -> AsyncIterator[list[asyncio.Task[None]]]:
        """Takes the beginning and no more. Afterwards what is not over is given up, as by a server that stops."""
        tasks = [asyncio.create_task(self._ask()) for _ in range(times)]
        until = asyncio.get_running_loop().time() + 30
        while len(self.statuses) < times and asyncio.get_running_loop().time() < until:
            await asyncio.sleep(0.01)
        try:
            yield tasks
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _ask(self) -> None:
        query = "&".join(f"{key}={value}" for key, value in RANGE.items())
        scope = {
            "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1", "method": "GET",
            "scheme": "http", "path": PATH, "raw_path": PATH.encode(), "root_path": "", "query_string": query.encode(),
            "headers": [(b"host", b"localhost"), (b"cookie", f"passerby={self._cookie}".encode())],
            "client": ("192.0.2.1", 1), "server": ("localhost", 80),
        }  # fmt: skip
        is_held = False

        async def send(message: Any) -> None:
            nonlocal is_held
            if message["type"] == "http.response.start":
                self.statuses.append(message["status"])
                is_held = message["status"] == 200
            elif is_held:
                await asyncio.Event().wait()  # its window is full, and nobody reads

        await self._app(scope, self._receive, send)

    async def _receive(self) -> dict[str, Any]:
        await self.gone.wait()
        return {"type": "http.disconnect"}


@pytest.fixture(autouse=True)
def one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """How many are made at once is not what is asked here."""
    monkeypatch.setattr(exports, "MAX_BEING_MADE", 99)


async def until(is_so: Callable[[], bool]) -> None:
    for _ in range(1000):
        if is_so():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("never")


def run(test: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(test, 60))


def test_one_user_has_few_at_once_and_others_have_theirs(full: House) -> None:
    async def test() -> None:
        kim, lee = Browser(full, "kim"), Browser(full, "lee")
        async with kim.asks(8), lee.asks():
            assert sorted(kim.statuses) == [200] * 3 + [429] * 5 and lee.statuses == [200]
            assert held_open(full.folder) == 4
        await until(lambda: held_open(full.folder) == 0)
        again = Browser(full, "kim")
        async with again.asks(3):
            assert again.statuses == [200] * 3, "each place is free again, once"

    run(test())
    refused = [each for each in full.installation.audit.list() if each.what == "recording:export"]
    assert len(refused) == 3 + 1 + 3, "what was refused was no look"


def test_a_client_that_goes_away_gives_its_place_back(full: House) -> None:
    async def test() -> None:
        kim = Browser(full, "kim")
        async with kim.asks(3) as tasks:
            assert held_open(full.folder) == 3
            kim.gone.set()
            await asyncio.wait(tasks, timeout=10)
            assert [task.done() for task in tasks] == [True] * 3 and held_open(full.folder) == 0
            again = Browser(full, "kim")
            async with again.asks(3):
                assert again.statuses == [200] * 3

    run(test())


def test_a_client_that_takes_nothing_for_long_loses_its_place(full: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "TAKES_NOTHING_S", 0.3)

    async def test() -> None:
        kim = Browser(full, "kim")
        async with kim.asks(3) as tasks:
            await asyncio.wait(tasks, timeout=10)
            assert [task.exception() for task in tasks if task.done()] == [None] * 3
            assert held_open(full.folder) == 0

    run(test())


def test_no_more_than_some_go_out_to_all_together(full: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "MAX_OF_ALL", 2)

    async def test() -> None:
        kim, lee = Browser(full, "kim"), Browser(full, "lee")
        async with kim.asks(2), lee.asks():
            assert kim.statuses == [200, 200] and lee.statuses == [503]

    run(test())


def test_exports_one_after_another_never_run_out_of_places(full: House) -> None:
    kim = full.signed_in("kim")
    assert [kim.get(PATH, params=RANGE).status_code for _ in range(5)] == [200] * 5
    nothing = {"from_90k": 0, "to_90k": 90000}
    assert [kim.get(PATH, params=nothing).status_code for _ in range(5)] == [404] * 5
    assert held_open(full.folder) == 0


def test_an_answer_that_is_never_sent_frees_its_place(full: House, tmp_path: Path) -> None:
    places = exports.Exports()
    for _ in range(5):
        place = places.begin(1, 100, tmp_path, 0)
        path = tmp_path / "export.mp4"
        path.write_bytes(b"x" * 100)
        answer = exports.FileGoingOut(path.open("rb"), place, "video/mp4", {})
        path.unlink()
        assert answer.headers["content-length"] == "100"
        del answer
    assert held_open(tmp_path) == 0


@pytest.fixture
def crowded(open_house: OpenHouse) -> Iterator[TestClient]:
    config = {"storage": {"min_free_gigabytes": 1e6}}
    house = filled(open_house(config, clock=MovingClock(BEGIN_90K + 200 * TICKS_PER_S)))
    yield house.signed_in("kim")
    assert not [each for each in house.installation.audit.list() if each.what == "recording:export"]
    assert not list(house.folder.glob("*.mp4"))


def test_an_export_for_which_recordings_would_have_to_go_is_refused(crowded: TestClient) -> None:
    for _ in range(5):
        done = crowded.get(PATH, params=RANGE)
        assert done.status_code == 507 and "there is no room for an export of" in done.json()["message"]


def test_what_is_still_being_written_counts_as_taken(tmp_path: Path) -> None:
    places, most_of_it = exports.Exports(), round(shutil.disk_usage(tmp_path).free * 0.6)
    first = places.begin(1, most_of_it, tmp_path, 0)
    with pytest.raises(HTTPException) as caught:
        places.begin(2, most_of_it, tmp_path, 0)
    assert caught.value.status_code == 507
    first.made()  # from now on the disk says what it took
    places.begin(2, most_of_it, tmp_path, 0)
