"""`passerby user` as somebody types it: who there is, and a link that a running service takes."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from passerby.access import Installation
from passerby.access.users import UserFacts
from passerby.config import Config
from passerby.rules.access import Role


@pytest.fixture
def data(tmp_path: Path) -> Path:
    installation = Installation(tmp_path / "data", Config())
    hashed = installation.passwords.hash("a long enough pass phrase", "kim")
    installation.users.add("kim", UserFacts(frozenset({Role.ADMIN}), sees_all_cameras=True), hashed)
    installation.users.add("lee@school", UserFacts(frozenset({Role.VIEWER}), is_enabled=False), None)
    installation.close()
    return tmp_path / "data"


def passerby(data: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "passerby", "user", *words, "--data", str(data)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def test_users_are_listed_without_secrets(data: Path) -> None:
    done = passerby(data, "list")
    lines = [re.split(r"\s{2,}", line.strip()) for line in done.stdout.splitlines() if line.strip()]
    assert lines == [
        ["name", "roles", "sees", "signs in with"],
        ["kim", "admin", "all cameras", "password"],
        ["lee@school", "viewer", "no camera", "nothing", "locked"],
    ], done.stderr
    assert "argon2" not in done.stdout


@pytest.mark.promise
def test_the_link_is_noted_and_works(data: Path) -> None:
    done = passerby(data, "reset", "Kim")
    link = re.search(r"http://localhost:8080/#/reset/kim/(\S{43})\n", done.stdout)
    assert done.returncode == 0 and link and "within 60 minutes" in done.stdout, done.stderr
    installation = Installation(data, Config())
    kim = installation.users.find("kim")
    assert kim and installation.reset.works(link[1], kim)
    (noted,) = installation.audit.list()
    assert (noted.who, noted.through, noted.what, noted.about) == ("", "command", "password:reset", "kim")
    installation.close()


@pytest.mark.parametrize(
    ("name", "says"), [("nobody", "there is no user 'nobody'"), ("lee@school", "user 'lee@school' is locked")]
)
def test_there_is_no_link_for_who_is_not_there_or_locked(data: Path, name: str, says: str) -> None:
    done = passerby(data, "reset", name)
    assert done.returncode == 1 and says in done.stderr and "#/" not in done.stdout
