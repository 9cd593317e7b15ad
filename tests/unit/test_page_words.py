"""What the page says of models and licences is what the package has."""

from __future__ import annotations

from pathlib import Path

from passerby.detect.models import bundled_models

TEXTS = Path(__file__).parents[2] / "web" / "src" / "texts" / "en.ts"


def test_about_names_every_model_that_is_in_the_package_and_its_licence() -> None:
    said = TEXTS.read_text(encoding="utf-8")
    for model in bundled_models():
        line = next(line for line in said.splitlines() if f'"{model.card.name}"' in line)
        assert model.card.licence in line
