"""`passerby doctor`: what it says is so."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from passerby import __version__
from passerby.cli.app import app
from passerby.detect import bundled_models


@pytest.fixture(scope="module")
def checks() -> dict[str, dict[str, object]]:
    result = CliRunner().invoke(app, ["doctor", "--json"])
    return {check["name"]: check for check in json.loads(result.stdout)}


def test_versions_are_stated(checks: dict[str, dict[str, object]]) -> None:
    assert checks["passerby"]["says"] == __version__
    assert "libavcodec" in str(checks["ffmpeg"]["says"])


def test_default_encoder_and_device_work(checks: dict[str, dict[str, object]]) -> None:
    assert checks["h264 libx264"]["works"] and checks["h264 libx264"]["needed"]
    assert checks["CPU"]["works"]


def test_model_hashes_are_those_of_the_cards(checks: dict[str, dict[str, object]]) -> None:
    for model in bundled_models():
        if not (model.folder / model.card.file).exists():
            pytest.skip("the bundled models have not been built")
        assert checks[model.card.name]["says"] == f"sha256 {model.card.sha256[model.card.file]}"


def test_missing_encoders_say_why_in_a_few_words(checks: dict[str, dict[str, object]]) -> None:
    for check in checks.values():
        if check["what"] == "encoder" and not check["works"]:
            assert check["says"]
