"""Machines that serve the page of several, and viewers who watch live there, as browsers do."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import httpx2
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.typing import Origin

from passerby.access import Installation
from passerby.access.users import UserFacts
from passerby.config import read_config
from passerby.rules.access import Role
from tests.cluster import Cluster, free_port, wait_for

PASSWORD = "a long enough pass phrase"
UP_WITHIN_S = 60.0


class PageMachine:
    """A `passerby api` with all its processes."""

    def __init__(self, cluster: Cluster, name: str) -> None:
        self.cluster, self.name, self.port = cluster, name, free_port()
        self._log, file = cluster.folder / f"{name}.log", cluster.folder / f"{name}.toml"
        many = "[sign_in]\ntries_a_minute = 1000\n"
        file.write_text(f"{cluster.file.read_text()}[server]\nport = {self.port}\n{many}")
        command = [sys.executable, "-m", "passerby", "api", "--cluster", str(file), "--node", name]
        command += ["--data", str(cluster.folder / name)]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(command, stderr=log, stdout=log, env=cluster.env, start_new_session=True)
        self.base = f"http://localhost:{self.port}"
        self.client = httpx2.Client(base_url=self.base, timeout=20)

    @property
    def says(self) -> str:
        return self._log.read_text(errors="replace")

    def sign_in(self, user: str) -> None:
        wait_for(self._is_up, f"the page of {self.name}", UP_WITHIN_S)
        self.client.cookies.clear()
        answer = self.client.post("/api/session", json={"name": user, "password": PASSWORD})
        assert answer.is_success, answer.text

    def get(self, path: str) -> Any:
        answer = self.client.get(path)
        assert answer.is_success, answer.text
        return answer.json()

    def states(self) -> dict[str, str]:
        return {each["camera"]: each["what"] for each in self.get("/api/states")}

    def watch(self, camera: str) -> Viewing:
        return Viewing(self, camera)

    def _is_up(self) -> bool:
        with suppress(httpx2.TransportError):
            return self.client.get("/healthz").status_code in (200, 503)
        assert self._process.poll() is None, self.says
        return False

    def stop(self) -> int:
        self._process.terminate()
        return self._process.wait(30)

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


class Viewing:
    """A WebSocket as the page opens it."""

    def __init__(self, page: PageMachine, camera: str) -> None:
        cookies = "; ".join(f"{name}={value}" for name, value in page.client.cookies.items())
        self.asked_s = time.monotonic()
        opened = connect(
            f"ws://localhost:{page.port}/api/cameras/{camera}/live",
            additional_headers={"Cookie": cookies}, origin=Origin(page.base), max_size=None, compression=None,
        )  # fmt: skip
        self._ends = ExitStack()
        self._socket = self._ends.enter_context(opened)
        self.closed: int | None = None
        """With which code."""

    def next(self, within_s: float = 20.0) -> bytes | None:
        """The next bytes of video; None if none came, or it was closed."""
        until_s = time.monotonic() + within_s
        while (left_s := until_s - time.monotonic()) > 0:
            try:
                said = self._socket.recv(timeout=left_s)
            except TimeoutError:
                return None
            except ConnectionClosed as error:
                self.closed = error.rcvd.code if error.rcvd else 1006
                return None
            if isinstance(said, bytes):
                return said
            assert "mime" in json.loads(said)
        return None

    def first_picture_s(self) -> float:
        """How long after it was asked for the first piece with a picture was there."""
        while (data := self.next()) is not None:
            if data[4:8] != b"ftyp":
                return time.monotonic() - self.asked_s
        raise AssertionError("no picture came")

    def until_closed(self, within_s: float) -> float:
        """Seconds until the server closed it."""
        begun_s = time.monotonic()
        while self.closed is None:
            assert time.monotonic() - begun_s < within_s, f"it was not closed within {within_s:g} s"
            self.next(0.5)
        return time.monotonic() - begun_s

    def leave(self) -> None:
        self._ends.close()


def add_user(cluster: Cluster, name: str, *roles: Role) -> None:
    """Somebody who sees all cameras."""
    installation = installation_of(cluster)
    try:
        hashed = installation.passwords.hash(PASSWORD, name)
        installation.users.add(name, UserFacts(frozenset(roles), frozenset(), True), hashed)
    finally:
        installation.close()


def installation_of(cluster: Cluster) -> Installation:
    """The catalogue that all machines share. Close it."""
    folder: Path = cluster.folder / "apply"
    return Installation(folder, read_config(cluster.file))
