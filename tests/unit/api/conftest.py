"""A whole installation behind its shell, on each kind of catalogue, with a clock that moves; and people to try it."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from argon2 import PasswordHasher
from fastapi.testclient import TestClient

from passerby.access import Installation
from passerby.access.installation import catalogue_url
from passerby.access.users import UserFacts
from passerby.api import Services, make_app
from passerby.api.app import behind_middleware
from passerby.api.gate import CSRF_HEADER
from passerby.archive import Archive
from passerby.config import Config, parse_config
from passerby.rules.access import Role
from passerby.testing.clock import MovingClock
from tests.catalogues import new_catalogue
from tests.postgresql import PostgreSql

PASSWORD = "a long enough pass phrase"
ADDRESS = "rtsp://viewer:hunter2-planted@192.0.2.7/stream?token=hunter3-planted"
HIDDEN = ("hunter2-planted", "hunter3-planted")


class House:
    """One installation. `client` is a browser that nobody signed in with."""

    def __init__(
        self,
        folder: Path,
        config: dict[str, Any] | None = None,
        clock: MovingClock | None = None,
        portal: BlockingPortal | None = None,
        **services: Any,
    ) -> None:
        """portal: to the event loop that answers; without one each request has its own."""
        self.folder, self.clock, self._portal = folder, clock or MovingClock(), portal
        self.config: Config = parse_config(config or {})
        self.installation = Installation(folder, self.config, self.clock)
        self.archive = Archive(folder, catalogue_url=catalogue_url(folder, self.config))
        self.app = make_app(Services(self.installation, self.archive, folder, **services))

    def close(self) -> None:
        self.installation.close()
        self.archive.close()

    def client(self, base_url: str = "http://localhost:8080", address: str = "192.0.2.50") -> TestClient:
        served = behind_middleware(self.app, self.config.server)
        client = TestClient(served, base_url=base_url, client=(address, 50000))
        client.portal = self._portal
        return client

    def add_user(self, name: str, *roles: Role, groups: tuple[str, ...] = (), sees_all: bool = False) -> None:
        hashed = self.installation.passwords.hash(PASSWORD, name)
        facts = UserFacts(frozenset(roles), frozenset(groups), sees_all)
        self.installation.users.add(name, facts, hashed)

    def signed_in(self, name: str) -> TestClient:
        """A browser of a user, which sends what the page would send."""
        client = self.client()
        done = client.post("/api/session", json={"name": name, "password": PASSWORD})
        assert done.status_code == 200, done.text
        client.headers[CSRF_HEADER] = done.json()["csrf_token"]
        return client


OpenHouse = Callable[..., House]

ON_SQLITE_ALONE = pytest.mark.parametrize("open_house", ["sqlite"], indirect=True)
"""For tests of routes, headers and addresses, which never get as far as what databases do differently."""


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2 as it should be takes a second of each test; `test_passwords_are_slow_to_guess` looks at the numbers."""
    quick = functools.partial(PasswordHasher, time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr("passerby.access.passwords.PasswordHasher", quick)


@pytest.fixture(scope="session")
def portal() -> Iterator[BlockingPortal]:
    """To one event loop for all requests, as in a server: by itself `TestClient` starts one for each."""
    with start_blocking_portal() as started:
        yield started


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def open_house(request: pytest.FixtureRequest, tmp_path: Path, portal: BlockingPortal) -> Iterator[OpenHouse]:
    opened: list[House] = []

    def open_it(config: dict[str, Any] | None = None, **how: Any) -> House:
        folder = tmp_path / f"data{len(opened)}"
        if request.param == "postgresql":
            server: PostgreSql = request.getfixturevalue("postgresql")
            storage = {"catalogue": server.new_database(), **(config or {}).get("storage", {})}
            config = {**(config or {}), "storage": storage}
        else:
            new_catalogue(folder)
        opened.append(House(folder, config, portal=portal, **how))
        return opened[-1]

    yield open_it
    for each in opened:
        each.close()


@pytest.fixture
def house(open_house: OpenHouse) -> House:
    return open_house()
