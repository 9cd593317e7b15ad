"""`passerby backup` while `passerby serve` runs, and a new installation from it, as somebody types them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import httpx2
import pytest

from tests.flow.test_serve import CAMERA, HIDDEN, PASSWORD, start, wait_until_it_listens


def passerby(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "passerby", *words], capture_output=True, text=True, timeout=60)


@pytest.mark.slow
def test_who_could_sign_in_before_can_sign_in_after(tmp_path: Path) -> None:
    serving = start(tmp_path, CAMERA)
    data, config = str(tmp_path / "data"), str(tmp_path / "passerby.toml")
    try:
        with httpx2.Client(base_url=f"http://localhost:{serving.port}", timeout=20) as client:
            wait_until_it_listens(client)
            token = serving.link.rpartition("/")[2]
            assert client.post("/api/set-up", json={"token": token, "name": "kim", "password": PASSWORD}).is_success
            done = passerby("backup", str(tmp_path / "monday.tar.gz"), "--data", data, "--config", config)
            assert client.get("/api/cameras").is_success, "it goes on serving"
    finally:
        assert serving.stop() == 0
    assert done.returncode == 0, done.stderr
    assert "No recordings." in done.stdout and "Keep a copy elsewhere" in done.stdout
    assert "addresses of cameras unencrypted" in " ".join(done.stderr.split())
    restored = passerby("restore", str(tmp_path / "monday.tar.gz"), "--data", str(tmp_path / "new"))
    assert restored.returncode == 0, restored.stderr
    assert "the configuration" in restored.stdout and "secrets.key" in restored.stdout
    assert HIDDEN not in done.stdout + done.stderr + restored.stdout + restored.stderr
    (tmp_path / "data").rename(tmp_path / "old")
    (tmp_path / "new").rename(tmp_path / "data")
    again = start(tmp_path, CAMERA, r"(passerby is running at \S+)")
    try:
        with httpx2.Client(base_url=f"http://localhost:{again.port}", timeout=20) as client:
            wait_until_it_listens(client)
            assert client.post("/api/session", json={"name": "kim", "password": PASSWORD}).is_success
            assert [each["name"] for each in client.get("/api/cameras").json()] == ["gate"]
    finally:
        assert again.stop() == 0


@pytest.mark.parametrize(
    ("toml", "words", "says"),
    [
        ('[storage]\ncatalogue = "postgresql+psycopg://kim:hunter2-planted@db.example/x"', ["backup", "F"], "pg_dump"),
        ("", ["backup", "F"], "no catalogue in it"),
        ("", ["restore", "F", "--data", "DIR/new"], "couldn't read"),
    ],
)
def test_what_cannot_work_is_one_sentence(tmp_path: Path, toml: str, words: list[str], says: str) -> None:
    (tmp_path / "passerby.toml").write_text(toml)
    (tmp_path / "data").mkdir()
    words = [each.replace("DIR", str(tmp_path)).replace("F", str(tmp_path / "b.tar.gz")) for each in words]
    where = ["--data", str(tmp_path / "data"), "--config", str(tmp_path / "passerby.toml")]
    done = passerby(*words, *(where if words[0] == "backup" else []))
    assert done.returncode == 1 and says in done.stderr and done.stdout == ""
    assert HIDDEN not in done.stderr and "Traceback" not in done.stderr
    assert sorted(each.name for each in tmp_path.iterdir()) == ["data", "passerby.toml"]
