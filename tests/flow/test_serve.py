"""`passerby serve` as somebody starts it: a process, a certificate, the link in the terminal, a browser's requests."""

from __future__ import annotations

import base64
import os
import queue
import re
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

from passerby.archive import Archive
from passerby.capture.drawn import draw_street
from passerby.detect import bundled_models
from tests.certificates import certificate

PASSWORD = "a long enough pass phrase"
HIDDEN = "hunter2-planted"
CAMERA = (
    f'[[camera]]\nname = "gate"\naddress = "rtsp://viewer:{HIDDEN}@192.0.2.7/s?token={HIDDEN}"\ngroups = ["yard"]\n'
)
START_WITHIN_S = 90


@dataclass
class Serving:
    """link: what the terminal said. said: all of it, filled as it comes."""

    process: subprocess.Popen[str]
    port: int
    link: str
    said: list[str]

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(60)
        finally:
            self.process.kill()


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def start(folder: Path, toml: str, wait_for: str = r"(https?://\S+)") -> Serving:
    port = free_port()
    (folder / "passerby.toml").write_text(
        f"{toml}\n[server]\nport = {port}\n" if "[server]" not in toml else toml.replace("PORT", str(port))
    )
    command = [sys.executable, "-m", "passerby", "serve", "--data", str(folder / "data")]
    process = subprocess.Popen(
        [*command, "--config", str(folder / "passerby.toml")],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    said: list[str] = []
    lines: queue.Queue[str] = queue.Queue()

    def read() -> None:
        assert process.stdout
        for line in process.stdout:
            said.append(line)
            lines.put(line)

    threading.Thread(target=read, daemon=True).start()
    while True:
        if found := re.search(wait_for, lines.get(timeout=START_WITHIN_S)):
            return Serving(process, port, found[1], said)


@pytest.fixture
def tls(tmp_path: Path) -> Iterator[tuple[Serving, httpx2.Client]]:
    public, private = certificate(tmp_path)
    toml = f'{CAMERA}\n[server]\nport = PORT\ncertificate = "{public}"\nprivate_key = "{private}"\n'
    serving = start(tmp_path, toml)
    trusted = ssl.create_default_context(cafile=str(public))
    transport = httpx2.HTTPTransport(verify=trusted, retries=5)
    try:
        with httpx2.Client(base_url=f"https://localhost:{serving.port}", transport=transport, timeout=20) as client:
            wait_until_it_listens(client)
            yield serving, client
    finally:
        serving.process.kill()
        serving.process.wait()


def wait_until_it_listens(client: httpx2.Client) -> None:
    for _ in range(200):
        try:
            client.get("/healthz")
            return
        except httpx2.ConnectError:
            threading.Event().wait(0.1)
    raise AssertionError("it does not listen")


@pytest.mark.slow
def test_from_the_first_start_to_the_cameras_over_https(tls: tuple[Serving, httpx2.Client], tmp_path: Path) -> None:
    serving, client = tls
    assert client.get("/healthz").json() == {"status": "ok", "recording": "running", "reasons": [], "alarms": []}
    token = serving.link.rpartition("/")[2]
    assert serving.link.startswith(f"https://localhost:{serving.port}/#/set-up/")
    done = client.post("/api/set-up", json={"token": token, "name": "kim", "password": PASSWORD})
    assert done.status_code == 200 and "__Host-passerby=" in done.headers["set-cookie"]
    cameras = client.get("/api/cameras").json()
    assert [(each["name"], each["address_shown"], each["is_in_file"]) for each in cameras] == [
        ("gate", "rtsp://192.0.2.7/s?…", True)
    ]
    changed = client.put("/api/cameras/gate", json={}, headers={"X-Passerby-CSRF": done.json()["csrf_token"]})
    assert changed.status_code == 422 and "configuration file" in changed.json()["message"]
    assert "strict-transport-security" in done.headers and "server" not in done.headers
    assert client.post("/api/session", json={"name": "kim", "password": HIDDEN}).status_code == 403, "no CSRF token"
    assert serving.stop() == 0
    said = "".join(serving.said)
    for secret in (HIDDEN, PASSWORD, client.cookies.get("__Host-passerby") or "?", done.json()["csrf_token"]):
        assert secret not in said
    assert said.count(token) == 1, "the link is printed once"
    data = b"".join(path.read_bytes() for path in (tmp_path / "data").rglob("*") if path.is_file())
    for secret in (HIDDEN, PASSWORD, token):
        assert secret.encode() not in data
    assert (tmp_path / "data" / "secrets.key").stat().st_mode & 0o777 == 0o600


@pytest.mark.slow
def test_the_second_start_prints_no_link(tmp_path: Path) -> None:
    serving = start(tmp_path, CAMERA)
    try:
        with httpx2.Client(base_url=f"http://localhost:{serving.port}", timeout=20) as client:
            wait_until_it_listens(client)
            left = tmp_path / "data" / "exports" / "being made"
            left.touch()
            command = [sys.executable, "-m", "passerby", "serve", "--data", str(tmp_path / "data")]
            beside = subprocess.run(command, capture_output=True, text=True, timeout=60)
            assert beside.returncode == 1 and "another passerby is serving it" in beside.stderr and left.exists()
            token = serving.link.rpartition("/")[2]
            assert client.post("/api/set-up", json={"token": token, "name": "kim", "password": PASSWORD}).is_success
    finally:
        assert serving.stop() == 0
    again = start(tmp_path, CAMERA, r"(passerby is running at \S+)")
    assert again.stop() == 0 and "set-up" not in "".join(again.said)


@pytest.mark.slow
def test_it_serves_while_its_store_is_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    variables = {"AWS_ENDPOINT": f"http://127.0.0.1:{free_port()}", "AWS_ALLOW_HTTP": "true", "AWS_REGION": "here"}
    for name, value in {**variables, "AWS_ACCESS_KEY_ID": "somebody", "AWS_SECRET_ACCESS_KEY": HIDDEN}.items():
        monkeypatch.setenv(name, value)
    serving = start(tmp_path, f'{CAMERA}\n[storage]\nrecordings = "s3://recordings"\n')
    try:
        with httpx2.Client(base_url=f"http://localhost:{serving.port}", timeout=20) as client:
            wait_until_it_listens(client)
            assert client.get("/healthz").json()["recording"] == "running"
        assert until(lambda: "couldn't reach the store" in "".join(serving.said)), "and says so each time"
    finally:
        assert serving.stop() == 0
    assert HIDDEN not in "".join(serving.said)


@pytest.mark.slow
def test_cameras_are_recorded_and_seen_and_the_end_closes_their_recordings(tmp_path: Path) -> None:
    draw_street(tmp_path / "street.mp4", 6)
    toml = f'[sources]\nfiles = true\n[[camera]]\nname = "gate"\naddress = "file:{tmp_path}/street.mp4"\n'
    serving = start(tmp_path, toml)
    try:
        with httpx2.Client(base_url=f"http://localhost:{serving.port}", timeout=60) as client:
            wait_until_it_listens(client)
            token = serving.link.rpartition("/")[2]
            done = client.post("/api/set-up", json={"token": token, "name": "kim", "password": PASSWORD})
            client.headers["X-Passerby-CSRF"] = done.json()["csrf_token"]
            began_90k = round(time.time() * 90_000)
            assert until(lambda: [each["what"] for each in client.get("/api/states").json()] == ["learning"])
            url = "/api/cameras/gate/timeline/playlist.m3u8"
            asked = {"from_90k": began_90k - 90_000, "to_90k": began_90k + 90_000 * 600}
            assert until(lambda: "#EXTINF" in client.get(url, params=asked).text), "it is seen while it is recorded"
            yard = {"name": "yard", "address": f"file:{tmp_path}/street.mp4"}
            tried = client.post("/api/cameras/try", json={"address": yard["address"]}).json()
            assert tried["works"] and tried["width"] and base64.b64decode(tried["still_jpeg"])[:2] == b"\xff\xd8"
            assert client.post("/api/cameras", json=yard).status_code == 201
            assert until(lambda: "learning" in [state(client, "yard"), state(client, "gate")])
            assert client.put("/api/cameras/yard", json={"is_enabled": False}).is_success
            assert until(lambda: state(client, "yard") == "stopped")
            assert client.delete("/api/cameras/yard").status_code == 204
    finally:
        assert serving.stop() == 0
    data = tmp_path / "data"
    with Archive(data) as archive:
        assert not archive.recover(), "nothing is left over"
        entries = archive.playlist("gate", asked["from_90k"], asked["to_90k"]).entries
    assert entries and not list((data / "spool").glob("*.open.mp4"))


def state(client: httpx2.Client, camera: str) -> str:
    return next((str(each["what"]) for each in client.get("/api/states").json() if each["camera"] == camera), "none")


def until(is_so: Callable[[], bool], within_s: float = START_WITHIN_S) -> bool:
    end_s = time.monotonic() + within_s
    while not is_so():
        if time.monotonic() > end_s:
            return False
        time.sleep(0.2)
    return True


@pytest.mark.slow
def test_cameras_from_the_command_line(tmp_path: Path) -> None:
    def passerby(*words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "passerby", "camera", *words, "--data", str(tmp_path / "data")]
        return subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=60)

    address = f"rtsp://viewer:{HIDDEN}@192.0.2.7/stream"
    assert passerby("add", "gate", stdin=f"{address}\n").returncode == 0
    assert "couldn't" in passerby("add", "gate", address).stderr, "twice"
    refused = passerby("add", "yard", f"exec:cat {HIDDEN}")
    assert refused.returncode == 1 and "couldn't use this address" in refused.stderr
    said = [passerby("list"), refused, passerby("add", "desk", address, "--debug")]
    assert "rtsp://192.0.2.7/stream" in said[0].stdout and "gate" in said[0].stdout
    assert passerby("remove", "gate").returncode == 0 and "gate" not in passerby("list").stdout
    assert passerby("remove", "gate").returncode == 1
    for each in said:
        assert HIDDEN not in each.stdout + each.stderr


