"""`passerby cluster init`, `invite`, `join`, `remove` as people type them; workers that record with their own keys."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from passerby.capture.drawn import draw_street
from tests.cluster import BUCKET, Worker, answers, free_port, nats_server, s3_server, wait_for
from tests.postgresql import PostgreSql

pytestmark = pytest.mark.slow
CAMERAS = ("gate-0", "gate-1", "gate-2", "gate-3")
JOINED = ("north-1", "south-1")


def test_machines_join_record_and_are_removed(tmp_path: Path, postgresql: PostgreSql) -> None:
    program, port, catalogue = nats_server(), free_port(), postgresql.new_database()
    with s3_server() as s3:
        env = os.environ | s3.env | {"PYTHONUNBUFFERED": "1", "COLUMNS": "200"}
        said = run(tmp_path, env, "init", "--server", f"127.0.0.1:{port}")
        assert "passerby cluster invite NAME" in said
        authority = tmp_path / "passerby-authority"
        fill_in(authority / "cluster.toml", tmp_path, catalogue)
        own = ("--cluster", str(authority / "cluster.toml"))
        assert run(tmp_path, env, "apply", *own, "--data", "apply") == "the catalogue has 4 cameras\n"
        with server(program, authority / "servers" / f"127.0.0.1-{port}", port):
            files = invited(tmp_path, env)
            workers = {name: worker(files[name], env, name) for name in JOINED}
            try:
                wait_for(lambda: both_record(catalogue, spools(workers)), "recording on both", 120)
                assert run(tmp_path, env, "cordon", "south-1", *own) == "south-1 takes no more cameras\n"
                assert "there, cordoned" in run(tmp_path, env, "nodes", *own)
                run(tmp_path, env, "cordon", "south-1", "--undo", *own)
                removed = run(tmp_path, env, "remove", "north-1")
                assert removed.startswith("the key of north-1 works no more\n")
                wait_for(lambda: set(newest_by(catalogue).values()) == spools(workers, "south-1"), "moving", 30)
                wait_for(lambda: "do not accept this node's key" in workers["north-1"].says, "saying so")
                assert "north-1" not in run(tmp_path, env, "members")
            finally:
                for each in workers.values():
                    each.kill()


def fill_in(file: Path, folder: Path, catalogue: str) -> None:
    video = folder / "street.mp4"
    draw_street(video, seconds=20, size=(160, 120), fps=2)
    cameras = "".join(f'[[camera]]\nname = "{name}"\naddress = "file:{video}"\n' for name in CAMERAS)
    storage = f'catalogue = "{catalogue}"\nrecordings = "s3://{BUCKET}/members"\nmin_free_gigabytes = 0\n'
    with file.open("a") as open_file:
        open_file.write(f"{storage}[sources]\nfiles = true\n{cameras}")


def invited(folder: Path, env: dict[str, str]) -> dict[str, Path]:
    """The cluster files of machines that joined, each in a folder of its own."""
    command = [sys.executable, "-m", "passerby", "cluster", "invite", *JOINED]
    with subprocess.Popen(command, cwd=folder, env=env, stdout=subprocess.PIPE, text=True) as inviting:
        assert inviting.stdout
        for name in JOINED:
            line = inviting.stdout.readline()
            (folder / name).mkdir()
            done = passerby(folder / name, env, "cluster", "join", "-", given=line)
            assert done.returncode == 0, done.stderr
            assert f"this machine is {name} now; start it with passerby worker --cluster" in done.stdout
        assert inviting.wait(30) == 0
    return {name: folder / name / "passerby-node" / "cluster.toml" for name in JOINED}


def worker(file: Path, env: dict[str, str], name: str) -> Worker:
    place: Any = SimpleNamespace(folder=file.parent.parent, file=file, env=env)
    return Worker(place, name)


def run(folder: Path, env: dict[str, str], *words: str) -> str:
    done = passerby(folder, env, "cluster", *words)
    assert done.returncode == 0, done.stderr
    return done.stdout


def passerby(folder: Path, env: dict[str, str], *words: str, given: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "passerby", *words]
    return subprocess.run(command, cwd=folder, env=env, input=given, capture_output=True, text=True, timeout=120)


@contextmanager
def server(program: str, folder: Path, port: int) -> Iterator[None]:
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([program, "-c", "nats.conf", "-a", "127.0.0.1"], cwd=folder, stderr=log)
    try:
        wait_for(lambda: answers(port), "NATS")
        yield
    finally:
        process.kill()
        process.wait()


def spools(workers: dict[str, Worker], *names: str) -> set[str]:
    files = [workers[name].data / "spool" / "name" for name in names or workers]
    return {each.read_text().strip() for each in files if each.exists()}


def both_record(catalogue: str, spools: set[str]) -> bool:
    return len(spools) == 2 and set(newest_by(catalogue).values()) == spools


def newest_by(catalogue: str) -> dict[str, str]:
    """The spool in which each camera's highest token is."""
    engine = create_engine(catalogue)
    try:
        with engine.begin() as connection:
            rows = connection.execute(text("SELECT * FROM objects WHERE size > 0 ORDER BY recorded_token")).all()
    finally:
        engine.dispose()
    return {row.camera: row.spool for row in rows}
