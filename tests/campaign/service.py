"""The service under test: started as somebody starts it, asked by its API, killed in every way."""

from __future__ import annotations

import os
import re
import resource
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import httpx2

PASSWORD = "a long enough pass phrase"
NO_DATABASE = "error: couldn't open the catalogue postgresql"
UP_WITHIN_S = 90.0
"""On a machine that does much else: loading takes 3 s of processor time."""


class Service:
    """One data folder's service, which may be started again and again. Its log and temporary files are beside it."""

    def __init__(self, folder: Path, toml: str) -> None:
        self.data, self._log, self._temporary = folder / "data", folder / "log", folder / "tmp"
        for each in (self.data, self._temporary):
            each.mkdir(parents=True)
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            port = int(found.getsockname()[1])
        self._config = folder / "passerby.toml"
        self._config.write_text(f"{toml}\n[server]\nport = {port}\n")
        self.client = httpx2.Client(base_url=f"http://localhost:{port}", timeout=10)
        self._process: subprocess.Popen[bytes] | None = None
        self._sessions: list[int] = []

    def start(self) -> None:
        """And the first time makes the user who is to ask."""
        command = [sys.executable, "-m", "tests.campaign.quick", "serve", "--data", str(self.data)]
        env = os.environ | {"PYTHONUNBUFFERED": "1", "TMPDIR": str(self._temporary)}
        with self._log.open("ab") as log:
            self._process = subprocess.Popen([*command, "--config", str(self._config)], stdout=log, stderr=log, env=env,
                                             start_new_session=True)  # fmt: skip
        self._sessions.append(self._process.pid)

    def make_user(self) -> None:
        self.wait_until_up()
        token = re.search(r"/#/set-up/(\S+)", self.said)
        assert token, self.said
        body = {"token": token[1], "name": "kim", "password": PASSWORD}
        assert self.client.post("/api/set-up", json=body).is_success

    @property
    def said(self) -> str:
        return self._log.read_text(errors="replace")

    def wait_until_up(self) -> None:
        """Where it ended in order since its database was not there, it is started again, as the deployments do."""
        until_s = time.monotonic() + UP_WITHIN_S
        while True:
            try:
                self.client.get("/healthz")
                return
            except httpx2.TransportError:
                assert self._process and time.monotonic() < until_s, self.said[-3000:]
                if self._process.poll() is not None:
                    assert self._process.returncode == 1 and NO_DATABASE in self.said[-1000:], self.said[-3000:]
                    self.start()
                time.sleep(0.1)

    def states(self) -> dict[str, str] | None:
        """What each camera is said to be; None where nobody answers."""
        try:
            answer = self.client.get("/api/states")
        except httpx2.TransportError:
            return None
        return {each["camera"]: each["what"] for each in answer.json()} if answer.is_success else None

    @property
    def workers(self) -> list[int]:
        """Every process below the service's, oldest first; without Python's resource tracker, which does nothing."""
        found = _in_session(self._sessions[-1:])
        return sorted(
            pid for pid, said in found.items() if pid != self._sessions[-1] and "resource_tracker" not in said
        )

    def send(self, number: signal.Signals, pid: int) -> None:
        with suppress(ProcessLookupError):
            os.kill(pid, number)

    def kill(self, *, with_workers: bool = False) -> None:
        """-9, as a machine short of memory would."""
        assert self._process
        doomed = [self._process.pid, *(self.workers if with_workers else [])]
        for pid in doomed:
            self.send(signal.SIGKILL, pid)
        self._process.wait()

    def limit_files(self, length_bytes: int) -> None:
        """No file of its processes grows beyond this from now on, as on a full disk; -1: as long as they like."""
        assert self._process
        for pid in [self._process.pid, *self.workers]:
            with suppress(ProcessLookupError):
                resource.prlimit(pid, resource.RLIMIT_FSIZE, (length_bytes, -1))

    def stop(self) -> int:
        """In order."""
        assert self._process
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(60)

    def end(self) -> None:
        """Whatever is left of any of its starts. Only processes that it started itself."""
        self.client.close()
        for pid in self.left:
            self.send(signal.SIGKILL, pid)
        if self._process:
            self._process.wait()

    @property
    def left(self) -> dict[int, str]:
        """Processes of any start that still run, and how they were called."""
        return _in_session(self._sessions)


def _in_session(sessions: list[int]) -> dict[int, str]:
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                state, _, _, session, *_ = (entry / "stat").read_text().rpartition(")")[2].split()
                if int(session) in sessions and state != "Z":
                    called = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                    found[int(entry.name)] = f"{state} {called}"
    return found
