"""`passerby models`: on the real bundled cards and a folder of its own."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from passerby.cli.app import app
from passerby.cli.models import parse_classes
from passerby.detect import bundled_models
from passerby.media import Kind

SHARED = Path(os.environ.get("PASSERBY_SHARED") or Path(__file__).parents[3].parent / "shared")
run = CliRunner(env={"COLUMNS": "200"}).invoke


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PASSERBY_MODELS", str(tmp_path))
    return tmp_path


def test_list_shows_the_bundled_models() -> None:
    result = run(app, ["models", "list"])
    assert result.exit_code == 0
    assert all(model.card.name in result.stdout for model in bundled_models())


@pytest.mark.parametrize("name", [model.card.name for model in bundled_models()])
def test_bundled_model_works(name: str) -> None:
    model = next(model for model in bundled_models() if model.card.name == name)
    if not (model.folder / model.card.file).exists():
        pytest.skip("the bundled models have not been built")
    result = run(app, ["models", "test", name])
    assert result.exit_code == 0, result.output
    assert f"{name} works" in result.stdout


def test_bundled_model_cannot_be_removed() -> None:
    result = run(app, ["models", "remove", bundled_models()[0].card.name])
    assert result.exit_code == 1 and "cannot be removed" in result.stderr


def test_what_is_no_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "weights.txt").write_text("no model")
    result = run(app, ["models", "add", str(tmp_path / "weights.txt")])
    assert result.exit_code == 1 and result.stderr.startswith("error: ")


def test_model_is_added_tested_and_removed() -> None:
    file = SHARED / "models" / "yunet-n.onnx"
    if not file.exists():
        pytest.skip(f"no model of an operator's at {file}")
    assert "finds face" in run(app, ["models", "add", str(file), "--name", "yunet"]).stdout
    assert "yunet works" in run(app, ["models", "test", "yunet"]).stdout
    assert run(app, ["models", "remove", "yunet"]).exit_code == 0
    assert "yunet" not in run(app, ["models", "list"]).stdout


def test_classes_are_read() -> None:
    assert parse_classes("0=person, 2=vehicle") == {0: Kind.PERSON, 2: Kind.VEHICLE}
    assert parse_classes(None) is None


@pytest.mark.parametrize("text", ["person", "0=gender", "a=person", "0=person=face", ""])
def test_classes_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="--class takes pairs"):
        parse_classes(text)
