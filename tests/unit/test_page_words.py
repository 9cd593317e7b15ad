"""What the page says of models, licences and covers is what the package has."""

from __future__ import annotations

import re
from pathlib import Path

from passerby.detect.models import bundled_models
from passerby.media import Kind
from passerby.media.look import COLOURS, NEUTRAL, as_hex

WEB = Path(__file__).parents[2] / "web" / "src"
TEXTS = WEB / "texts" / "en.ts"


def test_about_names_every_model_that_is_in_the_package_and_its_licence() -> None:
    said = TEXTS.read_text(encoding="utf-8")
    for model in bundled_models():
        line = next(line for line in said.splitlines() if f'"{model.card.name}"' in line)
        assert model.card.licence in line


def test_the_legend_has_the_colours_that_covers_are_painted_in_and_a_word_for_each() -> None:
    painted = {kind.name.lower(): as_hex(colour) for kind, colour in COLOURS.items() if kind is not Kind.MANUAL}
    painted["whole"] = as_hex(NEUTRAL)
    tokens = (WEB / "tokens.css").read_text(encoding="utf-8")
    assert dict(re.findall(r"--cover-(\w+): (#[0-9a-f]{6});", tokens)) == painted
    styles = (WEB / "media" / "cover-legend.css").read_text(encoding="utf-8")
    assert set(re.findall(r"\.cover-swatch\.(\w+) {\n  background: var\(--cover-\1\);", styles)) == painted.keys()
    shown = re.search(r"const KINDS = \[(.*?)\]", (WEB / "media" / "CoverLegend.tsx").read_text(encoding="utf-8"))
    assert shown and set(re.findall(r'"(\w+)"', shown[1])) == painted.keys()
    words = TEXTS.read_text(encoding="utf-8").partition("  covers: {")[2].partition("  },\n")[0]
    assert painted.keys() == set(re.findall(r"^      (\w+): ", words, re.M))
