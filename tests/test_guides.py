"""The guides hold what works: every command is there, every configuration is taken, every request is answered."""

from __future__ import annotations

import os
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from passerby.access.cameras import CameraFacts
from passerby.clock import SystemClock
from passerby.config import parse_config
from passerby.media.segments import TICKS_PER_S
from passerby.rules.access import NEVER_BY_TOKEN, ROLES, Role
from tests.commands import blocks_in, commands_in, unknown_in
from tests.recordings import recorded, steady
from tests.unit.api.conftest import ADDRESS, House, open_house, portal, quick_passwords

__all__ = ["open_house", "portal", "quick_passwords"]

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("docs/guides/*.md"), ROOT / "README.md", ROOT / "docs" / "for-people-filmed.md"])
API = ROOT / "docs" / "reference" / "api.md"


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def test_every_command_of_the_guides_is_one_that_there_is() -> None:
    found = [(page.name, line) for page in PAGES for line in commands_in(text_of(page))]
    assert len(found) > 15
    assert [(page, line, unknown_in(line)) for page, line in found if unknown_in(line)] == []


def test_every_configuration_of_the_guides_is_taken(tmp_path: Path) -> None:
    found = [(page.name, block) for page in PAGES for block in blocks_in(text_of(page), "toml")]
    assert len(found) > 3
    for page, block in found:
        parse_config(tomllib.loads(block), page)


def test_files_that_the_guides_name_are_there() -> None:
    said = " ".join(text_of(page) for page in PAGES)
    for name in ("deploy/passerby.service", "deploy/Dockerfile", "deploy/compose.yaml", "deploy/compose.example.toml"):
        assert name in said and (ROOT / name).exists()


def test_every_scope_is_told_of_and_no_other() -> None:
    rows = [line for line in text_of(API).splitlines() if line.startswith("| `")]
    documented = {word.strip("`,") for row in rows for word in row.split("|")[1].split()}
    assert documented == set(ROLES) - NEVER_BY_TOKEN


@pytest.fixture
def running(open_house: Any) -> Iterator[tuple[str, str]]:
    """Where it is, and a token; with a camera that recorded until now."""
    from tests.flow.test_api_schema import serving

    house: House = open_house(clock=SystemClock())
    house.installation.cameras.add("gate", CameraFacts(address=ADDRESS))
    writer = house.archive.writer("gate")
    for fragment in recorded(steady(180, house.clock.now_90k() - 180 * TICKS_PER_S)):
        writer.append(fragment)
    house.add_user("kim", *Role, sees_all=True)
    user = house.installation.users.find("kim")
    assert user
    token, _ = house.installation.tokens.add(user, "program", frozenset(ROLES) - NEVER_BY_TOKEN, 1)
    with serving(house) as url:
        yield url, token
    writer.close()


@pytest.mark.skipif(shutil.which("curl") is None, reason="no curl here")
def test_every_request_of_the_api_page_is_answered(running: tuple[str, str], tmp_path: Path) -> None:
    (tmp_path / ".curlrc").write_text("fail-with-body\nsilent\nshow-error\n")
    place = os.environ | {
        "PASSERBY": running[0],
        "TOKEN": running[1],
        "CURL_HOME": str(tmp_path),
        "HOME": str(tmp_path),
    }
    blocks = blocks_in(text_of(API), "sh")
    assert sum(block.count("curl ") for block in blocks) >= 7
    script = "set -e\n" + "\n".join(blocks)
    done = subprocess.run(["bash", "-c", script], cwd=tmp_path, env=place, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout[-500:] + done.stderr
    assert (tmp_path / "still.jpg").read_bytes()[:2] == b"\xff\xd8"
    assert b"ftyp" in (tmp_path / "export.mp4").read_bytes()[:12]
    assert '"gate"' in done.stdout and '"yard"' in done.stdout