@pytest.mark.parametrize(
    ("toml", "says"),
    [
        ("[server]\nprot = PORT", "there is no key 'server.prot'"),
        ('[server]\ncertificate = "none.pem"\nprivate_key = "none.pem"', "couldn't use the certificate"),
        ('[server]\nhost = "192.0.2.1"\nallow_plain_http = true', "couldn't listen"),
    ],
)
def test_what_cannot_work_is_said_in_one_sentence(tmp_path: Path, toml: str, says: str) -> None:
    (tmp_path / "passerby.toml").write_text(toml.replace("PORT", "1"))
    assert says in refusal(tmp_path, "--config", str(tmp_path / "passerby.toml"))


def test_a_network_that_cannot_be_read_is_said_before_any_worker_fails(tmp_path: Path) -> None:
    models = tmp_path / "models"
    models.mkdir()
    (models / "mine.card.json").write_text(
        bundled_models()[0].card.model_copy(update={"name": "mine"}).model_dump_json()
    )
    assert "model 'mine': cannot read" in refusal(tmp_path, PASSERBY_MODELS=str(models))


def refusal(data: Path, *more: str, **environment: str) -> str:
    command = [sys.executable, "-m", "passerby", "serve", "--data", str(data), *more]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, env={**os.environ, **environment})
    assert done.returncode == 1 and "Traceback" not in done.stderr
    return done.stderr
