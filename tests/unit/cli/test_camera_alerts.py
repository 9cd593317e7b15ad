"""`passerby camera alerts`: says whether people are told of a camera, and switches it, which is in the audit."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from passerby.access import Installation
from passerby.access.cameras import CameraFacts
from passerby.cli.app import app
from passerby.config import Config


@pytest.fixture
def data(tmp_path: Path) -> Path:
    installation = Installation(tmp_path / "data", Config())
    installation.cameras.add("gate", CameraFacts(address="rtsp://192.0.2.7/stream"))
    installation.close()
    return tmp_path / "data"


def alerts(data: Path, *words: str) -> Result:
    return CliRunner().invoke(app, ["camera", "alerts", *words, "--data", str(data)])


def test_alerts_are_said_and_switched(data: Path) -> None:
    said = [alerts(data, *words).stdout.strip() for words in (["gate"], ["gate", "off"], ["gate"], ["gate", "on"])]
    assert said == [f"alerts of camera gate are {state}" for state in ("on", "off", "off", "on")]
    installation = Installation(data, Config())
    noted = [(each.through, each.what, each.camera) for each in installation.audit.list() if "alerts" in each.what]
    installation.close()
    assert noted == [("command", "alerts:on", "gate"), ("command", "alerts:off", "gate")]


@pytest.mark.parametrize(
    ("words", "says"), [(["yard", "off"], "there is no camera 'yard'"), (["gate", "maybe"], "'maybe' is not one of")]
)
def test_what_cannot_be_switched_is_one_sentence(data: Path, words: list[str], says: str) -> None:
    refused = alerts(data, *words)
    assert refused.exit_code != 0 and says in refused.stderr
