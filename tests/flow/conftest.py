"""Streets drawn once for all flow tests, and a reason to skip where the models have not been built."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from passerby.capture.drawn import ReferenceBox, draw_street
from passerby.detect import bundled_models


@dataclass(frozen=True)
class Street:
    """A drawn video and where everybody in it is. frames: how many."""

    path: Path
    boxes: list[ReferenceBox]
    frames: int


@pytest.fixture(scope="session")
def street(tmp_path_factory: pytest.TempPathFactory) -> Street:
    """Three seconds at 15 frames a second: enough to learn a background, look, miss and bridge."""
    if not all((model.folder / model.card.file).exists() for model in bundled_models()):
        pytest.skip("the bundled models have not been built")
    path = tmp_path_factory.mktemp("streets") / "street.mp4"
    boxes = draw_street(path, seconds=3, size=(640, 360), fps=15)
    return Street(path, boxes, 45)
